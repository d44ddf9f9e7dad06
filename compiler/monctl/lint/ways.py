"""The ways alerts go. All alerts of one severity with equal deliveries are judged at once, however many monitors have them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monctl.program import Alert, Delivery, Monitor


@dataclass(frozen=True, slots=True)
class Way:
    """Where some alerts go."""

    severity: str
    deliveries: tuple[Delivery, ...]
    alerts: list[tuple[Monitor, Alert]]
    """At least one, in the order of the monitors."""


def ways(monitors: Iterable[Monitor]) -> tuple[Way, ...]:
    """Every way some alert goes, in the order of the first alert of each."""
    known: dict[tuple[str, tuple[Delivery, ...]], Way] = {}
    same: dict[tuple[str, int], Way] = {}
    """The same by identity: nearly all alerts share what the router made once, and comparing deliveries costs more than the rest."""
    for monitor in monitors:
        for alert in monitor.alerts:
            way = same.get((alert.severity, id(alert.deliveries)))
            if way is None:
                way = known.setdefault((alert.severity, alert.deliveries), Way(alert.severity, alert.deliveries, []))
                same[alert.severity, id(alert.deliveries)] = way
            way.alerts.append((monitor, alert))
    return tuple(known.values())
