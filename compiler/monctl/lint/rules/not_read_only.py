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

# Functions that write, lock, wait, signal, or give out what they give only once. PostgreSQL 15 was asked for its volatile functions and what it says
# of each (pg_proc and obj_description, 2026-11-21), such as "switch to new wal file"; txid_current "will assign a new one":
# https://www.postgresql.org/docs/15/functions-info.html; those of extensions: https://www.postgresql.org/docs/16/adminpack.html (in copies 2026-11-21).
# Of MySQL: https://dev.mysql.com/doc/refman/8.0/en/locking-functions.html (in a copy 2026-11-21). DuckDB was asked (duckdb_functions, 2026-11-21).
SIDE_EFFECTS = {
    "postgres": {
        "nextval", "setval", "set_config", "pg_notify", "txid_current", "pg_current_xact_id", "pg_export_snapshot", "pg_import_system_collations",
        "pg_sleep", "pg_sleep_for", "pg_sleep_until",
        "pg_advisory_lock", "pg_advisory_lock_shared", "pg_advisory_xact_lock", "pg_advisory_xact_lock_shared", "pg_try_advisory_lock",
        "pg_try_advisory_lock_shared", "pg_try_advisory_xact_lock", "pg_try_advisory_xact_lock_shared", "pg_advisory_unlock",
        "pg_advisory_unlock_shared", "pg_advisory_unlock_all",
        "pg_cancel_backend", "pg_terminate_backend", "pg_reload_conf", "pg_rotate_logfile", "pg_log_backend_memory_contexts", "pg_promote",
        "pg_switch_wal", "pg_create_restore_point", "pg_backup_start", "pg_backup_stop", "pg_wal_replay_pause", "pg_wal_replay_resume",
        "pg_create_physical_replication_slot", "pg_create_logical_replication_slot", "pg_copy_physical_replication_slot",
        "pg_copy_logical_replication_slot", "pg_drop_replication_slot", "pg_replication_slot_advance", "pg_logical_slot_get_changes",
        "pg_logical_slot_get_binary_changes", "pg_logical_emit_message", "pg_replication_origin_create", "pg_replication_origin_drop",
        "pg_replication_origin_advance", "pg_replication_origin_session_setup", "pg_replication_origin_session_reset",
        "pg_replication_origin_xact_setup", "pg_replication_origin_xact_reset",
        "pg_stat_reset", "pg_stat_reset_shared", "pg_stat_reset_single_table_counters", "pg_stat_reset_single_function_counters",
        "pg_stat_reset_slru", "pg_stat_reset_replication_slot", "pg_stat_reset_subscription_stats", "pg_stat_statements_reset",
        "lo_creat", "lo_create", "lo_from_bytea", "lo_put", "lo_import", "lo_export", "lo_unlink", "lo_truncate", "lo_truncate64", "lowrite",
        "brin_summarize_new_values", "brin_summarize_range", "brin_desummarize_range", "gin_clean_pending_list",
        "pg_file_write", "pg_file_rename", "pg_file_unlink",
    },
    "mysql": {"sleep", "get_lock", "release_lock", "release_all_locks", "benchmark", "master_pos_wait", "source_pos_wait", "last_insert_id"},
    "sqlite": {"load_extension", "writefile", "edit"},
    "duckdb": {
        "nextval", "setval", "sleep_ms", "pg_sleep", "checkpoint", "force_checkpoint", "write_log", "truncate_duckdb_logs", "enable_logging",
        "disable_logging",
    },
}  # fmt: skip
_FILES = {"postgres": {"pg_read_file", "pg_read_binary_file"}, "mysql": {"load_file"}}
"""Functions that only read, but what is in files of the server: for superusers and whom they let, such as members of pg_read_server_files.

https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-ADMIN-GENFILE, https://www.postgresql.org/docs/16/adminpack.html (in copies 2026-11-21).
Those that tell names, sizes and times of files are none of them. pg_ls_logdir, pg_ls_waldir, pg_ls_archive_statusdir, pg_ls_tmpdir and the others that
list one directory are there for members of pg_monitor; pg_ls_dir and pg_stat_file are for superusers until EXECUTE is granted, and with it alone they
show no content of any file: the same page, and the privileges of PostgreSQL 18 (pg_proc.proacl, asked 2026-11-21).
"""
_ELSEWHERE = {"postgres": {"dblink", "dblink_exec", "dblink_open", "dblink_send_query"}}
"""Functions that run a statement in another database: "usually a SELECT, but it can be any SQL statement that returns rows",
https://www.postgresql.org/docs/current/contrib-dblink-function.html (in a copy 2026-11-21)."""
_ONLY_WITH_ARGUMENTS = frozenset({"last_insert_id"})
"""LAST_INSERT_ID() reads, LAST_INSERT_ID(n) sets what it reads: https://mariadb.com/kb/en/last_insert_id/ (in a copy 2026-11-21)."""
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
_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*|#[^\n]*|/\*.*?\*/)+", re.DOTALL)
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
    pg_terminate_backend, GET_LOCK). So are functions that read files of the server (pg_read_file, LOAD_FILE) or run a statement elsewhere (dblink):
    they change nothing by themselves, but ask for a role that may do far more than read tables. Names and sizes of files are no content of any:
    pg_ls_waldir and its like are made for members of pg_monitor, and EXECUTE on pg_ls_dir or pg_stat_file may be granted alone. An expression without
    SELECT is told here, too: it is no query at all.

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
        what = _effect(node, query.dialect)
        if what is not None:
            yield query.fault(f"the function '{node.name}' {what}", node, help=_WAY_OUT)
    elif type(node) in _WRITES:
        yield query.fault(
            f"a query only reads, but this has {_WRITES[type(node)]}", node, help=_WAY_OUT, words=_LOCKING, fix=_fix(node, query)
        )
    elif node is query.tree and _is_expression(node):
        yield query.fault("this is an expression, and no query", help="write SELECT before it")
    elif node is query.tree and not isinstance(node, exp.Query | exp.Values | exp.Pragma | exp.Describe):
        yield query.fault(f"a query only reads, but this is {_statement(query.text)}", help=_WAY_OUT)


def _effect(function: exp.Anonymous, dialect: str) -> str | None:
    """What a function does besides reading tables; None for one that does nothing else, or is not known."""
    name = function.name.lower()
    if name in SIDE_EFFECTS.get(dialect, ()) and (function.expressions or name not in _ONLY_WITH_ARGUMENTS):
        return "does more than read"
    if name in _FILES.get(dialect, ()):
        return "reads files of the server, which takes rights that a monitor should not have"
    return "runs a statement in another database, which may be any" if name in _ELSEWHERE.get(dialect, ()) else None


def _is_expression(node: exp.Expr) -> bool:
    """Whether the whole of a text is a figure or a condition. Words alone are no such thing: LISTEN jobs, CHECKPOINT."""
    return isinstance(node.unalias(), exp.Condition) and not isinstance(node.unalias(), exp.Query | exp.Column)


def _statement(text: str) -> str:
    word = _COMMENTS.sub("", text).split(maxsplit=1)[0].upper()
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
