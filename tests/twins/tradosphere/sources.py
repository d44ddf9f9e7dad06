"""Data sources and services: the twin of sources.yaml."""

from monctl import Datasource, Service, env, var

Datasource(
    "prometheus",
    title="Prometheus",
    description="The backend's custom metrics, the exporters of the containers, of Redis and of PostgreSQL, and what Lighthouse CI pushes after every run.",
    type="prometheus",
    url=var("prometheus_url"),
)
Datasource(
    "supabase",
    title="Supabase",
    type="postgresql",
    dsn=env("SUPABASE_DATABASE_URL"),
    tables={
        "users": {
            "id": "uuid",
            "created_at": "timestamptz",
            "last_seen_at": "timestamptz",
        },
        "sessions": {
            "id": "uuid",
            "user_id": "uuid",
            "started_at": "timestamptz",
            "ended_at": "timestamptz",
        },
        "signals": {
            "id": "uuid",
            "user_id": "uuid",
            "created_at": "timestamptz",
        },
        "streams": {
            "id": "uuid",
            "started_at": "timestamptz",
            "ended_at": "timestamptz",
        },
        "competitions": {
            "id": "uuid",
            "starts_at": "timestamptz",
            "ends_at": "timestamptz",
        },
        "competition_entries": {"competition_id": "uuid", "user_id": "uuid"},
        "subscriptions": {
            "id": "uuid",
            "user_id": "uuid",
            "status": "text",
            "created_at": "timestamptz",
            "cancelled_at": "timestamptz",
        },
        "payments": {
            "id": "uuid",
            "user_id": "uuid",
            "subscription_id": "uuid",
            "amount": "numeric",
            "status": "text",
            "created_at": "timestamptz",
        },
        "visits": {"visitor_id": "uuid", "created_at": "timestamptz"},
        "pg_stat_statements": {
            "query": "text",
            "calls": "bigint",
            "total_exec_time": "double precision",
            "mean_exec_time": "double precision",
        },
        "pg_stat_activity": {"datname": "text", "state": "text"},
        "pg_stat_user_tables": {
            "relid": "oid",
            "relname": "text",
            "n_live_tup": "bigint",
        },
        "pg_stat_user_indexes": {
            "relname": "text",
            "indexrelname": "text",
            "idx_scan": "bigint",
        },
    },
)
Datasource(
    "sentry-api",
    title="Sentry, backend",
    description='One transaction in ten is traced; "Network request failed" never arrives, it is the user\'s own connection.',
    type="sentry",
    project="api",
)
Datasource(
    "sentry-web",
    title="Sentry, frontend",
    type="sentry",
    project="web",
)
Datasource(
    "combined-log",
    title="Backend log",
    description="JSON lines of winston, logs/combined.log and logs/error.log, with level, message, service and environment.",
    type="logs",
    path="logs/combined.log",
)
Service(
    "frontend",
    title="Frontend",
    team="tradosphere",
    tier=0,
    depends_on=["api"],
    links={"View Logs": "https://sentry.io/tradosphere", "View Metrics": "https://vercel.com/analytics"},
    runbook="slow-performance",
)
Service(
    "api",
    title="API",
    team="tradosphere",
    tier=0,
    depends_on=["database", "cache", "gemini"],
    links={"View Logs": "https://sentry.io/tradosphere", "View Metrics": "https://vercel.com/analytics"},
    promise={"detect": "5m", "resolve": "30m"},
    runbook="high-error-rate",
)
Service(
    "database",
    title="Database",
    team="tradosphere",
    tier=0,
    links={"View Logs": "https://sentry.io/tradosphere", "View Metrics": "https://vercel.com/analytics"},
    promise={"detect": "5m", "resolve": "30m"},
    runbook="high-error-rate",
)
Service(
    "cache",
    title="Redis",
    team="tradosphere",
    tier=1,
    links={"View Logs": "https://sentry.io/tradosphere", "View Metrics": "https://vercel.com/analytics"},
    runbook="slow-performance",
)
Service(
    "payments",
    title="Payments",
    description="Stripe, its webhooks and our subscriptions.",
    team="tradosphere",
    tier=0,
    depends_on=["api", "database"],
    links={"View Logs": "https://sentry.io/tradosphere", "View Metrics": "https://vercel.com/analytics"},
    promise={"detect": "5m", "resolve": "30m"},
    runbook="payment-failure",
)
Service(
    "signals",
    title="Signals",
    team="tradosphere",
    tier=0,
    depends_on=["api", "database"],
    links={"View Logs": "https://sentry.io/tradosphere", "View Metrics": "https://vercel.com/analytics"},
    runbook="high-error-rate",
)
Service(
    "competitions",
    title="Competitions",
    team="tradosphere",
    tier=0,
    depends_on=["api", "database"],
    links={"View Logs": "https://sentry.io/tradosphere", "View Metrics": "https://vercel.com/analytics"},
    runbook="high-error-rate",
)
Service(
    "streaming",
    title="Streaming",
    description="WebSockets and Agora.",
    team="tradosphere",
    tier=0,
    depends_on=["api"],
    links={"View Logs": "https://sentry.io/tradosphere", "View Metrics": "https://vercel.com/analytics"},
    runbook="high-error-rate",
)
Service(
    "gemini",
    title="Gemini",
    description="Google's model behind the analysis of signals.",
    team="tradosphere",
    tier=2,
)
