"""What is told of the place under the cursor: a name, a threshold and who would be called, a key. Pure, but for the clock it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monctl.clear_text import find_secret
from monctl.loaded import Item
from monctl.lsp import grammar, names, saying, summary, tree
from monctl.lsp.python_names import calls_at, python_names
from monctl.lsp.seen import Seen
from monctl.number import BadQuantity
from monctl.program import Monitor
from monctl.source import Origin
from monctl.spec.file import KINDS
from monctl.unit import Unit

_MOST = 3
_DIMENSIONS = {"time": "a length of time", "size": "an amount of data", "ratio": "a share", "rate": "a rate", "none": "a plain number"}
_CODE = re.compile(r"\b[A-Z]{2,12}\d{3}\b")
_IGNORE = re.compile(r"#\s*monctl\s*:\s*ignore\s*\[")


@dataclass(frozen=True, slots=True)
class Told:
    """Markdown, and the characters it is about."""

    markdown: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody points, and what is known there."""

    path: str
    """Real path of the file."""
    text: str
    offset: int
    settings: bool
    """The file is monctl.yaml."""
    seen: tuple[Seen, ...]
    """The newest check first, then the last one in which every file could be read."""
    now: float
    """Seconds since the epoch."""

    @property
    def is_python(self) -> bool:
        """Whether the file is a Python spec."""
        return self.path.endswith(".py")

    @property
    def options(self) -> grammar.Options:
        """What targets say of their options."""
        return next((seen.options for seen in self.seen), ())


def told(spot: Spot) -> Told | None:
    """What there is to say; None where nothing is known."""
    found = _rule(spot) or (_python(spot) if spot.is_python else _yaml(spot))
    return None if found is None else Told(_without_secrets(found.markdown), found.start, found.end)


def _rule(spot: Spot) -> Told | None:
    """The page of the rule whose code is under the cursor, in an ignore or in `rules:` of monctl.yaml."""
    start = spot.text.rfind("\n", 0, spot.offset) + 1
    end = spot.text.find("\n", spot.offset)
    line = spot.text[start : end if end >= 0 else len(spot.text)]
    near = next((one for one in _CODE.finditer(line) if start + one.start() <= spot.offset <= start + one.end()), None)
    if near is None or not (_IGNORE.search(line, 0, near.start()) or (spot.settings and _is_of_rules(spot))):
        return None
    from monctl.lint import all_rules

    rule = next((one for one in all_rules() if one.code == near[0]), None)
    if rule is None:
        return None
    return Told(f"**{rule.code} {rule.name}** ({rule.level.value})\n\n{rule.page}", start + near.start(), start + near.end())


def _is_of_rules(spot: Spot) -> bool:
    found = tree.at(spot.text, spot.offset)
    return found is not None and found.path[:1] == ("rules",)


def mention_at(spot: Spot) -> tuple[names.Mention, int, int] | None:
    """The name under the cursor, with its own start and end."""
    if spot.is_python:
        near = next((one for one in python_names(spot.text).names if one.start <= spot.offset <= one.end), None)
        return None if near is None else (near.mention, near.start, near.end)
    for placed in names.of_text(spot.text, settings=spot.settings, known=spot.options):
        if placed.start <= spot.offset <= placed.part_end:
            return placed.mention, placed.start, placed.end
    return next(((one.mention, one.start, one.end) for one in names.variables(spot.text) if one.start <= spot.offset <= one.end), None)


def _yaml(spot: Spot) -> Told | None:
    found = tree.at(spot.text, spot.offset)
    if found is None:
        return None
    place = grammar.follow(grammar.top(settings=spot.settings), found.path, spot.options)
    lines: list[str] = []
    where = (found.key or found.value) if found.on_key else found.value
    mention = mention_at(spot)
    if mention is not None:
        said = _named(spot, mention[0], mention[2] < spot.offset)
        if said:
            lines.append(said)
            where = (mention[1], mention[2])
    alert = _alert(spot, found.path)
    if alert:
        lines.append(alert)
    elif place is not None and not lines:
        lines.extend([_unit(place, found)] if _unit(place, found) else _documented(place, found))
    return Told("\n\n---\n\n".join(lines), *where) if lines else None


