"""Things done side by side: steps in a lane per target, and calls that do not depend on each other. Threads, and what comes of them in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import SimpleQueue
from threading import Condition, Lock, Thread
from typing import TypeVar

from monctl.order import Step
from monctl.receipt import Receipt

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")
E = TypeVar("E", bound=Exception)
_GRACE_S = 5.0
"""How long the calls under way may take to end when the rest is called off; what they came to is then journalled."""


def in_lanes(every: Sequence[Step], carry: Callable[[Step], Receipt]) -> Iterator[Receipt]:
    """Carries steps out: those of one target in their order, those of different targets side by side, each after all that it needs.

    A step needs only such as stand before it, so that no lane waits for ever: of the steps that are left the first one can always begin.
    What `carry` raises calls off what has not begun, and is raised when all that has begun has ended.
    """
    lanes: dict[str, list[Step]] = {}
    for step in every:
        lanes.setdefault(step.change.target, []).append(step)
    if len(lanes) < 2:
        yield from map(carry, every)
        return
    shared = _Shared(frozenset(step.id for step in every), carry)
    threads = [Thread(target=shared.go, args=(lane,), name=f"apply-{name}", daemon=True) for name, lane in lanes.items()]
    for thread in threads:
        thread.start()
    fault: BaseException | None = None
    going = len(threads)
    try:
        while going:
            match shared.said.get():
                case Receipt() as receipt:
                    yield receipt
                case None:
                    going -= 1
                case error:
                    fault = fault or error
        if fault is not None:
            raise fault
    finally:
        shared.call_off()
        last = time.monotonic() + _GRACE_S
        for thread in threads:
            thread.join(max(0.0, last - time.monotonic()))


class _Shared:
    """What the lanes know of each other."""

    def __init__(self, ids: frozenset[str], carry: Callable[[Step], Receipt]) -> None:
        self.said: SimpleQueue[Receipt | BaseException | None] = SimpleQueue()
        """Receipts, faults, and a None from each lane that has ended."""
        self._carry = carry
        self._ids = ids
        self._ended: set[str] = set()
        self._off = False
        self._turn = Condition()

    def go(self, lane: Sequence[Step]) -> None:
        try:
            for step in lane:
                if not self._may_begin(self._ids.intersection(step.needs)):
                    return
                receipt = self._carry(step)
                self.said.put(receipt)
                with self._turn:
                    self._ended.add(step.id)
                    self._turn.notify_all()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
            self.call_off()
            self.said.put(error)
        finally:
            self.said.put(None)

    def _may_begin(self, needs: frozenset[str]) -> bool:
        with self._turn:
            self._turn.wait_for(lambda: self._off or needs <= self._ended)
            return not self._off

    def call_off(self) -> None:
        """No further step begins."""
        with self._turn:
            self._off = True
            self._turn.notify_all()


def together(calls: Mapping[str, Callable[[], T]], caught: type[E]) -> dict[str, T | E]:
    """What each call gives, or the error of this kind that it raises, in the order of `calls`; all of them at once. Other errors are raised."""

    def tried(name: str) -> T | E:
        try:
            return calls[name]()
        except caught as error:
            return error

    return dict(zip(calls, spread(tried, list(calls), len(calls)), strict=True))


def spread(call: Callable[[S], R], items: Sequence[S], width: int) -> list[R]:
    """What a call gives for each item, in their order, with so many under way at once.

    After an error nothing further begins, and of the errors the first in the order of the items is raised when all that began has ended.
    An interrupt waits for nothing.
    """
    if width < 2 or len(items) < 2:
        return [call(item) for item in items]
    found: dict[int, R] = {}
    faults: dict[int, BaseException] = {}
    rest = iter(range(len(items)))
    turn = Lock()

    def work() -> None:
        while True:
            with turn:
                number = next(rest, None)
            if number is None or faults:
                return
            try:
                found[number] = call(items[number])
            except BaseException as error:  # noqa: BLE001 - raised below, in the thread that waits
                faults[number] = error

    threads = [Thread(target=work, daemon=True) for _ in range(min(width, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[min(faults)]
    return [found[number] for number in range(len(items))]
