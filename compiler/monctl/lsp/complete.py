"""What may be typed at the cursor: keys, names of objects, words, thresholds, tables and columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal
from zoneinfo import available_timezones

from monctl.lsp import complete_threshold, grammar, names, tree
from monctl.lsp.cursor import Cursor, cursor
from monctl.lsp.hover import Spot
from monctl.lsp.python_names import calls_at
from monctl.lsp.seen import Seen
from monctl.option_types import Names
from monctl.spec.estate import Estate
from monctl.spec.file import SINGULAR
from monctl.spec.sources import SOURCE_FIELDS
from monctl.unit import Unit

Kind = Literal["key", "name", "word", "value", "table", "column", "snippet"]

_UNITS = (
    "ms", "s", "min", "h", "d", "percent", "ratio", "bytes", "KiB", "MiB", "GiB", "B/s", "MB/s", "requests/s", "errors/min", "USD", "EUR",
    "requests", "errors", "events", "users", "score", "none",
)  # fmt: skip
_DURATIONS = ("30s", "1m", "5m", "10m", "15m", "30m", "1h", "6h", "1d", "1w", "30d")
_PLACES = frozenset({"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})
_REFERENCE = re.compile(r"\$\{([\w.:-]*)$")
_DATASOURCE = re.compile(r"\bdatasource: *([\w-]+)")
_WORD = re.compile(r"[\w]*$")
_QUOTED_FIRST = frozenset("><=!%@`&*#|[]{}\"'")
"""A plain scalar cannot begin with these."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be typed."""

    label: str
    text: str
    """What replaces the characters from `start` to the cursor."""
    start: int
    kind: Kind
    detail: str = ""
    doc: str = ""
    rank: int = 1
    """Smaller comes first."""


def offers(spot: Spot) -> list[Offer]:
    """Everything that fits, best first; the editor narrows it to what is typed."""
    if spot.is_python:
        return list(_in_python(spot))
    here = cursor(spot.text, spot.offset)
    if here is None:
        return []
    place = grammar.follow(grammar.top(settings=spot.settings), here.path, spot.options)
    if here.in_block or here.path[-2:] == ("sql", "query"):
        return list(_in_query(spot, here))
    reference = _REFERENCE.search(here.typed)
    if reference is not None:
        return list(_references(spot, here, spot.offset - len(reference[1])))
    if place is None:
        return []
    found: list[Offer] = []
    if here.is_key and grammar.is_map(place):
        found += _keys(spot, here, place)
    if here.is_item:
        found += _values(spot, here, place)
    return found


def _keys(spot: Spot, here: Cursor, place: grammar.Place) -> Iterator[Offer]:
    """Keys of a map that are not there yet."""
    there = {one.path[-1] for one in tree.children(spot.text, here.path) if one.key is not None and one.key[0] != here.start}
    return (offer for offer in _every_key(spot, here, place) if offer.label not in there and offer.label not in here.there)


def _every_key(spot: Spot, here: Cursor, place: grammar.Place) -> Iterator[Offer]:
    if grammar.is_targets(place) or (place.owner is Estate and place.depth == 0 and place.field in _SETTINGS_KEYS):
        for name, doc in _SETTINGS_KEYS[place.field](spot):
            yield Offer(name, f"{name}: ", here.start, "key", doc=doc)
    elif place.key_names:
        for seen in spot.seen[:1]:
            for rank, name in enumerate(seen.known.get(place.key_names[0], ())):
                yield Offer(name, f"{name}: ", here.start, "name", names.word(place.key_names[0]), rank=rank)
    elif place.kind is None:
        for name in (*grammar.key_words(place), *_marked(spot, grammar.key_marks(place))):
            yield Offer(name, f"{name}: ", here.start, "key")
        for key in grammar.keys(place):
            end = "" if here.in_flow or not _goes_on(key.place) else _below(spot.text, here, key.place)
            rank = 0 if key.required else 1 if key.own else 2
            text = f"{key.name}:{end or ' '}"
            yield Offer(key.name, text, here.start, "key", "required" if key.required else "", key.doc, rank)


def _marked(spot: Spot, marks: Iterable[Names]) -> Iterator[str]:
    """Names of objects with what stands before them."""
    return (f"{mark.prefix}{name}" for seen in spot.seen[:1] for mark in marks for name in seen.known.get(mark.kind, ()))


