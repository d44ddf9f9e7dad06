"""Sources of the program as queries to Grafana's data sources: PromQL, SQL, LogQL, Sentry's plugin. Pure, no references resolved.

Models: @grafana/schema 13.2.3 composable/prometheus and loki, grafana/grafana packages/grafana-sql/src/types.ts,
grafana/sentry-datasource src/types.ts (read 2026-11-20 and 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from monctl import measure
from monctl.measure import Source
from monctl.number import spell
from monctl.program import Datasource, Program
from monctl.resource import Json, lookup

PLUGINS = {
    "postgresql": "grafana-postgresql-datasource",
    "mysql": "mysql",
    "prometheus": "prometheus",
    "logs": "loki",
    "sentry": "grafana-sentry-datasource",
}
"""Type of a data source of ours → Grafana's plugin id. Grafana brings the first four; Sentry's plugin is Grafana Labs' own."""

_HISTORY = re.compile(r"\$__(timeGroup|timeFilter|time\(|unixEpoch)")
_SENTRY_Y = {
    "events": "count()", "users": "count_unique(user)", "p50": "p50(transaction.duration)", "p75": "p75(transaction.duration)",
    "p95": "p95(transaction.duration)", "p99": "p99(transaction.duration)", "average": "avg(transaction.duration)",
    "failure_rate": "failure_rate()", "throughput": "epm()", "apdex": "apdex(300)",
}  # fmt: skip
_LEVELS = ("debug", "info", "warning", "error", "fatal")


@dataclass(frozen=True, slots=True)
class Query:
    """One query of one data source, without its refId."""

    datasource: Json
    """`{"type", "uid"}`, the uid a Lookup."""
    model: Mapping[str, Json]
    history: bool
    """Gives a series over time, not only a figure for now."""
    columns: tuple[str, ...] = ()
    """SQL: the columns that hold the values shown; empty where the query does not say."""
    table: bool = False
    """Rows for people to read."""
    scale: float = 1.0
    """What the program's numbers are to be multiplied by to be those of the query."""


def reference(datasource: Datasource) -> Json | None:
    """`{"type", "uid"}` of a data source, found by the uid the estate gives or else by its name; None where Grafana has no plugin for it."""
    plugin = PLUGINS.get(datasource.type)
    if plugin is None:
        return None
    given = datasource.options.get("grafana")
    uid = lookup("datasource", uid=str(given)) if given else lookup("datasource", name=datasource.name)
    return {"type": plugin, "uid": uid}


def query(program: Program, source: Source, values: tuple[str, ...] = (), *, table: bool = False) -> Query | None:
    """The query of a source for these of its values (empty: all it gives); None when Grafana cannot ask it."""
    if not isinstance(source, measure.Sql | measure.Prometheus | measure.Log | measure.Sentry):
        return None
    datasource = program.datasources[source.datasource]
    where = reference(datasource)
    if where is None:
        return None
    match source:
        case measure.Sql():
            return _sql(where, source, values, table=table)
        case measure.Prometheus(query=text):
            return Query(where, {"expr": text, "editorMode": "code", "legendFormat": legend(text)}, history=True)
        case measure.Log():
            return _logs(where, datasource, source, table=table)
        case measure.Sentry():
            return _sentry(where, datasource, source)


def sql_text(source: measure.Sql, values: tuple[str, ...]) -> str:
    """The user's own text where all of it is wanted; else some columns of it, or the number of its rows."""
    text = source.query.strip()
    if source.mode != "value":
        return f"SELECT COUNT(*) AS value\nFROM (\n{text}\n) AS problems"
    if not values or not source.values or set(values) >= set(source.values):
        return text
    return f"SELECT {', '.join(values)}\nFROM (\n{text}\n) AS source"


