"""The key performance indicators: the twin of kpis.yaml."""

from monctl import Metric, Slo, sql

Slo(
    "uptime",
    title="System Uptime",
    objective="99.9%",
    window="30d",
    monitor="site",
    service="site",
    runbook="incident",
)
Slo(
    "error-rate",
    title="Error Rate",
    description="Less than 0.1 % of requests fail.",
    objective="99.9%",
    window="30d",
    good="requests-good",
    total="requests",
    service="api",
    runbook="incident",
)
Slo(
    "response-time",
    title="Response Time",
    objective="99.9%",
    window="30d",
    metric="page-load",
    holds="< 2s",
    alerts=[
        {
            "severity": "P2",
            "rate": 14.4,
            "long": "1h",
            "short": "5m",
        }
    ],
    service="site",
    runbook="performance",
)
Slo(
    "database-performance",
    title="Database Performance",
    objective="99.9%",
    window="30d",
    metric="query-time",
    holds="< 100ms",
    alerts=[
        {
            "severity": "P2",
            "rate": 14.4,
            "long": "1h",
            "short": "5m",
        }
    ],
    service="database",
    runbook="performance",
)
Slo(
    "api-performance",
    title="API Performance",
    objective="99.9%",
    window="30d",
    metric="api-response-time",
    holds="< 500ms",
    alerts=[
        {
            "severity": "P2",
            "rate": 14.4,
            "long": "1h",
            "short": "5m",
        }
    ],
    service="api",
    runbook="performance",
)
Metric(
    "user-experience",
    sql(
        "supabase",
        """\
SELECT
  (SELECT AVG(stars) FROM ratings WHERE created_at > NOW() - INTERVAL '30 days') AS satisfaction,
  (SELECT 100.0 * COUNT(DISTINCT user_id) FILTER (WHERE load_ms < 3000) / NULLIF(COUNT(DISTINCT user_id), 0)
   FROM page_loads WHERE created_at > NOW() - INTERVAL '1 day') AS page_load_experience,
  (SELECT 100.0 * (SELECT COUNT(DISTINCT user_id) FROM feature_events WHERE created_at > NOW() - INTERVAL '30 days')
          / NULLIF((SELECT COUNT(*) FROM users WHERE last_seen_at > NOW() - INTERVAL '30 days'), 0)) AS feature_adoption,
  (SELECT 100.0 * COUNT(*) FILTER (WHERE last_seen_at > NOW() - INTERVAL '30 days') / NULLIF(COUNT(*), 0)
   FROM users WHERE created_at < NOW() - INTERVAL '30 days') AS retention,
  (SELECT 100.0 * COUNT(*) FILTER (WHERE satisfied) / NULLIF(COUNT(*), 0)
   FROM support_tickets WHERE resolved_at > NOW() - INTERVAL '30 days') AS support_satisfaction
""",
        values={
            "satisfaction": {
                "unit": "score",
                "goal": ">= 4.5",
                "description": "Average user rating",
            },
            "page_load_experience": {
                "unit": "percent",
                "goal": ">= 90%",
                "description": "Users who experience loads below 3 seconds",
            },
            "feature_adoption": {
                "unit": "percent",
                "goal": ">= 80%",
                "description": "Adoption of core features",
            },
            "retention": {
                "unit": "percent",
                "goal": ">= 70%",
                "description": "30-day retention rate",
            },
            "support_satisfaction": {
                "unit": "percent",
                "goal": ">= 95%",
                "description": "Support ticket resolution satisfaction",
            },
        },
    ),
    title="User Experience KPIs",
    service="community",
    every="1h",
)
Metric(
    "business",
    sql(
        "supabase",
        """\
SELECT
  (SELECT COUNT(*) FROM users WHERE last_seen_at > NOW() - INTERVAL '5 minutes') AS active_users,
  (SELECT COUNT(*) FROM users WHERE last_seen_at > NOW() - INTERVAL '30 days') AS monthly_active_users,
  (SELECT 100.0 * COUNT(*) FILTER (WHERE created_at > NOW() - INTERVAL '30 days')
          / NULLIF(COUNT(*) FILTER (WHERE created_at <= NOW() - INTERVAL '30 days'), 0) FROM users) AS user_growth,
  (SELECT SUM(monthly_amount) FROM subscriptions WHERE ended_at IS NULL) AS monthly_recurring_revenue,
  (SELECT 100.0 * (SUM(monthly_amount) FILTER (WHERE ended_at IS NULL)
          / NULLIF(SUM(monthly_amount) FILTER (WHERE started_at <= NOW() - INTERVAL '30 days'
              AND (ended_at IS NULL OR ended_at > NOW() - INTERVAL '30 days')), 0) - 1) FROM subscriptions) AS revenue_growth,
  (SELECT 100.0 * COUNT(DISTINCT user_id) / NULLIF((SELECT COUNT(*) FROM users), 0)
   FROM subscriptions WHERE ended_at IS NULL) AS conversion,
  (SELECT position FROM market_reviews ORDER BY created_at DESC LIMIT 1) AS market_position
""",
        values={
            "active_users": "users",
            "monthly_active_users": "users",
            "user_growth": {
                "unit": "percent",
                "goal": "> 0%",
                "description": "Monthly active user growth rate",
            },
            "monthly_recurring_revenue": "USD",
            "revenue_growth": {
                "unit": "percent",
                "goal": "> 0%",
                "description": "Monthly recurring revenue growth",
            },
            "conversion": {"unit": "percent", "description": "Free-to-paid subscription conversion"},
            "market_position": {"unit": "score", "description": "Competitive position"},
        },
    ),
    title="Business KPIs",
    service="community",
    every="1h",
)
Metric(
    "creators",
    sql(
        "supabase",
        """\
SELECT
  (SELECT COUNT(DISTINCT t.user_id) FROM tracks t JOIN creators c ON c.user_id = t.user_id
   WHERE t.created_at > NOW() - INTERVAL '30 days') AS active_creators,
  (SELECT COALESCE(SUM(amount), 0) FROM payouts WHERE created_at > NOW() - INTERVAL '30 days') AS earnings,
  (SELECT 100.0 * (COUNT(DISTINCT user_id) FILTER (WHERE created_at > NOW() - INTERVAL '30 days')::numeric
          / NULLIF(COUNT(DISTINCT user_id) FILTER (WHERE created_at <= NOW() - INTERVAL '30 days'), 0) - 1)
   FROM tracks WHERE created_at > NOW() - INTERVAL '60 days') AS activity_growth,
  (SELECT 100.0 * (SUM(amount) FILTER (WHERE created_at > NOW() - INTERVAL '30 days')
          / NULLIF(SUM(amount) FILTER (WHERE created_at <= NOW() - INTERVAL '30 days'), 0) - 1)
   FROM payouts WHERE created_at > NOW() - INTERVAL '60 days') AS earnings_growth
""",
        values={
            "active_creators": "creators",
            "earnings": "USD",
            "activity_growth": "percent",
            "earnings_growth": "percent",
        },
    ),
    title="Creator Engagement",
    description="Activity and earnings of creators, and how both moved against the 30 days before.",
    service="community",
    every="1h",
)
