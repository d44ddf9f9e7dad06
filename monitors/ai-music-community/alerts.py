"""The alert catalogue: infrastructure, application, business, in the order of the document."""

from functools import partial
from typing import Any

from monctl import Monitor, Source, heartbeat, http, log, ping, sentry, var


def alert(category: str, title: str, name: str, measured: str | Source, levels: dict[str, str], runbook: str, **rest: Any) -> None:
    """One alert. `measured` is a metric by name, or a source."""
    metric, source = (measured, None) if isinstance(measured, str) else (None, measured)
    Monitor(name, source, metric=metric, title=title, alert=levels, runbook=runbook, labels={"category": category}, **rest)


# Escalation is the runner's: it reads Sentry and calls the on-call engineer, which Sentry itself cannot.
escalated = {"on": "runner"}
# These two stay with Sentry; nobody is called for them.
in_sentry = {"waive": {"sentry.alert.P2.escalation": "Slack hears of it at once, which is within 15 minutes"}}

infrastructure = partial(alert, "infrastructure")

infrastructure("Server Health: CPU", "server-cpu", "cpu", {"P2": f"> {var('cpu_limit')} for 5m"}, "infrastructure")
infrastructure("Server Health: memory", "server-memory", "memory", {"P2": f"> {var('memory_limit')} for 5m"}, "infrastructure")
infrastructure("Server Health: disk usage", "server-disk", "disk", {"P3": f"> {var('disk_limit')}"}, "infrastructure")
infrastructure(
    "Database Performance: connection pool",
    "database-pool",
    "database-pool",
    {"P1": "error for 2m", "P2": f"> {var('pool_limit')} for 5m"},
    "infrastructure",
)
infrastructure("Database Performance: query performance", "database-queries", "query-time", {"P2": "> 100ms for 10m"}, "performance")
infrastructure(
    "Network Issues: connectivity, latency, packet loss",
    "network",
    ping(var("host")),
    {
        "P1": "down for 2m",
        "P2": f"loss > {var('loss_limit')} for 5m",
        "P3": f"response_time > {var('latency_limit')} for 10m",
    },
    "infrastructure",
    every="1m",
    service="network",
    on="runner",  # UptimeRobot's ping knows no loss
)
infrastructure("Storage Capacity: disk space", "storage-capacity", "storage-used", {"P2": f"> {var('disk_limit')}"}, "infrastructure")
infrastructure(
    "Storage Capacity: backup status", "backup", heartbeat("2h"), {"P2": "down"}, "infrastructure", every="24h", service="database"
)

application = partial(alert, "application")

application("Web application", "site", http(var("site")), {"P1": "down for 2m"}, "incident", every="1m", service="site")
application(
    "Error Rate",
    "error-rate",
    "error-rate",
    {"P1": f"> {var('outage_error_rate')} for 2m", "P2": "> 0.1% for 5m"},
    "incident",
    no_data="ok",  # nobody asked for anything
)
application("Performance Degradation: API", "api-response-time", "api-response-time", {"P2": "> 500ms for 5m"}, "performance", **in_sentry)
application("Performance Degradation: page load", "page-load", "page-load", {"P2": "> 2s for 10m"}, "performance", **in_sentry)
for feature in ("generation", "upload", "playback"):
    application(
        f"Feature Failures: {feature}",
        f"feature-{feature}",
        sentry("sentry", tags={"feature": feature}, level="error"),
        {"P1": f"> {var('feature_errors')} in 5m"},
        "incident",
        every="1m",
        unit="errors",
        service="site",
        **escalated,
    )
application("Security Events: suspicious activity", "suspicious-activity", "suspicious-activity", {"P1": "> 0"}, "security")
application("Security Events: failed login attempts", "failed-logins", "failed-logins", {"P2": f"> {var('failed_logins')}"}, "security")
application(
    "Deployment",
    "deployment",
    log("event-log", where={"event": "deployment_succeeded"}),
    {"P4": "any"},
    "incident",
    every="5m",
    service="site",
)

business = partial(alert, "business")

business(
    "Revenue Impact: payment processing failures",
    "payment-failures",
    sentry("sentry", tags={"area": "payments"}, level="error"),
    {"P1": "any"},
    "payments",
    every="1m",
    service="payments",
    **escalated,
)
business("User Experience: satisfaction score drops", "satisfaction", "user-experience.satisfaction", {"P3": "< 4.5"}, "product-figures")
business("Growth Metrics: user acquisition", "acquisition", "business.user_growth", {"P3": "< 0%"}, "product-figures")
business("Growth Metrics: user retention", "retention", "user-experience.retention", {"P3": "< 70%"}, "product-figures")
business("Creator Economy: creator earnings", "creator-earnings", "creators.earnings_growth", {"P3": "< 0%"}, "product-figures")
business("Creator Economy: creator activity", "creator-activity", "creators.activity_growth", {"P3": "< 0%"}, "product-figures")
