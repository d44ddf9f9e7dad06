"""The SQL queries of a program as rules see them: parsed, with who runs them how often and which values alerts depend on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monctl import query
from monctl.condition import Condition, State
from monctl.finding import Finding, Fix
from monctl.lint.rule import found
from monctl.lint.tree import place
from monctl.measure import Sql
from monctl.program import Datasource, Monitor, Program, Slo
from monctl.source import Origin

if TYPE_CHECKING:
    from sqlglot.expressions import Expr, Expression


@dataclass(frozen=True, slots=True)
class Query:
    """One query that parses."""

    text: str
    dialect: str
    datasource: Datasource | None
    origin: Origin
    """Of the query's scalar."""
    address: str
    source: Sql
    tree: Expr
    """Shared with equal queries: never change it."""
    every_s: float | None
    """None for a panel: it is run when somebody looks."""
    watchers: Mapping[str, tuple[Monitor, ...]]
    """Value → monitors whose alerts compare it. Empty: nobody is told anything because of this query."""
    objectives: tuple[tuple[Slo, str], ...] = ()
    """SLOs that add up what it counts, each with the field that names it: `good` or `total`."""

    def is_watched(self, value: str | None = None) -> bool:
        """Whether an alert depends on the query, or on this one of its values."""
        return bool(self.watchers) if value is None else value in self.watchers

    def fault(
        self, message: str, node: Expr | None = None, *, help: str | None = None, words: str | None = None, fix: Fix | None = None
    ) -> Finding:
        """A finding at a node of the tree, else at what the expression `words` finds, else at the whole query."""
        within = place(node, self.text) if node is not None else None
        if within is None and words is not None and (found_words := re.search(words, self.text, re.IGNORECASE)):
            within = found_words.span()
        return found(message, self.origin, help=help, address=self.address, within=within, fix=fix)


def viewer(program: Program) -> Callable[[query.Query, Expression | None], Query | None]:
    """What makes of a query and its tree what rules see; of one without a tree, nothing."""
    watchers = _watchers(program)
    objectives = _objectives(program)

    def view(one: query.Query, tree: Expression | None) -> Query | None:
        if tree is None:
            return None
        kind, _, name = one.address.partition(".")
        timed = program.metrics.get(name) if kind == "metric" else program.monitors.get(name) if kind == "monitor" else None
        return Query(
            one.text,
            one.dialect,
            program.datasources.get(one.datasource),
            one.origin,
            one.address,
            one.source,
            tree,
            timed.every_s if timed is not None else None,
            watchers.get(one.address, {}),
            objectives.get(one.address, ()),
        )

    return view


def compared(condition: Condition, default: str) -> Iterator[str]:
    """The values a condition looks at; none for states such as `down` and `error`."""
    return (term.value or default for term in condition if not isinstance(term, State))


def _watchers(program: Program) -> dict[str, dict[str, tuple[Monitor, ...]]]:
    """Address of what is measured → value → monitors."""
    watching: dict[str, dict[str, dict[str, Monitor]]] = {}
    for monitor in program.monitors.values():
        if not isinstance(monitor.source, Sql):
            continue
        address = f"metric.{monitor.metric}" if monitor.metric is not None else monitor.address
        for alert in monitor.alerts:
            for value in compared(alert.condition, monitor.value):
                watching.setdefault(address, {}).setdefault(value, {})[monitor.name] = monitor
    return {address: {value: tuple(monitors.values()) for value, monitors in values.items()} for address, values in watching.items()}


def _objectives(program: Program) -> dict[str, tuple[tuple[Slo, str], ...]]:
    """Address of a metric → SLOs that count with it."""
    found_: dict[str, list[tuple[Slo, str]]] = {}
    for slo in program.slos.values():
        for field, path in (("good", slo.good), ("total", slo.total)):
            if path:
                found_.setdefault(f"metric.{path.partition('.')[0]}", []).append((slo, field))
    return {address: tuple(slos) for address, slos in found_.items()}
