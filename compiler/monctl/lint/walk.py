"""One walk over every query for all SQL rules together: each node goes to the rules that asked for its type."""

from __future__ import annotations

import pickle  # what is read was written by this program a moment ago
from collections.abc import Iterator, Sequence
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

    def findings(self, program: Program) -> Iterator[tuple[Rule, Finding]]:
        """What the rules find in every query of a program, each with its rule."""
        from monctl.lint.queries import viewer

        wanted = list(queries(program))
        if len(wanted) < LEAST:
            view = viewer(program)
            for one in wanted:
                yield from self._query(view(one))
            return
        for packed in in_halves(lambda some: self._packed(program, some), wanted):
            for code, finding in pickle.loads(packed) if packed else ():  # noqa: S301  # from our own process, through a pipe
                yield self._by_code[code], finding

    def _packed(self, program: Program, some: Sequence[query.Query]) -> list[bytes]:
        """What the rules find in each of many queries, packed for another process. No tree is kept."""
        from monctl.lint.queries import viewer

        view = viewer(program, keep=False)
        with only_new_garbage():
            found = [[(rule.code, finding) for rule, finding in self._query(view(one))] for one in some]
        return [pickle.dumps(one) if one else b"" for one in found]

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
