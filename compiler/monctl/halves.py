"""[I/O] Work on many items by two processes, this one and a copy of it. The results are the same as those of one, in the same order."""

from __future__ import annotations

import marshal
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self, TypeVar

T = TypeVar("T")
Work = Callable[[Sequence[T]], list[Any]]

LEAST = 300
"""Items from which a second process pays: it costs 5 to 20 ms to copy this one."""
_CHUNKS = 200  # a number is one byte
"""Pieces that the work is cut into: whoever is done with one takes the next, so neither waits for long at the end."""


def in_halves(work: Work[T], items: Sequence[T], *, least: int = LEAST) -> list[Any]:
    """`work(items)`, which gives a result for each item: plain maps, lists, texts, numbers, None. It must not change anything but its results."""
    with beside(work, items, least=least) as rest:
        return rest()


@contextmanager
def beside(work: Work[T], items: Sequence[T], *, least: int = LEAST) -> Iterator[Callable[[], list[Any]]]:
    """Have the second process begin at once, while this one does something else; what is given does the rest with it, and gives all results.

    The second process sees everything as it is now. Without one (few items, one core, threads) all is done when it is asked for.
    """
    size = max(1, -(-len(items) // _CHUNKS))
    chunks = [items[at : at + size] for at in range(0, len(items), size)]
    copy = _Copy.started(work, chunks) if len(items) >= least and _can_fork() else None
    if copy is None:
        yield lambda: work(items)
        return
    with copy:
        yield lambda: [result for done in copy.all(work, chunks) for result in done]


class _Copy:
    """A copy of this process that works on the same chunks. Numbers of chunks wait in a pipe: whoever reads one has that chunk."""

    def __init__(self, pid: int, waiting: int, answer: int) -> None:
        self._pid = pid
        self._waiting = waiting
        self._answer = answer

    @classmethod
    def started(cls, work: Work[T], chunks: Sequence[Sequence[T]]) -> _Copy | None:
        """The copy, at work; None where the system gives no process."""
        waiting, fill = os.pipe()
        os.write(fill, bytes(range(len(chunks))))
        os.close(fill)
        reading, writing = os.pipe()
        try:
            pid = os.fork()
        except OSError:  # no memory or no process left
            for end in (waiting, reading, writing):
                os.close(end)
            return None
        if pid == 0:
            _answer(work, chunks, waiting, writing)
        os.close(writing)
        return cls(pid, waiting, reading)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self._waiting, self._answer):
            with suppress(OSError):
                os.close(end)
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)

    def all(self, work: Work[T], chunks: Sequence[Sequence[T]]) -> list[list[Any]]:
        """The results of every chunk, in order. What a copy that failed has taken with it is done again here."""
        done = dict(_taken(work, chunks, self._waiting))
        with os.fdopen(os.dup(self._answer), "rb") as file:
            data = file.read()
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        if status == 0:
            done |= marshal.loads(data)  # noqa: S302  # from our own process, through a pipe
        return [done[number] if number in done else work(chunk) for number, chunk in enumerate(chunks)]


def _taken(work: Work[T], chunks: Sequence[Sequence[T]], waiting: int) -> Iterator[tuple[int, list[Any]]]:
    """Number and results of each chunk that this process gets hold of."""
    while number := os.read(waiting, 1):
        yield number[0], work(chunks[number[0]])


def _answer(work: Work[T], chunks: Sequence[Sequence[T]], waiting: int, writing: int) -> None:
    """The life of the second process. It ends here whatever happens: nothing of the first one's is flushed, closed or handled twice."""
    status = 1
    try:
        with os.fdopen(writing, "wb") as file:
            file.write(marshal.dumps(dict(_taken(work, chunks, waiting))))
        status = 0
    finally:
        os._exit(status)


def _can_fork() -> bool:
    """Whether there is a second core, and no thread that a copy of this process would lack. macOS' own libraries do not survive a fork."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1
