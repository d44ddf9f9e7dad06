"""A dashboard of the program in Grafana's classic model (schemaVersion 42), and where each monitor is to be seen.

Why the classic model: it is the one form every server from 11.6 to 13.2 takes, stores and gives back unchanged; 13 converts it to v2
only when somebody saves it in the UI (grafana/grafana PR 104213; docs http-api/apis-migration.md, read 2026-11-20).
"""

from __future__ import annotations

import hashlib

from monctl.program import Dashboard, Program
from monctl.resource import Json, Lookup, Ref, Resource
from monctl_targets.grafana.identity import slug, uid
from monctl_targets.grafana.layout import place
from monctl_targets.grafana.normalize import SCHEMA_VERSION
from monctl_targets.grafana.panels import Context, tiles
from monctl_targets.grafana.report import TARGET, Report

Seen = dict[str, tuple[str, int]]
"""Monitor → (dashboard, panel id)."""

LEAST_REFRESH_S = 5
"""`[dashboards] min_refresh_interval` as it comes: a save with less is refused."""

_BUILT_IN: Json = {
    "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
}  # fmt: skip
"""The UI adds it where it is missing."""


def dashboard(program: Program, said: Dashboard, folder: Ref | Lookup | str, report: Report, *, editable: bool) -> tuple[Resource, Seen]:
    """The resource, and the first panel that shows each monitor."""
    panels, seen = _panels(program, said, report)
    tags = ["monctl", slug(f"estate-{program.estate}", 50), *([slug(f"team-{said.team}", 50)] if said.team else [])]
    model = {
        "uid": uid("dashboard", program.estate, program.environment, said.name),
        "title": said.title,
        "description": said.description,
        "tags": tags,
        "timezone": "utc" if said.time_zone.upper() == "UTC" else said.time_zone,
        "editable": editable,
        "graphTooltip": 1,
        "schemaVersion": SCHEMA_VERSION,
        "time": {"from": f"now-{_whole(said.range_s)}", "to": "now"},
        "timepicker": {"refresh_intervals": ["5s", "10s", "30s", "1m", "2m", "5m", "15m", "30m", "1h"]},
        "refresh": _refresh(said, report),
        "fiscalYearStartMonth": 0,
        "links": _links(program, said),
        "templating": {"list": []},
        "annotations": {"list": [_BUILT_IN]},
        "panels": panels,
    }
    address = f"dashboard.{said.name}"
    body = {"dashboard": model, "folderUid": folder}
    made = Resource(TARGET, "dashboard", said.name, said.title, body, address, said.origin, protect=said.protect)
    return made, {name: (said.name, number) for name, number in seen.items()}


def _panels(program: Program, said: Dashboard, report: Report) -> tuple[list[Json], dict[str, int]]:
    made: list[Json] = []
    seen: dict[str, int] = {}
    ids = _Ids()
    y, headed = 0, False
    for row_number, row in enumerate(said.rows):
        if row.title:
            made.append({**_row(row.title, y), "id": ids.make("row", row.title)})
            y, headed = y + 1, True
        laid = []
        for number, panel in enumerate(row.panels):
            path = f"rows[{row_number}].panels[{number}]" if headed or len(said.rows) > 1 else f"panels[{number}]"
            watched = (*panel.monitors, *(name for pair in panel.metrics for name in program.watchers.get(pair, ())))
            for tile in tiles(Context(program, said, report, path), panel):
                tile.panel["id"] = ids.make(row.title, tile.panel["title"])
                for name in watched:
                    seen.setdefault(name, tile.panel["id"])
                laid.append(tile)
        placed, y = place(laid, y)
        made += placed
    return made, seen


def _row(title: str, y: int) -> dict[str, Json]:
    return {"type": "row", "title": title, "collapsed": False, "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}, "panels": []}


class _Ids:
    """Panel ids that stay when panels are moved, added or taken away: made of titles, because alerts link to them."""

    def __init__(self) -> None:
        self._used: set[int] = set()

    def make(self, *titles: str) -> int:
        """A number above 0, not given before."""
        number = 1 + int(hashlib.sha256("\0".join(titles).encode()).hexdigest()[:6], 16)
        while number in self._used:
            number += 1
        self._used.add(number)
        return number


def _refresh(said: Dashboard, report: Report) -> str:
    if said.refresh_s is None:
        return ""
    if said.refresh_s < LEAST_REFRESH_S:
        report.approximated(f"dashboard.{said.name}", "refresh", f"every {LEAST_REFRESH_S} s: servers refuse less")
    return _whole(max(said.refresh_s, LEAST_REFRESH_S))


def _whole(seconds: float) -> str:
    """A time as Grafana's date math takes it: one number and one unit."""
    for name, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{name}"
    return f"{max(1, round(seconds))}s"


def _links(program: Program, said: Dashboard) -> list[Json]:
    """The dashboard's own links, and a menu of the estate's other dashboards."""
    common = {
        "icon": "external link",
        "tags": [],
        "tooltip": "",
        "targetBlank": True,
        "asDropdown": False,
        "includeVars": False,
        "keepTime": False,
    }
    own = [{**common, "type": "link", "title": title, "url": url} for title, url in said.links.items()]
    if len(program.dashboards) < 2:
        return own
    tag = slug(f"estate-{program.estate}", 50)
    menu = {
        "type": "dashboards",
        "title": program.title,
        "url": "",
        "tags": [tag],
        "asDropdown": True,
        "keepTime": True,
        "targetBlank": False,
    }
    return [*own, {**common, **menu}]
