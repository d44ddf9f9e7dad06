"""Whose fault it is that alerts go where they go: a severity's, a route's, or the alert's own. One fault is told once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from monctl.lint.context import Context
from monctl.lint.ways import Way
from monctl.program import Alert, Delivery, Monitor, Program, Route
from monctl.source import Origin

T = TypeVar("T")
_NAMED = 3
"""Monitors named in a message; the rest are a number."""
_Way = tuple[tuple[str, ...], str | None, str | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """Where to tell it, and the alerts it concerns."""

    origin: Origin
    address: str
    culprit: str
    """Address of what is wrong: its own, but for an alert whose ignore has it told where that stands."""
    alerts: list[tuple[Monitor, Alert]] = field(default_factory=list)

    @property
    def severity(self) -> str:
        """Of all its alerts."""
        return self.alerts[0][1].severity

    @property
    def same(self) -> str | None:
        """What it is known by, whichever alerts it concerns; None where the alert itself is at fault."""
        return None if self.address.startswith("monitor.") else self.severity

    @property
    def concerned(self) -> str:
        """` (monitors 'a', 'b', 'c' and 97 more)`; nothing where the alert itself is at fault."""
        if self.address.startswith("monitor."):
            return ""
        return f" ({listed([monitor.name for monitor, _ in self.alerts])})"


def faults(program: Program, context: Context, wrong: Iterable[Way]) -> Iterator[Fault]:
    """The faults behind alerts that go a wrong way: one for each severity or route that sends them there, one for each alert that says so itself.

    An alert that is ignored where it stands is told there, by itself: the severity or route does not count it.
    """
    routes = {_way(route.delivery): route for route in program.routes.values()}
    found: dict[tuple[str, str], Fault] = {}
    for way in wrong:
        for monitor, alert in way.alerts:
            origin, culprit = _culprit(program, context.defaults, routes, monitor, alert)
            address = culprit
            if context.is_ignored(alert.origin):
                origin, address = alert.origin, monitor.address
            fault = found.setdefault((address, alert.severity), Fault(origin, address, culprit))
            fault.alerts.append((monitor, alert))
    places = {name: at for at, name in enumerate(program.monitors)} if found else {}
    for fault in found.values():
        fault.alerts.sort(key=lambda one: places[one[0].name])  # a severity's may come from several ways
        yield fault


def apart(ones: Iterable[T], is_ignored: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    """Those of some objects that are ignored where they stand, which are told there one by one, and the rest, which are told together."""
    ignored: list[T] = []
    rest: list[T] = []
    for one in ones:
        (ignored if is_ignored(one) else rest).append(one)
    return ignored, rest


def again(alike: Sequence[T], is_ignored: Callable[[T], bool]) -> Iterator[tuple[T, T]]:
    """Each of some objects of which one is enough, with the one it repeats: the first that is not ignored. Ignored ones are told where they stand."""
    if len(alike) < 2:
        return
    ignored, rest = apart(alike, is_ignored)
    yield from ((one, rest[0]) for one in rest[1:])
    for one in ignored:
        yield one, next(other for other in (*rest, *ignored) if other is not one)


def listed(names: Sequence[str]) -> str:
    """`monitor 'a'`, `monitors 'a', 'b' and 'c'`, `monitors 'a', 'b', 'c' and 97 more`."""
    names = list(dict.fromkeys(names))
    if len(names) == 1:
        return f"monitor '{names[0]}'"
    first = [f"'{name}'" for name in names[:_NAMED]]
    left = len(names) - len(first)
    return f"monitors {', '.join(first)} and {left} more" if left else f"monitors {', '.join(first[:-1])} and {first[-1]}"


def _culprit(
    program: Program, defaults: Mapping[str, Delivery], routes: Mapping[_Way, Route], monitor: Monitor, alert: Alert
) -> tuple[Origin, str]:
    own = defaults.get(alert.severity)
    severity = program.severities[alert.severity]
    if not alert.deliveries:
        return (severity.origin, f"severity.{severity.name}") if own is None else (alert.origin, monitor.address)
    if own is not None and all(_way(one) == _way(own) for one in alert.deliveries):
        return severity.origin, f"severity.{severity.name}"
    for one in alert.deliveries:
        if (route := routes.get(_way(one))) is not None:
            return route.origin, f"route.{route.name}"
    return alert.origin, monitor.address


def _way(delivery: Delivery) -> _Way:
    return delivery.channels, delivery.escalation, delivery.during
