"""What every database engine gives: some rows of one query, and nothing but some rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeVar

MAX_ROWS: Final = 1_000
"""Read of one answer, at most."""
MAX_BYTES: Final = 4 * 1024 * 1024
"""Of one answer, about; the row that goes over it is the last."""
CONNECTIONS: Final = 4
"""To one datasource at once; further questions wait within their own time."""

_ENDS_S: Final = 5.0

Why = Literal["refused", "denied", "timeout", "query", "secret"]
WORDS: Final[dict[Why, str]] = {
    "refused": "cannot be reached",
    "denied": "access denied",
    "timeout": "statement timeout",
    "query": "the query is refused",
    "secret": "no connection string",
}


class QueryFailed(Exception):
    """The query gave no answer. `str()` is for a person and holds no secret."""

    def __init__(self, why: Why, detail: str = "", *, words: str = "") -> None:
        super().__init__(detail)
        self.why = why
        self.words = words or WORDS[why]
        """Equal for equal causes."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read of an answer."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool = False
    """There was more than the limits let through."""


class Engine(Protocol):
    """One database."""

    async def run(self, query: str, *, limit: int, timeout_s: float) -> Rows:
        """At most `limit` rows. The query is stopped at the database when the time is over. Raises QueryFailed."""

    async def close(self) -> None: ...


T = TypeVar("T")


class Threads:
    """A few threads of one blocking driver. Work that is given up on goes on until its own timeout; it never grows beyond these threads."""

    def __init__(self, name: str, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._places = asyncio.Semaphore(count)
        self._running: set[asyncio.Future[Any]] = set()

    async def run(self, work: Callable[[], T], *, stop: Callable[[], None], timeout_s: float) -> T:
        """What `work` returns. When time is over, or the caller is cancelled, `stop` is called: it must make `work` end soon.

        Raises QueryFailed("timeout"), also when no thread came free in time.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        try:
            async with asyncio.timeout_at(deadline):
                await self._places.acquire()
        except TimeoutError:
            raise QueryFailed("timeout", "other queries held every connection to it", words="no connection free in time") from None
        future = loop.run_in_executor(self._threads, work)
        self._running.add(future)
        future.add_done_callback(self._done)
        try:
            await asyncio.wait({future}, timeout=deadline - loop.time())
            if future.done():
                return future.result()
            raise QueryFailed("timeout", f"no answer in {timeout_s:.3g} s")
        finally:
            if not future.done():
                stop()

    def _done(self, future: asyncio.Future[Any]) -> None:
        self._running.discard(future)
        self._places.release()
        if not future.cancelled():
            future.exception()  # taken note of, so that nobody misses it after we gave up

    async def close(self) -> None:
        """No new work. What was given up on is waited for a little: it would otherwise report to a loop that is gone."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=_ENDS_S)
        self._threads.shutdown(wait=False, cancel_futures=True)


def size(row: tuple[Any, ...]) -> int:
    """About how many bytes a row is."""
    return sum(len(value) if isinstance(value, str | bytes | bytearray | memoryview) else 16 for value in row)


def capped(fetch: Callable[[], tuple[Any, ...] | None], columns: tuple[str, ...], limit: int) -> Rows:
    """Rows from a cursor's `fetchone`, within the limits."""
    rows: list[tuple[Any, ...]] = []
    held = 0
    while (row := fetch()) is not None:
        if len(rows) == limit or held > MAX_BYTES:
            return Rows(columns, tuple(rows), more=True)
        rows.append(tuple(row))
        held += size(rows[-1])
    return Rows(columns, tuple(rows))
