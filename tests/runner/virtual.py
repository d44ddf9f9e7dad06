"""Virtual time: an event loop that never waits but jumps to what is due next, and clocks made of it. Hours pass in seconds, always the same way."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

Made = TypeVar("Made")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Waiting costs nothing; work for threads is done at once, in this one."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override] # a future at once
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
            done.set_exception(error)
        return done


class _Jumping(selectors.DefaultSelector):
    """Instead of waiting for its time-out it moves the loop's time."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing will ever happen any more"
            if timeout > 0:
                self._loop.jump(timeout)
        return ready


class VirtualClock:
    """The machine's clocks: both go with the loop, and the wall clock can be set."""

    def __init__(self, wall: float) -> None:
        self.skew = wall

    def wall(self) -> float:
        return self.skew + asyncio.get_running_loop().time()

    def mono(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(main: Coroutine[Any, Any, Made]) -> Made:
    """The result of a coroutine, run in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
