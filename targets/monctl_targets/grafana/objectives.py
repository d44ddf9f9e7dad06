"""An objective as PromQL: the share of good time or good events over its window, in percent."""

from __future__ import annotations

from monctl import measure
from monctl.condition import Comparison
from monctl.number import show_number
from monctl.program import Program, Slo
from monctl_targets.grafana import durations
from monctl_targets.grafana.sources import Query, query

_STEP = "5m"
"""Of the subqueries: a window of 30 days has 8640 points, of the 11000 a query may have in Prometheus."""


def objective_query(program: Program, slo: Slo) -> Query | None:
    """The share in percent; None where a metric of it is not in Prometheus."""
    window = durations.show(slo.window_s)
    if slo.metric is not None and len(slo.condition) == 1 and isinstance(slo.condition[0], Comparison):
        asked, term = _promql(program, slo.metric), slo.condition[0]
        return (
            None
            if asked is None
            else _with(asked, f"100 * avg_over_time((({asked.model['expr']}) {term.op} bool {show_number(term.limit)})[{window}:{_STEP}])")
        )
    if slo.good is not None and slo.total is not None:
        good, total = _promql(program, slo.good), _promql(program, slo.total)
        if good is None or total is None or good.datasource != total.datasource:
            return None
        parts = [f"sum_over_time(({each.model['expr']})[{window}:{_STEP}])" for each in (good, total)]
        return _with(good, f"100 * {parts[0]} / {parts[1]}")
    return None


def _promql(program: Program, path: str) -> Query | None:
    source = program.metrics[path.partition(".")[0]].source
    return query(program, source) if isinstance(source, measure.Prometheus) else None


def _with(asked: Query, expr: str) -> Query:
    return Query(asked.datasource, {"expr": expr, "editorMode": "code"}, history=True)
