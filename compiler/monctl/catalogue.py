"""What a database says of its own tables: the query to ask it, and its answer as tables with their columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

LARGE = 1_000_000
"""Rows from which a table is marked large."""

# each row: schema, table, column, type, about how many rows, whether the schema is the one meant when none is named, whether it is never NULL
# https://www.postgresql.org/docs/current/catalog-pg-class.html (read 2026-11-21): reltuples is -1 before the first ANALYZE
_POSTGRESQL = """
SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       CASE WHEN c.relkind = 'p' THEN (SELECT SUM(GREATEST(p.reltuples, 0)) FROM pg_catalog.pg_partition_tree(c.oid) AS t
                                       JOIN pg_catalog.pg_class AS p ON p.oid = t.relid WHERE t.isleaf)
            ELSE c.reltuples END,
       n.nspname = COALESCE(pg_catalog.current_schema(), 'public'), a.attnotnull
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY n.nspname, c.relname, a.attnum
"""
# https://dev.mysql.com/doc/refman/8.4/en/information-schema-tables-table.html: table_rows is an estimate for InnoDB
_MYSQL = """
SELECT c.table_schema, c.table_name, c.column_name, c.column_type, t.table_rows, c.table_schema = DATABASE(),
       c.is_nullable = 'NO'
FROM information_schema.columns AS c
JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE TRUE
  AND c.table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')
ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""
_DUCKDB = """
SELECT c.schema_name, c.table_name, c.column_name, c.data_type, t.estimated_size, c.schema_name = 'main',
       NOT c.is_nullable
FROM duckdb_columns() AS c
LEFT JOIN duckdb_tables() AS t ON t.table_oid = c.table_oid AND t.database_name = c.database_name
WHERE NOT c.internal AND c.database_name = current_database()
ORDER BY c.schema_name, c.table_name, c.column_index
"""
SQLITE = """
SELECT 'main', m.name, c.name, c.type, NULL, 1,
       c."notnull" OR (c.pk = 1 AND UPPER(c.type) = 'INTEGER' AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name) AS o WHERE o.pk > 1))
FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
ORDER BY m.name, c.cid
"""
QUERIES: Mapping[str, str] = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "duckdb": _DUCKDB, "sqlite": SQLITE}
"""Type of datasource → what to ask for the tables that are the user's own."""
_OWN = re.compile(r"  AND \w+\.(?:nspname|table_schema) NOT IN .*\n")
"""The line of a query that leaves the database's own schemas out."""

_SHORT = {
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "character varying": "varchar",
    "character": "char",
    "time without time zone": "time",
}
_TYPE = re.compile(r"(?P<word>[a-z_ ]+?)(?P<size>\([^)]*\))?(?P<rest> with(?:out)? time zone)?(?P<array>(?:\[\])*)")
_SCHEMA = re.compile(r'(?:"[^"]*"|\w+)\.')
"""Of a type: PostgreSQL tells it to roles that do not look into that schema, and not to others."""
_CHOICE = re.compile(r"(?:enum|set)\(.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The tables of a database."""

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Name, with its schema where it is not the usual one → column → type, and `not null` behind it; by name, columns in the database's order."""
    large: tuple[str, ...] = ()
    """Tables with more than so many rows, by the database's own estimate."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Schemas that were not asked for, by name, with how many tables each has."""


def question(kind: str, schemas: Sequence[str]) -> str:
    """What to ask a type of datasource. The database's own schemas (`pg_catalog`, `sys`) are left out, unless schemas are asked for by name."""
    return _OWN.sub("", QUERIES[kind]) if schemas else QUERIES[kind]


def catalogue(rows: Iterable[Sequence[Any]], *, schemas: Sequence[str] = (), names: Sequence[str] = (), large: int = LARGE) -> Catalogue:
    """The tables of an answer. `schemas` narrow it (empty: the usual one), `names` are globs of tables (empty: all)."""
    tables: dict[str, dict[str, str]] = {}
    rowed: set[str] = set()
    others: dict[str, set[str]] = {}
    for schema, table, column, kind, count, usual, full in rows:
        if (str(schema) not in schemas) if schemas else not usual:
            others.setdefault(str(schema), set()).add(str(table))
            continue
        name = str(table) if usual else f"{schema}.{table}"
        if not is_meant(name, names):
            continue
        tables.setdefault(name, {})[str(column)] = short(str(kind or "")) + (" not null" if full else "")
        if count is not None and float(count) >= large:
            rowed.add(name)
    return Catalogue(dict(sorted(tables.items())), tuple(sorted(rowed)), {schema: len(within) for schema, within in sorted(others.items())})


def is_meant(name: str, globs: Sequence[str]) -> bool:
    """Whether the name of a table fits one of some globs, or there are none."""
    return not globs or any(fnmatchcase(name, glob) for glob in globs)


def short(kind: str) -> str:
    """The usual word for a type: `timestamptz` for `timestamp with time zone`, `varchar(20)` for `character varying(20)`; `any` for none."""
    plain = " ".join(kind.lower().split())
    if (schema := _SCHEMA.match(plain)) is not None:
        plain = plain[schema.end() :]
    if _CHOICE.fullmatch(plain):
        return plain.partition("(")[0]
    found = _TYPE.fullmatch(plain)
    if found is None:
        return plain or "any"
    size, rest = found["size"] or "", found["rest"] or ""
    word = _SHORT.get(found["word"] + rest, found["word"] + rest)
    return f"{word}{size}{found['array']}"
