"""How fast a provider may be asked: a budget of requests in a window, kept before each request and corrected by what the provider says.

No token bucket: vendors count in fixed windows, and a bucket that refills while it is emptied lets nearly two budgets through in one of
them. What is kept here holds in every stretch of a window's length, wherever the vendor's window begins; when the vendor tells its own
window (requests left, seconds until it ends), that is believed instead, for others may spend from the same account. Nothing sleeps here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock

_FAMILIES = ("x-sentry-rate-limit-", "x-ratelimit-", "ratelimit-")
"""How vendors begin the headers `limit`, `remaining` and `reset`, in lower case."""
_EPOCH = 1_000_000_000
"""A reset above is a Unix time in seconds, below it seconds from now."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a vendor allows one account."""

    requests: int
    per_s: float
    """Length of the window, seconds."""
    source: str
    """The vendor's page, with the date it was read."""
    concurrent: int = 1
    """Reads of single objects that may be under way at once."""
    per_endpoint: bool = False
    """The vendor counts each endpoint by itself: its headers say nothing of the whole."""

    def __str__(self) -> str:
        span = {1: "a second", 60: "a minute", 3600: "an hour"}.get(round(self.per_s), f"in {self.per_s:g} s")
        return f"{self.requests} {span}"


@dataclass(slots=True)
class Slot:
    """Leave for one request. `at` is when it may be sent, later when it was answered, by the clock of its Pace."""

    at: float
    sent: float = 0.0
    held: bool = False
    """It was refused, and goes out once more when others may."""


@dataclass(slots=True)
class _Window:
    """What was spent, and what the vendor said is left."""

    spent: deque[Slot]
    left: int | None = None
    """Requests until `until`; None: the vendor does not say."""
    until: float = 0.0
    held: float = 0.0
    """Nothing is sent before."""

    def reserve(self, now: float, budget: Budget | None) -> Slot:
        at = max(now, self.held)
        if self.left is not None:
            if self.left <= 0:
                at = max(at, self.until)
            if at >= self.until:  # a new window: what was spent in the old one counts no more
                self.left = None
                self.spent.clear()
            else:
                self.left -= 1
        if budget is not None:
            while len(self.spent) > budget.requests:
                self.spent.popleft()
            if self.left is None and len(self.spent) == budget.requests:
                at = max(at, self.spent[0].at + budget.per_s + slack(budget))
        slot = Slot(at)
        self.spent.append(slot)
        return slot

    def copy(self) -> _Window:
        return replace(self, spent=deque(Slot(slot.at) for slot in self.spent))


def slack(budget: Budget) -> float:
    """Seconds waited beyond a window: vendors tell its end in whole seconds, rounded one way or the other."""
    return budget.per_s / 60


class Pace:
    """The budget of one account, shared by everything in this process that asks there. Safe to use from several threads.

    Without a budget only what the provider itself says is kept to.
    """

    def __init__(
        self,
        target: str,
        budget: Budget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        told: Callable[[Pace, float], None] | None = None,
    ) -> None:
        """`told` hears of each request: before one that has to wait, with the seconds; after each answer, with 0."""
        self.target = target
        self.told = told
        self.made = 0
        """Requests that were answered, or given up."""
        self._budget = budget
        self._clock = clock
        self._lock = Lock()
        self._window = _Window(deque())
        self._flying = 0
        self._busy_s = 0.0

    @property
    def budget(self) -> Budget | None:
        """As declared, or as the provider corrected it."""
        return self._budget

    def take(self) -> tuple[Slot, float]:
        """Leave for the next request, and the seconds to wait before it is sent. Every slot is given back with `done`."""
        with self._lock:
            now = self._clock()
            slot = self._window.reserve(now, self._budget)
            slot.sent = slot.at
            self._flying += 1
            wait = slot.at - now
        if self.told is not None and wait > 0:
            self.told(self, wait)
        return slot, wait

    def done(self, slot: Slot, headers: Mapping[str, str] | None = None) -> None:
        """An answer is here with these headers, or none will come. From now on the slot counts, for the provider may have counted it as late."""
        with self._lock:
            now = self._clock()
            self._flying -= 1
            self._busy_s += max(0.0, now - slot.sent)
            slot.at = max(slot.at, now)
            self.made += 1
            if slot.held:
                slot.held, self._window.held = False, 0.0
            if headers:
                self._heard({name.lower(): value for name, value in headers.items()}, now)
        if self.told is not None:
            self.told(self, 0.0)

    def again(self, slot: Slot, wait: float) -> None:
        """The request was refused and not counted: it is sent once more after so many seconds, and nothing else is sent before."""
        with self._lock:
            self._window.held = max(self._window.held, self._clock() + wait)
            self._flying += 1
            slot.sent, slot.held = self._clock() + wait, True
        if self.told is not None and wait > 0:
            self.told(self, wait)

    def estimate(self, requests: int) -> float:
        """Seconds until so many further requests, one after the other, are answered: what the budget makes them wait, and what one has taken so far."""
        with self._lock:
            window, begin = self._window.copy(), self._clock()
            each = self._busy_s / self.made if self.made else 0.0
        now = begin
        for _ in range(requests):
            slot = window.reserve(now, self._budget)
            now = slot.at = slot.at + each
        return now - begin

    def fresh(self) -> Pace:
        """The same budget, of which nothing is spent."""
        return Pace(self.target, self._budget, clock=self._clock)

    def _heard(self, headers: Mapping[str, str], now: float) -> None:
        for family in _FAMILIES:
            limit, left, reset = (_number(headers.get(f"{family}{name}")) for name in ("limit", "remaining", "reset"))
            if left is None or reset is None:
                continue
            ends_in = _ends_in(reset, headers.get("date"))
            if ends_in is None:
                return
            budget = self._budget
            if budget is not None:
                if limit is not None and limit >= 1 and not budget.per_endpoint:
                    self._budget = budget = replace(budget, requests=int(limit))
                ends_in = min(ends_in, budget.per_s) + slack(budget)
            if budget is not None and budget.per_endpoint:
                if left < 1:
                    self._window.held = max(self._window.held, now + ends_in)
            else:
                # what is under way may not be counted in it yet
                self._window.left, self._window.until = int(left) - self._flying, now + ends_in
            return


class Paces:
    """The pace of every account that one run asks: two clients of one account keep to one budget."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        told: Callable[[Pace, float], None] | None = None,
        stand_ins: bool = False,
    ) -> None:
        """`stand_ins`: hold what answers on this machine to the vendor's budget too."""
        self.stand_ins = stand_ins
        self._clock = clock
        self._told = told
        self._paces: dict[tuple[str, str], Pace] = {}
        self._lock = Lock()

    def of(self, target: str, account: str, budget: Budget | None) -> Pace:
        """The pace of an account; `account` tells it from others and is kept nowhere but here."""
        with self._lock:
            return self._paces.setdefault((target, account), Pace(target, budget, clock=self._clock, told=self._told))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _ends_in(reset: float, date: str | None) -> float | None:
    """Seconds until a window ends. A Unix time is held against the provider's own clock: ours may be wrong."""
    if reset <= _EPOCH:
        return reset
    from email.utils import parsedate_to_datetime  # takes longer to load than all else here, and every command loads this

    try:
        return max(0.0, reset - parsedate_to_datetime(date or "").timestamp())
    except ValueError:
        return None
