"""How urgent a PagerDuty service takes what reaches it: one rule, or one for business hours and one for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monctl.program import Calendar, Channel, Program, Severity
from monctl.resource import Json
from monctl_targets.pagerduty.notes import Notes
from monctl_targets.pagerduty.zone import vendor_zone

BY_SEVERITY: Mapping[str, str] = {"critical": "high", "error": "high", "warning": "low", "info": "low"}
"""What `severity_based` makes of an event. https://support.pagerduty.com/main/docs/dynamic-notifications (read 2026-11-20)"""


Wanted = Sequence[tuple[Severity, str]]
"""What reaches a service, and the urgency it should have."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One way an alert reaches a service."""

    severity: Severity
    during: str | None
    """Only in the hours of this calendar."""
    hold: bool
    """Outside them it waits for the opening."""


def arrivals(program: Program, channels: Sequence[Channel]) -> list[Arrival]:
    """Every way alerts reach any of the channels, each once, most severe first."""
    names = {channel.name: channel.severities for channel in channels}
    found = {
        (program.severities[alert.severity].rank, alert.severity, delivery.during or "", delivery.hold)
        for monitor in program.monitors.values()
        for alert in monitor.alerts
        for delivery in alert.deliveries
        for name in delivery.channels
        if name in names and (not names[name] or alert.severity in names[name])
    }
    return [Arrival(program.severities[severity], during or None, hold) for _, severity, during, hold in sorted(found)]


def urgency(program: Program, found: Sequence[Arrival], address: str, notes: Notes) -> dict[str, Json]:
    """`incident_urgency_rule`, and `support_hours` with `scheduled_actions` where hours make a difference.

    Alerts limited to a calendar are low outside it: the runner holds or drops its own, this covers what other senders let through.
    """
    calendar = _calendar(program, found, address, notes)
    wanted = [(one.severity, str(one.severity.urgency)) for one in found]
    inside = outside = _rule(wanted)
    _misread(wanted, inside, address, notes)
    if calendar is not None:
        wanted = [(one.severity, "low" if one.during else one.severity.urgency) for one in found]
        outside = _rule(wanted)
        _misread(wanted, outside, address, notes)
    if calendar is None or inside == outside:
        return {"incident_urgency_rule": {"type": "constant", "urgency": inside}}
    held = (inside, outside) == ("high", "low") and any(one.hold for one in found)
    return {
        "incident_urgency_rule": {
            "type": "use_support_hours",
            "during_support_hours": {"type": "constant", "urgency": inside},
            "outside_support_hours": {"type": "constant", "urgency": outside},
        },
        "support_hours": _support_hours(calendar),
        # always there, empty or not; not empty only with high and low (terraform-provider-pagerduty #97, read 2026-11-20)
        "scheduled_actions": [{"type": "urgency_change", "at": {"type": "named_time", "name": "support_hours_start"}, "to_urgency": "high"}]
        if held
        else [],
    }


def _rule(wanted: Wanted) -> str:
    """`severity_based` where that says what is wanted, or nothing is; else the one urgency all want; else `severity_based` all the same."""
    urgencies = {one for _, one in wanted}
    if len(urgencies) == 1 and any(BY_SEVERITY[severity.event] != one for severity, one in wanted):
        return urgencies.pop()
    return "severity_based"


def _misread(wanted: Wanted, rule: str, address: str, notes: Notes) -> None:
    for severity, expected in wanted:
        taken = BY_SEVERITY[severity.event] if rule == "severity_based" else rule
        if taken != expected:
            how = f"events of '{severity.event}' are {taken} at PagerDuty; '{severity.name}' is {expected} here"
            notes.approximated(address, "urgency", how, severity=severity.name)


def _calendar(program: Program, found: Sequence[Arrival], address: str, notes: Notes) -> Calendar | None:
    """The one calendar that support hours can hold; what they cannot is noted and left to the runner."""
    names = sorted({one.during for one in found if one.during is not None})
    if not names:
        return None
    if len(names) > 1:
        notes.approximated(address, "during", f"a service has one set of hours; {' and '.join(names)} are kept by the runner")
        return None
    calendar = program.calendars[names[0]]
    windows = {(one.start_min, one.end_min) for one in calendar.hours}
    start, end = min(windows)
    if len(windows) > 1 or start >= end or end > 1439 or vendor_zone(calendar.time_zone) is None:
        notes.approximated(address, "during", f"PagerDuty has one window a day, within the day: '{calendar.name}' is kept by the runner")
        return None
    if calendar.holidays:
        first: date = calendar.holidays[0]
        notes.approximated(
            address, "during", f"PagerDuty knows no holidays ({first.isoformat()} …): those of '{calendar.name}' are kept by the runner"
        )
    return calendar


def _support_hours(calendar: Calendar) -> Json:
    window = calendar.hours[0]
    return {
        "type": "fixed_time_per_day",
        "time_zone": vendor_zone(calendar.time_zone),
        "start_time": _clock(window.start_min),
        "end_time": _clock(window.end_min),
        "days_of_week": sorted({day for one in calendar.hours for day in one.days}),
    }


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:00"
