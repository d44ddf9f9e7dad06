"""The four endpoints, every five minutes: whether they answer, how fast, and how long the certificate lasts."""

from typing import Any

from monctl import Monitor, http

ENDPOINTS = {
    # name: (title, path, service)
    "main": ("Main site", "", "platform"),
    "api": ("API health", "/api/health", "api"),
    "auth": ("Auth service", "/api/auth/verify", "auth"),
    "ai": ("AI service", "/api/ai/status", "ai-service"),
}

for name, (title, path, service) in ENDPOINTS.items():
    url = f"https://not-a-label.art{path}"
    shared: dict[str, Any] = {"every": "5m", "service": service, "runbook": "service-down", "labels": {"host": "not-a-label.art"}}

    Monitor(f"endpoint-{name}", http(url), title=title, alert={"SEV1": "down for 2m"}, **shared)

    # The two warnings count in business hours only. UptimeRobot would tell at any hour, so the runner holds them.
    Monitor(
        f"endpoint-{name}-warnings",
        http(url),
        title=f"{title}, warnings",
        alert={
            "SEV2": {"when": "response_time > 2s for 10m", "notify": ["slack-alerts"], "during": "business-hours"},
            "SEV3": {"when": "certificate_expires_in < 30d", "notify": ["email-devops"], "during": "business-hours"},
        },
        on="runner",
        **shared,
    )
