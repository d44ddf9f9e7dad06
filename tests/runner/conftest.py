"""A real PostgreSQL for the runner's tests: one server a session, on a Unix socket in a folder of its own, one fresh database a test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from monctl.runner.standins.postgres import PostgresStandin

_NUMBER = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresStandin]:
    """Debian's PostgreSQL, or the one of a wheel."""
    standin = PostgresStandin()
    standin.start()
    yield standin
    standin.stop()


@pytest.fixture
def postgres(postgres_server: PostgresStandin) -> Iterator[str]:
    """DSN of an empty database that the ordinary role `monctl` owns; gone after the test."""
    name = f"test_{next(_NUMBER)}"
    with psycopg.connect(postgres_server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" OWNER monctl TEMPLATE template0'.encode())
        yield postgres_server.dsn(name, "monctl")
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def postgres_as_superuser(postgres: str) -> str:
    """DSN of the same database for the superuser `postgres`."""
    return postgres.replace("//monctl@", "//postgres@")
