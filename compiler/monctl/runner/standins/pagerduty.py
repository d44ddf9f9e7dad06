"""Who a PagerDuty account calls: walks its escalation policies over the incidents it holds, by whatever clock it has.

An account is an emulator that answers PagerDuty's REST API and Events API v2. Low-urgency incidents do not escalate
(https://support.pagerduty.com/docs/service-settings, read 2026-11-21); a level is due when the delays of those before it are over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monctl.resource import Json
from monctl.sandbox.emulator import Emulator, Request


@dataclass(frozen=True, slots=True)
class Called:
    """PagerDuty calls one person, or lets go of those it called."""

    at: float
    """Seconds since the epoch."""
    person: str
    level: int
    """Counted from 1."""
    title: str
    """Of the incident."""


class PagerDutyAccount:
    """Looked at as time goes on; `called` grows."""

    def __init__(self, emulator: Emulator) -> None:
        self.called: list[Called] = []
        self._emulator = emulator
        self._token = emulator.environment("")["PAGERDUTY_TOKEN"]
        self._reached: dict[str, int] = {}

    def keys(self) -> dict[str, str]:
        """Service → integration key."""
        found = self._get("/services", ("include[]", "integrations"))["services"]
        return {one["name"]: one["integrations"][0]["integration_key"] for one in found if one["integrations"]}

    def incidents(self) -> list[Json]:
        """All there were."""
        found: list[Json] = self._get("/incidents")["incidents"]
        return found

    def look(self, now: float) -> None:
        """Call whoever is due."""
        for incident in self.incidents():
            if incident["status"] != "triggered":
                continue
            service = self._get(f"/services/{incident['service']['id']}")["service"]
            policy = self._get(f"/escalation_policies/{service['escalation_policy']['id']}")["escalation_policy"]
            began = datetime.fromisoformat(incident["created_at"]).timestamp()
            for level, after_s in self._levels(policy, incident["urgency"]):
                if level > self._reached.get(incident["id"], 0) and began + after_s <= now:
                    self._reached[incident["id"]] = level
                    self.called += [Called(now, person, level, incident["title"]) for person in self._on_call(policy["id"], level)]

    def _levels(self, policy: Json, urgency: str) -> Iterator[tuple[int, float]]:
        after_s = 0.0
        for level, rule in enumerate(policy["escalation_rules"], start=1):
            if level == 1 or urgency == "high":
                yield level, after_s
            after_s += rule["escalation_delay_in_minutes"] * 60

    def _on_call(self, policy: str, level: int) -> list[str]:
        found = self._get("/oncalls", ("escalation_policy_ids[]", policy))["oncalls"]
        return sorted({one["user"]["summary"] for one in found if one["escalation_level"] == level})

    def _get(self, path: str, *query: tuple[str, str]) -> Json:
        answer = self._emulator.handle(
            Request("GET", path, query, {"authorization": f"Token token={self._token}"}, base_url="http://127.0.0.1")
        )
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer.body
