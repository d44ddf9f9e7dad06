"""Channels and routes: the twin of channels.yaml."""

from monctl import Channel, Route, env

Channel(
    "slack-incidents",
    slack={"channel": "#incidents", "webhook": env("SLACK_INCIDENTS_WEBHOOK")},
)
Channel(
    "slack-alerts",
    slack={"channel": "#alerts", "webhook": env("SLACK_ALERTS_WEBHOOK")},
    group_by=["category"],
)
Channel(
    "slack-product",
    slack={"channel": "#product", "webhook": env("SLACK_PRODUCT_WEBHOOK")},
)
Channel(
    "email-engineering",
    email={"to": ["engineering@example.com"]},
)
Channel(
    "email-digest",
    title="Daily digest",
    email={"to": ["engineering@example.com", "product@example.com"]},
    resolved=False,
)
Route(
    "product-figures",
    description="What moves slowly and is nobody's emergency is for the people who can change it.",
    match={"team": "product", "severity": "P3"},
    notify=["slack-product"],
)
