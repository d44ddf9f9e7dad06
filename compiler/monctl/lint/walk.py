"""One walk over every query for all SQL rules together: each node goes to the rules that asked for its type."""

from __future__ import annotations

import pickle  # what is read was written by this program a moment ago
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from monctl import query
from monctl.collector import only_new_garbage
from monctl.finding import Finding
from monctl.halves import LEAST, in_halves
from monctl.lint.context import Context
from monctl.lint.rule import ROOT, Rule
from monctl.program import Program
from monctl.query import queries

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

    from monctl.lint.queries import Query


class Walker:
    """Sends nodes to rules. Which rules want a type is worked out once per type, along its base classes."""

    def __init__(self, rules: Sequence[Rule], context: Context) -> None:
        self._context = context
        self._by_code = {rule.code: rule for rule in rules}
        self._roots = [rule for rule in rules if ROOT in rule.nodes]
        self._wanted: dict[str, list[Rule]] = {}
        for rule in rules:
            for name in rule.nodes:
                self._wanted.setdefault(name, []).append(rule)
        self._by_type: dict[type, tuple[Rule, ...]] = {}
        self._view: Callable[[query.Query, Expression | None], Query | None] | None = None

    def findings(self, program: Program) -> Iterator[tuple[Rule | None, Finding]]:
        """What the rules find in every query of a program, each with its rule; SQL that does not parse, with none.

        Every text is parsed once. Where there are many, no tree is kept: those of 10,000 queries take 250 MB (measured 2026-11-21).
        """
        alike: dict[tuple[str, str], list[query.Query]] = {}
        for one in queries(program):
            alike.setdefault((one.text, one.dialect), []).append(one)
        if len(alike) < LEAST:
            for group in alike.values():
                yield from self._group(program, group)
            return
        for packed in in_halves(lambda some: self._packed(program, some), list(alike.values())):
            for code, finding in pickle.loads(packed) if packed else ():  # noqa: S301  # from our own process, through a pipe
                yield self._by_code.get(code), finding

    def _packed(self, program: Program, some: Sequence[list[query.Query]]) -> list[bytes]:
        """What the rules find in each group of equal queries, packed for another process. No tree is kept."""
        with only_new_garbage():
            found = [
                [(rule.code if rule is not None else "", finding) for rule, finding in self._group(program, group, keep=False)]
                for group in some
            ]
        return [pickle.dumps(one) if one else b"" for one in found]

    def _group(self, program: Program, group: Sequence[query.Query], *, keep: bool = True) -> Iterator[tuple[Rule | None, Finding]]:
        """What the rules find in queries of one text."""
        parsed = (query.parse if keep else query.parse_anew)(group[0].text, group[0].dialect)
        if parsed.fault is not None:
            yield from ((None, query.fault_of(one, parsed.fault)) for one in group)
            return
        if self._view is None:
            from monctl.lint.queries import viewer

            self._view = viewer(program)
        for one in group:
            yield from self._query(self._view(one, parsed.tree))

    def _query(self, seen: Query | None) -> Iterator[tuple[Rule, Finding]]:
        if seen is None:
            return
        for rule in self._roots:
            yield from self._ask(rule, seen.tree, seen)
        by_type = self._by_type
        for node in seen.tree.walk():
            kind = node.__class__
            rules = by_type.get(kind)
            if rules is None:
                rules = by_type[kind] = self._of_type(kind)
            for rule in rules:
                yield from self._ask(rule, node, seen)

    def _ask(self, rule: Rule, node: object, query: Query) -> Iterator[tuple[Rule, Finding]]:
        assert rule.node_check is not None
        for finding in rule.node_check(node, query, self._context):  # type: ignore[arg-type]  # sqlglot types the nodes of a walk by a base class
            yield rule, finding

    def _of_type(self, kind: type) -> tuple[Rule, ...]:
        found = [rule for base in kind.__mro__ for rule in self._wanted.get(base.__name__, ())]
        return tuple(dict.fromkeys(found))
