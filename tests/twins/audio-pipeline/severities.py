"""Severities, channels and people: the twin of severities.yaml."""

from monctl import Channel, Escalation, Person, Rotation, Severity, Team, env

Severity(
    "critical",
    title="Critical",
    description="Business-critical. Unresolved ones are escalated.",
    response="15m",
    pages=True,
    notify=["sentry", "slack", "email"],
    escalation="unresolved-critical",
    emoji="🚨",
    color="#d92d20",
)
Severity(
    "high",
    title="High",
    notify=["sentry", "slack"],
    emoji="🚨",
    color="#f79009",
)
Severity(
    "medium",
    title="Medium",
    description="What has no other severity.",
    notify=["slack"],
    emoji="🚨",
    color="#fdb022",
)
Channel(
    "sentry",
    title="Sentry",
    description="Critical errors.",
    sentry={"dsn": env("SENTRY_DSN")},
    severities=["critical", "high"],
)
Channel(
    "slack",
    title="Slack",
    description="Operational alerts.",
    slack={"channel": "#audio-pipeline", "webhook": env("SLACK_WEBHOOK_URL")},
    severities=["critical", "high", "medium"],
    group_by=["service"],
    rate="20/h",
    repeat="4h",
    resolved=True,
)
Channel(
    "email",
    title="E-mail",
    description="Business-critical issues.",
    email={"to": ["operations@example.com"]},
    severities=["critical"],
    group_by=["service"],
    rate="10/h",
)
Person(
    "maya",
    title="Maya Singh",
    email="maya@example.com",
    phone="+14155550121",
)
Person(
    "noah",
    title="Noah Berg",
    email="noah@example.com",
    phone="+14155550122",
)
Person(
    "operations-lead",
    title="Operations lead",
    email="operations-lead@example.com",
    phone="+14155550120",
)
Team(
    "operations",
    title="Operations",
    members=["maya", "noah", "operations-lead"],
    lead="operations-lead",
    email="operations@example.com",
)
Rotation(
    "operations",
    title="Operations on-call",
    team="operations",
    start="2026-01-05T09:00",
    shift="1w",
    members=["maya", "noah"],
)
Escalation(
    "unresolved-critical",
    title="Unresolved critical alerts",
    team="operations",
    levels=[{"after": "0m", "notify": ["rotation.operations"]}, {"after": "15m", "notify": ["operations-lead"]}],
    repeat=2,
)
