"""`fieldConfig` of a panel: units, names, limits of the scale, threshold bands; for one figure as defaults, for several as overrides."""

from __future__ import annotations

from collections.abc import Sequence

from monctl.program import Panel, Program
from monctl.resource import Json
from monctl_targets.grafana.asked import Shown
from monctl_targets.grafana.bands import CLEAR, GOOD, steps
from monctl_targets.grafana.looks import custom
from monctl_targets.grafana.units import plain, top, unit_id

_BANDED = frozenset({"timeseries", "stat", "gauge", "bargauge", "table", "state-timeline"})
_COLOURS = {"timeseries": "palette-classic", "piechart": "palette-classic", "barchart": "palette-classic", "heatmap": "palette-classic"}


def field_config(program: Program, type: str, shown: Sequence[Shown], panel: Panel, *, words: bool) -> tuple[Json, bool]:
    """The fieldConfig, and whether it has threshold bands. `words`: a figure may be a text."""
    bands = [_bands(program, type, each) if panel.thresholds and type in _BANDED else None for each in shown]
    units = [unit_id(panel.unit or each.measured.unit) if each.scale == 1 else "percentunit" for each in shown]
    one = len(shown) == 1
    common = units[0] if units and len(set(units)) == 1 else unit_id(panel.unit) if not units and panel.unit else None
    banded = any(each is not None for each in bands)
    defaults: dict[str, Json] = {"color": _colour(type, banded or type == "state-timeline"), "mappings": []}
    defaults["thresholds"] = {"mode": "absolute", "steps": (bands[0] if one else None) or _base(type)}
    if common is not None:
        defaults["unit"] = common
    elif not words and not shown and type not in {"table", "logs"}:
        defaults["unit"] = "short"
    if type in {"gauge", "bargauge", "timeseries"}:
        defaults |= _scale(type, shown, bands)
    if words and not banded:
        defaults["color"] = {"mode": "fixed", "fixedColor": "text"}
    style = "off" if not banded else "dashed+area" if one else "dashed"
    if (own := custom(type, bands=style if one else "off")) is not None:
        defaults["custom"] = own
    overrides = [
        override
        for each, unit, band in zip(shown, units, bands, strict=True)
        if (override := _override(type, each, None if unit == common else unit, None if one else band, style, one=one)) is not None
    ]
    return {"defaults": defaults, "overrides": overrides}, banded


def round_figure(program: Program, shown: Sequence[Shown]) -> bool:
    """Whether figures read well on a gauge: shares of a whole, with bands inside it. A growth rate or a share without bands does not."""
    for each in shown:
        most = top(each.measured.unit)
        bands = None if most is None else _bands(program, "gauge", each)
        if most is None or bands is None or any(not 0 < float(step["value"]) / each.scale <= most for step in bands[1:]):
            return False
    return True


def _bands(program: Program, type: str, each: Shown) -> list[Json] | None:
    figure = each.measured
    base = CLEAR if type == "timeseries" else GOOD
    return steps(figure.monitors, program.severities, figure.value, figure.unit, base=base, scale=each.scale)


def _base(type: str) -> Json:
    return [{"color": CLEAR if type == "timeseries" else GOOD, "value": None}]


def _colour(type: str, banded: bool) -> Json:
    if type in _COLOURS:
        return {"mode": _COLOURS[type]}
    if type == "bargauge" and not banded:
        return {"mode": "continuous-BlPu"}
    return {"mode": "thresholds"} if banded or type in {"gauge", "table", "logs"} else {"mode": "fixed", "fixedColor": "text"}


def _scale(type: str, shown: Sequence[Shown], bands: Sequence[list[Json] | None]) -> dict[str, Json]:
    """From nothing to the most there can be; a gauge without such a most ends a quarter above its highest band."""
    tops = {top(each.measured.unit) for each in shown}
    least: dict[str, Json] = {"min": 0} if type != "timeseries" or tops != {None} else {}
    if len(tops) == 1 and (most := next(iter(tops))) is not None:
        return least | {"max": 1 if shown[0].scale != 1 else most} if type != "timeseries" else least
    if type == "gauge" and bands and bands[0]:
        return least | {"max": plain(max(float(step["value"]) for step in bands[0][1:]) * 1.25 or 1)}
    return least


def _override(type: str, each: Shown, unit: str | None, band: list[Json] | None, style: str, *, one: bool) -> Json | None:
    """What one of several figures has of its own, found by its column or by the letter of its query."""
    properties: list[Json] = []
    is_column = each.column is not None
    if is_column or (each.measured.value and type not in {"timeseries", "table"} and not one):
        properties.append({"id": "displayName", "value": each.measured.title})
    if unit is not None:
        properties.append({"id": "unit", "value": unit})
    if band is not None:
        properties.append({"id": "thresholds", "value": {"mode": "absolute", "steps": band}})
        if type == "timeseries":
            properties.append({"id": "custom.thresholdsStyle", "value": {"mode": style}})
        elif type == "table":
            properties.append({"id": "custom.cellOptions", "value": {"type": "color-text"}})
    if not properties:
        return None
    matcher = {"id": "byName", "options": each.column} if is_column else {"id": "byFrameRefID", "options": each.ref}
    return {"matcher": matcher, "properties": properties}
