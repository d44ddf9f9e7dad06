"""What a panel shows, and the targets that ask for it: one query per source, letters in order, expressions over their inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from monctl import measure
from monctl.measure import Source
from monctl.program import Monitor, Panel, Program
from monctl.resource import Json
from monctl.unit import Unit
from monctl_targets.grafana.sources import Query, query

EXPRESSION: Json = {"type": "__expr__", "uid": "__expr__"}
MIXED: Json = {"type": "datasource", "uid": "-- Mixed --"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure: a value of a metric, or of a monitor's own source."""

    title: str
    description: str
    source: Source
    value: str
    unit: Unit | None
    goal: str
    monitors: tuple[Monitor, ...]
    """Those whose alerts are about it."""
    every_s: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure and where in the answers it is."""

    measured: Measured
    ref: str
    column: str | None
    """The column, where one query gives several figures."""
    scale: float


@dataclass(slots=True)
class Asked:
    """The targets of a panel."""

    targets: list[Json] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    left: list[Measured] = field(default_factory=list)
    """Figures Grafana cannot ask for."""
    history: bool = True
    """Every figure is a series over time."""
    labelled: bool = False
    """A query may give several series, told apart by labels."""
    sources: list[Json] = field(default_factory=list)

    @property
    def datasource(self) -> Json:
        """The panel's data source: that of its queries, or the one that mixes."""
        return MIXED if len(self.sources) > 1 else self.sources[0] if self.sources else EXPRESSION


def measured(program: Program, panel: Panel) -> list[Measured]:
    """The figures of a panel: of its metrics, else of its monitors."""
    found = [_of_metric(program, name, value) for name, value in panel.metrics]
    return found or [_of_monitor(program, program.monitors[name]) for name in panel.monitors]


def _of_metric(program: Program, name: str, value: str) -> Measured:
    metric = program.metrics[name]
    title = metric.title if len(metric.units) == 1 or isinstance(metric.source, measure.Http | measure.Tcp) else _said(value)
    watchers = tuple(program.monitors[one] for one in program.watchers.get((name, value), ()))
    goal = metric.goals.get(value, "")
    return Measured(title, metric.description, metric.source, value, metric.units.get(value), goal, watchers, metric.every_s)


def _of_monitor(program: Program, monitor: Monitor) -> Measured:
    unit = monitor.units.get(monitor.value)
    return Measured(
        monitor.title, monitor.description, monitor.source, monitor.value, unit, monitor.goal or "", (monitor,), monitor.every_s
    )


def _said(value: str) -> str:
    """`orphaned_posts` as people write it: "Orphaned posts"."""
    words = re.sub(r"[_-]+", " ", value).strip()
    return words[:1].upper() + words[1:]


def ask(program: Program, figures: Iterable[Measured], *, table: bool = False, instant: bool = False) -> Asked:
    """Targets for these figures. `table`: rows to read; `instant`: one figure per series, for now."""
    asked, letters = Asked(), refs()
    groups: dict[int, list[Measured]] = {}
    for place, figure in enumerate(figures):
        same = next(
            (key for key, group in groups.items() if isinstance(figure.source, measure.Sql) and group[0].source == figure.source), place
        )
        groups.setdefault(same, []).append(figure)
    for group in groups.values():
        first = group[0]
        if isinstance(first.source, measure.Expr):
            ref = _expression(program, first.source, asked, letters)
            asked.left += group if ref is None else []
            asked.shown += [] if ref is None else [Shown(first, ref, None, 1.0)]
            continue
        values = tuple(figure.value for figure in group if isinstance(figure.source, measure.Sql) and figure.value in figure.source.values)
        made = query(program, first.source, values, table=table)
        if made is None:
            asked.left += group
            continue
        ref = _add(asked, made, letters, title=first.title, instant=instant or table)
        for figure in group:
            column = figure.value if figure.value in made.columns and len(made.columns) > 1 else None
            asked.shown.append(Shown(figure, ref, column, made.scale))
    return asked


def ask_inline(program: Program, source: Source, *, table: bool, instant: bool) -> Asked:
    """Targets for a panel's own query."""
    asked = Asked()
    made = query(program, source, table=table)
    if made is not None:
        _add(asked, made, refs(), title="", instant=instant)
    return asked


def _add(asked: Asked, made: Query, letters: Iterator[str], *, title: str, instant: bool, hide: bool = False) -> str:
    ref = next(letters)
    model: dict[str, Json] = {**made.model}
    if made.datasource["type"] == "prometheus":
        labels = model.pop("legendFormat")
        asked.labelled = asked.labelled or labels is not None
        model["legendFormat"] = labels or title or "__auto"
        model |= {"range": False, "instant": True, "format": "table"} if instant else {"range": True, "instant": False}
    elif made.datasource["type"] == "loki" and "legendFormat" in model:
        asked.labelled = True
    asked.targets.append({"refId": ref, "datasource": made.datasource, **model, **({"hide": True} if hide else {})})
    asked.history = asked.history and made.history
    if made.datasource not in asked.sources:
        asked.sources.append(made.datasource)
    return ref


def _expression(program: Program, source: measure.Expr, asked: Asked, letters: Iterator[str]) -> str | None:
    """The letter of a math expression over hidden queries of its inputs; None when one of them cannot be asked."""
    names: dict[str, str] = {}
    made = Asked(sources=list(asked.sources))
    for variable, path in source.inputs.items():
        metric_name, _, value = path.partition(".")
        metric = program.metrics[metric_name]
        if isinstance(metric.source, measure.Expr):
            inner = _expression(program, metric.source, made, letters)
        else:
            wanted = value or metric.default_value
            values = (wanted,) if isinstance(metric.source, measure.Sql) and wanted in metric.source.values else ()
            found = query(program, metric.source, values)
            inner = None if found is None else _add(made, found, letters, title=metric.title, instant=False, hide=True)
        if inner is None:
            return None
        names[variable] = inner
    for target in made.targets:
        target["hide"] = True
    ref = next(letters)
    asked.targets += [*made.targets, {"refId": ref, "datasource": EXPRESSION, "type": "math", "expression": math(source.expression, names)}]
    asked.history = asked.history and made.history
    asked.sources = made.sources
    return ref


def math(expression: str, names: dict[str, str]) -> str:
    """The formula with `$A` in place of its variables."""
    return re.sub(r"[A-Za-z_]\w*", lambda found: f"${names[found[0]]}" if found[0] in names else found[0], expression)


def refs() -> Iterator[str]:
    """A, B and so on to Z, then AA, AB and so on."""
    letters = [chr(ord("A") + place) for place in range(26)]
    yield from letters
    for first in letters:
        yield from (first + second for second in letters)
