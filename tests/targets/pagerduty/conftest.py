"""An account in the same process, a client that talks to it, and a small core that applies what was built."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from requests import PreparedRequest, Response

from monctl.resource import Json, Live, Lookup, Mark, Ref, Resource, SecretRef, digest, substitute
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Settings
from monctl_targets.pagerduty import target
from monctl_targets.pagerduty.client import PagerDutyClient, connect
from monctl_targets.pagerduty.emulator import PagerDutyEmulator


@dataclass
class Clock:
    """The account's time."""

    now: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Recorder(EmulatorAdapter):
    """Keeps every call that was carried."""

    def __init__(self, emulator: PagerDutyEmulator) -> None:
        super().__init__(emulator)
        self.calls: list[tuple[PreparedRequest, Response]] = []

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        answer = super().send(request, *args, **kwargs)
        self.calls.append((request, answer))
        return answer


@dataclass
class Account:
    """One account, its clock, and a client of it."""

    clock: Clock
    emulator: PagerDutyEmulator
    wire: Recorder
    client: PagerDutyClient
    made: dict[tuple[str, str], Live] = field(default_factory=dict)

    def resolved(self, body: Json) -> Json:
        """The body with ids for references."""

        def fill(leaf: Ref | Lookup | SecretRef) -> Json:
            if isinstance(leaf, Ref):
                return self.made[leaf.kind, leaf.key].body[leaf.field]
            assert isinstance(leaf, Lookup)
            found = self.client.lookup(leaf)
            assert found is not None, leaf
            return found

        return substitute(body, fill)

    def apply(self, resources: Iterable[Resource]) -> list[str]:
        """Creates and updates what differs, in the order given, and says what it did."""
        resources = list(resources)
        self.made = {(live.kind, live.mark.key): live for live in self.client.read(resources) if live.mark is not None}
        done = []
        for resource in resources:
            body = self.resolved(resource.body)
            wanted = target.normalize(resource.kind, body)
            mark = Mark("acme", "", resource.key, digest(wanted))
            live = self.made.get((resource.kind, resource.key))
            if live is None:
                done.append(f"create {resource.kind} {resource.key}")
                live = self.client.create(resource, body, mark)
            elif target.normalize(resource.kind, live.body) != wanted:
                done.append(f"update {resource.kind} {resource.key}")
                live = self.client.update(resource, body, mark, live)
            assert target.normalize(resource.kind, live.body) == wanted
            self.made[resource.kind, resource.key] = live
        return done


@pytest.fixture
def account() -> Account:
    clock = Clock()
    emulator = PagerDutyEmulator(Store.memory("pagerduty"), now=clock)
    wire = Recorder(emulator)
    settings = Settings(None, {"PAGERDUTY_TOKEN": "u+secret"}, {"from": "oncall@pagerduty.example"}, estate="acme", transport=wire)
    client = connect(settings)
    client._now = clock
    waits: list[float] = []
    client._sleep = waits.append
    return Account(clock, emulator, wire, client)


@pytest.fixture
def resource() -> Callable[..., Resource]:
    """A resource from kind, key and body."""

    def make(kind: str, key: str, body: Json) -> Resource:
        return Resource("pagerduty", kind, key, str(body.get("name", key)), body, f"{kind}.{key}")

    return make


@pytest.fixture
def chain(resource: Callable[..., Resource]) -> list[Resource]:
    """One resource of each kind, each referring to the one before."""
    ana, ben = ({"id": Lookup("user", (("email", f"{name}@example.com"),)), "type": "user_reference"} for name in ("ana", "ben"))
    return [
        resource(
            "team",
            "data",
            {
                "type": "team",
                "name": "Data",
                "description": "Owns the database",
                "members": [{"user": ana, "role": "manager"}, {"user": ben, "role": "responder"}],
            },
        ),
        resource(
            "schedule",
            "oncall/primary",
            {
                "type": "schedule",
                "name": "On-call primary",
                "description": "",
                "time_zone": "America/New_York",
                "teams": [{"id": Ref("team", "data"), "type": "team_reference"}],
                "schedule_layers": [
                    {
                        "name": "primary",
                        "start": "2026-11-02T14:00:00Z",
                        "end": None,
                        "rotation_virtual_start": "2026-11-02T14:00:00Z",
                        "rotation_turn_length_seconds": 604800,
                        "users": [{"user": ana}, {"user": ben}],
                        "restrictions": [
                            {
                                "type": "weekly_restriction",
                                "start_day_of_week": 2,
                                "start_time_of_day": "09:00:00",
                                "duration_seconds": 28800,
                            },
                            {
                                "type": "weekly_restriction",
                                "start_day_of_week": 1,
                                "start_time_of_day": "09:00:00",
                                "duration_seconds": 28800,
                            },
                        ],
                    }
                ],
            },
        ),
        resource(
            "escalation_policy",
            "database",
            {
                "type": "escalation_policy",
                "name": "Database",
                "description": "Two levels",
                "num_loops": 2,
                "on_call_handoff_notifications": "if_has_services",
                "teams": [{"id": Ref("team", "data"), "type": "team_reference"}],
                "escalation_rules": [
                    {
                        "escalation_delay_in_minutes": 15,
                        "targets": [{"id": Ref("schedule", "oncall/primary"), "type": "schedule_reference"}],
                    },
                    {"escalation_delay_in_minutes": 15, "targets": [ana, ben]},
                ],
            },
        ),
        resource(
            "service",
            "pagerduty-database",
            {
                "type": "service",
                "name": "database",
                "description": "The main database",
                "status": "active",
                "escalation_policy": {"id": Ref("escalation_policy", "database"), "type": "escalation_policy_reference"},
                "auto_resolve_timeout": None,
                "acknowledgement_timeout": 1800,
                "incident_urgency_rule": {
                    "type": "use_support_hours",
                    "during_support_hours": {"type": "constant", "urgency": "high"},
                    "outside_support_hours": {"type": "constant", "urgency": "low"},
                },
                "support_hours": {
                    "type": "fixed_time_per_day",
                    "time_zone": "America/New_York",
                    "start_time": "09:00:00",
                    "end_time": "17:00:00",
                    "days_of_week": [1, 2, 3, 4, 5],
                },
                "scheduled_actions": [
                    {"type": "urgency_change", "at": {"type": "named_time", "name": "support_hours_start"}, "to_urgency": "high"}
                ],
            },
        ),
        resource(
            "integration",
            "pagerduty-database",
            {
                "type": "events_api_v2_inbound_integration",
                "name": "monctl",
                "service": {"id": Ref("service", "pagerduty-database"), "type": "service_reference"},
            },
        ),
    ]