def _unit(place: grammar.Place, found: tree.Found) -> str:
    """What a unit means, and how limits in it are written; empty for what is none."""
    if found.on_key or not found.text or grammar.scalar(place).field != "unit":
        return ""
    try:
        unit = Unit.parse(found.text)
    except BadQuantity:
        return ""
    from monctl.lsp.complete_threshold import LIMITS  # it imports this module

    what = _DIMENSIONS.get(unit.dimension) or (f"{unit.noun} counted" if unit.dimension == "count" else f"an amount of {unit.noun}")
    behind = str(unit) if str(unit).startswith("/") else f" {unit}"
    limits = LIMITS.get(unit.dimension, (f"1{behind}", f"10{behind}"))
    return f"**unit `{unit}`**: {what}. Limits are written as {', '.join(f'`{limit}`' for limit in limits)}."


def _documented(place: grammar.Place, found: tree.Found) -> Iterator[str]:
    meant = place if found.on_key else grammar.scalar(place)
    if meant.doc and (place.owner is None or not place.depth):
        yield f"**{found.path[-1]}**: {meant.doc}"
        words = grammar.words(meant)
        if words:
            yield "One of " + ", ".join(f"`{word}`" for word in words) + "."
    model = next(iter(grammar.models(place)), None)
    if found.on_key and model is not None and place.depth == 0 and model.__doc__ and model not in KINDS.values():
        yield " ".join(model.__doc__.split())


def _named(spot: Spot, mention: names.Mention, on_part: bool) -> str | None:
    for seen in spot.seen:
        settings = seen.checked.loaded.settings
        kind = names.meant(mention, seen.known)
        if kind is None:
            made = _made(spot, seen, mention)
            if made:
                return made
            continue
        metric = seen.program.metrics.get(mention.name) if kind == "metrics" and mention.part and on_part else None
        said = (
            summary.value(metric, mention.part)
            if metric is not None
            else summary.summary(kind, mention.name, seen.program, settings, spot.now)
        )
        if said:
            return said
    return None


def _made(spot: Spot, seen: Seen, mention: names.Mention) -> str | None:
    """The objects that a `for_each` or template makes here."""
    if not mention.declares:
        return None
    items = seen.at(Origin(seen.shown(spot.path), mention.path))
    return _of_items(items, seen, spot.now)


def _of_items(items: list[Item], seen: Seen, now: float) -> str | None:
    settings = seen.checked.loaded.settings
    said = [text for item in items[:_MOST] if (text := summary.summary(item.kind, item.name, seen.program, settings, now))]
    if len(items) > 1 and said:
        said.insert(0, f"{len(items)} objects are made here.")
    return "\n\n---\n\n".join(said) or None


def _alert(spot: Spot, path: tree.Path) -> str | None:
    """The meaning of a threshold at a path below `alert:`, or of the `alert:` of a monitor as a whole."""
    at = 2 if len(path) > 3 and path[0] == "monitors" else 4 if len(path) > 5 and path[0] == "templates" and path[2] == "monitors" else 0
    if not at or path[at] != "alert" or len(path) > at + 3 or path[at + 2 :] not in {(), ("when",)}:
        return None
    for seen in spot.seen:
        monitors = _monitors(seen, spot.path, path[:at])
        for monitor in monitors:
            for alert in monitor.alerts:
                if alert.severity == path[at + 1]:
                    first = f"Of the first of {len(monitors)} monitors made here, `{monitor.name}`:\n\n" if len(monitors) > 1 else ""
                    meaning = summary.paragraphs(saying.threshold(monitor, alert, seen.program))
                    return f"{first}{meaning}\n\n{summary.paragraphs(saying.called(alert, seen.program, spot.now))}"
    return None


def _monitors(seen: Seen, file: str, path: tree.Path) -> list[Monitor]:
    known = seen.program.monitors
    return [known[item.name] for item in seen.at(Origin(seen.shown(file), path)) if item.name in known]


def _python(spot: Spot) -> Told | None:
    mention = mention_at(spot)
    if mention is not None and (said := _named(spot, mention[0], on_part=False)):
        return Told(said, mention[1], mention[2])
    call = next(calls_at(spot.text, spot.offset), None)
    if call is None:
        return None
    for seen in spot.seen:
        said = _of_items(seen.at(Origin(seen.shown(spot.path), line=call.line)), seen, spot.now)
        if said:
            return Told(said, call.start, call.end)
    return None


def _without_secrets(text: str) -> str:
    while (secret := find_secret(text)) is not None:
        text = f"{text[: secret.start]}***{text[secret.end :]}"
    return text
