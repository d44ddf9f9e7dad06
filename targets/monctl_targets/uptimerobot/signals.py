"""What UptimeRobot can notice of a monitor's alerts: down, slow, a certificate that expires. The rest is dropped, with the reason."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from monctl.build_report import Report
from monctl.condition import Between, Comparison, State, Term, Trend
from monctl.number import show_number
from monctl.program import Alert, Monitor

_DAY_MS = 86_400_000
_MOST_SLOW_MS = 60_000
REMINDERS = (30, 14, 7, 1)
"""Days before expiry on which the vendor reminds by itself: help.uptimerobot.com 11358746 (read 2026-11-20); 0 is too late to act."""
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Signal:
    """One alert as UptimeRobot notices it."""

    alert: Alert
    kind: Literal["down", "slow", "expiry"]
    delay_s: float = 0
    """How long it must last before somebody is told."""
    limit: int = 0
    """slow: milliseconds; expiry: days."""


def signals(monitor: Monitor, report: Report) -> list[Signal]:
    """The signals of every alert, most severe first."""
    found = [
        signal for alert in monitor.alerts for term in alert.condition if (signal := _signal(monitor, alert, term, report)) is not None
    ]
    if monitor.source.kind == "http" and not any(signal.kind == "expiry" for signal in found):
        found += _declared_expiry(monitor, found)
    return found


def reminder_days(days: int) -> list[int]:
    """The days on which to remind of a certificate that must not have less than so many left."""
    most = min(days, MOST_DAYS)
    return [most, *(day for day in REMINDERS if day < most)]


def _declared_expiry(monitor: Monitor, found: list[Signal]) -> Iterator[Signal]:
    """`certificate_expires_in` of the source, without an alert of its own, reminds those who hear that it is down."""
    within_s = getattr(monitor.source, "certificate_expires_in_s", None)
    first = next((signal for signal in found if signal.kind == "down"), None)
    if within_s is not None and first is not None:
        yield Signal(first.alert, "expiry", limit=max(1, round(within_s / 86400)))


def _signal(monitor: Monitor, alert: Alert, term: Term, report: Report) -> Signal | None:
    match term:
        case State(kind="down", for_s=for_s):
            report.exact(monitor.address, f"alert.{alert.severity}", severity=alert.severity)
            if for_s:
                _whole_minutes(monitor, alert, for_s, report)
            return Signal(alert, "down", for_s)
        case State(kind="no data" | "error" as kind, for_s=for_s):
            how = "no answer and a failed check are both down"
            report.approximated(monitor.address, f"alert.{alert.severity}.{kind.replace(' ', '_')}", how, severity=alert.severity)
            return Signal(alert, "down", for_s)
        case Comparison():
            return _comparison(monitor, alert, term, report)
        case Between() | Trend():
            _drop(monitor, alert, "compares nothing but a response time and a certificate's days", report)
        case _:
            _drop(monitor, alert, f"knows nothing of '{term.kind}'", report)
    return None


def _whole_minutes(monitor: Monitor, alert: Alert, for_s: float, report: Report) -> None:
    name = f"alert.{alert.severity}.for"
    how = f"counted from the check that found it; a check comes every {monitor.every_s:g} s"
    if for_s % 60:
        report.approximated(monitor.address, name, f"whole minutes: {math.ceil(for_s / 60)}; {how}", severity=alert.severity)
    else:
        report.exact(monitor.address, name, how, severity=alert.severity)


def _comparison(monitor: Monitor, alert: Alert, term: Comparison, report: Report) -> Signal | None:
    value = term.value or monitor.value
    if value == "up" and ((term.op in {"==", "<", "<="} and term.limit < 1) or (term.op in {"!=", "<"} and term.limit == 1)):
        return Signal(alert, "down", term.for_s)
    if value == "response_time" and term.op in {">", ">="}:
        return _slow(monitor, alert, term, report)
    if value == "certificate_expires_in" and term.op in {"<", "<="}:
        days = max(1, round(term.limit * _scale(monitor, value, _DAY_MS) / _DAY_MS))
        told = reminder_days(days)
        how = f"a reminder {', '.join(map(str, told))} days before, looked at once a day; no incident, nothing to resolve"
        report.approximated(monitor.address, f"alert.{alert.severity}.certificate_expires_in", how, severity=alert.severity)
        return Signal(alert, "expiry", limit=days)
    hint = "; say the accepted ones in `http.status`" if value == "status" else ""
    _drop(monitor, alert, f"cannot compare {value} {term.op} {show_number(term.limit)}{hint}", report)
    return None


def _slow(monitor: Monitor, alert: Alert, term: Comparison, report: Report) -> Signal:
    limit = round(term.limit * _scale(monitor, "response_time", 1))
    name = f"alert.{alert.severity}.response_time"
    if term.window_s is not None:
        report.approximated(monitor.address, f"alert.{alert.severity}.in", "each check counts by itself", severity=alert.severity)
    if limit > _MOST_SLOW_MS:
        report.approximated(monitor.address, name, f"at most {_MOST_SLOW_MS} ms", severity=alert.severity)
    elif term.for_s:
        how = "the incident opens with the first slow check; people are told when it lasts this long"
        report.approximated(monitor.address, name, how, severity=alert.severity)
    else:
        report.exact(monitor.address, name, "a slow-response incident", severity=alert.severity)
    return Signal(alert, "slow", term.for_s, max(1, min(limit, _MOST_SLOW_MS)))


def _scale(monitor: Monitor, value: str, default: float) -> float:
    """Milliseconds in one of the value's unit."""
    unit = monitor.units.get(value)
    return unit.scale if unit is not None and unit.dimension == "time" else default


def _drop(monitor: Monitor, alert: Alert, why: str, report: Report) -> None:
    report.dropped(monitor.address, f"alert.{alert.severity}", f"UptimeRobot {why}", severity=alert.severity)
