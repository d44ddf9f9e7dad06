"""SQL002."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Fix, Level
from monctl.lint import sql_fix
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule

# Functions that write, lock, wait, signal, or reach outside the database. Read 2026-11-21: https://dev.mysql.com/doc/refman/8.0/en/locking-functions.html
# in a copy; the others from memory, named on https://www.postgresql.org/docs/current/functions-admin.html and functions-sequence.html
SIDE_EFFECTS = {
    "postgres": {
        "nextval", "setval", "pg_sleep", "pg_sleep_for", "pg_sleep_until", "set_config", "pg_advisory_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock",
        "pg_advisory_lock_shared", "pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_rotate_logfile", "pg_switch_wal", "pg_promote",
        "pg_create_restore_point", "pg_stat_reset", "pg_stat_statements_reset", "pg_notify", "lo_import", "lo_export", "lo_create", "lo_unlink",
        "pg_read_file", "pg_write_file", "dblink", "dblink_exec", "txid_current", "pg_logical_emit_message", "pg_drop_replication_slot",
    },
    "mysql": {"sleep", "get_lock", "release_lock", "release_all_locks", "benchmark", "load_file", "master_pos_wait", "source_pos_wait", "last_insert_id"},
    "sqlite": {"load_extension", "writefile", "edit"},
    "duckdb": {"nextval", "write_blob", "sql_auto_complete"},
}  # fmt: skip
_WRITES: dict[type[exp.Expr], str] = {
    exp.Insert: "an INSERT",
    exp.Update: "an UPDATE",
    exp.Delete: "a DELETE",
    exp.Merge: "a MERGE",
    exp.Into: "SELECT INTO",
    exp.Lock: "a locking clause",
}
_LOCKING = r"(?<!\w)(?:FOR\s+(?:NO\s+KEY\s+|KEY\s+)?(?:UPDATE|SHARE)|LOCK\s+IN\s+SHARE\s+MODE)(?!\w)"
_CLAUSE = re.compile(rf"\s*{_LOCKING}(?:\s+OF\s+\w+(?:\s*,\s*\w+)*)?(?:\s+NOWAIT(?!\w))?(?!\s+(?:OF|SKIP|NOWAIT)\b)", re.IGNORECASE)
"""SKIP LOCKED leaves rows out: without it the figure is another one."""
_WAY_OUT = "measure with a SELECT that only reads, by a role that may do no more"


@query_rule(
    "SQL002",
    "not-read-only",
    level=Level.ERROR,
    nodes=(ROOT, "Insert", "Update", "Delete", "Merge", "Into", "Lock", "Anonymous"),
    fixes=True,
)
def not_read_only(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query changes, locks or delays what it measures.

    Queries of monitors only read. Found are statements that write (INSERT, UPDATE, DELETE, MERGE, also inside WITH), that define
    (CREATE, DROP, ALTER, TRUNCATE), SELECT INTO, locking reads (FOR UPDATE, FOR SHARE), and functions with effects (nextval, pg_sleep,
    pg_terminate_backend, GET_LOCK).

    **Why.** A monitor runs every few minutes for years, at several places at once, and again when it fails. What it changes, it changes
    each time; what it locks, the application waits for.

    **Example**

        query: SELECT id FROM jobs WHERE state = 'stuck' FOR UPDATE

    **Instead**

        query: SELECT COUNT(*) AS stuck FROM jobs WHERE state = 'stuck'

    **Source.** FOR UPDATE, NO KEY UPDATE, SHARE and KEY SHARE at the end of a SELECT: https://manpages.ubuntu.com/manpages/xenial/en/man7/SELECT.7.html
    (PostgreSQL's own page, read 2026-11-21)
    """
    if isinstance(node, exp.Anonymous):
        if node.name.lower() in SIDE_EFFECTS.get(query.dialect, ()):
            yield query.fault(f"the function '{node.name}' does more than read", node, help=_WAY_OUT)
    elif type(node) in _WRITES:
        yield query.fault(
            f"a query only reads, but this has {_WRITES[type(node)]}", node, help=_WAY_OUT, words=_LOCKING, fix=_fix(node, query)
        )
    elif node is query.tree and not isinstance(node, exp.Query | exp.Values | exp.Pragma | exp.Describe):
        yield query.fault(f"a query only reads, but this is {_statement(query.text)}", help=_WAY_OUT)


def _statement(text: str) -> str:
    word = text.split(maxsplit=1)[0].upper()
    return f"{'an' if word[0] in 'AEIOU' else 'a'} {word}"


def _fix(node: exp.Expr, query: Query) -> Fix | None:
    """The query without its one locking clause, which decides about nothing it reads."""
    select = node.parent
    clauses = list(_CLAUSE.finditer(query.text))
    if not isinstance(node, exp.Lock) or not isinstance(select, exp.Select) or len(select.args["locks"]) != 1 or len(clauses) != 1:
        return None

    def meant(same: exp.Expr) -> exp.Expr:
        same.set("locks", None)
        return same

    return sql_fix.fix("read without a lock", query, select, meant, (*clauses[0].span(), ""))
