"""Where objects are declared and named, across the files of an estate, and which names are computed so that nobody can tell. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monctl.lsp import grammar, names
from monctl.lsp.python_names import python_names
from monctl.lsp.seen import Seen
from monctl.source import Origin

Texts = Mapping[str, str]
"""Real path → text of every file of an estate, unsaved ones as they are typed."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A place in a file where a name is written."""

    path: str
    start: int
    end: int
    declares: bool


@dataclass(frozen=True, slots=True)
class Computed:
    """A place where an object is named by something that is computed."""

    file: str
    """As shown."""
    line: int
    """1-based."""
    why: str


def spelled(kind: str, name: str, seen: Seen, texts: Texts) -> list[Spelled]:
    """Every place where an object's name is written out."""
    found = []
    for path, text in texts.items():
        if name not in text:
            continue
        if kind == "variables":
            found += [Spelled(path, one.start, one.end, declares=False) for one in names.variables(text) if one.mention.name == name]
        elif path.endswith(".py"):
            found += [
                Spelled(path, one.start, one.end, one.mention.declares)
                for one in python_names(text).names
                if one.mention.name == name and _means(one.mention, kind, seen)
            ]
        else:
            settings = path.endswith("/monctl.yaml")
            found += [
                Spelled(path, one.start, one.end, one.mention.declares)
                for one in names.of_text(text, settings=settings, known=seen.options)
                if one.mention.name == name and _means(one.mention, kind, seen)
            ]
    return found


def computed(kind: str, name: str, seen: Seen, texts: Texts) -> list[Computed]:
    """Every place where an object is named in a way that cannot be edited: by `for_each`, a template, a variable, or Python's own means."""
    written = _written(kind, name, seen, texts)
    found: dict[tuple[str, int], Computed] = {}
    for item in seen.checked.loaded.items:
        value = {item.kind: {item.name: item.spec.model_dump(by_alias=True, exclude_unset=True, warnings=False)}}
        for mention in names.mentions(value, grammar.top(settings=False)):
            if mention.name != name or not _means(mention, kind, seen):
                continue
            origin = Origin(item.origin.file, item.origin.path, item.origin.line)
            rest = mention.path[2:]
            if mention.declares or _is_written(written, origin, rest):
                continue
            span = seen.checked.loaded.sources.span(origin.at(*rest), key=mention.on_key)
            found[span.file, span.line] = Computed(
                span.file, span.line, f"{names.word(item.kind)} '{item.name}' names it by a computed text"
            )
    return list(found.values())


def declared(kind: str, name: str, seen: Seen) -> Origin | None:
    """Where an object is declared; a name of monctl.yaml there."""
    item = seen.items.get((kind, name))
    if item is not None:
        return item.origin
    if kind in names.SETTINGS_KINDS:
        return Origin(seen.checked.loaded.settings_file, (kind, name))
    monitor = seen.program.monitors.get(name) if kind == "monitors" else None
    return monitor.origin if monitor is not None else None


def _means(mention: names.Mention, kind: str, seen: Seen) -> bool:
    if kind not in mention.kinds:
        return False
    return mention.declares or len(mention.kinds) == 1 or names.meant(mention, seen.known) == kind


Written = dict[tuple[str, str | int], list[tuple[str | int, ...]]]


def _written(kind: str, name: str, seen: Seen, texts: Texts) -> Written:
    """(file, top of the object or line of the call) → paths at which the name is written out."""
    found: Written = {}
    for path, text in texts.items():
        if name not in text:
            continue
        shown = seen.shown(path)
        if path.endswith(".py"):
            for one in python_names(text).names:
                if one.mention.name == name and kind in one.mention.kinds:
                    found.setdefault((shown, one.line), []).append(one.mention.path[2:])
        else:
            for placed in names.of_text(text, settings=path.endswith("/monctl.yaml"), known=seen.options):
                if placed.mention.name == name and kind in placed.mention.kinds:
                    found.setdefault((shown, "/".join(map(str, placed.mention.path[:2]))), []).append(placed.mention.path)
    return found


def _is_written(written: Written, origin: Origin, rest: tuple[str | int, ...]) -> bool:
    if origin.line is not None:
        return any(_same(path, rest) for path in written.get((origin.file, origin.line), ()))
    whole = (*origin.path, *rest)
    return any(_same(path, whole) for path in written.get((origin.file, "/".join(map(str, whole[:2]))), ()))


def _same(path: tuple[str | int, ...], whole: tuple[str | int, ...]) -> bool:
    """Whether a written path is the whole one, or the shorthand of it."""
    return path == whole[: len(path)]


def everything(seen: Seen) -> Iterator[tuple[str, str, Origin]]:
    """Kind, name and place of every object."""
    for item in seen.checked.loaded.items:
        yield item.kind, item.name, item.origin
