"""Procedures and reports: the twin of playbook.yaml."""

from monctl import Report, Runbook

Runbook(
    "incident-response",
    title="Incident Response Steps",
    kind="procedure",
    sections={
        "Step 1: Acknowledge (< 5 minutes)": [
            "Respond to alert in Slack with 👀 emoji",
            "Create incident channel: #incident-2025-01-20",
            "Begin investigation",
        ],
        "Step 2: Assess Severity (< 10 minutes)": [
            "Check Sentry for error details",
            "Check Vercel Analytics for affected users",
            "Determine if P0, P1, or P2",
            "Update #incident channel with assessment",
        ],
        "Step 3: Communicate (< 15 minutes)": [
            "Post status update in #general if user-facing",
            "Create status page entry (status.tradosphere.com)",
            "Notify affected users if P0",
        ],
        "Step 4: Mitigate (< 30 minutes)": [
            "Implement quick fix or workaround",
            "Rollback if recent deployment",
            "Scale resources if capacity issue",
            "Document actions taken",
        ],
        "Step 5: Resolve (< 2 hours for P0)": ["Deploy permanent fix", "Verify resolution", "Update status page", "Close incident channel"],
        "Step 6: Post-Mortem (< 24 hours)": ["Write incident report", "Document root cause", "List action items", "Schedule follow-up"],
    },
)
Runbook(
    "philosophy",
    title="Monitoring Philosophy",
    kind="reference",
    sections={
        "Goals": [
            "Detect issues before users do (proactive monitoring)",
            "Fast MTTR (Mean Time To Resolution) < 30 minutes",
            "Minimal false positives (alert fatigue prevention)",
            "Clear actionable alerts (what's wrong + how to fix)",
            "Historical analysis (learn from incidents)",
        ]
    },
)
Runbook(
    "weekly-health-check",
    title="Weekly Health Check (Every Monday)",
    kind="checklist",
    description="The report `weekly-health-check` brings the figures.",
    sections={
        "Review Metrics": [
            "Uptime last 7 days (target >99.9%)",
            "Error rate trend",
            "Performance metrics (Lighthouse scores)",
            "Database query performance",
            "API response times",
        ],
        "Review Alerts": ["Total alerts triggered", "False positive rate", "Alert response times", "Unresolved alerts"],
        "Action Items": [
            "Document any recurring issues",
            "Update alert thresholds if needed: `monctl backtest` shows what they would have done",
            "Schedule infrastructure improvements",
        ],
    },
)
Runbook(
    "capacity-planning",
    title="Monthly Capacity Planning",
    kind="checklist",
    sections={
        "Review Growth": ["User growth rate", "Database size growth", "API request volume growth", "Storage usage growth"],
        "Forecast Needs": ["When will we hit database limits?", "When do we need more API capacity?", "When do we need CDN scaling?"],
        "Plan Upgrades": ["Schedule infrastructure scaling", "Budget for increased costs", "Test scaling procedures"],
    },
)
Runbook(
    "logging",
    title="Structured Logging Format",
    kind="reference",
    description="lib/logger.ts, winston.",
    sections={
        "Every line": ["JSON with a timestamp, and the stack of an error", "service: tradosphere-api; environment: NODE_ENV"],
        "Files": ["logs/error.log: errors only", "logs/combined.log: everything; the metrics of logs.yaml read it"],
    },
)
Runbook(
    "sentry-client",
    title="Sentry settings",
    kind="reference",
    description="sentry.config.js",
    sections={
        "Settings": [
            'beforeSend drops "Network request failed": the user\'s internet, not ours',
            "tracesSampleRate: 0.1 in production, 1.0 elsewhere",
            "replaysSessionSampleRate: 0.1; replaysOnErrorSampleRate: 1.0",
        ]
    },
)
Report(
    "platform-health",
    title="Platform Health KPIs",
    every="monthly",
    goals={
        "availability": "> 99.95%",
        "mttr": "< 30m",
        "mttd": "< 5m",
        "error_rate": "< 0.5%",
        "response_time": "< 200ms",
    },
    sections=["User growth rate", "Database size growth", "API request volume growth", "Storage usage growth"],
    notify=["email-summary"],
)
Report(
    "monitoring-effectiveness",
    title="Monitoring Effectiveness",
    every="monthly",
    goals={
        "noise": "< 10%",
        "acknowledged": "> 95% in 5m",
        "resolved": "> 90% in 2h",
        "coverage": "== 100%",
    },
    notify=["email-summary"],
)
Report(
    "weekly-health-check",
    title="Weekly Health Check",
    every="weekly",
    goals={"availability": "> 99.9%"},
    sections=[
        "Error rate trend",
        "Performance metrics",
        "Database query performance",
        "API response times",
        "Total alerts triggered",
        "False positive rate",
        "Alert response times",
        "Unresolved alerts",
    ],
    notify=["email-summary"],
)
Report(
    "daily-summary",
    title="Daily summary",
    every="daily",
    sections=["Alerts of the day", "Unresolved alerts"],
    notify=["email-summary"],
)
