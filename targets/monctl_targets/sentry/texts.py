"""Names, descriptions and notes people read in Sentry and in its messages."""

from __future__ import annotations

from monctl.program import Alert, Monitor, Program
from monctl.resource import Mark
from monctl_targets.sentry.vocabulary import NAME_LIMIT

_NOTE_LIMIT = 500
"""Characters of a Slack note: our own choice, so that a message stays a message."""
SHORTEST = 24
"""A name that must be cut below this says nothing."""


def room(mark: Mark) -> int:
    """Characters a name may have before its mark."""
    return NAME_LIMIT - len(f" [{mark.text()}]")


def fitted(name: str, room: int) -> str:
    """The name within so many characters."""
    return name if len(name) <= room else name[: room - 1].rstrip() + "…"


def detector_name(monitor: Monitor, texts: tuple[str, ...], *, alone: bool) -> str:
    """The title of the issues it raises: the monitor's, and the condition where the monitor has several detectors."""
    title = monitor.title or monitor.name
    return title if alone else f"{title}: {' / '.join(texts)}"


def workflow_name(monitor: Monitor, severity: str) -> str:
    """`P1 · High error rate`."""
    return f"{severity} · {monitor.title or monitor.name}"


def description(program: Program, monitor: Monitor, alerts: tuple[Alert, ...]) -> str:
    """What the issue says: what is watched, when it is too much, what to do, where to look."""
    lines = [monitor.description] if monitor.description else []
    if monitor.message:
        lines.append(monitor.message)
    lines += [f"{alert.severity}: {alert.text}" for alert in alerts]
    if monitor.action:
        lines.append(f"What to do: {monitor.action}")
    if book := _runbook(program, monitor):
        lines.append(f"Runbook: {book}")
    lines += [f"{name}: {url}" for name, url in monitor.links.items()]
    return "\n".join(lines)


def note(program: Program, monitor: Monitor, alert: Alert) -> str:
    """The line under a Slack message: how bad, what to do, where it is written down."""
    parts = [alert.severity, monitor.message or monitor.action, _runbook(program, monitor)]
    return fitted(" · ".join(part for part in parts if part), _NOTE_LIMIT)


def _runbook(program: Program, monitor: Monitor) -> str:
    """The runbook's address, else its title and first step; a step that is the monitor's action is not said twice."""
    if monitor.runbook is None:
        return ""
    book = program.runbooks[monitor.runbook]
    step = "" if book.first_step.rstrip(".") == monitor.action.rstrip(".") else book.first_step
    return book.url or ": ".join(part for part in (book.title or book.name, step) if part)
