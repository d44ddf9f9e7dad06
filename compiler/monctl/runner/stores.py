"""[I/O] The store somebody means: a folder, or `postgresql://…`."""

from __future__ import annotations

from pathlib import Path

from monctl.bundle import Bundle
from monctl.errors import UsageError
from monctl.runner.store.store import Leases, Store

DEFAULT = ".monctl/store"
"""Relative to the estate, or to the bundle."""


class NothingWritten(UsageError):
    """There is no store where one was looked for: nobody knows how anything stands."""

    exit_code = 3


def opened(said: str | None, bundle: Bundle, root: Path, *, runner: bool) -> tuple[Store, Leases | None]:
    """The store, and the leases where several runners share it. `runner`: to run on it, not only to look or ask.

    Raises UsageError when another runner has the folder, nothing has been written there yet (to look at), a package is missing, or
    it is the address of something else.
    """
    name = f"{bundle.estate}-{bundle.environment}" if bundle.environment else bundle.estate
    if said is not None and said.startswith(("postgresql://", "postgres://")):
        try:
            from monctl.runner.store.postgres import PostgresLeases, PostgresStore
        except ModuleNotFoundError as error:
            raise UsageError(
                f"a store on PostgreSQL needs the package {error.name}", hint="pip install 'monctl-compiler[runner]'"
            ) from error
        store = PostgresStore(said, name)
        return store, PostgresLeases(store) if runner else None
    if said is not None and "://" in said:  # not shown whole: it may hold a password
        raise UsageError(
            f"a store is a folder or postgresql://…, and not {said.partition('://')[0]}://…",
            hint="name it with --store or the option store",
        )
    from monctl.runner.store.sqlite import SqliteStore

    folder = root / (said or DEFAULT) / name
    if not runner and not (folder / "state.db").exists():
        raise NothingWritten(
            f"no runner has written anything to {folder} yet", hint="name its store with --store, or start one: monctl run"
        )
    return SqliteStore(folder, runner=runner), None
