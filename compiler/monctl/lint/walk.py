"""One walk over every query for all SQL rules together: each node goes to the rules that asked for its type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from monctl.finding import Finding
from monctl.lint.context import Context
from monctl.lint.rule import ROOT, Rule
from monctl.program import Program

if TYPE_CHECKING:
    from monctl.lint.queries import Query


class Walker:
    """Sends nodes to rules. Which rules want a type is worked out once per type, along its base classes."""

    def __init__(self, rules: Sequence[Rule], context: Context) -> None:
        self._context = context
        self._roots = [rule for rule in rules if ROOT in rule.nodes]
        self._wanted: dict[str, list[Rule]] = {}
        for rule in rules:
            for name in rule.nodes:
                self._wanted.setdefault(name, []).append(rule)
        self._by_type: dict[type, tuple[Rule, ...]] = {}

    def findings(self, program: Program) -> Iterator[tuple[Rule, Finding]]:
        """What the rules find in every query of a program, each with its rule."""
        from monctl.lint.queries import parsed

        for query in parsed(program):
            yield from self._query(query)

    def _query(self, query: Query) -> Iterator[tuple[Rule, Finding]]:
        for rule in self._roots:
            yield from self._ask(rule, query.tree, query)
        by_type = self._by_type
        for node in query.tree.walk():
            kind = node.__class__
            rules = by_type.get(kind)
            if rules is None:
                rules = by_type[kind] = self._of_type(kind)
            for rule in rules:
                yield from self._ask(rule, node, query)

    def _ask(self, rule: Rule, node: object, query: Query) -> Iterator[tuple[Rule, Finding]]:
        assert rule.node_check is not None
        for finding in rule.node_check(node, query, self._context):  # type: ignore[arg-type]  # sqlglot types the nodes of a walk by a base class
            yield rule, finding

    def _of_type(self, kind: type) -> tuple[Rule, ...]:
        found = [rule for base in kind.__mro__ for rule in self._wanted.get(base.__name__, ())]
        return tuple(dict.fromkeys(found))
