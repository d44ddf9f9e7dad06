"""DASH002."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Panel, Program

_ONE_AXIS = frozenset({"timeseries", "barchart", "bargauge"})
_LIKE_NUMBERS = frozenset({"count", "none", "money"})


@rule("DASH002", "panel-mixes-units", level=Level.WARNING)
def panel_mixes_units(program: Program, context: Context) -> Iterator[Finding]:
    """A panel draws figures of different kinds on one axis.

    Durations beside percentages, sizes beside rates. Counts of different things may stand together, and so may milliseconds and seconds.

    **Why.** The axis can have one unit: 80 % is drawn as 80 ms. And the larger figures press the smaller ones flat.

    **Example**

        panels:
          - {title: Machine, metrics: [cpu, response-time]}

    **Instead**

        panels:
          - {title: CPU, metric: cpu}
          - {title: Response time, metric: response-time}

    **Source.** A standard option such as the unit "is applied to all fields or series" of a panel:
    https://grafana.com/docs/grafana/v12.4/visualizations/panels-visualizations/configure-standard-options.md (read 2026-11-21)
    """
    for dashboard in program.dashboards.values():
        for row in dashboard.rows:
            for panel in row.panels:
                kinds = _kinds(program, panel) if panel.look in _ONE_AXIS else {}
                if len(kinds) > 1:
                    (first, one), (second, other) = list(kinds.items())[:2]
                    yield found(
                        f"panel '{panel.title}' draws '{one}' ({first}) and '{other}' ({second}) on one axis",
                        panel.origin,
                        help="give each a panel of its own, or show them with `look: stat` or `table`",
                        address=f"dashboard.{dashboard.name}",
                    )


def _kinds(program: Program, panel: Panel) -> dict[str, str]:
    """What kinds of figure the panel draws, each with the first that is of it."""
    kinds: dict[str, str] = {}
    for name, value in panel.metrics:
        metric = program.metrics.get(name)
        unit = metric.units.get(value) if metric is not None else None
        if unit is not None:
            kind = "number" if unit.dimension in _LIKE_NUMBERS else unit.dimension
            kinds.setdefault(kind, f"{name}.{value}" if metric is not None and len(metric.units) > 1 else name)
    return kinds
