"""What Sentry makes of the fields of a monitor that are not its thresholds and receivers."""

from __future__ import annotations

from monctl.measure import Sentry
from monctl.program import Monitor, Program
from monctl_targets.sentry.query import MEASURES, unknown
from monctl_targets.sentry.report import Notes

_EVALUATES_S = 60
"""How often a metric monitor is evaluated: src/sentry/snuba/models.py, resolution 1 minute (read 2026-11-20)."""


def unsearchable(source: Sentry, notes: Notes) -> bool:
    """Whether Sentry would refuse the source's query; then there is a finding."""
    why = None
    if "release:latest" in source.query:
        why = "`release:latest` is not allowed in a monitor"
    elif source.query.count('"') % 2:
        why = "a double quote is not closed"
    elif source.query.count("(") != source.query.count(")") or source.query.count("[") != source.query.count("]"):
        why = "a bracket is not closed"
    if why is not None:
        notes.finding("SENTRY108", f"Sentry refuses the query of '{notes.address.partition('.')[2]}': {why}", help="correct `sentry.query`")
    return why is not None


def about_monitor(program: Program, monitor: Monitor, source: Sentry, notes: Notes, *, figures: bool, issues: bool) -> None:
    """One line for each field that is set. `figures`: it has a detector of its own; `issues`: it has an alert on the error detector."""
    if MEASURES[source.measure].about:
        notes.approximated("source.measure", MEASURES[source.measure].about)
    for name, why in unknown(source).items():
        notes.dropped(name, why)
    if figures:
        _about_figures(monitor, source, notes)
    _about_texts(program, monitor, notes, figures=figures, issues=issues)
    if monitor.goal is not None:
        notes.dropped("goal", "Sentry holds no goals")
    if monitor.labels:
        notes.dropped("labels", "monitors and alerts have no labels")
    if monitor.team is not None:
        notes.exact("team", "the owner; new issues are assigned to it")
    if monitor.phases:
        notes.exact("phases", "disabled outside them")
    windows = [one.name for one in program.maintenance.values() if monitor.name in one.monitors]
    if windows:
        notes.dropped("maintenance", f"Sentry has no windows that mute: {', '.join(windows)}")
    for alert in monitor.alerts:
        if program.severities[alert.severity].digest is not None:
            notes.approximated(f"alert.{alert.severity}.digest", "told at once: Sentry collects nothing", severity=alert.severity)


def _about_figures(monitor: Monitor, source: Sentry, notes: Notes) -> None:
    if monitor.every_s != _EVALUATES_S:
        notes.approximated("every", "Sentry evaluates about once a minute")
    if monitor.recover_s:
        notes.dropped("recover_after", "over as soon as the figure is within the limit again")
    if monitor.no_data not in {"keep", "ok"}:
        if MEASURES[source.measure].whole:
            notes.approximated("no_data", "no events are the figure 0", severity=monitor.no_data)
        else:
            notes.dropped("no_data", "without transactions there is no figure, and nobody is told", severity=monitor.no_data)
    if monitor.on_error not in {"keep", "ok"}:
        notes.approximated("on_error", "Sentry evaluates by itself and does not tell when it cannot", severity=monitor.on_error)


def _about_texts(program: Program, monitor: Monitor, notes: Notes, *, figures: bool, issues: bool) -> None:
    where = "in the description of its issues and in Slack notes" if figures else "in Slack notes"
    if monitor.runbook is not None:
        book = program.runbooks[monitor.runbook]
        notes.approximated("runbook", f"{'its address' if book.url else 'its title and first step'}, {where}")
    for name in ("action", "message"):
        if getattr(monitor, name):
            notes.approximated(name, where)
    for name in ("description", "links"):
        if getattr(monitor, name) and not figures and issues:
            notes.dropped(name, "an alert on issues has no description")
        elif name == "links" and monitor.links:
            notes.approximated(name, "in the description of its issues")
    if monitor.service is not None:
        notes.dropped("service", "Sentry knows projects and teams, not services")
