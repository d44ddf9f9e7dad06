"""Builds Sentry's detectors and workflows for a program: a metric detector per figure and window, a workflow per severity.

Error events and figures take different ways (getsentry/sentry src/sentry/workflow_engine/docs/execution.md, read 2026-11-20): a figure has
a detector of its own and a workflow that tells on breach and on recovery; what happens to an issue is a workflow on the
project's error detector. The link is `detectorIds` on the workflow, and only there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monctl.build_report import Report
from monctl.finding import Level
from monctl.measure import Sentry
from monctl.program import Monitor, Program
from monctl.resource import Resource
from monctl.target import Built
from monctl_targets.sentry.actions import about_channel
from monctl_targets.sentry.issues import issue_terms
from monctl_targets.sentry.monitor import Builder
from monctl_targets.sentry.report import Notes
from monctl_targets.sentry.scope import scope_of

MOST_DETECTORS = 1000
"""Metric subscriptions of an organization: getsentry/sentry#34135, src/sentry/conf/server.py (read 2026-11-20)."""
_MANY = 50
"""Slack actions without a channel id from which Slack's rate limit is likely met (jianyuan/terraform-provider-sentry#289, read 2026-11-20)."""


def build(program: Program) -> Built:
    """The resources of every monitor placed on Sentry, with what became of each field."""
    report = Report("sentry")
    resources = tuple(_unique(_resources(program, report), report))
    _channels(program, report)
    _slack_ids(resources, program, report)
    _many_detectors(resources, program, report)
    return Built(resources, report.fidelity, report.findings)


def _resources(program: Program, report: Report) -> Iterator[Resource]:
    organization: str | None = None
    for monitor in program.placed("sentry"):
        notes = Notes(report, monitor.address, monitor.origin)
        if not isinstance(monitor.source, Sentry):
            notes.finding(
                "SENTRY104",
                f"Sentry cannot hold a monitor with a '{monitor.source.kind}' source",
                help="place it on another target with `on:`",
            )
            continue
        scope = scope_of(program, monitor.source, notes)
        if scope is None:
            continue
        organization = organization or scope.organization
        if scope.organization != organization:
            notes.finding(
                "SENTRY103",
                f"'{monitor.name}' is in Sentry's organization '{scope.organization}', others of this estate are in '{organization}'",
                help="give each organization its own estate",
            )
            continue
        yield from Builder(program, monitor, monitor.source, scope, notes).resources()


def _unique(resources: Iterable[Resource], report: Report) -> Iterator[Resource]:
    """Keys are lower case: names that differ in case only would meet."""
    seen: dict[str, Resource] = {}
    for resource in resources:
        other = seen.setdefault(resource.id, resource)
        if other is resource:
            yield resource
            continue
        message = f"'{resource.address}' and '{other.address}' would both be Sentry's {resource.kind} '{resource.key}'"
        report.finding("SENTRY105", message, resource.origin, help="rename one of them", address=resource.address)


def _channels(program: Program, report: Report) -> None:
    used: dict[str, bool] = {}
    for monitor in program.placed("sentry"):
        for name, figures in _told(monitor):
            used[name] = used.get(name, False) or figures
    for name, figures in used.items():
        channel = program.channels[name]
        about_channel(channel, Notes(report, f"channel.{name}", channel.origin), figures=figures)


def _told(monitor: Monitor) -> Iterator[tuple[str, bool]]:
    """(channel, whether it is told about a figure)."""
    for alert in monitor.alerts:
        figures = len(issue_terms(alert)) < len(alert.condition)
        for delivery in alert.deliveries:
            yield from ((name, figures) for name in delivery.channels)


def _many_detectors(resources: Iterable[Resource], program: Program, report: Report) -> None:
    count = sum(resource.kind == "detector" for resource in resources)
    if count > MOST_DETECTORS:
        report.finding(
            "SENTRY111",
            f"{count} metric monitors for Sentry; a server of one's own takes {MOST_DETECTORS} unless configured otherwise, sentry.io as many as the plan says",
            next(program.placed("sentry")).origin,
            help="raise the limit of the server or the plan, or place some on the runner",
            level=Level.WARNING,
            same="",
        )


def _slack_ids(resources: Iterable[Resource], program: Program, report: Report) -> None:
    slack = [
        action
        for resource in resources
        if resource.kind == "workflow"
        for group in resource.body["actionFilters"]
        for action in group["actions"]
        if action["type"] == "slack" and "targetIdentifier" not in action["config"]
    ]
    if len(slack) > _MANY:
        first = next(program.placed("sentry"))
        report.finding(
            "SENTRY107",
            f"{len(slack)} Slack actions name their channel without its id: Sentry looks each up while it answers, and Slack limits that",
            first.origin,
            help="give the ids in `targets.sentry.slack_channels`, such as `{'#alerts': C0123456789}`",
            level=Level.WARNING,
            same="",
        )
