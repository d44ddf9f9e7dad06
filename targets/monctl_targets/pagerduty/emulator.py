"""The sandbox's stand-in of PagerDuty: REST API v2 for everything the client uses, on-calls and incidents to look at, and the Events API v2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monctl.sandbox.emulator import Held
from monctl.sandbox.store import Store
from monctl_targets.pagerduty.sandbox.base import Clock, utc_now
from monctl_targets.pagerduty.sandbox.event import Events

_SHOWN = (
    "team",
    "schedule",
    "override",
    "schedule_v3",
    "escalation_policy",
    "service",
    "integration",
    "user",
    "incident",
    "event",
    "change_event",
)
_PEOPLE = (("Account Owner", "owner@pagerduty.example"), ("On-call Engineer", "oncall@pagerduty.example"))


class PagerDutyEmulator(Events):
    """An account with two users; more appear as they are looked up (see `People`)."""

    def __init__(self, store: Store, *, rate_limit: int | None = None, now: Clock = utc_now) -> None:
        super().__init__(store, rate_limit=rate_limit, now=now)
        with store.lock:
            if not store.all("user"):
                for name, email in _PEOPLE:
                    self.add_user(name, email)

    def held(self) -> Iterable[Held]:
        """Everything in the account. Keys are not shown."""
        for kind in _SHOWN:
            for body in self.store.all(kind):
                shown = {name: value for name, value in body.items() if name not in {"integration_key", "routing_key"}}
                yield Held(kind, body["id"], body.get("name") or "", shown)

    def environment(self, base_url: str) -> Mapping[str, str]:
        """What points monctl and others here."""
        return {"PAGERDUTY_TOKEN": "stand-in-of-pagerduty", "PAGERDUTY_API_URL": base_url, "PAGERDUTY_EVENTS_URL": base_url}
