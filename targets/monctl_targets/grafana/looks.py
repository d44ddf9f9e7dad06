"""Options and field settings per panel type: what a person would have chosen. Keys per @grafana/schema 13.2.3 (read 2026-11-20)."""

from __future__ import annotations

from collections.abc import Mapping

from monctl.resource import Json

PANEL_TYPES: Mapping[str, str] = {
    "timeseries": "timeseries", "stat": "stat", "gauge": "gauge", "bargauge": "bargauge", "table": "table", "logs": "logs",
    "piechart": "piechart", "heatmap": "heatmap", "barchart": "barchart", "alerts": "alertlist", "text": "text", "services": "text",
}  # fmt: skip
_REDUCE: Json = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_TOOLTIP: Json = {"mode": "multi", "sort": "desc"}
_HIDE: Json = {"legend": False, "tooltip": False, "viz": False}


def options(type: str, *, many: bool = False, text_fields: bool = False, rows: bool = False, bands: bool = False, first: str = "") -> Json:
    """The options of a panel.

    `many`: several series; `text_fields`: a figure may be a word; `rows`: each row of the answer is a figure; `bands`: there are
    thresholds; `first`: the field along the axis of a bar chart.
    """
    reduce = _REDUCE | {"fields": "/.*/" if text_fields else "", "values": rows}
    legend = {
        "showLegend": many,
        "displayMode": "table" if many else "list",
        "placement": "bottom",
        "calcs": ["lastNotNull", "max"] if many else [],
    }
    made: Mapping[str, Json] = {
        "timeseries": {"legend": legend, "tooltip": _TOOLTIP},
        "stat": {
            "colorMode": "background" if bands else "value", "graphMode": "area", "justifyMode": "auto", "textMode": "auto",
            "orientation": "auto", "wideLayout": True, "showPercentChange": False, "percentChangeColorMode": "standard", "reduceOptions": reduce,
        },
        "gauge": {
            "showThresholdLabels": False, "showThresholdMarkers": True, "sizing": "auto", "minVizWidth": 75, "minVizHeight": 75,
            "orientation": "auto", "reduceOptions": reduce,
        },
        "bargauge": {
            "displayMode": "gradient", "valueMode": "color", "namePlacement": "auto", "showUnfilled": True, "sizing": "auto", "minVizWidth": 8,
            "minVizHeight": 16, "maxVizHeight": 300, "orientation": "horizontal", "reduceOptions": reduce,
            "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
        },
        "table": {"showHeader": True, "cellHeight": "sm", "frameIndex": 0},
        "logs": {
            "showTime": True, "showLabels": False, "showCommonLabels": False, "wrapLogMessage": True, "prettifyLogMessage": False,
            "enableLogDetails": True, "showLogContextToggle": False, "sortOrder": "Descending", "dedupStrategy": "none",
        },
        "state-timeline": {
            "showValue": "auto", "rowHeight": 0.9, "mergeValues": True, "alignValue": "left",
            "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []}, "tooltip": {"mode": "single", "sort": "none"},
        },
        "barchart": {
            "orientation": "horizontal", "xTickLabelRotation": 0, "xTickLabelMaxLength": 40, "stacking": "none", "showValue": "auto", "barWidth": 0.9,
            "groupWidth": 0.7, "fullHighlight": False, "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
            "tooltip": {"mode": "single", "sort": "none"}, **({"xField": first} if first else {}),
        },
        "piechart": {
            "pieType": "donut", "orientation": "auto", "displayLabels": ["percent"], "reduceOptions": reduce, "tooltip": {"mode": "single", "sort": "none"},
            "legend": {"showLegend": True, "displayMode": "table", "placement": "right", "calcs": [], "values": ["value", "percent"]},
        },
        "heatmap": {
            "calculate": True, "cellGap": 1, "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64, "exponent": 0.5, "fill": "dark-orange", "reverse": False},
            "exemplars": {"color": "rgba(255,0,255,0.7)"}, "filterValues": {"le": 1e-9}, "legend": {"show": True}, "rowsFrame": {"layout": "auto"},
            "showValue": "auto", "tooltip": {"mode": "single", "yHistogram": False}, "yAxis": {"axisPlacement": "left"},
        },
    }  # fmt: skip
    return made[type]


def custom(type: str, *, bands: str = "off", stacked: bool = False) -> Json:
    """`fieldConfig.defaults.custom` of a type; None where it has none. `bands` is the style of threshold lines and areas."""
    if type == "timeseries":
        return {
            "drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 2, "fillOpacity": 10, "gradientMode": "opacity", "showPoints": "auto",
            "pointSize": 5, "spanNulls": False, "stacking": {"group": "A", "mode": "normal" if stacked else "none"}, "axisPlacement": "auto",
            "axisLabel": "", "axisColorMode": "text", "scaleDistribution": {"type": "linear"}, "hideFrom": _HIDE, "thresholdsStyle": {"mode": bands},
        }  # fmt: skip
    return {
        "table": {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": True},
        "state-timeline": {"fillOpacity": 70, "lineWidth": 0, "hideFrom": _HIDE},
        "barchart": {"fillOpacity": 80, "lineWidth": 1, "gradientMode": "none", "hideFrom": _HIDE, "thresholdsStyle": {"mode": "off"}},
        "piechart": {"hideFrom": _HIDE},
        "heatmap": {"hideFrom": _HIDE, "scaleDistribution": {"type": "linear"}},
    }.get(type)
