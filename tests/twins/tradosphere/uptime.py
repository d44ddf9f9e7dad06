"""UptimeRobot's three monitors: the twin of uptime.yaml."""

from monctl import Monitor, Slo, http, var

Monitor(
    "frontend-health",
    http(var("site")),
    title="Frontend Health",
    every="5m",
    alert={"P0": "down"},
    notify=["email-alerts", "slack-uptime"],
    service="frontend",
    runbook="high-error-rate",
)
Monitor(
    "api-health",
    http("${var.api}/health", contains='"status":"ok"'),
    title="API Health",
    every="1m",
    alert={"P0": "down"},
    notify=["email-alerts", "slack-uptime"],
    service="api",
    runbook="high-error-rate",
)
Monitor(
    "database-connectivity",
    http("${var.api}/health", contains='"database":{"status":"up"}'),
    title="Database Connectivity",
    description="The same page, another keyword.",
    every="2m",
    alert={"P0": "down"},
    notify=["email-alerts", "slack-uptime"],
    service="database",
    runbook="high-error-rate",
)
Slo(
    "availability",
    title="Availability",
    description="Q1 2025 target.",
    objective="99.95%",
    window="30d",
    monitor="api-health",
    service="api",
    runbook="high-error-rate",
)
Slo(
    "uptime",
    title="Uptime",
    objective="99.9%",
    window="30d",
    monitor="frontend-health",
    service="frontend",
    runbook="high-error-rate",
)
