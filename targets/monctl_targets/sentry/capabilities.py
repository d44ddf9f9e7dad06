"""What Sentry can say of a spec, line by line, with the vendor's page."""

from __future__ import annotations

from monctl.pace import Budget
from monctl.target import Capabilities, Capability, Fit, Limit

_SPEC = "https://github.com/getsentry/sentry-api-schema a589a26 (2026-08-16, read 2026-11-20)"
_ENGINE = "https://github.com/getsentry/sentry src/sentry/workflow_engine (read 2026-11-20)"
_METRIC = "https://github.com/getsentry/sentry src/sentry/incidents/metric_issue_detector.py (read 2026-11-20)"
_QUERY = "https://github.com/getsentry/sentry src/sentry/snuba/snuba_query_validator.py (read 2026-11-20)"
_ACTIONS = "https://github.com/getsentry/sentry src/sentry/notifications/notification_action (read 2026-11-20)"
_DOCS = "https://docs.sentry.io/product/alerts/ (read 2026-11-20)"

# 40 a second and 25 at once, per caller and endpoint: seen in jianyuan/terraform-provider-sentry #186, #472; the headers win.
# Ten at once leave the rest to others with the same token.
BUDGET = Budget(40, 1.0, "https://docs.sentry.io/api/ratelimits/ (read 2026-11-20)", concurrent=10, per_endpoint=True)

_EXACT, _NEARLY, _NOT = Fit.EXACT, Fit.APPROXIMATED, Fit.DROPPED

CAPABILITIES = Capabilities(
    capabilities=(
        Capability("source.sentry", _EXACT, "a metric detector, or an alert on the project's error detector", _SPEC),
        Capability("source.sentry.events", _EXACT, "`count()` of errors", _QUERY),
        Capability("source.sentry.users", _EXACT, "`count_unique(user)`", _QUERY),
        Capability("source.sentry.percentiles", _EXACT, "of transaction spans, in ms", _QUERY),
        Capability("source.sentry.failure_rate", _NEARLY, "of transactions: status neither ok, cancelled nor unknown", _QUERY),
        Capability("source.sentry.throughput", _EXACT, "number of transaction spans", _QUERY),
        Capability("source.sentry.crash_free_rate", _NEARLY, "windows of 30 minutes and more; no tags", _QUERY),
        Capability("source.sentry.apdex", _NEARLY, "satisfied within 300 ms", _QUERY),
        Capability("source.http", _NOT, "uptime monitors are not built", _SPEC),
        Capability("source.heartbeat", _NOT, "cron monitors are not built", _SPEC),
        Capability("source.sql", _NOT, "Sentry measures what is sent to it", _DOCS),
        Capability("threshold.comparison", _EXACT, "> and <; >= and <= of counts; == 0 and != 0 of counts", _METRIC),
        Capability("threshold.outside", _EXACT, "two detectors", _METRIC),
        Capability("threshold.between", _NOT, "no condition with two bounds", _METRIC),
        Capability(
            "threshold.in", _NEARLY, "errors 1, 5, 10, 15, 30 min, 1, 2, 4 h, 1 d; transactions from 5 min; sessions from 30 min", _QUERY
        ),
        Capability("threshold.for", _NEARLY, "no pending period: becomes the window", _METRIC),
        Capability("threshold.trend", _NOT, "percent monitors compare with one earlier window", _METRIC),
        Capability("threshold.no_data", _NEARLY, "fewer than one error in the window", _METRIC),
        Capability("threshold.first_seen", _EXACT, "", _ENGINE),
        Capability("threshold.regression", _EXACT, "", _ENGINE),
        Capability("threshold.any", _EXACT, "an alert on every event; again about one issue after 5 or 30 minutes", _ENGINE),
        Capability("severity", _NEARLY, "two priorities, high and medium; the name and the Slack note say the rest", _METRIC),
        Capability("severity.digest", _NOT, "told at once", _ENGINE),
        Capability("recover_after", _NOT, "over as soon as the limit is kept", _METRIC),
        Capability("no_data", _NEARLY, "no events are 0; no transactions are silence", _METRIC),
        Capability("goal", _NOT, "no place for it", _SPEC),
        Capability("runbook", _NEARLY, "address or first step, in the description and Slack notes", _SPEC),
        Capability("message", _NEARLY, "in the description and Slack notes", _ACTIONS),
        Capability("action", _NEARLY, "in the description and Slack notes", _ACTIONS),
        Capability("labels", _NOT, "no labels on monitors and alerts", _SPEC),
        Capability("phases", _EXACT, "disabled outside them", _SPEC),
        Capability("calendar", _NOT, "tells at any hour", _ENGINE),
        Capability("maintenance", _NOT, "no windows that mute monitors", _DOCS),
        Capability("channel.slack", _EXACT, "through Sentry's Slack app; the channel by name or id", _ACTIONS),
        Capability("channel.email", _NEARLY, "to people and teams with a Sentry account; else to the owning team", _ACTIONS),
        Capability("channel.pagerduty", _EXACT, "a service Sentry's PagerDuty integration knows", _ACTIONS),
        Capability("channel.sentry", _EXACT, "the issue is there already", _ENGINE),
        Capability("channel.sms", _NOT, "no such action", _ACTIONS),
        Capability("channel.webhook", _NOT, "only to Sentry's own integrations", _ACTIONS),
        Capability("channel.resolved", _NEARLY, "of figures; an issue is over when somebody resolves it", _ENGINE),
        Capability("channel.repeat", _NEARLY, "about issues; figures are told on a change of state", _ENGINE),
        Capability("channel.rate", _NOT, "limits by issue and action only", _ENGINE),
        Capability("channel.group_by", _NEARLY, "groups by issue", _ENGINE),
        Capability("escalation", _NEARLY, "by PagerDuty where it is told; else the first level only", _ENGINE),
        Capability("escalation.repeat", _NOT, "nobody acknowledges in Sentry", _ENGINE),
        Capability("rotation", _NEARLY, "by PagerDuty where it is told; else the rotation's team is written to", _ENGINE),
        Capability("slo", _NOT, "the runner computes it", _DOCS),
        Capability("dashboard", _NOT, "dashboards are built elsewhere", _DOCS),
    ),
    limits=(
        Limit("name of a detector", 200, "characters", _ENGINE),
        Limit("name of a workflow", 256, "characters", _ENGINE),
        Limit(
            "metric detectors, on a server of one's own", 1000, "detectors", "getsentry/sentry src/sentry/conf/server.py (read 2026-11-20)"
        ),
        Limit("conditions of a metric detector", 3, "conditions", _METRIC),
        Limit("shortest window, errors", 60, "s", _QUERY),
        Limit("shortest window, transactions", 300, "s", _QUERY),
        Limit("shortest window, sessions", 1800, "s", _QUERY),
        Limit("rows of a page", 100, "rows", "https://docs.sentry.io/api/pagination/ (read 2026-11-20)"),
        Limit("requests", BUDGET.requests, "a second", BUDGET.source),
    ),
    default_for=frozenset({"sentry"}),
    accepts=frozenset({"sentry"}),
    credentials=("SENTRY_AUTH_TOKEN",),
)
