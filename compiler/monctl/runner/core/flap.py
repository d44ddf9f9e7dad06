"""Flapping: too many changes among the last 21 raw results.

Weights and length are Icinga's (`lib/icinga/checkable-flapping.cpp`, icinga2 81f7bce39): 21 results, a change weighs 0.8 + 0.02 * place.
"""

from __future__ import annotations

RING = 21
ENTER = 30.0
"""Percent above which a monitor begins to flap."""
LEAVE = 20.0
"""Percent below which it stops."""
_WEIGHTS = tuple(0.8 + 0.02 * place for place in range(RING - 1))


def push(ring: tuple[int, ...], rank: int) -> tuple[int, ...]:
    """The ring with one more raw severity; a stable full ring is given back as it is."""
    if len(ring) == RING and ring[0] == rank and ring[-1] == rank and ring.count(rank) == RING:
        return ring
    return (*ring[-(RING - 1) :], rank)


def percent(ring: tuple[int, ...]) -> float:
    """Weighted share of changes; 0 until the ring is full."""
    if len(ring) < RING:
        return 0.0
    changes = sum(weight for weight, old, new in zip(_WEIGHTS, ring, ring[1:], strict=False) if old != new)
    return 100.0 * changes / (RING - 1)


def flaps(ring: tuple[int, ...], *, before: bool) -> bool:
    """Whether it flaps now, given whether it did before."""
    share = percent(ring)
    return share >= LEAVE if before else share > ENTER
