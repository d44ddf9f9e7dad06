"""The three dashboards: the twin of dashboards.yaml."""

from monctl import Dashboard

Dashboard(
    "real-time",
    title="Real-time Metrics",
    refresh="30s",
    range="1h",
    team="engineering",
    panels=[
        {
            "title": "Active users",
            "metric": "business-metrics.active_users",
            "look": "stat",
        },
        {"title": "Requests per second", "metric": "requests-per-second"},
        {"title": "Error rate", "monitor": "high-error-rate"},
        {"title": "Response time (p50, p95, p99)", "metrics": ["response-time-p50", "response-time-p95", "response-time-p99"]},
        {
            "title": "Platform health",
            "monitors": ["platform-health", "endpoint-*"],
            "look": "state",
            "width": 24,
        },
    ],
)
Dashboard(
    "business",
    title="Business Metrics",
    refresh="5m",
    range="30d",
    team="finance",
    rows=[
        {
            "title": "Revenue",
            "panels": [
                {"title": "Daily revenue", "metric": "business-metrics.daily_revenue"},
                {"title": "Monthly revenue", "metric": "growth.monthly_revenue"},
                {"title": "Platform fees", "metric": "business-metrics.platform_fees"},
            ],
        },
        {
            "title": "Users",
            "panels": [
                {"title": "User growth rate", "metric": "growth.user_growth_rate"},
                {"title": "New signups", "metric": "business-metrics.new_signups"},
                {"title": "Feature adoption", "metric": "growth.feature_adoption"},
            ],
        },
        {"title": "AI", "panels": [{"title": "AI usage statistics", "metrics": ["business-metrics.ai_usage", "growth.ai_users"]}]},
    ],
)
Dashboard(
    "infrastructure",
    title="Infrastructure Health",
    refresh="1m",
    team="devops",
    rows=[
        {
            "title": "Server resources",
            "panels": [
                {"title": "CPU", "monitor": "resource-cpu"},
                {"title": "Memory", "monitor": "resource-memory"},
                {"title": "Disk", "monitor": "resource-disk"},
            ],
        },
        {
            "title": "Database performance",
            "panels": [
                {"title": "Connection pool usage", "monitor": "database-connections"},
                {"title": "Query performance", "metric": "query-performance"},
                {"title": "Slow queries", "metric": "slow-queries"},
                {"title": "Replication lag", "metric": "replication-lag"},
            ],
        },
        {
            "title": "Cache and CDN",
            "panels": [
                {"title": "Cache hit rates", "metric": "cache-hit-rate"},
                {"title": "CDN performance", "metric": "cdn.response_time"},
            ],
        },
    ],
)
