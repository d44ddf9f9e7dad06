"""A monitor's texts as custom fields and tags: people find them in the dashboard, messages do not carry them.

Limits: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27); tags: github.com/uptimerobot/ai de67d60 (read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monctl.build_report import Report
from monctl.program import Monitor, Program
from monctl_targets.uptimerobot.mark import FIELD, TAG_ROOM

TAGS = "tags"
"""The label that holds tags of one's own."""
_MOST_TAGS = 20
_MOST = 19
"""Twenty fields, one of which is the mark."""
_LONGEST = 255


def tags(monitor: Monitor, report: Report, *, marked: bool) -> list[str]:
    """`monctl`, the service and the team, and those of the label `tags` (separated by commas), in lower case; at most 20.

    `marked`: one more is the mark, where the plan has no custom fields.
    """
    named = [f"{kind}-{name}" for kind, name in (("service", monitor.service), ("team", monitor.team)) if name]
    own = [name.strip() for name in monitor.labels.get(TAGS, "").split(",") if name.strip()]
    found = list(dict.fromkeys(["monctl", *(name.lower()[:TAG_ROOM] for name in (*named, *own))]))
    most = _MOST_TAGS - marked
    if len(found) > most:
        message = (
            f"'{monitor.name}' has {len(found)} tags at UptimeRobot, which takes {most} beside the mark"
            if marked
            else f"'{monitor.name}' has {len(found)} tags at UptimeRobot, which takes {most}"
        )
        report.finding("UPTIMEROBOT120", message, monitor.origin.at("labels", TAGS), help="name fewer", address=monitor.address)
    return found[:most]


def custom_fields(program: Program, monitor: Monitor, report: Report) -> dict[str, str]:
    """At most 19 fields; what is too much is dropped, and said."""
    fields: dict[str, str] = {}
    for what, name, value in _wanted(program, monitor):
        key = re.sub(r"[^A-Za-z0-9_-]", "-", name)[:64]
        if key == FIELD or key in fields:
            report.dropped(monitor.address, what, "another custom field has this name")
        elif len(fields) == _MOST:
            report.dropped(monitor.address, what, "a monitor has twenty custom fields")
        else:
            fields[key] = value[:_LONGEST]
            cut = f", cut at {_LONGEST} characters" if len(value) > _LONGEST else ""
            if what not in {"severity", "service", "team"}:
                report.approximated(monitor.address, what, f"the custom field `{key}`, not in the message{cut}")
    return fields


def _wanted(program: Program, monitor: Monitor) -> Iterator[tuple[str, str, str]]:
    """(field of the spec, custom field, text), what matters most first."""
    if monitor.alerts:
        yield "severity", "severity", monitor.alerts[0].severity
    for name in ("service", "team"):
        if getattr(monitor, name):
            yield name, name, getattr(monitor, name)
    if monitor.runbook is not None:
        yield "runbook", "runbook", program.runbooks[monitor.runbook].url or monitor.runbook
    for name in ("action", "message", "description"):
        if getattr(monitor, name):
            yield name, name, " ".join(getattr(monitor, name).split())
    for name, value in sorted((name, value) for name, value in monitor.labels.items() if name != TAGS):
        yield f"labels.{name}", name, value
    for name, value in sorted(monitor.links.items()):
        yield f"links.{name}", f"link-{name}", value
