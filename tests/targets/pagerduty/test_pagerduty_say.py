"""PagerDuty's objects, made by hand in the sandbox, as specs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monctl.resource import Json, Mark
from monctl.sandbox.emulator import Request
from monctl.sandbox.store import Store
from monctl.spec_writer import yaml_text
from monctl.testing_import import assert_imports
from monctl.yaml_reader import read_yaml
from monctl_targets.pagerduty import target
from monctl_targets.pagerduty.emulator import PagerDutyEmulator

TURN = {
    "start": "2026-01-05T08:00:00Z",
    "end": None,
    "rotation_virtual_start": "2026-01-05T08:00:00Z",
    "rotation_turn_length_seconds": 604800,
}
SEVERITY_BASED = {"type": "constant", "urgency": "severity_based"}


class Account:
    """A PagerDuty account that somebody fills by hand."""

    def __init__(self) -> None:
        self.store = Store.memory("pagerduty")
        self.emulator = PagerDutyEmulator(self.store)
        self.ana = self.emulator.add_user("Ana Alves", "ana@example.com")["id"]
        self.ben = self.emulator.add_user("Ben", "Ben@Example.com")["id"]

    def send(self, method: str, path: str, body: Json) -> Json:
        request = Request.of(method, path, {"authorization": "Token token=x"}, json.dumps(body).encode())
        answer = self.emulator.handle(request)
        assert answer.status < 300, answer.body
        return answer.body

    def make(self, kind: str, **fields: Any) -> str:
        plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
        return str(self.send("POST", f"/{plural}", {kind: {"type": kind, **fields}})[kind]["id"])

    def team(self, name: str, **roles: str) -> str:
        id = self.make("team", name=name, description="Looks after it.")
        for user, role in roles.items():
            self.send("PUT", f"/teams/{id}/users/{getattr(self, user)}", {"role": role})
        return id

    def schedule(self, name: str, *layers: Json, **fields: Any) -> str:
        return self.make(
            "schedule", **{"name": name, "time_zone": "Europe/Berlin", "schedule_layers": list(layers) or [self.layer()], **fields}
        )

    def layer(self, name: str = "Layer 1", **fields: Any) -> Json:
        return {"name": name, **TURN, "users": [_user(self.ben), _user(self.ana)], "restrictions": [], **fields}

    def policy(self, name: str, *rules: tuple[int, list[Json]], **fields: Any) -> str:
        sent = [{"escalation_delay_in_minutes": delay, "targets": targets} for delay, targets in rules]
        return self.make("escalation_policy", **{"name": name, "escalation_rules": sent, "num_loops": 0, **fields})

    def service(self, name: str, policy: str, **fields: Any) -> str:
        said = {
            "escalation_policy": _ref("escalation_policy", policy),
            "acknowledgement_timeout": 1800,
            "incident_urgency_rule": SEVERITY_BASED,
        }
        return self.make("service", **{"name": name, **said, **fields})


def _ref(kind: str, id: str) -> Json:
    return {"id": id, "type": f"{kind}_reference"}


def _user(id: str) -> Json:
    return {"user": _ref("user", id)}


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def specs(account: Account, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Imports the account, proves that it settles, and gives kind → name → spec, and `unsaid`: name → why."""

    def read() -> dict[str, Any]:
        found = assert_imports(target, account.store, tmp_path / "estate")
        said: dict[str, Any] = {}
        for one in found.objects:
            said.setdefault(one.kind, {})[one.name] = read_yaml(yaml_text(one.spec))[0]
        return {**said, "unsaid": {one.name: one.why for one in found.unsaid}, "adopt": found.adopt, "clean": found.settled.clean}

    return read


def test_everything_around_a_service_is_said(account: Account, specs: Any) -> None:
    team = account.team("Database and Storage", ana="manager", ben="responder")
    schedule = account.schedule("Primary on-call", teams=[_ref("team", team)])
    rules = (10, [_ref("schedule", schedule)]), (20, [_ref("user", account.ana), _ref("user", account.ben)])
    policy = account.policy("Database", *rules, teams=[_ref("team", team)], num_loops=2)
    account.service("Database", policy, description="Where the data is.", auto_resolve_timeout=14400)

    said = specs()

    assert said["people"] == {
        "ana-alves": {"title": "Ana Alves", "email": "ana@example.com"},
        "ben": {"title": "Ben", "email": "ben@example.com"},
    }
    assert said["teams"] == {
        "database-and-storage": {"title": "Database and Storage", "description": "Looks after it.", "members": ["ben"], "lead": "ana-alves"}
    }
    assert said["rotations"] == {
        "primary-on-call": {
            "title": "Primary on-call", "team": "database-and-storage", "time_zone": "Europe/Berlin",
            "start": "2026-01-05T09:00", "shift": "1w", "members": ["ben", "ana-alves"],
        }
    }  # fmt: skip
    levels = [{"after": "0s", "notify": ["primary-on-call"]}, {"after": "10m", "notify": ["ana-alves", "ben"]}]
    assert said["escalations"] == {
        "database": {"title": "Database", "team": "database-and-storage", "levels": levels, "repeat": 2, "repeat_after": "20m"}
    }
    service = {"service": "Database", "escalation": "database"}
    assert said["channels"] == {"database": {"description": "Where the data is.", "pagerduty": service, "resolved": False}}
    assert said["unsaid"] == {}


