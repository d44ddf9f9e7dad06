"""How far a command is that waits for providers: one line on standard error, rewritten on a terminal, now and then a new one elsewhere.

There is one standard error, so there is one `screen`. What is over soon says nothing.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, TypedDict

import click

from monctl.errors import MonctlError
from monctl.number import counted
from monctl.pace import Pace, Paces

if TYPE_CHECKING:
    from monctl.forecast import Forecast
    from monctl.receipt import Receipt

_FIRST_S = (1.0, 10.0)
"""When the first line appears: on a terminal, elsewhere."""
_NEXT_S = (0.2, 15.0)
"""How long a line stays as it is, at least."""
_HELD_S = 5.0
"""How long what was done is held back for the sake of order."""
_TICK_S = 1.0
"""Waits are cut into these, so that what is shown goes on."""


class Asks(TypedDict):
    """The fields of `monctl.deploy.Request` by which a screen sees what is asked and waited for."""

    on_wait: Callable[[str], None]
    sleep: Callable[[float], None]
    paces: Paces


class Screen:
    """What is shown of a run. Told of requests and waits from several threads."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        write: Callable[[str], None] = lambda text: click.echo(text, nl=False, err=True),
        terminal: Callable[[], bool] = lambda: bool(getattr(sys.stderr, "isatty", lambda: False)()) and os.environ.get("TERM") != "dumb",
        stand_ins: bool = False,
    ) -> None:
        """`stand_ins`: see `monctl.pace.Paces`."""
        self._stand_ins = stand_ins
        self._clock, self._sleep, self._write, self._terminal = clock, sleep, write, terminal
        self._lock = RLock()
        self._said: Callable[[], str] | None = None
        """Makes the line; None: nothing is under way."""
        self._due = 0.0
        self._shown = False
        self._asked: dict[str, tuple[Pace, int]] = {}
        """Target → its pace, and the requests it had made before."""
        self._next: dict[str, float] = {}
        """Target → when its next request goes out."""
        self._left: dict[str, tuple[Forecast, dict[str, int]]] = {}
        """Target → its forecast, and the requests of each step that has not ended."""
        self._done = self._total = 0

    def asks(self) -> Asks:
        """For a Request whose clients tell this screen."""
        return {"on_wait": self.note, "sleep": self.sleep, "paces": Paces(clock=self._clock, told=self.told, stand_ins=self._stand_ins)}

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While targets are read."""
        with self._under_way(self._reads):
            yield

    @contextmanager
    def applying(self, forecasts: Iterable[Forecast], total: int) -> Iterator[None]:
        """While so many steps are carried out."""
        self._left = {one.target: (one, dict(one.steps)) for one in forecasts}
        self._done, self._total = 0, total
        with self._under_way(self._applies):
            yield

    def told(self, pace: Pace, wait: float) -> None:
        """A request waits so many seconds; or, with 0, it was answered."""
        with self._lock:
            self._asked.setdefault(pace.target, (pace, pace.made - (wait <= 0)))
            if wait > 0:
                self._next[pace.target] = self._clock() + wait
            else:
                self._next.pop(pace.target, None)
            self._draw()

    def heard(self, receipts: Iterable[Receipt]) -> Iterator[Receipt]:
        """The receipts, each counted as it comes."""
        for receipt in receipts:
            with self._lock:
                self._done += 1
                for _, steps in self._left.values():
                    steps.pop(receipt.step.id, None)
                self._draw()
            yield receipt

    def sleep(self, seconds: float) -> None:
        """Waits, and goes on showing how long."""
        while seconds > 0:
            part = min(_TICK_S, seconds)
            self._sleep(part)
            seconds -= part
            with self._lock:
                self._draw()

    def note(self, text: str) -> None:
        """A line that stays."""
        with self._lock:
            self._wipe()
            self._write(f"{text}\n")
            if self._terminal():
                self._draw()

    @contextmanager
    def _under_way(self, said: Callable[[], str]) -> Iterator[None]:
        self._asked, self._next = {}, {}
        self._said, self._due = said, self._clock() + _FIRST_S[not self._terminal()]
        try:
            yield
        finally:
            with self._lock:
                self._said = None
                self._wipe()

    def _draw(self) -> None:
        now, terminal = self._clock(), self._terminal()
        if self._said is None or now < self._due or not (line := self._said()):
            return
        self._due = now + _NEXT_S[not terminal]
        if terminal:
            self._shown = True
            self._write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
        else:
            self._write(f"{line}\n")

    def _wipe(self) -> None:
        if self._shown:
            self._shown = False
            self._due = self._clock()  # what was wiped may come again at once
            self._write("\r\x1b[K")

    def _reads(self) -> str:
        told = []
        for target, (pace, before) in sorted(self._asked.items()):
            count = pace.made - before
            told.append(f"{target} {counted(count, 'request')}{self._waits(target, pace)}")
        return f"reading: {'; '.join(told)}" if told else ""

    def _applies(self) -> str:
        from monctl.forecast import about

        told = [f"{self._done} of {self._total} steps done"]
        for target, (forecast, steps) in sorted(self._left.items()):
            if steps:
                seconds = forecast.pace.estimate(sum(steps.values()))
                told.append(f"{target} {about(seconds)} left{self._waits(target, forecast.pace)}")
        return "; ".join(told)

    def _waits(self, target: str, pace: Pace) -> str:
        left = self._next.get(target, 0.0) - self._clock()
        if left < _TICK_S:
            return ""
        return f", the next in {left:.0f} s" + (f" ({pace.budget})" if pace.budget is not None else "")


def in_order(receipts: Iterable[Receipt], place: Mapping[str, int], *, clock: Callable[[], float] = time.monotonic) -> Iterator[Receipt]:
    """Receipts in the order of their steps (`place`: id of a step → its number, from 0), so that two quick runs say the same.

    Targets are written side by side, and a slow one would hold back what the others did: after some seconds each is given as it comes.
    """
    held: dict[int, Receipt] = {}
    following, begun = 0, clock()
    try:
        for receipt in receipts:
            held[place[receipt.step.id]] = receipt
            while held and (following in held or clock() - begun > _HELD_S):
                following = min(held) + 1
                yield held.pop(following - 1)
    except MonctlError:
        yield from (held[number] for number in sorted(held))
        raise
    yield from (held[number] for number in sorted(held))


screen = Screen()
