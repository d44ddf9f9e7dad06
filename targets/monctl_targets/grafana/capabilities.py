"""What Grafana can say of a spec, line by line, with the page that says so."""

from __future__ import annotations

from monctl.pace import Budget
from monctl.target import Capabilities, Capability, Fit, Limit

_RULES = "https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/ (read 2026-11-20)"
_NOTIFY = "https://github.com/grafana/alerting receivers/*/v1/config.go 783ce04 (read 2026-11-20)"
_MODEL = "https://www.npmjs.com/package/@grafana/schema 13.2.3 (read 2026-11-20)"
_SAVE = "https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ (read 2026-11-20)"
_NUMERIC = "https://docs.aws.amazon.com/grafana/latest/userguide/v13-alerting-overview-numeric.html (read 2026-11-21)"
_TIMES = "https://github.com/prometheus/alertmanager timeinterval/timeinterval.go (read 2026-11-20)"
_SENTRY = "https://github.com/grafana/sentry-datasource src/types.ts (read 2026-11-21)"

# Grafana documents no limit of its API; this one is ours, so that a small server goes on serving people while it is read.
BUDGET = Budget(50, 1.0, "no limit is documented; monctl's own (2026-11-21)", concurrent=4)

_EXACT, _NEARLY, _NOT = Fit.EXACT, Fit.APPROXIMATED, Fit.DROPPED

CAPABILITIES = Capabilities(
    capabilities=(
        Capability("source.prometheus", _EXACT, "an instant query; each series is an alert of its own", _RULES),
        Capability("source.sql", _EXACT, "PostgreSQL and MySQL, where Grafana has the database as a data source", _NUMERIC),
        Capability("source.expr", _EXACT, "a math expression over queries of Prometheus and SQL", _RULES),
        Capability("source.log", _NEARLY, "on dashboards, through Loki", _MODEL),
        Capability("source.sentry", _NEARLY, "on dashboards, through Grafana's Sentry plugin", _SENTRY),
        *(
            Capability(f"source.{kind}", _NOT, "Grafana asks data sources and does not look itself", _RULES)
            for kind in ("http", "tcp", "dns", "ping", "tls", "host", "heartbeat", "redis", "storage", "command", "composite", "burn")
        ),
        Capability("threshold.comparison", _EXACT, "query, reduce, threshold", _RULES),
        Capability("threshold.between", _EXACT, "", _RULES),
        Capability("threshold.in", _NEARLY, "PromQL over the look-back: a sum of what is counted, a mean of the rest", _RULES),
        Capability("threshold.for", _EXACT, "pending period; terms with different times are rules of their own", _RULES),
        Capability("threshold.trend", _NEARLY, "the slope over that time, in PromQL; not over SQL", _RULES),
        Capability("threshold.no_data", _NEARLY, "`absent()` in PromQL; else the rule's state on no data", _RULES),
        Capability("threshold.error", _NEARLY, "the rule's state on errors", _RULES),
        Capability("threshold.first_seen", _NOT, "about events", _RULES),
        Capability("threshold.regression", _NOT, "about events", _RULES),
        Capability("severity", _EXACT, "a rule per severity, with the label `severity`", _RULES),
        Capability("severity.digest", _NEARLY, "collected for that time from the first alert on", _RULES),
        Capability("recover_after", _EXACT, "keep firing for, from Grafana 12.0; not before", _RULES),
        Capability("no_data", _NEARLY, "keep and ok exactly; a severity as the rule of that severity firing", _RULES),
        Capability("on_error", _NEARLY, "keep and ok exactly; a severity as the rule of that severity firing", _RULES),
        Capability("goal", _NEARLY, "in the descriptions of panels", _MODEL),
        Capability("runbook", _EXACT, "annotation runbook_url; links on panels", _RULES),
        Capability("message", _EXACT, "annotation summary", _RULES),
        Capability("action", _EXACT, "annotation action", _RULES),
        Capability("labels", _EXACT, "labels of the rule", _RULES),
        Capability("phases", _EXACT, "paused outside them", _RULES),
        Capability(
            "calendar",
            _NEARLY,
            "active time intervals, before Grafana 12.1 silence outside them; what still lasts is told when the hours begin",
            _TIMES,
        ),
        Capability("maintenance", _EXACT, "mute timings", _TIMES),
        Capability("channel.slack", _EXACT, "by webhook or bot token", _NOTIFY),
        Capability("channel.email", _EXACT, "", _NOTIFY),
        Capability("channel.pagerduty", _EXACT, "with the channel's `integration_key`", _NOTIFY),
        Capability("channel.webhook", _EXACT, "", _NOTIFY),
        Capability("channel.sms", _NOT, "no such integration", _NOTIFY),
        Capability("channel.sentry", _NOT, "no such integration", _NOTIFY),
        Capability("channel.resolved", _EXACT, "", _NOTIFY),
        Capability("channel.repeat", _EXACT, "repeat interval", _RULES),
        Capability("channel.rate", _NEARLY, "alerts are grouped; there is no rate limit", _RULES),
        Capability("channel.group_by", _EXACT, "besides folder and rule", _RULES),
        Capability("escalation", _NEARLY, "by PagerDuty where it is told; else the first level only", _RULES),
        Capability("escalation.repeat", _NOT, "nobody acknowledges in Grafana's alerting", _RULES),
        Capability("rotation", _NOT, "Grafana's alerting has no people", _RULES),
        Capability("slo", _NEARLY, "on dashboards, where its metrics are in Prometheus", _MODEL),
        Capability("dashboard", _EXACT, "the classic model, schema version 42", _MODEL),
        Capability("dashboard.panel.timeseries", _EXACT, "where the source has history", _MODEL),
        Capability("dashboard.panel.logs", _EXACT, "through Loki", _MODEL),
        Capability("dashboard.panel.alerts", _NEARLY, "those Grafana holds; the others in words", _MODEL),
        Capability("dashboard.panel.state", _NEARLY, "figures in the colours of their alerts", _MODEL),
        Capability("dashboard.panel.services", _NEARLY, "a table", _MODEL),
        Capability("protect", _EXACT, "", _SAVE),
    ),
    limits=(
        Limit("uid", 40, "characters", "https://github.com/grafana/grafana pkg/util/shortid_generator.go 07c364c (read 2026-11-20)"),
        Limit(
            "title of a dashboard",
            5000,
            "characters",
            "https://github.com/grafana/grafana pkg/services/dashboards/errors.go (read 2026-11-20)",
        ),
        Limit("tag of a dashboard", 50, "characters", _MODEL),
        Limit("refresh of a dashboard", 5, "s", _SAVE),
        Limit("interval of a rule group", 10, "s", _RULES),
        Limit("title of a rule or group", 190, "characters", _RULES),
        Limit("hits of a page", 5000, "hits", _SAVE),
    ),
    default_for=frozenset({"prometheus"}),
    accepts=frozenset({"prometheus", "sql", "expr"}),
    credentials=("GRAFANA_TOKEN", "GRAFANA_USER", "GRAFANA_PASSWORD"),
)