def _rule_codes(spot: Spot) -> Iterator[tuple[str, str]]:
    from monctl.lint import all_rules  # with its rules only where somebody asks

    for rule in all_rules():
        yield rule.code, f"{rule.summary}."
    for area in sorted({rule.area for rule in all_rules()} | {name.upper() for seen in spot.seen[:1] for name in seen.installed}):
        yield area, f"Every rule whose code begins with {area}."


_SETTINGS_KEYS: dict[str, Callable[[Spot], Iterable[tuple[str, str]]]] = {
    "rules": _rule_codes,
    "placement": lambda _: ((kind, "") for kind in SOURCE_FIELDS),
    "targets": lambda spot: ((name, "") for seen in spot.seen[:1] for name in seen.installed),
}
"""Field of monctl.yaml → the keys its map may have, each with what it is."""


def _goes_on(place: grammar.Place) -> bool:
    """Whether only a map or a list can stand here, which begins on the next line."""
    kinds = list(grammar.options(place.annotation))
    plain = any(kind in {str, int, float, bool} or names_word(kind) for kind in kinds)
    return grammar.is_map(place) and not plain and not grammar.is_list(place) and grammar.scalar(place) == place


def names_word(kind: object) -> bool:
    """Whether a part of a union is a choice of words."""
    return getattr(kind, "__origin__", None) is Literal


def _below(text: str, here: Cursor, place: grammar.Place) -> str:
    start = text.rfind("\n", 0, here.start) + 1
    return "\n" + " " * (here.start - start + 2)


def _values(spot: Spot, here: Cursor, place: grammar.Place) -> Iterator[Offer]:
    """What may stand behind a key or in a list."""
    meant = grammar.scalar(place)
    if not grammar.is_threshold(meant) and grammar.is_list(meant) and not isinstance(here.path[-1], int):
        inner = grammar.step(meant, 0)
        if inner is not None:
            only_list = not any(option is str for option in grammar.options(meant.annotation))
            for one in _single(spot, here, grammar.scalar(inner)):
                yield Offer(one.label, f"[{one.text}]" if only_list else one.text, one.start, one.kind, one.detail, one.doc, one.rank)
            return
    yield from _single(spot, here, meant)


def _single(spot: Spot, here: Cursor, meant: grammar.Place) -> Iterator[Offer]:
    if grammar.is_threshold(meant):
        yield from _threshold(spot, here)
        return
    if meant.names:
        yield from _names(spot, here, meant.names)
    if meant.field == "time_zone":
        yield from (Offer(zone, zone, here.start, "word") for zone in _zones())
    if meant.field in {"no_data", "on_error"}:
        yield from (Offer(word, word, here.start, "word", rank=0) for word in grammar.POLICIES)
    yield from (Offer(word, word, here.start, "word", doc=meant.doc) for word in grammar.words(meant))
    if meant.field == "unit" and meant.owner is not None:
        yield from (Offer(unit, unit, here.start, "word", _dimension(unit)) for unit in _UNITS)
    if grammar.is_duration(meant):
        yield from (Offer(length, length, here.start, "word", "duration", rank=index) for index, length in enumerate(_DURATIONS))


