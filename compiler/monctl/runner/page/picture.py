"""The dependency picture: services as boxes, what needs something above what it needs. SVG, made here, so that it shows without scripts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from monctl.bundle import Bundle
from monctl.dependence import needed
from monctl.number import shorten
from monctl.runner.board import Board
from monctl.runner.page.words import path

ServiceWord = Literal["firing", "pending", "unknown", "ok", "none"]
_WORST: tuple[ServiceWord, ...] = ("firing", "pending", "unknown", "ok", "none")
SAID: Mapping[str, str] = {"firing": "fires", "pending": "may be failing", "unknown": "unknown", "ok": "well", "none": "not watched"}
BOX_W, BOX_H, GAP_X, GAP_Y = 156, 50, 18, 46
_ROOM = 19
"""Characters of a title that fit into a box."""


@dataclass(frozen=True, slots=True)
class ServiceShown:
    """How one service stands: as the worst of its monitors."""

    name: str
    title: str
    state: ServiceWord
    color: str
    """Of the severity that fires; empty otherwise."""
    severity: str
    monitors: tuple[str, ...]
    depends_on: tuple[str, ...]
    affected_by: tuple[str, ...]
    """Titles of services it needs, directly or through others, that fire."""


def services(found: Board) -> dict[str, ServiceShown]:
    """Every service of the estate."""
    bundle = found.bundle
    by_service: dict[str, list[str]] = {}
    for monitor in bundle.monitors.values():
        if monitor.service and monitor.name in found.standings:
            by_service.setdefault(monitor.service, []).append(monitor.name)
    states = {name: _state(found, by_service.get(name, ())) for name in bundle.services}
    firing = {name for name, (state, _) in states.items() if state == "firing"}
    made = {}
    for name, service in bundle.services.items():
        state, rank = states[name]
        severity = next((one for one in bundle.severities.values() if one.rank == rank), None) if state == "firing" else None
        made[name] = ServiceShown(
            name, service.title, state, severity.color if severity else "", severity.name if severity else "",
            tuple(by_service.get(name, ())), service.depends_on,
            tuple(bundle.services[one].title for one in needed(bundle.services, name) if one in firing),
        )  # fmt: skip
    return made


def rows(bundle: Bundle) -> list[list[str]]:
    """The services in rows: each one below all that need it; neighbours near what they belong to."""
    depth: dict[str, int] = {}

    def deep(name: str, seen: frozenset[str]) -> int:
        if name not in depth:
            above = [one for one in bundle.services.values() if name in one.depends_on and one.name not in seen]
            depth[name] = 1 + max((deep(one.name, seen | {name}) for one in above), default=-1)
        return depth[name]

    for name in bundle.services:
        deep(name, frozenset({name}))
    made: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in bundle.services:
        made[depth[name]].append(name)
    place: dict[str, float] = {}
    for row in made:
        for name in row:
            above = [place[one.name] for one in bundle.services.values() if name in one.depends_on and one.name in place]
            place[name] = sum(above) / len(above) if above else row.index(name) / max(len(row), 1)
        row.sort(key=lambda name: (place[name], name))
        for index, name in enumerate(row):
            place[name] = (index + 0.5) / len(row)
    return made


def picture(found: Board) -> Markup:
    """The SVG; empty when there is no service."""
    made, layers = services(found), rows(found.bundle)
    if not made:
        return Markup("")
    width = max(len(row) for row in layers) * (BOX_W + GAP_X) - GAP_X
    height = len(layers) * (BOX_H + GAP_Y) - GAP_Y
    places = {name: _place(index, number, row, width) for number, row in enumerate(layers) for index, name in enumerate(row)}
    lines = [_edge(made, places, name, other) for name in made for other in made[name].depends_on if other in places]
    boxes = [_box(made[name], places[name]) for name in places]
    return Markup(
        '<svg class="picture" width="{}" height="{}" viewBox="-2 -2 {} {}" role="group" aria-label="Services and what they need">{}{}</svg>'
    ).format(width + 4, height + 4, width + 4, height + 4, Markup("").join(lines), Markup("").join(boxes))


def _state(found: Board, monitors: Sequence[str]) -> tuple[ServiceWord, int]:
    """The worst of its monitors; what is unknown does not hide what is well, but is said."""
    standings = [found.standings[name] for name in monitors]
    word: ServiceWord = next((one for one in _WORST if any(each.state == one for each in standings)), "none")
    return word, min((one.rank for one in standings if one.state == word), default=0)


def _place(index: int, number: int, row: Sequence[str], width: int) -> tuple[float, float]:
    indent = (width - (len(row) * (BOX_W + GAP_X) - GAP_X)) / 2
    return indent + index * (BOX_W + GAP_X), number * (BOX_H + GAP_Y)


def _edge(made: Mapping[str, ServiceShown], places: Mapping[str, tuple[float, float]], name: str, other: str) -> Markup:
    (x1, y1), (x2, y2) = places[name], places[other]
    begin, end = (x1 + BOX_W / 2, y1 + BOX_H), (x2 + BOX_W / 2, y2)
    bend = (end[1] - begin[1]) / 2
    word = "edge firing" if made[other].state == "firing" else "edge"
    return Markup('<path class="{}" d="M{} {}C{} {} {} {} {} {}"/>').format(
        word, *(round(number, 1) for number in (*begin, begin[0], begin[1] + bend, end[0], end[1] - bend, *end))
    )


def _box(one: ServiceShown, at: tuple[float, float]) -> Markup:
    x, y = at
    title = shorten(one.title, _ROOM)
    said = one.severity if one.state == "firing" else SAID[one.state]
    if one.affected_by and one.state != "firing":
        said += ", affected"
    bar = Markup('<rect x="{}" y="{}" width="5" height="{}" rx="2" fill="{}"/>').format(x, y, BOX_H, one.color) if one.color else Markup("")
    return Markup(
        '<a href="/monitors?service={}" class="box {}"><title>{}: {}</title><rect class="frame" x="{}" y="{}" width="{}" height="{}" rx="6"/>{}'
        '<text class="name" x="{}" y="{}">{}</text><text class="word" x="{}" y="{}">{}</text></a>'
    ).format(path(one.name), one.state, one.title, said, x, y, BOX_W, BOX_H, bar, x + 14, y + 21, title, x + 14, y + 39, said)
