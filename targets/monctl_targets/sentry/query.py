"""What a `sentry` source measures, as the one data source of a metric detector."""

from __future__ import annotations

from dataclasses import dataclass

from monctl.measure import Sentry
from monctl.resource import Json
from monctl.unit import Unit
from monctl_targets.sentry import vocabulary as words


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of Sentry."""

    aggregate: str
    dataset: str
    windows_s: tuple[int, ...]
    whole: bool = False
    """Counts whole things."""
    factor: float = 1.0
    """From percent or milliseconds to what Sentry compares with."""
    about: str = ""
    """What of it is not exactly what the spec says."""


_SPAN = (words.SPANS, words.SPAN_WINDOWS_S)
# https://docs.sentry.io/product/alerts/create-alerts/metric-alert-config/ and src/sentry/snuba/snuba_query_validator.py (read 2026-11-20)
MEASURES = {
    "events": Measure("count()", words.EVENTS, words.EVENT_WINDOWS_S, whole=True),
    "users": Measure(words.USERS, words.EVENTS, words.EVENT_WINDOWS_S, whole=True),
    "throughput": Measure("count(span.duration)", *_SPAN, whole=True),
    "p50": Measure("p50(span.duration)", *_SPAN),
    "p75": Measure("p75(span.duration)", *_SPAN),
    "p95": Measure("p95(span.duration)", *_SPAN),
    "p99": Measure("p99(span.duration)", *_SPAN),
    "average": Measure("avg(span.duration)", *_SPAN),
    # a fraction of 1, not percent: getsentry/sentry#28800, #87092 (read 2026-11-20)
    "failure_rate": Measure("failure_rate()", *_SPAN, factor=0.01, about="transactions whose status is neither ok, cancelled nor unknown"),
    "crash_free_rate": Measure(words.CRASH_FREE, words.SESSIONS, words.SESSION_WINDOWS_S),
    "apdex": Measure("apdex(span.duration,300)", *_SPAN, about="a transaction satisfies within 300 ms"),
}


def data_source(source: Sentry, window_s: int) -> dict[str, Json]:
    """The detector's `dataSources[0]`. Transactions are spans with `is_transaction:true`: the transaction dataset takes no new monitors."""
    measure = MEASURES[source.measure]
    made: dict[str, Json] = {
        "aggregate": measure.aggregate,
        "dataset": measure.dataset,
        "query": search(source),
        "queryType": words.QUERY_TYPES[measure.dataset],
        "eventTypes": ["trace_item_span"] if measure.dataset == words.SPANS else ["default", "error"],
        "timeWindow": window_s,
        "environment": source.environment,
    }
    if measure.dataset == words.SPANS:
        made["extrapolationMode"] = "unknown"
    return made


def search(source: Sentry) -> str:
    """Tags, level and query as one sentence of Sentry's search; without those its dataset does not know (see `unknown`)."""
    dataset = MEASURES[source.measure].dataset
    parts = ["is_transaction:true"] if dataset == words.SPANS else []
    for tag, value in source.tags.items() if dataset != words.SESSIONS else ():
        # on errors the long form keeps a tag apart from a field of that name; on spans a tag is an attribute like any other
        name = tag if dataset == words.SPANS else f"tags[{tag}]"
        parts.append(f"has:{name}" if value is None else f"{name}:{quoted(value)}")
    if source.level is not None and dataset == words.EVENTS:
        parts.append(f"level:[{', '.join(levels(source.level))}]")
    if own := source.query.strip():
        parts.append(f"({own})" if parts and " OR " in own else own)
    return " ".join(parts)


def unknown(source: Sentry) -> dict[str, str]:
    """Fields of the source its dataset cannot filter by, each with the reason."""
    dataset = MEASURES[source.measure].dataset
    lost = {}
    if source.level is not None and dataset != words.EVENTS:
        lost["source.level"] = "transactions and sessions have no level"
    if source.tags and dataset == words.SESSIONS:
        lost["source.tags"] = "sessions have no tags"
    return lost


def levels(level: str) -> list[str]:
    """A level and the worse ones, worst first."""
    return [name for name, rank in words.LEVELS.items() if rank >= words.LEVELS[level]]


def quoted(value: str) -> str:
    """A value as Sentry's search reads it: bare where it can be."""
    if value and all(letter.isalnum() or letter in "-_./@" for letter in value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def compared(measure: Measure, limit: float, unit: Unit, window_s: int) -> float:
    """A limit in the metric's unit as the number Sentry compares with: ms, a fraction or a count of one window."""
    match unit.dimension:
        case "time":
            number = limit * unit.scale
        case "ratio":
            number = limit * unit.scale * measure.factor
        case "rate":
            number = limit * unit.scale * window_s / 86_400  # a rate's scale is "so many a day"
        case _:
            number = limit * measure.factor
    number = round(number, 9)
    return int(number) if float(number).is_integer() else number
