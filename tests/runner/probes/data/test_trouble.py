"""What exceptions mean, and that no message shows a secret; and things that probes share."""

from __future__ import annotations

import asyncio
import socket

import pytest

from monctl.runner.probes import local_resolver
from monctl.runner.probes.engine import QueryFailed, Threads
from monctl.runner.probes.shared import Shared
from monctl.runner.probes.trouble import fault, redact, unreachable


@pytest.mark.parametrize(
    ("text", "secret", "shown"),
    [
        ("failed for postgresql://shop:hunter2secret@db/shop", "postgresql://shop:hunter2secret@db/shop", "failed for ***"),
        ("bad password hunter2secret", "postgresql://shop:hunter2secret@db/shop", "bad password ***"),
        ("bad password a/b c@d!", "mysql://shop:a%2Fb%20c%40d%21@db", "bad password ***"),
        ("using 'it is secret' twice", "host=db password='it is secret' user=shop", "using '***' twice"),
        ("told password=other", "", "told password=***"),
        ("went to amqp://ana:pw@mq", "", "went to amqp://***@mq"),
        ("Cannot execute x", "mysql://shop:x@db", "Cannot execute ***"),
        ("key wJalrXUtnFEMI is wrong", "AKIAIOSFODNN7:wJalrXUtnFEMI", "key *** is wrong"),
        ("several\n  lines", "", "several lines"),
    ],
)
def test_a_message_is_shown_without_its_secrets(text: str, secret: str, shown: str) -> None:
    assert redact(text, secret) == shown


def test_a_long_message_is_cut() -> None:
    assert len(redact("x" * 1_000)) == 240


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(), "connection refused"),
        (ConnectionResetError(), "connection lost"),
        (TimeoutError(), "no answer in time"),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "its name cannot be resolved"),
        (PermissionError(13, "denied"), "permission denied"),
        (OSError(113, "no route"), "no route to it"),
        (RuntimeError("certificate verify failed: self-signed"), "certificate verify failed"),
        (RuntimeError("something"), "cannot be reached"),
    ],
)
def test_equal_causes_have_equal_words(error: Exception, words: str) -> None:
    assert unreachable(error) == words


@pytest.mark.parametrize(("alive", "cause"), [(False, "resolver"), (True, None)])
def test_a_name_that_cannot_be_looked_up_is_our_fault_only_when_our_resolver_is_down(
    alive: bool, cause: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answers(within_s: float) -> bool:
        return alive

    monkeypatch.setattr(local_resolver, "answers", answers)
    error = RuntimeError("failed to resolve host 'db': [Errno -3] Temporary failure in name resolution")

    found = asyncio.run(fault(error))

    assert (found.cause if found else None) == cause


class _Thing:
    def __init__(self) -> None:
        self.closed = 0

    async def close(self) -> None:
        self.closed += 1


def test_the_last_holder_closes() -> None:
    async def run() -> tuple[int, int, int]:
        shared = Shared()
        thing = shared.take("a", _Thing)
        assert shared.take("a", _Thing) is thing
        await shared.give_back("a")
        before = thing.closed
        await shared.give_back("a")
        return before, thing.closed, len(shared)

    assert asyncio.run(run()) == (0, 1, 0)


def test_what_cannot_be_made_is_not_kept() -> None:
    shared = Shared()

    def broken() -> _Thing:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # the one raised above
        shared.take("a", broken)

    assert len(shared) == 0


def test_work_that_finds_no_free_thread_in_time_says_so() -> None:
    async def run() -> str:
        import threading

        free = threading.Event()
        threads = Threads("test", 1)
        held = asyncio.ensure_future(threads.run(lambda: free.wait(30), stop=free.set, timeout_s=30))
        await asyncio.sleep(0)
        with pytest.raises(QueryFailed) as refused:
            await threads.run(lambda: None, stop=lambda: None, timeout_s=0.05)
        free.set()
        assert await held
        await threads.close()
        return refused.value.words

    assert asyncio.run(run()) == "no connection free in time"
