"""Percentiles, throughput, utilisation, trend and regression: the same five figures for two features and four time ranges."""

from monctl import Metric, Monitor, expr, sql, trend, var

FEATURES = {"stem-separation": "stem_separation", "audio-analysis": "ai_analysis"}
RANGES = {"1h": 1, "24h": 24, "7d": 7 * 24, "30d": 30 * 24}  # in hours

QUERY = """
    SELECT
      COUNT(*) AS total_operations,
      100.0 * COUNT(*) FILTER (WHERE success) / NULLIF(COUNT(*), 0) AS success_rate,
      AVG(processing_ms) AS avg_processing_time,
      PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY processing_ms) AS p50,
      PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY processing_ms) AS p95,
      PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY processing_ms) AS p99,
      COUNT(*) / {hours}.0 AS throughput
    FROM feature_usage
    WHERE feature = '{feature}' AND timestamp >= NOW() - INTERVAL '{hours} hours'
"""

for service, feature in FEATURES.items():
    title = service.replace("-", " ").capitalize()

    for name, hours in RANGES.items():
        Metric(
            f"{service}-{name}",
            sql(
                "database",
                QUERY.format(feature=feature, hours=hours),
                values={
                    "total_operations": "operations",
                    "success_rate": {"unit": "percent", "goal": "> 98%"},
                    "avg_processing_time": {"unit": "ms", "goal": f"< {var('processing_limit')}"},
                    "p50": "ms",
                    "p95": "ms",
                    "p99": "ms",
                    "throughput": "operations/h",
                },
            ),
            title=f"{title}, last {name}",
            service=service,
            every="1m" if name == "1h" else "15m",
        )

    Metric(
        f"{service}-regression",
        expr("p95_now / p95_week * 100", p95_now=f"{service}-1h.p95", p95_week=f"{service}-7d.p95"),
        title=f"{title}: p95 of the last hour against the week",
        service=service,
        every="15m",
        unit="percent",
    )
    Monitor(
        f"{service}-regression",
        metric=f"{service}-regression",
        title=f"{title}: performance regression",
        alert={"medium": f"> {var('regression_limit')} for 1h"},
        no_data="ok",  # nobody used it in the last hour
        runbook="queue",
    )

Metric(
    "utilisation",
    sql("database", "SELECT 100.0 * COUNT(*) / ${var.workers} AS busy FROM jobs WHERE status = 'executing'"),
    title="Worker utilisation",
    description="Jobs that execute, of those the workers can take at once.",
    service="job-queue",
    every="1m",
    unit="percent",
)

Monitor(
    "queue-growing",
    metric="stem-separation.queue_depth",
    title="Queue keeps growing",
    description="The trend, before the limit is reached.",
    alert={"medium": {"when": trend("increasing", for_="30m")}},
    runbook="queue",
)
