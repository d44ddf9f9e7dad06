"""Severities and business hours: the twin of severities.yaml."""

from monctl import Calendar, Severity, var

Severity(
    "SEV1",
    description="Platform down, payment issues",
    response="15m",
    pages=True,
    notify=["pagerduty", "sms-oncall"],
    color="#d92d20",
)
Severity(
    "SEV2",
    description="Major feature broken, performance issues",
    response="1h",
    notify=["slack-alerts", "email-engineering"],
    color="#f79009",
)
Severity(
    "SEV3",
    description="Minor feature issues, cosmetic bugs",
    response="4h",
    notify=["email-devops"],
    during="business-hours",
    color="#2e90fa",
)
Calendar(
    "business-hours",
    title="Business hours",
    time_zone=var("time_zone"),
    hours=[
        {
            "days": "mon-fri",
            "start": "09:00",
            "end": "18:00",
        }
    ],
)
