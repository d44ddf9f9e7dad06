"""Fixes of queries: some characters in place of others, and the proof that the query then is the tree that was meant. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from monctl import query as sql
from monctl.finding import Edit, Fix
from monctl.lint.queries import Query
from monctl.lint.tree import place

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

Change = tuple[int, int, str]
"""0-based offsets [start, end) into the query, and what shall stand there."""


def written(query: Query, node: Expr | None) -> tuple[int, int, str] | None:
    """Where a node stands in its query, and its text; None where that is not known, or is more than one line or holds a comment."""
    within = place(node, query.text) if node is not None else None
    if within is None:
        return None
    text = query.text[within[0] : within[1]]
    return None if "\n" in text or "--" in text or "/*" in text else (*within, text)


def fix(title: str, query: Query, node: Expr, meant: Callable[[Expr], Expr], *changes: Change) -> Fix | None:
    """The fix, where the changed text parses to the query's tree with `meant(node)` in place of `node`; else None.

    `meant` is given a copy, which it may take apart.
    """
    text = query.text
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    tree = sql.parse_anew(text, query.dialect).tree
    if tree is None or tree != _with(query.tree, node, meant):
        return None
    return Fix(title, tuple(Edit(new, within=(start, end)) for start, end, new in changes))


def expression(query: Query, text: str) -> Expr | None:
    """What a text means in the dialect of a query, as sqlglot of this version has it (`IS NOT NULL` is one node or two); None for nothing."""
    tree = sql.parse_anew(f"SELECT {text}", query.dialect).tree
    expressions: list[Expr] = tree.expressions if tree is not None else []
    return expressions[0] if len(expressions) == 1 else None


def _with(tree: Expr, node: Expr, meant: Callable[[Expr], Expr]) -> Expr:
    copy = tree.copy()
    twin = next(theirs for ours, theirs in zip(tree.walk(), copy.walk(), strict=True) if ours is node)
    if twin is copy:
        return meant(twin)
    parent, key, index = twin.parent, twin.arg_key, twin.index
    new = meant(twin.copy())
    assert parent is not None
    assert key is not None
    parent.set(key, new, index)
    return copy
