"""Links routes, and works out where each alert goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from monctl.link.scope import Scope, listed
from monctl.program import Delivery, Route, Severity
from monctl.spec import people as spec_people
from monctl.spec import routing as spec


def routes(scope: Scope) -> list[Route]:
    """By falling priority, then by name: the order in which they are tried."""
    linked = []
    for name, item in scope.all("routes").items():
        said = item.spec
        assert isinstance(said, spec.Route)
        origin, address, match = item.origin, item.address, said.match
        if said.during is None and said.outside != "next":
            message = f"`outside: {said.outside}` says what happens outside `during`, which is not there"
            scope.fault("SPEC031", message, origin.at("outside"), help="add `during:` with a calendar", address=address, on_key=True)
        delivery = Delivery(
            channels=scope.every("channels", said.notify, origin, "notify", address=address),
            escalation=scope.known("escalations", said.escalation, origin, "escalation", address=address),
            during=scope.known("calendars", said.during, origin, "during", address=address),
            hold=said.outside == "hold",
        )
        linked.append(
            Route(
                name=name,
                description=said.description,
                priority=said.priority,
                severities=scope.each("severities", match.severity, origin, "match", "severity", address=address),
                services=scope.each("services", match.service, origin, "match", "service", address=address),
                teams=scope.each("teams", match.team, origin, "match", "team", address=address),
                monitors=tuple(listed(match.monitor)),
                labels=match.labels,
                delivery=delivery,
                proceed=said.proceed,
                yields=said.during is not None and said.outside == "next",
                origin=origin,
            )
        )
    return sorted(linked, key=lambda route: (-route.priority, route.name))


def check_patterns(scope: Scope) -> None:
    """Patterns of routes that match no monitor; to be called when all of them are known."""
    for item in scope.all("routes").values():
        assert isinstance(item.spec, spec.Route)
        scope.matching("monitors", item.spec.match.monitor, item.origin, "match", "monitor", address=item.address)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a monitor, or one alert of it, says about where it goes. None: nothing."""

    notify: tuple[str, ...] | None = None
    escalation: str | None = None
    during: str | None = None

    def over(self, other: Wish) -> Wish:
        """What is wished here, and the other wish where nothing is."""
        if self is NOTHING:
            return other
        return Wish(
            notify=self.notify if self.notify is not None else other.notify,
            escalation=self.escalation or other.escalation,
            during=self.during or other.during,
        )


NOTHING = Wish()


class Router:
    """Where an alert goes: its own word, else its monitor's, else the routes, else its severity."""

    def __init__(self, scope: Scope, linked_routes: Sequence[Route], severities: Mapping[str, Severity]) -> None:
        self._routes = linked_routes
        self._defaults = {name: _default(scope, name) for name in severities}
        self._made: dict[tuple[Delivery, ...], tuple[Delivery, ...]] = {}
        self._usual = {name: self._shared(() if default is None else (default,)) for name, default in self._defaults.items()}

    def deliveries(
        self, *, severity: str, monitor: str, service: str | None, team: str | None, labels: Mapping[str, str], wish: Wish
    ) -> tuple[Delivery, ...]:
        """The deliveries of one alert. What it wishes replaces the channels; what it leaves out comes from the routes or the severity.

        Equal ones are one object.
        """
        if not self._routes and wish is NOTHING:
            return self._usual[severity]
        found = list(self._routed(severity, monitor, service, team, labels))
        default = self._defaults[severity]
        if not found and default is not None:
            found = [default]
        if wish.notify is not None or wish.during is not None:
            found = [self._wished(wish, found, default)]
        elif wish.escalation is not None:
            found = [replace(one, escalation=wish.escalation) for one in found] or [Delivery((), wish.escalation)]
        return self._shared(tuple(one for one in found if one.channels or one.escalation))

    def _shared(self, made: tuple[Delivery, ...]) -> tuple[Delivery, ...]:
        return self._made.setdefault(made, made)

    def _wished(self, wish: Wish, found: Sequence[Delivery], default: Delivery | None) -> Delivery:
        """One delivery instead of the found ones. The calendar of a route goes with its channels; that of the severity stays."""
        channels = wish.notify
        if channels is None:
            channels = tuple(dict.fromkeys(channel for one in found for channel in one.channels))
        escalation = wish.escalation or next((one.escalation for one in found if one.escalation), None)
        during = wish.during or (default.during if default is not None else None)
        return Delivery(channels, escalation, during, hold=during is not None)

    def _routed(self, severity: str, monitor: str, service: str | None, team: str | None, labels: Mapping[str, str]) -> Iterator[Delivery]:
        """The deliveries of the routes that match; with the severity's own where they leave hours to others.

        What stands behind routes that have their own hours and leave the others to it is silent in the hours of each of them.
        """
        taken: list[str] = []
        left: list[str] = []
        decided = False
        for route in self._routes:
            if not _fits(route, severity, monitor, service, team, labels):
                continue
            yield replace(route.delivery, unless=tuple(dict.fromkeys(taken)))
            hours = route.delivery.during
            if not route.yields or hours is None:
                decided = True
                if not route.proceed:
                    return
                continue
            left.append(hours)
            if not route.proceed:
                taken.append(hours)
        default = self._defaults[severity]
        if left and not decided and default is not None:
            yield replace(default, unless=tuple(dict.fromkeys(left)))


def _fits(route: Route, severity: str, monitor: str, service: str | None, team: str | None, labels: Mapping[str, str]) -> bool:
    return (
        (not route.severities or severity in route.severities)
        and (not route.services or service in route.services)
        and (not route.teams or team in route.teams)
        and (not route.monitors or any(fnmatchcase(monitor, pattern) for pattern in route.monitors))
        and all(labels.get(label) == value for label, value in route.labels.items())
    )


def _default(scope: Scope, severity: str) -> Delivery | None:
    """What the severity itself says; faults of its names are told where severities are linked."""
    said = scope.all("severities")[severity].spec
    assert isinstance(said, spec_people.Severity)
    known = tuple(name for name in dict.fromkeys(said.notify) if scope.has("channels", name))
    escalation = said.escalation if said.escalation and scope.has("escalations", said.escalation) else None
    during = said.during if said.during and scope.has("calendars", said.during) else None
    return Delivery(known, escalation, during, hold=during is not None) if known or escalation else None
