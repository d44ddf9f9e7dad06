"""Who is called: the twin of people.yaml."""

from monctl import Escalation, Person, Rotation, Team

Person(
    "ana",
    title="Ana Lima",
    email="ana@example.com",
    time_zone="Europe/Berlin",
)
Person(
    "ben",
    title="Ben Okafor",
    email="ben@example.com",
    time_zone="Europe/Berlin",
)
Person(
    "chen",
    title="Chen Wei",
    email="chen@example.com",
    time_zone="America/New_York",
)
Person(
    "database-admin",
    title="Database admin",
    email="database-admin@example.com",
)
Person(
    "devops-lead",
    title="DevOps lead",
    email="devops-lead@example.com",
)
Person(
    "engineering-manager",
    title="Engineering manager",
    email="engineering-manager@example.com",
)
Team(
    "devops",
    title="DevOps",
    description="Owns the database and everything the application runs on.",
    members=["ana", "ben", "database-admin", "devops-lead"],
    lead="devops-lead",
    email="devops@company.com",
)
Team(
    "dev-team",
    title="Development team",
    description="Owns the application and the migration.",
    members=["ana", "ben", "chen"],
    lead="engineering-manager",
    email="dev-team@company.com",
)
Team(
    "oncall",
    title="On-call",
    description="Whoever may be called first; the address reaches all of them.",
    members=["ana", "ben", "chen"],
    email="oncall@company.com",
)
Rotation(
    "oncall-engineer",
    title="On-call engineer",
    team="devops",
    time_zone="Europe/Berlin",
    start="2026-01-05T09:00",
    shift="1w",
    members=["ana", "ben", "chen"],
)
Escalation(
    "incident",
    title="Deployment incidents",
    description="PagerDuty walks through it for both services. Minutes count from the start of the alert.",
    team="devops",
    levels=[
        {"after": "0m", "notify": ["oncall-engineer"]},
        {"after": "15m", "notify": ["database-admin", "devops-lead"]},
        {"after": "30m", "notify": ["engineering-manager"]},
    ],
)