@cache
def _zones() -> tuple[str, ...]:
    """Time zones by the names of places, and UTC; without the old names that stand for others."""
    return ("UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in _PLACES))


def _names(spot: Spot, here: Cursor, kinds: tuple[str, ...]) -> Iterator[Offer]:
    told: set[str] = set()
    for seen in spot.seen:
        for kind in SINGULAR if kinds == ("*",) else kinds:
            for index, name in enumerate(seen.known.get(kind, ())):
                for label, detail in _spelled(seen, kind, name, address=kinds == ("*",)):
                    if label not in told:
                        told.add(label)
                        yield Offer(label, label, here.start, "name", detail, rank=index if kind == "severities" else 1)


def _spelled(seen: Seen, kind: str, name: str, *, address: bool) -> Iterator[tuple[str, str]]:
    """How an object may be named, and what it is."""
    if address:
        yield f"{SINGULAR[kind]}.{name}", names.word(kind)
        return
    yield name, names.word(kind)
    if kind == "metrics" and name in seen.program.metrics:
        metric = seen.program.metrics[name]
        if len(metric.units) > 1:
            yield from ((f"{name}.{value}", f"value in {unit}") for value, unit in metric.units.items())
    if kind == "rotations" and name in seen.program.rotations and len(seen.program.rotations[name].layers) > 1:
        yield from ((f"{name}.{layer.name}", "layer") for layer in seen.program.rotations[name].layers)


def _threshold(spot: Spot, here: Cursor) -> Iterator[Offer]:
    watched = complete_threshold.watched(spot, here.path)
    for said in complete_threshold.offers(here.typed, watched):
        start = here.start + said.start
        text = said.text
        if not here.quote and start == here.start and text[:1] in _QUOTED_FIRST:
            text = f'"{text}"'
        yield Offer(said.text.strip(), text, start, "value", said.detail, rank=said.rank)


def _references(spot: Spot, here: Cursor, start: int) -> Iterator[Offer]:
    """Behind `${`."""
    closing = "" if spot.text[spot.offset : spot.offset + 1] == "}" else "}"
    for seen in spot.seen[:1]:
        for name in seen.known.get("variables", ()):
            yield Offer(f"var.{name}", f"var.{name}{closing}", start, "value", "variable of monctl.yaml")
    for name, detail in (
        ("each.key", "key of for_each"),
        ("each.value", "value of for_each"),
        ("estate", "name of the estate"),
        ("environment", "the environment"),
    ):
        yield Offer(name, name + closing, start, "value", detail, rank=2)
    yield Offer("env:NAME", "env:", start, "snippet", "a secret from the environment", rank=3)


def _in_query(spot: Spot, here: Cursor) -> Iterator[Offer]:
    """Tables and columns, in a query whose datasource declares them."""
    if here.path[-1:] != ("query",) or "sql" not in here.path:
        return
    named = tree.find(spot.text, (*here.path[:-1], "datasource"))
    before = _DATASOURCE.findall(spot.text, spot.text.rfind("\n", 0, spot.offset) + 1, spot.offset)  # a line that is half typed is no tree
    yield from _sql(spot, here.typed, named.text if named is not None else before[-1] if before else None)


def _sql(spot: Spot, typed: str, datasource: str | None) -> Iterator[Offer]:
    word = _WORD.search(typed)
    start = spot.offset - len(word[0] if word else "")
    for seen in spot.seen:
        known = seen.program.datasources.get(datasource or "")
        schema = known.schema if known is not None else {}
        if schema:
            lower = typed.lower()
            yield from (Offer(table, table, start, "table", f"table of {datasource}", rank=1) for table in schema)
            told: set[str] = set()
            for table, columns in schema.items():
                near = re.search(rf"\b{re.escape(table.lower())}\b", lower) is not None
                for column, type_ in columns.items():
                    if column not in told:
                        told.add(column)
                        yield Offer(column, column, start, "column", f"{type_} of {table}", rank=0 if near else 2)
            return


def _in_python(spot: Spot) -> Iterator[Offer]:
    """Names, inside a text of a call that was read before the typing began."""
    line = spot.text[spot.text.rfind("\n", 0, spot.offset) + 1 : spot.offset]
    opened = re.search(r"(?P<field>\w+)\s*=\s*\[?(?:\s*(?:\"[^\"]*\"|'[^']*')\s*,)*\s*(?P<quote>[\"'])(?P<typed>[\w.-]*)$", line)
    if opened is None or not any(True for _ in _python_kinds(spot, opened["field"])):
        return
    here = Cursor((), spot.offset - len(opened["typed"]), opened["typed"], quote=opened["quote"])
    for kinds in _python_kinds(spot, opened["field"]):
        yield from _names(spot, here, kinds)
        return


def _python_kinds(spot: Spot, field: str) -> Iterator[tuple[str, ...]]:
    kind = next((call.kind for call in calls_at(spot.text, spot.offset)), "monitors")
    place = grammar.follow(grammar.top(settings=False), (kind, "x", field))
    inner = grammar.step(place, 0) if place is not None and grammar.is_list(place) else place
    if inner is not None and (found := grammar.scalar(inner).names):
        yield found


def _dimension(unit: str) -> str:
    return Unit.parse(unit).dimension


def best(found: Iterable[Offer]) -> list[Offer]:
    """In the order to show."""
    return sorted(found, key=lambda one: (one.rank, one.label))
