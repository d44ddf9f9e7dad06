"""Which part of WITH a table name means where it stands. Pure."""

from __future__ import annotations

from sqlglot import expressions as exp


def is_table(source: exp.Expr) -> bool:
    """Whether what stands in FROM is a table of the database: no subquery, no function, no part of WITH."""
    return isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier) and part_of_with(source) is None


def part_of_with(table: exp.Expr) -> exp.CTE | None:
    """The part of WITH that a name in FROM stands for; None for a table of the database.

    A part sees those before it, and with RECURSIVE all of them, itself too: `WITH jobs AS (SELECT … FROM jobs)` reads the table `jobs`. Whoever
    follows a part into its own query may come back to it: carry what has been seen. Source: "Without RECURSIVE, WITH queries can only reference
    sibling WITH queries that are earlier in the WITH list", https://www.postgresql.org/docs/current/sql-select.html (read in a copy 2026-11-21)
    """
    if not isinstance(table, exp.Table) or table.args.get("db") is not None or not isinstance(table.this, exp.Identifier):
        return None
    name = table.name.lower()
    inside: exp.Expr | None = None
    node = table.parent
    while node is not None:
        with_ = node.args.get("with_")
        if with_ is not None:
            for part in with_.expressions:
                if part is inside and not with_.args.get("recursive"):
                    break
                if part.alias.lower() == name:
                    return part if isinstance(part, exp.CTE) else None
        if isinstance(node, exp.CTE):
            inside = node
        node = node.parent
    return None
