"""The `data` of an alert rule: queries, a reduce for each, thresholds, and the letter that decides.

Source: alert rule of the provisioning API, @grafana/schema expr (read 2026-11-20). SQL must give one number and may give text columns,
which become labels: docs.grafana.com alerting, "Alerting on numeric data" (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monctl import measure
from monctl.condition import Between, Comparison, State, Term, Trend
from monctl.measure import Source
from monctl.program import Monitor, Program
from monctl.resource import Json
from monctl_targets.grafana import durations
from monctl_targets.grafana.asked import math, refs
from monctl_targets.grafana.sources import Query, query
from monctl_targets.grafana.units import plain

EXPRESSION = "__expr__"
EVALUATORS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "==": "eq", "!=": "ne"}
_LEAST_RANGE_S = 600


@dataclass(slots=True)
class Built:
    """What `decide` makes."""

    data: list[Json] = field(default_factory=list)
    condition: str = ""
    value: str = ""
    """The letter of the figure, for messages; empty when there are several."""
    nearly: list[tuple[Term, str]] = field(default_factory=list)
    """Terms that are approximated, and how."""
    lost: list[tuple[Term, str]] = field(default_factory=list)
    """Terms that cannot be said, and why."""


def decide(program: Program, monitor: Monitor, terms: Sequence[Term]) -> Built:
    """Queries and expressions that are true when any of the terms is. No data at all when none of them can be said."""
    work = _Work(program, monitor, Built(), refs(), {})
    deciding = [letter for term in terms if (letter := work.term(term)) is not None]
    built = work.built
    if not deciding:
        return Built(nearly=built.nearly, lost=built.lost)
    built.condition = deciding[0] if len(deciding) == 1 else work.math(" || ".join(f"${letter}" for letter in deciding))
    figures = set(work.figures.values())
    built.value = figures.pop() if len(figures) == 1 else ""
    return built


@dataclass(slots=True)
class _Work:
    program: Program
    monitor: Monitor
    built: Built
    letters: Iterator[str]
    figures: dict[tuple[object, ...], str]
    """Figures that were asked for already, by what they are."""

    def term(self, term: Term) -> str | None:
        """The letter of an expression that is 1 while the term holds."""
        match term:
            case Comparison(value=value, op=op, limit=limit, window_s=window):
                figure = self._compared(term, value, window)
                return figure and self._threshold(figure, EVALUATORS[op], [limit])
            case Between(value=value, inside=inside, low=low, high=high):
                figure = self._figure(term, value, "")
                return figure and self._threshold(figure, "within_range_included" if inside else "outside_range", [low, high])
            case Trend():
                return self._trend(term)
            case State():
                return self._state(term)

    def math(self, expression: str) -> str:
        return self._expression({"type": "math", "expression": expression})

    def _compared(self, term: Term, value: str | None, window: float | None) -> str | None:
        if window is None:
            return self._figure(term, value, "")
        source = self.monitor.source
        if not isinstance(source, measure.Prometheus):
            self.built.nearly.append((term, "over the query's own time: Grafana asks for one figure"))
            return self._figure(term, value, "")
        unit = self.monitor.units.get(value or self.monitor.value)
        counted = unit is not None and unit.dimension == "count"
        over = "sum_over_time" if counted else "avg_over_time"
        self.built.nearly.append((term, f"{over} of the expression, one sample every {durations.show(self.monitor.every_s)}"))
        return self._figure(term, value, f"{over}({{}}[{durations.show(window)}:{durations.show(self.monitor.every_s)}])", window)

    def _trend(self, term: Trend) -> str | None:
        if not isinstance(self.monitor.source, measure.Prometheus):
            self.built.lost.append((term, "a trend needs the past, and the query gives one figure for now"))
            return None
        span = f"[{durations.show(term.for_s)}:{durations.show(self.monitor.every_s)}]"
        if term.direction == "unchanged":
            self.built.nearly.append((term, "the greatest and the least figure of that time are the same"))
            expr = "max_over_time({}" + span + ") - min_over_time({}" + span + ")"
            figure = self._figure(term, term.value, expr, term.for_s)
            return figure and self._threshold(figure, "eq", [0])
        self.built.nearly.append((term, "the slope of a line through that time"))
        figure = self._figure(term, term.value, "deriv({}" + span + ")", term.for_s)
        return figure and self._threshold(figure, "gt" if term.direction == "increasing" else "lt", [0])

    def _state(self, term: State) -> str | None:
        prometheus = isinstance(self.monitor.source, measure.Prometheus)
        match term.kind:
            case "no data" if prometheus:
                figure = self._figure(term, None, "absent({})")
                return figure and self._threshold(figure, "gt", [0])
            case "error":
                self.built.nearly.append((term, "by the rule's state on errors, which also has the other terms' time"))
                figure = self._figure(term, None, "")
                return figure and self.math(f"0 * ${figure}")
            case "down":
                self.built.nearly.append((term, "the figure is below 1"))
                figure = self._figure(term, None, "")
                return figure and self._threshold(figure, "lt", [1])
            case "any":
                figure = self._figure(term, None, "")
                return figure and self._threshold(figure, "gt", [0])
            case "no data":
                self.built.nearly.append((term, "by the rule's state on no data, at once"))
                figure = self._figure(term, None, "")
                return figure and self.math(f"0 * ${figure}")
            case _:
                self.built.lost.append((term, f"'{term.kind}' is about events, and the source gives figures"))
                return None

    def _figure(self, term: Term, value: str | None, around: str, span_s: float = 0) -> str | None:
        """The letter of the reduced figure of a value; `around` is PromQL with `{}` in place of the expression."""
        key = (value or self.monitor.value, around)
        if key not in self.figures:
            letter = self._source(self.monitor.source, value or self.monitor.value, around, span_s)
            if letter is None:
                self.built.lost.append((term, "Grafana has no data source that can ask this"))
                return None
            self.figures[key] = letter
        return self.figures[key]

    def _source(self, source: Source, value: str, around: str, span_s: float) -> str | None:
        if isinstance(source, measure.Expr):
            names: dict[str, str] = {}
            for variable, path in source.inputs.items():
                metric_name, _, wanted = path.partition(".")
                metric = self.program.metrics[metric_name]
                inner = self._source(metric.source, wanted or metric.default_value, "", 0)
                if inner is None:
                    return None
                names[variable] = inner
            return self.math(math(source.expression, names))
        if not isinstance(source, measure.Prometheus | measure.Sql):
            return None
        values = (value,) if isinstance(source, measure.Sql) and value in source.values else ()
        made = query(self.program, source, values)
        return None if made is None else self._reduce(self._query(made, around, span_s))

    def _query(self, made: Query, around: str, span_s: float) -> str:
        letter = next(self.letters)
        model = {"refId": letter, "datasource": made.datasource, **made.model, "intervalMs": 1000, "maxDataPoints": 43200}
        if "expr" in model:
            text = f"({model['expr']})"
            model |= {"expr": around.replace("{}", text) if around else model["expr"], "instant": True, "range": False}
            model.pop("legendFormat")
        back = max(_LEAST_RANGE_S, round(span_s))
        self._add(letter, made.datasource["uid"], model, {"from": back, "to": 0})
        return letter

    def _reduce(self, letter: str) -> str:
        return self._expression({"type": "reduce", "expression": letter, "reducer": "last", "settings": {"mode": "dropNN"}})

    def _threshold(self, figure: str, evaluator: str, params: list[float]) -> str:
        letter = next(self.letters)
        condition = {
            "type": "query", "evaluator": {"type": evaluator, "params": [plain(each) for each in params]}, "operator": {"type": "and"},
            "query": {"params": [letter]}, "reducer": {"type": "last", "params": []},
        }  # fmt: skip
        return self._expression({"type": "threshold", "expression": figure, "conditions": [condition]}, letter)

    def _expression(self, model: dict[str, Json], letter: str | None = None) -> str:
        letter = letter or next(self.letters)
        whole = {
            "refId": letter,
            "datasource": {"type": EXPRESSION, "uid": EXPRESSION},
            **model,
            "intervalMs": 1000,
            "maxDataPoints": 43200,
        }
        self._add(letter, EXPRESSION, whole, {"from": 0, "to": 0})
        return letter

    def _add(self, letter: str, datasource: Json, model: Json, span: Json) -> None:
        self.built.data.append({"refId": letter, "queryType": "", "relativeTimeRange": span, "datasourceUid": datasource, "model": model})
