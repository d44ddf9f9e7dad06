"""What each UptimeRobot plan allows, as data: intervals, counts, features, integrations.

The account itself only tells its monitor limit (`GET /user/me`), so the plan is named in `monctl.yaml` (`targets.uptimerobot.plan`);
`team` unless it says otherwise: the smallest plan with PagerDuty and generic webhooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from monctl.pace import Budget
from monctl.resource import Json

PlanName = Literal["free", "solo", "team", "enterprise"]
DEFAULT: PlanName = "team"

FEATURES: Mapping[str, str] = {
    "alert_delay": "delays and repeats per contact",
    "custom_fields": "custom fields",
    "heartbeat": "heartbeat monitors",
    "dns": "DNS monitors",
    "api": "API monitors (JSON assertions)",
    "request": "methods, headers, bodies and status lists of one's own",
    "certificate": "certificate reminders",
    "slow_response": "slow-response alerts",
    "regions": "a choice of regions",
    "maintenance": "maintenance windows",
}
"""Feature → what a person calls it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. A fact beside which no better source stands is from the vendor's own API contract."""

    name: PlanName
    min_interval_s: int
    monitors: int
    """Sold with the plan; larger steps exist: `targets.uptimerobot.monitor_limit` says what the account has. Paused monitors count."""
    features: frozenset[str]
    integrations: frozenset[str]
    """Kinds of contact and integration it may use."""
    source: str
    """Where the row comes from, with the date read."""


_ALL = frozenset(FEATURES)
_FREE = frozenset({"Email", "ProSms", "Discord", "GoogleChat", "Pushover"})
_SOLO = _FREE | {"Slack", "Telegram", "MSTeams", "Mattermost", "PushBullet", "Zapier", "Splunk"}
_CONTRACT = "https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27)"

PLANS: Mapping[str, Plan] = {
    plan.name: plan
    for plan in (
        # No delays, no custom fields: the contract. 300 s, 50 monitors: https://uptimerobot.com/pricing (cited 2026-09-18). Slack, heartbeat, DNS, regions,
        # windows, certificate and slow-response alerts and own methods are paid: Kuvasz's comparison of Free and Solo.
        Plan(
            "free",
            300,
            50,
            frozenset(),
            _FREE,
            f"{_CONTRACT}; https://uptimerobot.com/pricing (2026-09-18); github.com/kuvasz-uptime/kuvasz README",
        ),
        # PagerDuty is refused with 403 021-003, seen live: https://github.com/GoSuccessHQ/uptimerobot-api (2026-09). Generic webhooks: Kuvasz's comparison.
        Plan(
            "solo",
            60,
            10,
            _ALL,
            _SOLO,
            "https://github.com/GoSuccessHQ/uptimerobot-api README (2026-09); https://uptimerobot.com/pricing (2026-09-18)",
        ),
        # 60 s and 100 monitors are commonly told, found in no stored page; the account's own limit wins.
        Plan(
            "team", 60, 100, _ALL, _SOLO | {"PagerDuty", "Webhook"}, "https://uptimerobot.com/pricing (not stored; commonly told, 2026-11)"
        ),
        # 30 s is the least the contract takes on create. The label is "Scale" on some accounts: UserDto.activeSubscription.plan.
        Plan("enterprise", 30, 200, _ALL, _SOLO | {"PagerDuty", "Webhook"}, _CONTRACT),
    )
}


FREE = 10
"""Requests a minute on the free plan."""
_MOST = 5000
_WINDOW_S = 60.0
"""Fixed, from the first request that counts, and shared by all keys of the account: seen live, GoSuccessHQ."""
_LIMITS = "https://uptimerobot.com/api/v3/; https://github.com/GoSuccessHQ/uptimerobot-api (live-checked 2026-09, read 2026-11-20)"


def budget(plan: Plan, monitor_limit: Json = None) -> Budget:
    """Requests of an account: ten a minute on the free plan, else two for each monitor it may hold. `X-RateLimit-Limit` corrects it."""
    if plan.name == "free":
        return Budget(FREE, _WINDOW_S, _LIMITS)
    monitors = monitor_limit if type(monitor_limit) is int and monitor_limit > 0 else plan.monitors
    return Budget(min(_MOST, 2 * monitors), _WINDOW_S, _LIMITS)


def cheapest(*, interval_s: float | None = None, integration: str | None = None, feature: str | None = None) -> str | None:
    """Name of the smallest plan that allows it; None when none does."""
    for plan in PLANS.values():
        if interval_s is not None and interval_s < plan.min_interval_s:
            continue
        if integration is not None and integration not in plan.integrations:
            continue
        if feature is not None and feature not in plan.features:
            continue
        return plan.name
    return None
