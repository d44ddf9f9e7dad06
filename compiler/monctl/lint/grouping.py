"""Which columns of a select stand outside of its aggregates and are not grouped by, though it groups: what a database refuses, or makes up. Pure.

In doubt nothing is said: a function nobody knows may be an aggregate, a grouped column may be the key of its table, on which the others depend.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import expressions as exp

from monctl.lint.cte import is_table
from monctl.lint.declared import columns_of, is_alias, sources
from monctl.lint.tree import aggregates, bare, columns, conjuncts, number, place

if TYPE_CHECKING:
    from monctl.lint.queries import Query

_EVERYWHERE = (exp.Avg, exp.Count, exp.GroupConcat, exp.Max, exp.Min, exp.Sum)
_ELSEWHERE = (
    *_EVERYWHERE, exp.AnyValue, exp.ArrayAgg, exp.LogicalAnd, exp.LogicalOr, exp.PercentileCont, exp.PercentileDisc, exp.Stddev, exp.StddevPop,
    exp.StddevSamp, exp.Variance, exp.VariancePop,
)  # fmt: skip
# MySQL's ANY_VALUE only keeps a value from being checked, it groups nothing: https://dev.mysql.com/doc/refman/9.5/en/miscellaneous-functions.html
# (read in a copy 2026-11-21)
_AGGREGATES = {"postgres": _ELSEWHERE, "duckdb": _ELSEWHERE, "mysql": _EVERYWHERE, "sqlite": _EVERYWHERE}
"""Functions that group for certain, by dialect."""
_PLAIN = (
    exp.Abs, exp.AtTimeZone, exp.Between, exp.Binary, exp.Case, exp.Cast, exp.Ceil, exp.Coalesce, exp.Concat, exp.Extract, exp.Floor, exp.Greatest, exp.If,
    exp.In, exp.Interval, exp.Least, exp.Length, exp.Lower, exp.Nullif, exp.Ordered, exp.Round, exp.TimestampTrunc, exp.Trim, exp.Unary, exp.Upper,
)  # fmt: skip
"""What is no aggregate for certain: its columns are those of a row."""
_NESTED = (exp.Rollup, exp.Cube, exp.GroupingSets, exp.Tuple, exp.Paren)
_FIXED = (
    exp.Literal,
    exp.Null,
    exp.Boolean,
    exp.Parameter,
    exp.Placeholder,
    exp.PositionalColumn,
    exp.Star,
    exp.Columns,
    exp.Var,
    exp.Query,
)
"""In GROUP BY: places, and what is not known or no column."""
_STRICT = frozenset({"postgres", "duckdb"})
"""Dialects of databases that refuse such a query; others take any row."""
_EQUALS = (exp.EQ, exp.NullSafeEQ, exp.In, exp.Like, exp.Between)
"""What may leave one value."""
_LONGEST = 40
"""Characters of an aggregate that are shown as they stand; of a longer one that it is one."""
_STARS = ("except_", "replace", "rename")
_WORDS = frozenset(
    {
        "user", "current_user", "session_user", "system_user", "current_role", "current_catalog", "current_schema", "current_database", "localtime",
        "localtimestamp", "utc_date", "utc_time", "utc_timestamp", "sysdate", "all", "default",
    }
)  # fmt: skip
"""Read as columns, and none everywhere."""
# pg_views of PostgreSQL 15 (asked 2026-11-21), and those of 16 to 18 that monctl.lint.declared knows: they have no primary key, so no column of theirs
# depends on another. Tables of the catalogue have one: 15 takes SELECT relname … FROM pg_class GROUP BY oid (tried 2026-11-21)
_VIEWS = frozenset(
    {
        "pg_aios", "pg_available_extension_versions", "pg_available_extensions", "pg_backend_memory_contexts", "pg_config", "pg_cursors",
        "pg_file_settings", "pg_group", "pg_hba_file_rules", "pg_ident_file_mappings", "pg_indexes", "pg_locks", "pg_matviews", "pg_policies",
        "pg_prepared_statements", "pg_prepared_xacts", "pg_publication_tables", "pg_replication_origin_status", "pg_replication_slots", "pg_roles",
        "pg_rules", "pg_seclabels", "pg_sequences", "pg_settings", "pg_shadow", "pg_shmem_allocations", "pg_stat_activity", "pg_stat_all_indexes",
        "pg_stat_all_tables", "pg_stat_archiver", "pg_stat_bgwriter", "pg_stat_checkpointer", "pg_stat_database", "pg_stat_database_conflicts",
        "pg_stat_gssapi", "pg_stat_io", "pg_stat_progress_analyze", "pg_stat_progress_basebackup", "pg_stat_progress_cluster",
        "pg_stat_progress_copy", "pg_stat_progress_create_index", "pg_stat_progress_vacuum", "pg_stat_recovery_prefetch", "pg_stat_replication",
        "pg_stat_replication_slots", "pg_stat_slru", "pg_stat_ssl", "pg_stat_subscription", "pg_stat_subscription_stats", "pg_stat_sys_indexes",
        "pg_stat_sys_tables", "pg_stat_user_functions", "pg_stat_user_indexes", "pg_stat_user_tables", "pg_stat_wal", "pg_stat_wal_receiver",
        "pg_statio_all_indexes", "pg_statio_all_sequences", "pg_statio_all_tables", "pg_statio_sys_indexes", "pg_statio_sys_sequences",
        "pg_statio_sys_tables", "pg_statio_user_indexes", "pg_statio_user_sequences", "pg_statio_user_tables", "pg_stats", "pg_stats_ext",
        "pg_stats_ext_exprs", "pg_tables", "pg_timezone_abbrevs", "pg_timezone_names", "pg_user", "pg_user_mappings", "pg_views",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ungrouped:
    """A column, or a star, that stands outside of the aggregates of its select and is not grouped by."""

    node: exp.Expr
    beside: exp.AggFunc | None
    """The first aggregate of the select."""
    has_group: bool
    """The select has GROUP BY."""

    def described(self, query: Query) -> str:
        """`'mode' stands beside COUNT(*) and is not grouped by`."""
        if self.beside is None:
            return f"'{self._name}' stands beside {'GROUP BY' if self.has_group else 'HAVING'} and is not grouped by"
        within = place(self.beside, query.text)
        shown = query.text[slice(*within)] if within is not None else ""
        is_whole = 0 < len(shown) <= _LONGEST and shown.count("(") == shown.count(")")
        return f"'{self._name}' stands beside {shown if is_whole else 'an aggregate'} and is not grouped by"

    @property
    def way_out(self) -> str:
        """What to write instead."""
        if self._name.endswith("*"):
            return "name the columns that are needed, and group by them"
        return f"add {self._name} to GROUP BY" if self.has_group else f"write GROUP BY {self._name}, or leave the column out"

    @property
    def _name(self) -> str:
        name = self.node.name or "*"
        return f"{self.node.table}.{name}" if isinstance(self.node, exp.Column) and self.node.table else name


@dataclass(slots=True)
class _Grouped:
    """What the rows of a select are grouped by, or have the same of anyway."""

    names: set[tuple[str, str]] = field(default_factory=set)
    """Columns, each with its table, which is empty where none is named."""
    inside: set[str] = field(default_factory=set)
    """Names of columns in grouped expressions: an expression of them may be the grouped one."""
    touched: set[str] = field(default_factory=set)
    """Sources of which a column is grouped by or fixed, which may be their key."""

    def has(self, name: str, table: str, *, alone: bool) -> bool:
        return (not alone and name in self.inside) or any(
            known == name and (not table or not owner or table == owner) for owner, known in self.names
        )


@dataclass(frozen=True, slots=True)
class _Scope:
    """A select with its sources, all names in lower case."""

    select: exp.Select
    query: Query
    known: dict[str, frozenset[str] | None]
    """The columns of each source, by its name; None where they are not known."""

    def owners(self, name: str, table: str) -> set[str]:
        """The sources that a column may be of; none where it is of no source of this select."""
        if table:
            return {table} & self.known.keys()
        if any(columns_ is not None and name in columns_ for columns_ in self.known.values()):
            return {source for source, columns_ in self.known.items() if columns_ is not None and name in columns_}
        return {source for source, columns_ in self.known.items() if columns_ is None}

    def is_own(self, column: exp.Column, *, alone: bool) -> bool:
        """Whether a column is of this select for certain, not of one around it."""
        name, table = column.name.lower(), column.table.lower()
        if not alone and self.query.dialect == "duckdb":
            return False  # it takes the column of a select around, where its own may not stand (tried 2026-11-21)
        if table:
            return table in self.known
        return alone or any(columns_ is not None and name in columns_ for columns_ in self.known.values())


def ungrouped(select: exp.Select, query: Query) -> Ungrouped | None:
    """The first column that the database cannot give one value for certain; None where there is none, or that is not certain."""
    group, having = select.args.get("group"), select.args.get("having")
    outside = list(_outside(select, group, query))
    if not outside:
        return None  # nearly always: a monitor asks for aggregates alone
    is_strict = query.dialect in _STRICT
    visible = [*select.expressions, *(one for one in (having, select.args.get("order")) if one is not None)]
    called = [one for part in visible for one in aggregates(part)]
    groups = group is not None or (is_strict and having is not None)
    if not groups and not called:
        return None
    if not is_strict and isinstance(select.parent, exp.Exists):
        return None  # whatever the value is, nobody looks at it
    if query.dialect == "sqlite" and any(isinstance(one, exp.Min | exp.Max) for one in called):
        return None  # the row of the least or greatest
    read = sources(select)
    if not read:
        return None
    named = [(name.lower(), one) for name, one in read]
    known = {name: frozenset(map(str.lower, names)) if (names := columns_of(one, query)) is not None else None for name, one in named}
    if len(known) < len(named):
        return None
    scope = _Scope(select, query, known)
    alone = _is_alone(select, query)
    own = [one for one in called if isinstance(one, _AGGREGATES.get(query.dialect, ())) and _belongs(one, scope, alone=alone)]
    if not groups and not own:
        return None
    grouped = _grouped(group, scope)
    if grouped is None:
        return None
    if not is_strict:
        _fix(scope, grouped)
    certain = {name for name, one in named if _is_certain(name, one, grouped, query)}
    for node, stands_alone in outside:
        if _is_ungrouped(node, scope, grouped, certain, stands_alone=stands_alone, alone=alone):
            return Ungrouped(node, own[0] if own else None, group is not None)
    return None


def _is_ungrouped(node: exp.Expr, scope: _Scope, grouped: _Grouped, certain: set[str], *, stands_alone: bool, alone: bool) -> bool:
    if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
        table = node.table.lower() if isinstance(node, exp.Column) else ""
        return ({table} if table else scope.known.keys()) <= certain
    if not isinstance(node, exp.Column) or node.args.get("db") or not isinstance(node.this, exp.Identifier):
        return False
    name, table = node.name.lower(), node.table.lower()
    if not table and (name in _WORDS or name in scope.known):
        return False
    if scope.query.dialect == "sqlite" and node.this.args.get("quoted"):
        return False  # a text, where no column has that name: https://www.sqlite.org/quirks.html (read in a copy 2026-11-21)
    owners = scope.owners(name, table)
    if not owners or not owners <= certain or grouped.has(name, table, alone=stands_alone):
        return False
    return scope.is_own(node, alone=alone)


def _belongs(aggregate: exp.AggFunc, scope: _Scope, *, alone: bool) -> bool:
    """Whether an aggregate is of this select: one of columns of a select around it alone is of that."""
    if aggregate.find_ancestor(exp.Select) is not scope.select or isinstance(aggregate.parent, exp.Dot):
        return False
    if isinstance(aggregate, exp.Min | exp.Max) and aggregate.expressions:
        return False
    inner = list(aggregate.find_all(exp.Column))
    return alone or not inner or any(scope.is_own(one, alone=False) for one in inner)


def _grouped(group: exp.Group | None, scope: _Scope) -> _Grouped | None:
    """What GROUP BY says; None where that is not known for certain."""
    grouped = _Grouped()
    if group is None:
        return grouped
    if group.args.get("all") or group.args.get("totals"):
        return None
    items = [one for key in ("expressions", "rollup", "cube", "grouping_sets") for one in group.args.get(key) or ()]
    outputs = columns(scope.select, scope.query)
    while items:
        one = items.pop()
        at = number(one) if isinstance(one, exp.Literal) and not one.is_string else None
        if isinstance(one, _NESTED) or (isinstance(one, exp.Anonymous) and one.name.upper() == "ROW"):  # DuckDB groups by what is inside
            items += one.expressions if not isinstance(one, exp.Paren) else [one.this]
        elif at is not None and at.is_integer() and 1 <= at <= len(outputs) and all(name != "*" for name, _ in outputs):
            _add(outputs[int(at) - 1][1], grouped, scope)
        elif isinstance(one, _FIXED):
            return None
        else:
            if isinstance(one, exp.Column) and not one.table:
                name = one.name.lower()
                if name in scope.known:
                    return None  # a whole row
                for output, inner in outputs:
                    if (output is None or output.lower() == name) and inner != one:
                        _add(inner, grouped, scope)
            _add(one, grouped, scope)
    return grouped


def _add(node: exp.Expr, grouped: _Grouped, scope: _Scope) -> None:
    """A cast to the type that a column has already is the column."""
    plain = bare(node)
    if isinstance(plain, exp.Column):
        grouped.names.add((plain.table.lower(), plain.name.lower()))
        grouped.touched |= scope.owners(plain.name.lower(), plain.table.lower())
    if plain is node and isinstance(plain, exp.Column):
        return
    for inner in node.find_all(exp.Column):
        grouped.inside.add(inner.name.lower())
        if scope.query.dialect == "sqlite":
            grouped.touched |= scope.owners(inner.name.lower(), inner.table.lower())


def _fix(scope: _Scope, grouped: _Grouped) -> None:
    """Adds what WHERE and ON leave one value of, in MySQL and SQLite: what is compared with a constant, and what depends on that."""
    joins = scope.select.args.get("joins") or ()
    where = scope.select.args.get("where")
    conditions = [where.this] if where is not None else []
    conditions += [one.args["on"] for one in joins if one.args.get("on") is not None]
    links = [set(scope.known)] if any(one.args.get("using") or one.args.get("method") for one in joins) else []
    for part in (part for condition in conditions for part in conjuncts(condition)):
        inner = [(one.table.lower(), one.name.lower()) for one in part.find_all(exp.Column)]
        if isinstance(part, exp.Is | exp.Column | exp.Not):
            grouped.names.update(inner)
        elif isinstance(part, _EQUALS) and not (isinstance(part, exp.In) and len(part.expressions) > 1):
            grouped.names.update(inner)
            owners = [scope.owners(name, table) for table, name in inner]
            reached = {source for some in owners for source in some}
            if len(owners) > 1 and all(owners) and any(some != owners[0] for some in owners):
                links.append(reached)
            else:
                grouped.touched |= reached
    for _ in links:
        for link in links:
            if link & grouped.touched:
                grouped.touched |= link


def _is_certain(name: str, source: exp.Expr, grouped: _Grouped, query: Query) -> bool:
    """Whether the columns of a source have a value of their own for each row, however the rows are grouped."""
    is_known = is_table(source)
    match query.dialect:
        case "duckdb":
            return True
        case "postgres":
            is_view = is_known and (
                source.text("db").lower() == "information_schema"
                or (source.name.lower() in _VIEWS and source.text("db").lower() in {"", "pg_catalog"})
            )
            return name not in grouped.touched or not is_known or is_view
        case _:
            return is_known and name not in grouped.touched and source.name.lower() != "dual"


def _outside(select: exp.Select, group: exp.Expr | None, query: Query) -> Iterator[tuple[exp.Expr, bool]]:
    """Columns and stars outside of aggregates, and whether each is all of an expression."""
    into_windows = query.dialect in _STRICT  # elsewhere a window over one row may have the same value whatever it is over
    names = _outputs(select) if query.dialect == "duckdb" else frozenset[str]()
    for output in select.expressions:
        node = output.this if isinstance(output, exp.Alias) else output
        if isinstance(node, exp.AggFunc | exp.Filter):
            continue  # nearly always
        if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
            star = node if isinstance(node, exp.Star) else node.this
            if group is None and not any(star.args.get(key) for key in _STARS):
                yield node, True
            continue
        for column in _columns(node, into_windows=into_windows):
            if column.table or column.name.lower() not in names:  # only DuckDB knows them there
                yield column, _is_all(column, node)
    having = select.args.get("having")
    # there is one row to order: MySQL and SQLite do not look at it
    order = select.args.get("order") if group is not None or query.dialect in _STRICT else None
    for part in ([having.this] if having is not None else []) + (order.expressions if order is not None else []):
        for column in _columns(part, into_windows=into_windows):
            if column.table or not is_alias(column, select, query):
                yield column, _is_all(column, part.this if isinstance(part, exp.Ordered) else part)


def _outputs(select: exp.Select) -> frozenset[str]:
    """The names that a select gives its columns, but for columns called so anyway."""
    named = ((one.alias.lower(), one.this) for one in select.expressions if isinstance(one, exp.Alias))
    return frozenset(name for name, node in named if name and not (isinstance(node, exp.Column) and node.name.lower() == name))


def _is_all(column: exp.Column, node: exp.Expr) -> bool:
    while isinstance(node, exp.Paren):
        node = node.this
    return node is column


def _columns(node: exp.Expr, *, into_windows: bool) -> Iterator[exp.Column]:
    """The columns of a node that are taken from a row: not those of aggregates, of subqueries, and of functions that may be aggregates."""
    left = [node]
    while left:
        one = left.pop()
        if isinstance(one, exp.Column):
            yield one
        elif isinstance(one, exp.Window) and not into_windows:
            continue
        elif isinstance(one, exp.Window):
            function = one.this
            while isinstance(function, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
                function = function.this
            if isinstance(function, exp.AggFunc) and not isinstance(function, exp.AnonymousAggFunc):
                left += [inner for inner in function.iter_expressions() if not isinstance(inner, exp.Order)]
            left += one.args.get("partition_by") or ()
            left += one.args["order"].expressions if one.args.get("order") is not None else ()
        elif isinstance(one, exp.Collate):
            left.append(one.this)
        elif isinstance(one, _PLAIN) and not isinstance(one, exp.Dot | exp.PropertyEQ | exp.Kwarg):
            left += reversed(list(one.iter_expressions()))


def _is_alone(select: exp.Select, query: Query) -> bool:
    """Whether a select can use no columns but its own: no select around it shows it any. Only DuckDB lets one in FROM see those beside it."""
    node: exp.Expr = select
    while node.parent is not None:
        parent = node.parent
        if isinstance(parent, exp.From | exp.Join) and not (query.dialect == "duckdb" and _is_joined(parent.parent)):
            node = parent.parent or parent
        elif isinstance(parent, exp.CTE | exp.With | exp.SetOperation | exp.Subquery) or isinstance(node, exp.With):
            node = parent
        else:
            return False
    return True


def _is_joined(select: exp.Expr | None) -> bool:
    return select is not None and any(select.args.get(key) for key in ("joins", "laterals"))
