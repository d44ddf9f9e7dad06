"""What a classic dashboard may hold: the keys per object and panel type that the stand-in accepts.

The real server stores what it gets; unknown keys are refused here so that a misspelt one is seen.
Source: npm @grafana/schema 13.2.3, raw/dashboard and composable/*/panelcfg; alertlist from public/app/plugins/panel/alertlist/types.ts
(read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from monctl.resource import Json

UID = r"[a-zA-Z0-9_-]{1,40}"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DASHBOARD = _words(
    "id uid title description tags timezone editable graphTooltip time timepicker refresh fiscalYearStartMonth weekStart liveNow preload"
    " schemaVersion version panels templating annotations links"
)
_PANEL = _words(
    "id type title description transparent gridPos datasource targets fieldConfig options transformations interval maxDataPoints timeFrom"
    " timeShift hideTimeOverride links repeat repeatDirection maxPerRow libraryPanel pluginVersion"
)
_ROW = _words("id type title collapsed gridPos panels repeat")
_DEFAULTS = _words(
    "displayName description unit decimals min max noValue filterable links actions color mappings thresholds custom fieldMinMax"
)
_VIZ = _words("legend tooltip")
_REDUCED = _words("reduceOptions orientation text")
_OPTIONS: Mapping[str, frozenset[str]] = {
    "timeseries": _VIZ | _words("timezone orientation"),
    "stat": _REDUCED | _words("colorMode graphMode justifyMode textMode wideLayout showPercentChange percentChangeColorMode"),
    "gauge": _REDUCED
    | _words("showThresholdLabels showThresholdMarkers sizing minVizWidth minVizHeight shape barShape barWidthFactor sparkline"),
    "bargauge": _REDUCED | _words("displayMode valueMode namePlacement showUnfilled sizing minVizWidth minVizHeight maxVizHeight legend"),
    "table": _words("showHeader cellHeight frameIndex sortBy enablePagination showTypeIcons frozenColumns footer"),
    "logs": _words(
        "showTime showLabels showCommonLabels showLogContextToggle wrapLogMessage prettifyLogMessage enableLogDetails sortOrder dedupStrategy"
    ),
    "state-timeline": _VIZ | _words("showValue rowHeight mergeValues alignValue perPage"),
    "barchart": _VIZ
    | _words(
        "orientation xTickLabelRotation xTickLabelMaxLength stacking showValue barWidth groupWidth fullHighlight xField colorByField text"
    ),
    "piechart": _VIZ | _REDUCED | _words("pieType displayLabels"),
    "heatmap": _words("calculate calculation cellGap cellValues color exemplars filterValues legend rowsFrame showValue tooltip yAxis"),
    "alertlist": _words(
        "viewMode groupMode groupBy maxItems sortOrder dashboardAlerts alertName alertInstanceLabelFilter datasource folder stateFilter"
        " showInstances showInactiveAlerts"
    ),
    "text": _words("mode content code"),
}
_BUILT_IN = ("-- Grafana --", "-- Mixed --", "-- Dashboard --", "__expr__")


def dashboard_fault(model: Mapping[str, Any], datasources: set[str]) -> str | None:
    """What is wrong with a dashboard, in a sentence; None when nothing is."""
    return next(_faults(model, datasources), None)


def _faults(model: Mapping[str, Any], datasources: set[str]) -> Iterator[str]:
    title = model.get("title")
    if not isinstance(title, str) or not title.strip():
        yield "Dashboard title cannot be empty"
    elif len(title) > 5000:
        yield "Dashboard title cannot contain more than 5000 characters"
    uid = model.get("uid") or "x"
    if not isinstance(uid, str) or not re.fullmatch(r"[a-zA-Z0-9_-]*", uid):
        yield "uid contains illegal characters"
    elif len(uid) > 40:
        yield "uid too long, max 40 characters"
    yield from _unknown("dashboard", model, _DASHBOARD)
    if any(not isinstance(tag, str) or not 1 <= len(tag) <= 50 for tag in model.get("tags") or ()):
        yield "sandbox: a tag has 1 to 50 characters"
    refresh = model.get("refresh") or "5s"
    if not re.fullmatch(r"\d+(s|m|h|d)", refresh) or (refresh.endswith("s") and int(refresh[:-1]) < 5):
        yield "Dashboard refresh interval is too low"
    ids: set[int] = set()
    for panel in model.get("panels") or ():
        yield from _panel_faults(panel, ids, datasources)


def _panel_faults(panel: Mapping[str, Any], ids: set[int], datasources: set[str]) -> Iterator[str]:
    type, where = str(panel.get("type")), f"panel '{panel.get('title', '')}'"
    if not isinstance(panel.get("id"), int) or panel["id"] < 1 or panel["id"] in ids:
        yield f"sandbox: {where}: id must be a number above 0, used once"
    ids.add(panel.get("id", 0))
    yield from _grid_faults(where, panel.get("gridPos"))
    if type == "row":
        yield from _unknown(where, panel, _ROW)
        for inner in panel.get("panels") or ():
            yield from _panel_faults(inner, ids, datasources)
        return
    if type not in _OPTIONS:
        yield f"sandbox: {where}: no panel plugin '{type}'"
        return
    yield from _unknown(where, panel, _PANEL)
    yield from _unknown(f"{where}: options", panel.get("options") or {}, _OPTIONS[type])
    config = panel.get("fieldConfig") or {"defaults": {}, "overrides": []}
    yield from _unknown(f"{where}: fieldConfig", config, frozenset({"defaults", "overrides"}))
    yield from _unknown(f"{where}: fieldConfig.defaults", config.get("defaults") or {}, _DEFAULTS)
    yield from _step_faults(where, (config.get("defaults") or {}).get("thresholds"))
    refs = [target.get("refId") for target in panel.get("targets") or ()]
    if None in refs or len(set(refs)) != len(refs):
        yield f"sandbox: {where}: each target needs its own refId"
    for source in [panel.get("datasource"), *(target.get("datasource") for target in panel.get("targets") or ())]:
        if source is not None and source.get("uid") not in datasources and source.get("uid") not in _BUILT_IN:
            yield f"sandbox: {where}: no data source with uid '{source.get('uid')}'"


def _grid_faults(where: str, grid: Json) -> Iterator[str]:
    if not isinstance(grid, Mapping) or set(grid) != {"h", "w", "x", "y"}:
        yield f"sandbox: {where}: gridPos needs h, w, x and y"
    elif not (grid["h"] >= 1 and 1 <= grid["w"] <= 24 and grid["x"] >= 0 and grid["x"] + grid["w"] <= 24 and grid["y"] >= 0):
        yield f"sandbox: {where}: gridPos is outside the grid of 24 columns"


def _step_faults(where: str, thresholds: Json) -> Iterator[str]:
    if thresholds is None:
        return
    steps = thresholds.get("steps") or []
    values = [step.get("value") for step in steps]
    if not steps or values[0] is not None or values[1:] != sorted(values[1:]):
        yield f"sandbox: {where}: the first threshold is the base (null), the others ascend"


def _unknown(where: str, body: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    for name in sorted(set(body) - known):
        yield f"sandbox: {where}: unknown field '{name}'"
