"""The SQL queries of a program as rules see them: parsed, with who runs them how often and which values alerts depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monctl import query
from monctl.condition import Between, Comparison, Condition, State, Term
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


class Views:
    """Makes of a query and its tree what rules see."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._watchers = _watchers(program)
        self._objectives = _objectives(program)

    def of(self, one: query.Query, tree: Expression) -> Query:
        """The query with everything around it."""
        return Query(
            one.text,
            one.dialect,
            self._program.datasources.get(one.datasource),
            one.origin,
            one.address,
            one.source,
            tree,
            self._every_s(one.address),
            self._watchers.get(one.address, {}),
            self._objectives.get(one.address, ()),
        )

    def situation(self, one: query.Query) -> tuple[object, ...] | None:
        """All that rules may look at besides the text: who asks how often for what, and which alerts depend on it.

        None where there is more to see than that. What is there is compared with `==`; names and places of monitors are no part of it.
        """
        if one.address in self._objectives:
            return None
        return (
            one.datasource,
            one.dialect,
            one.source.mode,
            tuple(one.source.values.items()),
            self._every_s(one.address),
            tuple((value, _watched(monitors)) for value, monitors in self._watchers.get(one.address, {}).items()),
        )

    def _every_s(self, address: str) -> float | None:
        kind, _, name = address.partition(".")
        timed = self._program.metrics.get(name) if kind == "metric" else self._program.monitors.get(name) if kind == "monitor" else None
        return timed.every_s if timed is not None else None


def _watched(monitors: tuple[Monitor, ...]) -> tuple[object, ...]:
    """What a rule about SQL may look at of the monitors that watch a value."""
    return tuple(
        (one.value, one.no_data, one.on_error, tuple((alert.severity, *map(_without_limit, alert.condition)) for alert in one.alerts))
        for one in monitors
    )


def _without_limit(term: Term) -> tuple[object, ...]:
    """A term but for the figure it compares with, which no rule about SQL looks at: templates give each tenant another one."""
    if isinstance(term, Comparison):
        return term.value, term.op, term.window_s, term.for_s
    return (term.value, term.inside, term.for_s) if isinstance(term, Between) else (term,)


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
