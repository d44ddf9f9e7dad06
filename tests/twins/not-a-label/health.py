"""Platform health: the twin of health.yaml."""

from monctl import Metric, Monitor, all_of, http, redis, sql

Metric(
    "api-check",
    http("https://not-a-label.art/api/health"),
    title="API",
    service="api",
    every="1m",
)
Metric(
    "database-check",
    sql("postgres", "SELECT 1 AS healthy", values={"healthy": "status"}),
    title="Database",
    service="database",
    every="1m",
)
Metric(
    "redis-check",
    redis("redis", info="uptime_in_seconds"),
    title="Redis",
    service="cache",
    every="1m",
    unit="s",
)
Metric(
    "ai-service-check",
    http("https://not-a-label.art/api/ai/status"),
    title="AI service",
    service="ai-service",
    every="1m",
)
Monitor(
    "database-check",
    metric="database-check",
    title="Database check",
    description="Whether the database answers at all. Platform health tells of it.",
    alert={"SEV2": "error"},
    notify=[],
    runbook="database-connections",
)
Monitor(
    "platform-health",
    all_of(
        {"metric": "api-check.status", "holds": "< 400"},
        {"metric": "database-check", "holds": "== 1"},
        "database-check",
        {"metric": "redis-check", "holds": "> 0s"},
        {"metric": "ai-service-check.status", "holds": "< 400"},
    ),
    title="Platform health",
    description="Healthy while all four parts are; the message names the ones that are not.",
    every="1m",
    alert={"SEV1": "down"},
    service="platform",
    runbook="service-down",
    message="Platform health check failed",
)
