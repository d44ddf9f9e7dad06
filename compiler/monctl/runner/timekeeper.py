"""The runner's time: the wall clock, which never goes back but for a jump that is told."""

from __future__ import annotations

from monctl.runner.clock import Clock

JUMP_S = 5.0
"""The wall clock moved by more than this against the monotonic one: it was set, or the machine slept."""


class Timekeeper:
    """Reads one clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.wall()
        self._drift = clock.wall() - clock.mono()

    def now(self) -> float:
        """Seconds since the epoch. Small steps back make it stand still, so that what is stored stays in order."""
        self._last = max(self._last, self._clock.wall())
        return self._last

    def jumped(self) -> float:
        """By how many seconds the clock jumped since this was asked last; 0.0 for less than 5. After a jump back, `now` goes back too."""
        drift = self._clock.wall() - self._clock.mono()
        by, self._drift = drift - self._drift, drift
        if abs(by) <= JUMP_S:
            return 0.0
        if by < 0:
            self._last = self._clock.wall()
        return by