def test_hours_are_grouped_by_day(account: Account, specs: Any) -> None:
    night = {"start_time_of_day": "22:00:00", "duration_seconds": 36000}
    days = [
        {"type": "weekly_restriction", "start_day_of_week": day, "start_time_of_day": "09:00:00", "duration_seconds": 28800}
        for day in (1, 2, 3, 5)
    ]
    account.schedule("Nights", account.layer(restrictions=[{"type": "daily_restriction", **night}]))
    account.schedule("Days", account.layer(restrictions=days))

    said = specs()["rotations"]

    assert said["nights"]["restrictions"] == [{"start": "22:00", "end": "08:00"}]
    assert said["days"]["restrictions"] == [{"days": "mon-wed,fri", "start": "09:00", "end": "17:00"}]


def test_a_schedule_of_several_layers_and_what_names_it_is_left_out(account: Account, specs: Any) -> None:
    schedule = account.schedule("Stacked", account.layer("first"), account.layer("second"))
    policy = account.policy("Everybody", (30, [_ref("schedule", schedule)]))
    account.service("Shop", policy)

    said = specs()

    assert said["unsaid"] == {
        "Stacked": "a rotation has one person on call at a time, and this schedule lays 2 layers over each other",
        "Everybody": "it names 'stacked', which is left out",
        "shop": "it names 'everybody', which is left out; channel.shop names it, and it stays as it is",
    }
    assert said["channels"] == {"shop": {"pagerduty": {"service": "Shop", "owned": False}}}
    assert said["adopt"] == ()


def test_a_v3_schedule_and_what_names_it_is_left_out(account: Account, specs: Any) -> None:
    made = account.send("POST", "/v3/schedules", {"schedule": {"name": "Shifts", "time_zone": "Europe/Berlin"}})
    policy = account.policy("Everybody", (30, [_ref("schedule", made["schedule"]["id"])]))
    account.service("Shop", policy)

    unsaid = specs()["unsaid"]

    assert unsaid["Shifts"] == "it is a v3 schedule, which is not read back: write the rotation, and `schedules: v3` at `targets.pagerduty`"
    assert unsaid["Everybody"] == "it names 'shifts', which is left out"


def test_a_service_whose_urgency_has_no_words_is_named_and_left_to_pagerduty(account: Account, specs: Any) -> None:
    policy = account.policy("Everybody", (30, [_ref("user", account.ana)]))
    account.service("Shop", policy, incident_urgency_rule={"type": "constant", "urgency": "low"})

    said = specs()

    assert said["channels"] == {"shop": {"pagerduty": {"service": "Shop", "escalation": "everybody", "owned": False}}}
    assert said["unsaid"] == {"shop": "urgency would change from 'low' to 'severity_based'; channel.shop names it, and it stays as it is"}
    assert len(said["adopt"]) == 1


def test_a_service_gets_an_integration_and_keeps_its_own(account: Account, specs: Any) -> None:
    service = account.service("Shop", account.policy("Everybody", (30, [_ref("user", account.ana)])))
    body = {"type": "events_api_v2_inbound_integration", "name": "Nagios"}
    account.send("POST", f"/services/{service}/integrations", {"integration": body})

    said = specs()

    assert list(said["unsaid"]) == ["Nagios"]
    assert not said["clean"]
    assert sorted(one["name"].partition(" [")[0] for one in account.store.all("integration")) == ["Nagios", "monctl"]


def test_members_are_left_to_pagerduty_when_a_role_has_no_words(account: Account, specs: Any, tmp_path: Path) -> None:
    account.team("Platform", ana="manager", ben="manager")
    account.schedule("Primary", teams=[_ref("team", account.store.all("team")[0]["id"])])

    said = specs()

    assert said["teams"] == {"platform": {"title": "Platform", "description": "Looks after it.", "members": ["ana-alves", "ben"]}}
    assert "members: false" in (tmp_path / "estate" / "monctl.yaml").read_text(encoding="utf-8")
    assert account.store.all("team")[0]["members"] == {account.ana: "manager", account.ben: "manager"}


def test_two_objects_of_one_name_get_two_names(account: Account, specs: Any) -> None:
    account.schedule("Ana Alves")
    account.schedule("ana alves!")

    assert sorted(specs()["rotations"]) == ["ana-alves", "ana-alves-rotation"]


def test_round_robin_is_not_said(account: Account, specs: Any) -> None:
    id = account.policy("In turn", (30, [_ref("user", account.ana)]))
    held = account.store.get("escalation_policy", id)
    held["escalation_rules"][0]["escalation_rule_assignment_strategy"] = {"type": "round_robin"}
    account.store.put("escalation_policy", id, held)

    assert specs()["unsaid"] == {"In turn": "a level calls everybody it names; here it is 'round_robin'"}


def test_what_bears_a_mark_of_others_is_counted_and_never_said(account: Account, tmp_path: Path) -> None:
    mark = Mark("shop", "production", "primary/primary", "0" * 10)
    account.schedule("Primary", description=f"Who is called.\nmanaged-by: {mark.text()}")

    found = assert_imports(target, account.store, tmp_path / "estate")

    assert found.objects == ()
    assert found.others == (("shop/production", 1),)