def legend(promql: str) -> str | None:
    """`{{a}} {{b}}` from the last `by (a, b)`; None where the expression keeps no labels by name."""
    found = re.findall(r"\bby\s*\(([^)]*)\)", promql)
    names = [name.strip() for name in found[-1].split(",") if name.strip() and name.strip() != "le"] if found else []
    return " ".join(f"{{{{{name}}}}}" for name in names) or None


def _sql(where: Json, source: measure.Sql, values: tuple[str, ...], *, table: bool) -> Query:
    rows = table or source.mode == "value"
    text = source.query.strip() if table else sql_text(source, values)
    history = bool(_HISTORY.search(text)) and not table
    model = {"rawSql": text, "rawQuery": True, "editorMode": "code", "format": "time_series" if history else "table"}
    shown = values or tuple(source.values)
    return Query(where, model, history, ("value",) if not rows else shown, table)


def _logs(where: Json, datasource: Datasource, source: measure.Log, *, table: bool) -> Query:
    selector = str(datasource.options.get("selector") or _selector(datasource))
    lines = selector + (f" |= {_quoted(source.contains)}" if source.contains else "") + " | json"
    lines += "".join(f" | {_label_filter(name, value)}" for name, value in source.where.items())
    if table and source.by is None:
        return Query(where, {"expr": lines, "queryType": "range", "maxLines": 1000, "editorMode": "code"}, history=False, table=True)
    span = f"{round(source.window_s)}s" if source.window_s else "$__auto"
    by = f" by ({source.by})" if source.by else ""
    if source.measure == "count":
        expr = f"sum{by} (count_over_time({lines} [{span}]))"
    else:
        over, head = {"max": ("max_over_time", ""), "average": ("avg_over_time", "")}.get(
            source.measure, ("quantile_over_time", f"0.{source.measure[1:]}, ")
        )
        expr = f"{over}({head}{lines} | unwrap {source.field} [{span}]){by or ' by ()'}"
    model = {"expr": expr, "queryType": "instant" if table else "range", "editorMode": "code"}
    return Query(where, model | ({"legendFormat": f"{{{{{source.by}}}}}"} if source.by else {}), history=not table, table=table)


def _selector(datasource: Datasource) -> str:
    """Promtail's and Alloy's label for the file a line comes from; the estate may say better with `options: {selector: …}`."""
    path = datasource.options.get("path")
    if not path:
        return f'{{job="{datasource.name}"}}'
    return f"{{filename=~{_quoted('.*' + re.escape(str(path)).replace(re.escape('*'), '[^/]*'))}}}"


def _label_filter(name: str, value: str | float | bool) -> str:
    if isinstance(value, str) and (found := re.fullmatch(r"(==|!=|>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)", value.strip())):
        return f"{name} {found[1]} {found[2]}"
    if isinstance(value, bool):
        return f'{name}="{str(value).lower()}"'
    return f"{name}={_quoted(value)}" if isinstance(value, str) else f"{name} == {spell(value)}"


def _sentry(where: Json, datasource: Datasource, source: measure.Sentry) -> Query | None:
    measured = _SENTRY_Y.get(source.measure)
    if measured is None:
        return None
    words = [f"has:{tag}" if value is None else f"{tag}:{_word(value)}" for tag, value in source.tags.items()]
    if source.level is not None:
        words.append(f"level:[{', '.join(_LEVELS[_LEVELS.index(source.level) :])}]")
    if project := datasource.options.get("project"):
        words.insert(0, f"project:{project}")
    if source.query:
        words.append(source.query)
    model = {
        "queryType": "eventsStats",
        "projectIds": [],
        "environments": [source.environment] if source.environment else [],
        "eventsStatsQuery": " ".join(words),
        "eventsStatsYAxis": [measured],
        "eventsStatsGroups": [],
    }
    # Sentry gives the failure rate as a share of one
    return Query(where, model, history=True, scale=0.01 if source.measure == "failure_rate" else 1.0)


def _word(text: str) -> str:
    return _quoted(text) if re.search(r'[\s":()\[\]]', text) else text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
