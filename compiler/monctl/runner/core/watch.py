"""A monitor of the bundle made ready for stepping: its alerts as rungs of terms, its paces, what its failures mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from monctl.bundle import Bundle
from monctl.condition import State
from monctl.measure import Heartbeat, Sql
from monctl.program import Alert, Delivery, Monitor, Severity
from monctl.runner.core.level import Pace
from monctl.runner.core.truth import Predicate, predicate

NONE = 1_000_000
"""The rank of no severity at all, below every other."""
_ERROR_FOR_S = 300.0
"""A monitor that cannot be evaluated tells after max(3 intervals, this)."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One alert of a monitor."""

    severity: Severity
    text: str
    """The condition as its sentence."""
    deliveries: tuple[Delivery, ...]
    predicates: tuple[Predicate, ...]
    first: int
    """Place of its first level in `Instance.levels`."""


@dataclass(frozen=True)
class Watch:
    """All a step needs to know of a monitor that does not change between two bundles."""

    monitor: Monitor
    namespace: str
    """`estate` or `estate/environment`: the first part of incident keys."""
    rungs: tuple[Rung, ...]
    """Most severe first."""
    pace: Pace
    health_after_s: float
    health: Rung
    """How it is told that the monitor cannot be evaluated."""
    nothing_is_bad: bool
    """No data makes it unhealthy, because nothing else speaks of it."""
    failed_is_bad: bool
    rows: bool
    """Every row is a problem, so a row that is gone is over at once."""

    @property
    def name(self) -> str:
        """The monitor's."""
        return self.monitor.name

    @cached_property
    def terms(self) -> int:
        """How many levels an instance has."""
        return sum(len(rung.predicates) for rung in self.rungs)

    @cached_property
    def shape(self) -> tuple[str, ...]:
        """One word per level: the severity, what kind of term it is, of which value. Limits may change and it stays the same."""
        return tuple(f"{rung.severity.name} {one.term.kind} {one.value}" for rung in self.rungs for one in rung.predicates)

    @cached_property
    def keeps_s(self) -> float:
        """How far back samples are kept; 0: none."""
        return max((one.window_s for rung in self.rungs for one in rung.predicates), default=0.0)

    @cached_property
    def speaks_of_source(self) -> bool:
        """Has a term about the source itself: `no data`, `error`."""
        return any(one.term.kind in {"no data", "error"} for rung in self.rungs for one in rung.predicates)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What silences and groups match, without the instance's own and the severity."""
        own = {"monitor": self.monitor.name, "service": self.monitor.service or "", "team": self.monitor.team or ""}
        return {**self.monitor.labels, **{name: value for name, value in own.items() if value}}

    def rung(self, rank: int) -> Rung:
        """The rung of a severity; the health rung where no alert has it."""
        return next((rung for rung in self.rungs if rung.severity.rank == rank), self.health)


def watch(bundle: Bundle, monitor: Monitor) -> Watch:
    """The monitor made ready. Pure; done once per bundle."""
    pace = Pace(monitor.every_s, 2 * monitor.every_s + monitor.timeout_s, monitor.recover_s)
    rungs = tuple(_rungs(bundle, monitor, pace))
    kinds = {one.term.kind for rung in rungs for one in rung.predicates}
    return Watch(
        monitor,
        f"{bundle.estate}/{bundle.environment}" if bundle.environment else bundle.estate,
        rungs,
        pace,
        max(3 * monitor.every_s, _ERROR_FOR_S),
        _health(bundle, monitor, rungs),
        nothing_is_bad=monitor.no_data == "keep" and "no data" not in kinds,
        failed_is_bad=monitor.on_error == "keep" and "error" not in kinds,
        rows=isinstance(monitor.source, Sql) and monitor.source.mode == "rows",
    )


def gone(bundle: Bundle, name: str) -> Watch:
    """A monitor that left the bundle while nobody ran: enough of it to say that it is over."""
    monitor = Monitor(
        name=name, title=name, description="", metric=None, source=Heartbeat(0.0), value="up", units={}, every_s=60.0, timeout_s=10.0,
        goal=None, goal_condition=None, alerts=(), recover_s=0.0, no_data="keep", on_error="keep", service=None, team=None, labels={},
        links={}, runbook=None, action="", message="", targets=("runner",), active=True, phases=(), protect=False, waive={},
    )  # fmt: skip
    return watch(bundle, monitor)


def _rungs(bundle: Bundle, monitor: Monitor, pace: Pace) -> list[Rung]:
    """The alerts, with what `no_data` and `on_error` raise among them."""
    rungs: list[Rung] = []
    place = 0
    for alert in _alerts(bundle, monitor):
        terms = alert.condition
        if monitor.no_data == alert.severity:
            terms = (*terms, State("no data"))
        if monitor.on_error == alert.severity:
            terms = (*terms, State("error"))
        found = tuple(predicate(term, monitor.source, monitor.value, max_gap_s=pace.max_gap_s) for term in terms)
        rungs.append(Rung(bundle.severities[alert.severity], alert.text, alert.deliveries, found, place))
        place += len(found)
    return rungs


def _alerts(bundle: Bundle, monitor: Monitor) -> list[Alert]:
    """Those declared, and an empty one for a severity that only a policy raises; it goes where the most severe one goes."""
    found = {alert.severity: alert for alert in monitor.alerts}
    for policy, text in ((monitor.no_data, "no data"), (monitor.on_error, "error")):
        if policy in bundle.severities and policy not in found:
            found[policy] = Alert(policy, (), text, monitor.alerts[0].deliveries if monitor.alerts else ())
    return sorted(found.values(), key=lambda alert: bundle.severities[alert.severity].rank)


def _health(bundle: Bundle, monitor: Monitor, rungs: tuple[Rung, ...]) -> Rung:
    """`warning`, by the estate's word for it; it goes where the monitor's own alert of that severity goes, else its least severe one.

    Nobody is woken by it unless that severity wakes people.
    """
    scale = sorted(bundle.severities.values(), key=lambda severity: severity.rank)
    severity = next((one for one in scale if one.event == "warning"), None) or scale[min(1, len(scale) - 1)]
    near = next((rung for rung in rungs if rung.severity.name == severity.name), rungs[-1] if rungs else None)
    deliveries = near.deliveries if near is not None else ()
    if not severity.pages:
        deliveries = tuple(dataclasses.replace(delivery, escalation=None) for delivery in deliveries)
    return Rung(severity, "cannot be evaluated", deliveries, (), 0)
