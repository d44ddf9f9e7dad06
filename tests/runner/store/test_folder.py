"""The store of one process: its folder, its lock, a full disk, and a process that is killed while it writes."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from monctl.errors import UsageError
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.store.store import Commit, Store, StoreLost
from tests.runner.store.letters import NOW, letter

_WRITES = """
import asyncio, sys
from pathlib import Path
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.store.store import Commit
from tests.runner.store.letters import letter

async def write():
    store = SqliteStore(Path(sys.argv[1]))
    for number in range(1, 100_000):
        await store.commit(Commit(states={"api": {"n": number}}, letters=[letter("update", seq=number)]))
        print(number, flush=True)

asyncio.run(write())
"""


def test_a_second_runner_on_a_folder_is_refused_and_one_that_looks_is_not(tmp_path: Path) -> None:
    async def work() -> None:
        first = SqliteStore(tmp_path)
        await first.commit(Commit(states={"api": {"n": 1}}))
        with pytest.raises(UsageError, match="another runner works on the store"):
            SqliteStore(tmp_path)
        looking = SqliteStore(tmp_path, runner=False)
        assert await looking.states(["api"]) == {"api": {"n": 1}}
        await looking.close()
        await first.close()
        again = SqliteStore(tmp_path)
        assert await again.states(["api"]) == {"api": {"n": 1}}
        await again.close()

    asyncio.run(work())


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written") as refused:
        SqliteStore(tmp_path / "file")

    assert "--store" in str(refused.value.hint)


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()

    async def work() -> None:
        store = SqliteStore(tmp_path)
        try:
            with pytest.raises(UsageError, match="newer monctl"):
                await store.states(["api"])
        finally:
            await store.close()

    asyncio.run(work())


def test_a_full_disk_loses_nothing_and_is_a_sentence(tmp_path: Path) -> None:
    async def work() -> None:
        store = SqliteStore(tmp_path)
        await store.commit(Commit(states={"api": {"n": 1}}, letters=[letter("firing")]))
        await _limit(store, "max_page_count = 1")  # SQLite never goes below what it has: no page more
        with pytest.raises(StoreLost, match="full") as lost:
            await store.commit(Commit(states={"api": {"n": 2}, "big": {"text": "x" * 100_000}}, letters=[letter("resolved")]))

        assert "disk has room" in str(lost.value.hint)
        assert await store.states(["api", "big"]) == {"api": {"n": 1}}
        assert [row.letter.kind for row in await store.outbox()] == ["firing"]

        await _limit(store, "max_page_count = 1000000")
        await store.commit(Commit(states={"api": {"n": 2}, "big": {"text": "x" * 100_000}}))

        assert (await store.states(["api"])) == {"api": {"n": 2}}
        await store.close()

    asyncio.run(work())


def test_full_history_does_not_hold_up_alerts(tmp_path: Path) -> None:
    async def work() -> None:
        from monctl.runner.store.store import Measurement

        store = SqliteStore(tmp_path)
        await store.record([Measurement("a", "", NOW, "failed")])
        await store._results.run(lambda db: db.execute("PRAGMA max_page_count = 1"))  # the other database has a disk of its own here
        with pytest.raises(StoreLost):
            await store.record([Measurement("a", "", NOW, "failed", note="x" * 100_000)])
        await store.commit(Commit(states={"api": {"n": 1}}, letters=[letter("firing")]))

        assert len(await store.outbox()) == 1
        await store.close()

    asyncio.run(work())


def test_what_was_being_sent_when_the_runner_died_goes_out_at_once_and_is_known_to_be_doubtful(tmp_path: Path) -> None:
    async def work() -> None:
        store = SqliteStore(tmp_path)
        await store.commit(Commit(letters=[letter("firing")]))
        await store.claim(NOW, lease_s=3600, limit=9)
        await store.close()
        store = SqliteStore(tmp_path)
        (row,) = await store.claim(NOW, lease_s=3600, limit=9)

        assert row.attempts == 1
        assert [row.unknown for row in await store.outbox()] == [True]
        await store.close()

    asyncio.run(work())


def test_a_process_that_is_killed_while_it_writes_leaves_every_commit_whole(tmp_path: Path, root: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen([sys.executable, "-c", _WRITES, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environ) as writer:
        assert writer.stdout is not None
        said = 0
        while said < 200:
            said = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        said = max([said, *(int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n"))])

    async def work() -> None:
        store = SqliteStore(tmp_path)
        written = (await store.states(["api"]))["api"]["n"]
        letters = await store.outbox(limit=100_000)
        await store.close()

        assert said <= written <= said + 1
        assert len(letters) == written

    asyncio.run(work())


async def _limit(store: Store, pragma: str) -> None:
    assert isinstance(store, SqliteStore)
    await store._state.run(lambda db: db.execute(f"PRAGMA {pragma}"))
