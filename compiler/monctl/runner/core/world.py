"""What a step may know beyond its monitor: the bundle, what mutes, and how the monitors it depends on stand. Data of one moment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from monctl.bundle import Bundle
from monctl.dependence import needed
from monctl.measure import Burn, Composite, Expr, Heartbeat
from monctl.program import Maintenance, Monitor
from monctl.runner.core.hours import covers, ends


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; a missing label is an empty one."""

    label: str
    op: Literal["=", "!=", "=~", "!~"]
    value: str
    """For `=~` and `!~` a regular expression that must match the whole value."""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels satisfy it."""
        found = labels.get(self.label, "")
        equal = found == self.value if self.op in {"=", "!="} else re.fullmatch(self.value, found) is not None
        return equal is (self.op in {"=", "=~"})


@dataclass(frozen=True, slots=True)
class Silence:
    """Somebody asked for quiet: every matcher must hold. Times are seconds since the epoch, `[start, end)`."""

    id: str
    matchers: tuple[Matcher, ...]
    start: float
    end: float
    by: str
    comment: str = ""
    maintenance: bool = False
    """An ad-hoc maintenance window: heartbeat deadlines wait too, and its time does not count against uptime."""

    def holds(self, labels: Mapping[str, str], now: float) -> bool:
        """Whether it mutes these labels now."""
        return self.start <= now < self.end and all(matcher.matches(labels) for matcher in self.matchers)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one monitor stands, for those that depend on it."""

    state: Literal["ok", "pending", "firing", "unknown"]
    rank: int
    """Its severity; of a pending one, what it is on its way to."""
    down: Literal["", "pending", "firing"] = ""
    """Whether it is down at the most severe level, or on its way there: what mutes those that depend on it. Empty while it cannot be asked."""
    at: float | None = None
    """The newest slot that told something; None where another runner asks it."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """What a message waits for."""

    monitor: str
    until: float
    """Its interval and timeout after the incident opened, seconds since the epoch."""
    ask: bool
    """Nobody has looked at it since: ask it at once."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Something that mutes."""

    reason: str
    kind: Literal["maintenance", "silence", "parent", "flapping"]
    until: float | None
    """When it is known to end."""


@dataclass(frozen=True)
class Ties:
    """What follows from a bundle alone. Made once."""

    parents: Mapping[str, tuple[str, ...]]
    """Monitor → monitors that say that a service below its own is down: their most severe alert has a `down`."""
    windows: Mapping[str, tuple[Maintenance, ...]]
    """Monitor → maintenance that names it."""
    askable: frozenset[str]
    """Parents that can be asked at any moment: neither computed from others nor waiting to be called."""


def ties(bundle: Bundle) -> Ties:
    """Who depends on whom, and which windows mute whom."""
    windows: dict[str, list[Maintenance]] = {}
    for window in bundle.maintenance.values():
        for monitor in window.monitors:
            windows.setdefault(monitor, []).append(window)
    top = min((severity.rank for severity in bundle.severities.values()), default=0)
    parents = _parents(bundle, top)
    askable = {
        name
        for name in {name for names in parents.values() for name in names}
        if not isinstance(bundle.monitors[name].source, Heartbeat | Expr | Composite | Burn)
    }
    return Ties(parents, {monitor: tuple(found) for monitor, found in windows.items()}, frozenset(askable))


@dataclass(frozen=True)
class World:
    """One moment."""

    bundle: Bundle
    ties: Ties
    silences: tuple[Silence, ...] = ()
    standings: Mapping[str, Standing] = field(default_factory=dict)
    """Of every monitor that is somebody's parent."""
    page: str = ""
    """Base URL of the runner's page; empty: none."""

    def overlay(self, monitor: str, labels: Mapping[str, str], now: float) -> Overlay | None:
        """What mutes this monitor now, the one that ends last first; parents that fire come after windows and silences."""
        found = self._windows(monitor, now)
        found += [Overlay(_silenced(one), "silence", one.end) for one in self.silences if one.holds(labels, now)]
        if found:
            return max(found, key=lambda overlay: overlay.until or 0.0)
        failing = self._failing(monitor)
        return Overlay(f"{failing} is down", "parent", None) if failing else None

    def in_maintenance(self, monitor: str, labels: Mapping[str, str], now: float) -> float | None:
        """The end of the maintenance that holds now; None when none does."""
        found = [overlay.until or now for overlay in self._windows(monitor, now)]
        found += [one.end for one in self.silences if one.maintenance and one.holds(labels, now)]
        return max(found, default=None)

    def undecided(self, monitor: str, opened: float) -> Undecided | None:
        """A monitor it depends on that may be what is really down: on its way to firing, or not looked at since this incident opened."""
        for name in self.ties.parents.get(monitor, ()):
            standing = self.standings.get(name)
            held = self.bundle.monitors[name]
            until = opened + held.every_s + held.timeout_s
            if standing is None or standing.state == "unknown":
                continue
            stale = standing.at is not None and standing.at < opened and name in self.ties.askable
            if stale or standing.down == "pending":
                return Undecided(name, until, stale)
        return None

    def _windows(self, monitor: str, now: float) -> list[Overlay]:
        held = [window for window in self.ties.windows.get(monitor, ()) if covers(window, now)]
        return [Overlay(f"maintenance {window.name}", "maintenance", ends(window, now)) for window in held]

    def _failing(self, monitor: str) -> str:
        """Title of the first parent that is down; unknown ones do not mute (fail open)."""
        for name in self.ties.parents.get(monitor, ()):
            standing = self.standings.get(name)
            if standing is not None and standing.down == "firing":
                return self.bundle.monitors[name].title
        return ""


def _silenced(silence: Silence) -> str:
    word = "maintenance" if silence.maintenance else "silence"
    return f"{word} {silence.id} by {silence.by}" + (f": {silence.comment}" if silence.comment else "")


def _parents(bundle: Bundle, top: int) -> dict[str, tuple[str, ...]]:
    holding: dict[str, list[str]] = {}
    for monitor in bundle.monitors.values():
        if monitor.active and monitor.service and _tells_down(bundle, monitor, top):
            holding.setdefault(monitor.service, []).append(monitor.name)
    found = {}
    for monitor in bundle.monitors.values():
        names = tuple(name for service in needed(bundle.services, monitor.service or "") for name in holding.get(service, ()))
        if names:
            found[monitor.name] = names
    return found


def _tells_down(bundle: Bundle, monitor: Monitor, top: int) -> bool:
    """Only what says that a service is not there mutes what needs it: a critical count in a database explains no other alert.

    And only what is told: a monitor that tells nobody here must not keep others from telling.
    """
    alerts = [alert for alert in monitor.alerts if alert.deliveries and bundle.severities[alert.severity].rank == top]
    return any(term.kind == "down" for alert in alerts for term in alert.condition)
