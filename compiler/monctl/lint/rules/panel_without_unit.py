"""DASH001."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.measure import Expr, Prometheus, Sql
from monctl.program import Panel, Program
from monctl.unit import NO_UNIT

_NUMBERS = frozenset({"timeseries", "stat", "gauge", "bargauge"})


@rule("DASH001", "panel-without-unit", level=Level.INFO)
def panel_without_unit(program: Program, context: Context) -> Iterator[Finding]:
    """A panel draws numbers of which nobody knows what they are.

    The figures come from SQL, PromQL or a formula, and neither the metric nor the panel has a `unit`. Write `unit: none` where there is none
    to write, as for an index or a score.

    **Why.** 1200 of what? The axis cannot say k, ms or GiB, and thresholds such as `> 200ms` cannot be checked against it.

    **Example**

        metrics:
          latency: {sql: {datasource: shop, query: SELECT AVG(ms) AS latency FROM requests}}

    **Instead**

        metrics:
          latency: {unit: ms, sql: {datasource: shop, query: SELECT AVG(ms) AS latency FROM requests}}

    **Source.** The linter of dashboards asks for a unit on every panel (`panel-units-rule`):
    https://github.com/grafana/dashboard-linter/blob/main/docs/rules/panel-units-rule.md (read 2026-11-21)
    """
    for dashboard in program.dashboards.values():
        for row in dashboard.rows:
            for panel in row.panels:
                bare = [name for name, value in panel.metrics if _is_bare(program, name, value, context)]
                if panel.look in _NUMBERS and bare and not _says_unit(panel, context):
                    yield found(
                        f"panel '{panel.title}' shows '{bare[0]}', which has no unit",
                        panel.origin,
                        help=f"add `unit:` to metric.{bare[0]}",
                        address=f"dashboard.{dashboard.name}",
                        same=panel.title,
                    )


def _is_bare(program: Program, name: str, value: str, context: Context) -> bool:
    metric = program.metrics.get(name)
    if metric is None or not isinstance(metric.source, Sql | Prometheus | Expr) or metric.units.get(value) != NO_UNIT:
        return False
    said = context.raw(metric.origin)
    return not (isinstance(said, dict) and "unit" in said) and not (
        isinstance(metric.source, Sql) and value in metric.source.values and _value_says(said, value)
    )


def _value_says(said: object, value: str) -> bool:
    """Whether `values:` of a query gives a unit, even `none`."""
    sql = said.get("sql") if isinstance(said, dict) else None
    values = sql.get("values") if isinstance(sql, dict) else None
    one = values.get(value) if isinstance(values, dict) else None
    return isinstance(one, str) or (isinstance(one, dict) and "unit" in one)


def _says_unit(panel: Panel, context: Context) -> bool:
    said = context.raw(panel.origin)
    return panel.unit not in (None, NO_UNIT) or (isinstance(said, dict) and "unit" in said)
