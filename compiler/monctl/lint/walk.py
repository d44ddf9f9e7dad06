"""One walk over every query for all SQL rules together: each node goes to the rules that asked for its type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monctl import query
from monctl.alike import shape
from monctl.collector import only_new_garbage
from monctl.finding import Finding
from monctl.lint.context import Context
from monctl.lint.rule import ROOT, NodeCheck, Rule, failed
from monctl.program import Program

if TYPE_CHECKING:
    from sqlglot.expressions import Expr, Expression

    from monctl.lint.queries import Query, Views

_ENOUGH = 300
"""Queries after which it is known whether looking for alike ones pays in an estate: it takes a tenth of judging them."""
_WORDS = frozenset({str, bool, int, type(None)})
"""What is nearly always in a node that is no node. Asking such a value for an attribute costs more than all else."""
_MOST_HELD = 500
"""Trees that stand for others of their shape: a tree has about 25 KB (measured 2026-11-21)."""
Checks = tuple[tuple[Rule, NodeCheck], ...]
Told = tuple[Rule | None, Finding]
"""What a rule found; SQL that does not parse is found by none."""


class Walker:
    """Sends nodes to rules. Which rules want a type is worked out once per type, along its base classes."""

    def __init__(self, rules: Sequence[Rule], context: Context) -> None:
        from sqlglot.expressions import Identifier  # rules about SQL have loaded it

        self._context = context
        self._roots = _checks(rule for rule in rules if ROOT in rule.nodes)
        self._wanted: dict[str, list[Rule]] = {}
        for rule in rules:
            for name in rule.nodes:
                self._wanted.setdefault(name, []).append(rule)
        self._by_type: dict[type, Checks] = {}
        self._leaf = Identifier if not any(base.__name__ in self._wanted for base in Identifier.__mro__) else None
        self._may_skip = all(_is_ours(rule) for rule in rules)
        self._quiet: set[object] = set()
        """Shape and situation of queries in which nothing was found."""
        self._held: dict[tuple[str, str], tuple[str, Expression]] = {}
        """Shape and dialect → the text and the tree of a query in which nothing was found in some situation."""
        self._spared = self._judged = 0

    def groups(self, program: Program) -> list[list[query.Query]]:
        """The queries of a program, those of one text together: every text is parsed once."""
        alike: dict[tuple[str, str], list[query.Query]] = {}
        for one in self._context.queries(program):
            alike.setdefault((one.text, one.dialect), []).append(one)
        query.load_parsers(dialect for _, dialect in alike)
        return list(alike.values())

    def judged(self, views: Views, some: Sequence[list[query.Query]], *, keep: bool) -> list[Told]:
        """What the rules find in some groups. Of texts that are alike only one is parsed, and judged in each situation, as long as nothing is found in it.

        Trees are kept for other uses where there are few; those of 10,000 queries take 250 MB (measured 2026-11-21).
        """
        if keep:
            return [told for group in some for told in self._group(views, group, query.parse)]
        with only_new_garbage():
            return [told for group in some for told in self._group(views, group, query.parse_anew)]

    def _group(self, views: Views, group: Sequence[query.Query], parse: Callable[[str, str], query.Parsed]) -> Iterator[Told]:
        """What the rules find in queries of one text."""
        text, dialect = group[0].text, group[0].dialect
        parsed: query.Parsed | None = None
        form = self._form(text)
        for one in group:
            situation = views.situation(one) if form is not None else None
            if situation is not None and (form, situation) in self._quiet:
                self._spared += 1
                continue
            self._judged += 1
            held = self._held.get((form, dialect)) if form is not None and situation is not None else None
            if held is not None and not self._query(views.of(replace(one, text=held[0]), held[1])):
                self._quiet.add((form, situation))
                continue
            parsed = parsed or parse(text, dialect)
            if parsed.tree is None:
                if parsed.fault is not None:
                    yield None, query.fault_of(one, parsed.fault)
                continue
            told = self._query(views.of(one, parsed.tree))
            yield from told
            if not told and form is not None and situation is not None:
                self._quiet.add((form, situation))
                if len(self._held) < _MOST_HELD:
                    self._held[form, dialect] = text, parsed.tree

    def _form(self, text: str) -> str | None:
        """The shape of a text, while looking for alike ones pays; then what was held for them goes: the collector would walk it again and again."""
        if self._may_skip and (self._judged < _ENOUGH or self._spared * 10 > self._judged):
            return shape(text)
        self._held.clear()
        return None

    def _query(self, seen: Query) -> list[Told]:
        """What the rules find in one query. No function more than needed stands between a node and its rules: this is done a million times."""
        told: list[Told] = []
        rule, context, by_type = None, self._context, self._by_type
        try:
            for rule, check in self._roots:
                told += [(rule, finding) for finding in check(seen.tree, seen, context)]
            for node in _nodes(seen.tree, self._leaf):
                checks = by_type.get(node.__class__)
                if checks is None:
                    checks = by_type[node.__class__] = self._of_type(node.__class__)
                for rule, check in checks:
                    for finding in check(node, seen, context):
                        told.append((rule, finding))
        except (Exception, SystemExit) as error:
            raise (failed(rule, error) if rule is not None else error) from error
        return told

    def _of_type(self, kind: type) -> Checks:
        return _checks(dict.fromkeys(rule for base in kind.__mro__ for rule in self._wanted.get(base.__name__, ())))


def _nodes(tree: Expr, leaf: type | None) -> list[Expr]:
    """Every node of a tree but those of one type, which nobody asks for: a third of them are identifiers."""
    found = [tree]
    for node in found:
        for value in node.args.values():
            kind = value.__class__
            if kind in _WORDS or kind is leaf:
                continue
            if kind is list:
                found += [one for one in value if hasattr(one, "args")]
            elif hasattr(value, "args"):
                found.append(value)
    return found


def _checks(rules: Iterable[Rule]) -> Checks:
    return tuple((rule, rule.node_check) for rule in rules if rule.node_check is not None)


def _is_ours(rule: Rule) -> bool:
    """Whether it comes with monctl, and is known to look at nothing that makes queries of one shape different."""
    return rule.node_check is not None and rule.node_check.__module__.startswith("monctl.lint.rules.")
