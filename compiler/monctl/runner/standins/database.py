"""[I/O] A database for one PostgreSQL datasource: the tables its spec names, empty, and a `now()` that somebody else decides.

What the spec names of PostgreSQL's own (`pg_stat_activity`, …) is a table too, in a schema that is searched before `pg_catalog`: so it holds
what one puts there. `CURRENT_DATE` is not a function and stays today's.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from monctl.program import Datasource
from monctl.runner.standins.postgres import PostgresStandin

_CLOCK = """
    CREATE SCHEMA standin;
    CREATE TABLE standin.clock (at timestamptz NOT NULL);
    INSERT INTO standin.clock VALUES (pg_catalog.now());
    CREATE FUNCTION standin.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM standin.clock';
"""
_MAY_READ = """
    GRANT USAGE ON SCHEMA standin, public TO monctl;
    GRANT SELECT ON ALL TABLES IN SCHEMA standin, public TO monctl;
"""


class DatabaseStandin:
    """Opened by `make`; `do` as its owner, `dsn` for who only reads."""

    def __init__(self, server: PostgresStandin, name: str, datasource: Datasource) -> None:
        self.dsn = server.dsn(name, "monctl")
        self.name = name
        self._server, self._datasource = server, datasource
        self._owner: psycopg.Connection[tuple[object, ...]] | None = None

    def make(self) -> None:
        """The database and its tables."""
        self._admin(f'CREATE DATABASE "{self.name}" TEMPLATE template0')
        self._admin(f'ALTER DATABASE "{self.name}" SET search_path = standin, pg_catalog, public')
        self._owner = psycopg.connect(self._server.dsn(self.name, "postgres"), autocommit=True)
        self.do(_CLOCK)
        for table, columns in self._datasource.schema.items():
            where = "standin" if table.startswith("pg_") else "public"
            self.do(f'CREATE TABLE {where}."{table}" ({", ".join(f"{name} {kind}" for name, kind in columns.items())})')
        self.do(_MAY_READ)

    def do(self, statements: str) -> None:
        """Run them. Raises psycopg.Error for what PostgreSQL will not have."""
        assert self._owner is not None
        self._owner.execute(sql.SQL(statements))  # ours, from files beside the estates' stories

    def move(self, at: float) -> None:
        """`now()` is this, in seconds since the epoch."""
        assert self._owner is not None
        self._owner.execute("UPDATE standin.clock SET at = to_timestamp(%s)", (at,))

    def down(self) -> None:
        """Nobody gets in any more, and who is in is thrown out."""
        self._admin(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
        who = f"datname = '{self.name}' AND usename = 'monctl'"
        self._admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {who}")  # noqa: S608  # the name is ours

    def up(self) -> None:
        """As before."""
        self._admin(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')

    def close(self) -> None:
        """Lets go of it; it goes with its server."""
        if self._owner is not None:
            self._owner.close()
            self._owner = None

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self._server.dsn("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL(statement))  # the name is ours
