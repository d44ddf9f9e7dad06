"""The words and numbers of Sentry's detectors and workflows, each with its source; the build writes them, the emulator holds others to them."""

from __future__ import annotations

from typing import Final

HIGH: Final = 75
MEDIUM: Final = 50
OK: Final = 0
# Priorities an issue may be given by a metric detector; 25 answers "Unsupported condition result".
# getsentry/sentry src/sentry/incidents/metric_issue_detector.py (read 2026-11-20)

DETECTOR_TYPES: Final = (
    "error",
    "issue_stream",
    "metric_issue",
    "monitor_check_in_failure",
    "preprod_size_analysis",
    "uptime_domain_failure",
)
SYSTEM_TYPES: Final = frozenset({"error", "issue_stream"})
"""Every project has one of each; nobody can create or delete them. src/sentry/workflow_engine/docs/execution.md (read 2026-11-20)"""

EVENT_WINDOWS_S: Final = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 86400)
SPAN_WINDOWS_S: Final = (300, 600, 900, 1800, 3600, 7200, 14400, 86400)
SESSION_WINDOWS_S: Final = (1800, 3600, 7200, 14400, 43200, 86400)
# src/sentry/snuba/snuba_query_validator.py: errors from 60 s, spans from 300 s, sessions only these (read 2026-11-20)
COMPARISON_DELTAS_S: Final = (300, 900, 3600, 86400, 604800, 2592000)

EVENTS: Final = "events"
SPANS: Final = "events_analytics_platform"
SESSIONS: Final = "metrics"
QUERY_TYPES: Final = {EVENTS: 0, SPANS: 1, "transactions": 1, "generic_metrics": 1, SESSIONS: 2}
"""Dataset → the only `queryType` it takes; never returned by a read (jianyuan/terraform-provider-sentry#876, read 2026-11-20)."""
EVENT_TYPES: Final = {
    EVENTS: frozenset({"default", "error"}),
    SPANS: frozenset({"trace_item_span", "trace_item_log", "trace_item_metric"}),
}
EXTRAPOLATION: Final = frozenset({"unknown", "client_and_server_weighted"})

LOGIC: Final = frozenset({"any", "any-short", "all", "none"})
THRESHOLDS: Final = frozenset({"gt", "gte", "lt", "lte"})

TRIGGERS: Final = frozenset(
    {
        "existing_high_priority_issue",
        "every_event",
        "first_seen_event",
        "issue_resolved_trigger",
        "new_high_priority_issue",
        "reappeared_event",
        "regression_event",
    }
)
FREQUENCIES: Final = frozenset({"event_frequency_count", "event_unique_user_frequency_count"})
FREQUENCY_INTERVALS: Final = frozenset({"1m", "5m", "15m", "1h", "1d", "1w", "30d"})
# src/sentry/rules/conditions/event_frequency.py: no 10m and no 30m (read 2026-11-20)
PRIORITY_FILTERS: Final = frozenset({"issue_priority_greater_or_equal", "issue_priority_deescalating"})
FILTERS: Final = PRIORITY_FILTERS | {
    "age_comparison",
    "assigned_to",
    "event_attribute",
    "issue_category",
    "issue_occurrences",
    "issue_type",
    "latest_adopted_release",
    "latest_release",
    "level",
    "tagged_event",
}
CONDITIONS: Final = (
    TRIGGERS
    | FREQUENCIES
    | FILTERS
    | {
        "event_frequency_percent",
        "event_unique_user_frequency_percent",
        "percent_sessions_count",
        "percent_sessions_percent",
        "seer_activity_trigger",
    }
)
"""Every type of a condition of a workflow. src/sentry/workflow_engine/models/data_condition.py (read 2026-11-20)"""
ACTIONS: Final = frozenset(
    {
        "discord",
        "email",
        "github",
        "github_enterprise",
        "jira",
        "jira_server",
        "msteams",
        "opsgenie",
        "pagerduty",
        "plugin",
        "sentry_app",
        "slack",
        "vsts",
        "webhook",
    }
)
"""Every type of an action. src/sentry/notifications/notification_action/action_handler_registry (read 2026-11-20)"""
MATCHES: Final = frozenset({"co", "nc", "eq", "ne", "sw", "nsw", "ew", "new", "is", "ns", "in", "nin", "gt", "gte", "lt", "lte"})
LEVELS: Final = {"fatal": 50, "error": 40, "warning": 30, "info": 20, "debug": 10, "sample": 0}

PAGERDUTY_PRIORITIES: Final = frozenset({"default", "critical", "warning", "error", "info"})
FALLTHROUGH: Final = frozenset({"ActiveMembers", "AllMembers", "NoOne"})

DETECTOR_NAME_LIMIT: Final = 200
# src/sentry/workflow_engine/endpoints/validators/base/detector.py (read 2026-11-20)
WORKFLOW_NAME_LIMIT: Final = 256
# the validator's limit; older releases have a column of 200, so names are kept within 200 (read 2026-11-20)
NAME_LIMIT: Final = 200

USERS: Final = "count_unique(tags[sentry:user])"
"""How `count_unique(user)` reads back."""
CRASH_FREE: Final = "percentage(sessions_crashed, sessions) AS _crash_rate_alert_aggregate"
