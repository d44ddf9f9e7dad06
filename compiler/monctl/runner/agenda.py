"""When what is due: a heap of instants. Pure but for what it holds."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["slot", "tick", "group", "beat"]


@dataclass(order=True, slots=True)
class Due:
    """One thing at one instant, seconds since the epoch."""

    at: float
    place: int
    kind: Kind = field(compare=False)
    name: str = field(compare=False)


class Agenda:
    """Things in the order of their instants; equal ones in the order they were put in."""

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._count = itertools.count()

    def put(self, at: float, kind: Kind, name: str) -> None:
        heapq.heappush(self._heap, Due(at, next(self._count), kind, name))

    def next_at(self) -> float | None:
        """The earliest instant; None when there is nothing."""
        return self._heap[0].at if self._heap else None

    def pop(self, now: float) -> Due | None:
        """The earliest thing that is due; None when nothing is."""
        return heapq.heappop(self._heap) if self._heap and self._heap[0].at <= now else None

    def keep(self, wanted: Callable[[Due], bool]) -> None:
        """Forget the rest."""
        self._heap = [due for due in self._heap if wanted(due)]
        heapq.heapify(self._heap)
