"""What several probes use together (a pool, a client), opened by the first that takes it and closed by the last that gives it back."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar, cast


class Closable(Protocol):
    """Something that holds connections, files or threads."""

    async def close(self) -> None: ...


C = TypeVar("C", bound=Closable)


class Shared:
    """Things by key, each with the number of those who hold it. One event loop; nothing here waits."""

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[Closable, int]] = {}

    def take(self, key: Hashable, make: Callable[[], C]) -> C:
        """The thing of this key, made where it is not there yet. What `make` raises is raised, and nothing is kept."""
        thing, holders = self._held.get(key) or (make(), 0)
        self._held[key] = (thing, holders + 1)
        return cast("C", thing)

    async def give_back(self, key: Hashable) -> None:
        """One holder less; the last one closes."""
        thing, holders = self._held.pop(key)
        if holders > 1:
            self._held[key] = (thing, holders - 1)
        else:
            await thing.close()

    def __len__(self) -> int:
        return len(self._held)
