"""Server, PostgreSQL, cache, CDN: the twin of infrastructure.yaml."""

from monctl import Metric, Monitor, expr, host, http, log, redis, sql, var

Metric(
    "cpu",
    host("cpu"),
    title="CPU",
    service="server",
    every="1m",
    unit="percent",
)
Metric(
    "memory",
    host("memory"),
    title="Memory",
    service="server",
    every="1m",
    unit="percent",
)
Metric(
    "disk",
    host("disk", path="/"),
    title="Disk",
    service="server",
    every="5m",
    unit="percent",
)
Metric(
    "database-pool",
    sql(
        "postgres",
        """\
SELECT ROUND(100.0 * COUNT(*) / current_setting('max_connections')::int, 1) AS pool_usage
FROM pg_stat_activity
WHERE datname = current_database()
""",
    ),
    title="Connection pool usage",
    service="database",
    every="1m",
    unit="percent",
)
Metric(
    "query-performance",
    sql(
        "postgres",
        """\
SELECT SUM(total_exec_time) / NULLIF(SUM(calls), 0) AS mean_exec_time
FROM pg_stat_statements
""",
    ),
    title="Query performance",
    description="Mean execution time over all statements.",
    service="database",
    every="5m",
    unit="ms",
)
Metric(
    "slow-queries",
    log("postgres-log", contains="duration:", window="5m"),
    title="Slow queries",
    description="Statements PostgreSQL logged as slow in the last five minutes.",
    service="database",
    every="5m",
    unit="queries",
)
Metric(
    "replication-lag",
    sql(
        "postgres",
        """\
SELECT COALESCE(MAX(EXTRACT(EPOCH FROM replay_lag)), 0) AS replication_lag
FROM pg_stat_replication
""",
    ),
    title="Replication lag",
    service="database",
    every="1m",
    unit="s",
)
Metric(
    "cache-hits",
    redis("redis", info="keyspace_hits"),
    service="cache",
    every="1m",
    unit="hits",
)
Metric(
    "cache-misses",
    redis("redis", info="keyspace_misses"),
    service="cache",
    every="1m",
    unit="misses",
)
Metric(
    "cache-hit-rate",
    expr("hits / (hits + misses) * 100", hits="cache-hits", misses="cache-misses"),
    title="Cache hit rate",
    service="cache",
    every="1m",
    unit="percent",
)
Metric(
    "cdn",
    http(var("cdn_probe")),
    title="CDN performance",
    description="How long a small static file takes.",
    service="cdn",
    every="5m",
)
Monitor(
    "resource",
    for_each={"cpu": "CPU", "memory": "Memory"},
    title="High ${each.value} usage",
    metric="${each.key}",
    alert={
        "SEV2": {"when": "> 80%", "notify": ["slack-alerts"]},
        "SEV3": {
            "when": "> 70% for 15m",
            "notify": ["email-devops"],
            "during": "business-hours",
        },
    },
    recover_after="5m",
    runbook="high-resource-usage",
)
Monitor(
    "resource-disk",
    title="High disk usage",
    metric="disk",
    alert={"SEV2": {"when": "> 80%", "notify": ["slack-alerts"]}},
    runbook="high-resource-usage",
)
Monitor(
    "database-connections",
    title="Database Connection Issues",
    description="Connection pool more than 90 % utilized.",
    metric="database-pool",
    alert={"SEV2": "> 90%"},
    notify=["autoscale-database", "slack-alerts", "email-engineering"],
    on_error="SEV1",
    runbook="database-connections",
)
