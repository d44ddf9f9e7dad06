"""The client against the emulator: round trips, marks, pages, members, layers and errors."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from requests import PreparedRequest, Response

from monctl.errors import AuthError, Garbled, NotFound, Rejected, UsageError
from monctl.order import deletions_after
from monctl.resource import Lookup, Mark, Resource, lookup
from monctl.sandbox.emulator import Request
from monctl.sandbox.emulator import Response as Answer
from monctl.target import Settings
from monctl_targets.pagerduty import target
from monctl_targets.pagerduty.api import Api
from monctl_targets.pagerduty.client import PagerDutyClient, connect
from monctl_targets.pagerduty.emulator import PagerDutyEmulator

ORDER = ["team", "schedule", "escalation_policy", "service", "integration"]


def changed(resource: Resource, **fields: Any) -> Resource:
    return replace(resource, body={**resource.body, **fields})


def calls(account: Any, method: str) -> list[tuple[str, Any]]:
    return [
        (str(request.path_url).split("?")[0], json.loads(request.body) if request.body else None)
        for request, _ in account.wire.calls
        if request.method == method
    ]


def test_every_kind_comes_back_as_it_was_sent_and_a_second_pass_has_nothing_to_do(account: Any, chain: list[Resource]) -> None:
    first = account.apply(chain)
    second = account.apply(chain)

    assert [line.split()[:2] for line in first] == [["create", kind] for kind in ORDER]
    assert second == []


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        (0, {"name": "Data people", "description": ""}),
        (0, {"default_role": "none"}),
        (1, {"name": "On-call", "time_zone": "Europe/Berlin", "teams": []}),
        (2, {"num_loops": 0, "on_call_handoff_notifications": "always", "teams": []}),
        (3, {"incident_urgency_rule": {"type": "constant", "urgency": "severity_based"}, "support_hours": None, "scheduled_actions": []}),
        (3, {"name": "database 2", "auto_resolve_timeout": 14400, "acknowledgement_timeout": None}),
        (4, {"name": "monctl events"}),
    ],
)
def test_an_update_reaches_the_account_and_then_nothing_is_left(
    account: Any, chain: list[Resource], place: int, fields: dict[str, Any]
) -> None:
    account.apply(chain)
    wanted = [*chain[:place], changed(chain[place], **fields), *chain[place + 1 :]]

    done = account.apply(wanted)

    assert done == [f"update {chain[place].kind} {chain[place].key}"]
    assert account.apply(wanted) == []


def test_the_mark_is_the_last_line_of_the_description_and_part_of_an_integrations_name(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)

    by_kind = {live.kind: live for live in account.client.read(chain) if live.mark}
    assert by_kind["service"].body["description"].startswith("The main database\nmanaged-by: monctl:acme/-/pagerduty-database#")
    assert by_kind["schedule"].body["description"].startswith("managed-by: monctl:acme/-/oncall/primary#")
    assert by_kind["integration"].body["name"].startswith("monctl [monctl:acme/-/pagerduty-database#")
    assert by_kind["integration"].name == "monctl"
    assert {live.mark.key for live in by_kind.values()} == {"data", "oncall/primary", "database", "pagerduty-database"}
    assert all(len(live.mark.digest) == 10 for live in by_kind.values())


def test_what_others_made_is_read_without_a_mark(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    live = account.made["service", "pagerduty-database"]
    post = {"type": "generic_events_api_inbound_integration", "name": "Somebody's"}
    api: Api = account.client._api
    api.post("/teams", "team", {"type": "team", "name": "Others", "description": "see monctl:acme/-/data in the handbook\nwritten by hand"})
    api.post(f"/services/{live.remote_id}/integrations", "integration", post)

    foreign = [(live.kind, live.name) for live in account.client.read(chain) if live.mark is None]

    assert foreign == [("team", "Others"), ("integration", "Somebody's")]


def test_the_key_of_our_integration_is_held_and_never_compared(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)

    live = next(live for live in account.client.read(chain) if live.kind == "integration")

    assert len(live.body["integration_key"]) == 32
    assert live.body["integration_key"] not in json.dumps(target.normalize("integration", live.body))


def test_lists_are_read_to_their_end(account: Any) -> None:
    for number in range(215):
        account.client._api.post("/teams", "team", {"type": "team", "name": f"Team {number:03}"})

    names = [live.name for live in account.client.read([])]

    assert len(set(names)) == 215
    assert [path for path, _ in calls(account, "GET")].count("/teams") == 3


def test_a_list_that_stops_short_is_an_error_not_a_shorter_list(account: Any) -> None:
    class Stuck(PagerDutyEmulator):
        def handle(self, request: Request) -> Answer:
            return Answer(200, {"teams": [], "more": True})

    account.wire._emulator = Stuck(account.emulator.store)

    with pytest.raises(Garbled, match="the list of teams cannot be read to its end"):
        list(account.client.read([]))


def test_deleting_goes_backwards_and_what_is_gone_counts_as_deleted(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    made = [account.made[resource.kind, resource.key] for resource in reversed(chain)]

    for live in made:
        account.client.delete(live)
        account.client.delete(live)

    assert list(account.client.read(chain)) == []


def test_what_objects_mention_gives_the_order_of_their_deletions(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    lives = {live.kind: live for live in account.client.read(chain)}

    before = deletions_after(lives, lives)

    assert before == {
        "team": ("escalation_policy", "schedule", "service"),
        "schedule": ("escalation_policy",),
        "escalation_policy": ("service",),
        "service": ("integration",),
    }


@pytest.mark.parametrize(
    ("kind", "key", "said", "hint"),
    [
        ("schedule", "oncall/primary", "being used by escalation policies", "change what uses it first"),
        ("escalation_policy", "database", "being used by services", "change what uses it first"),
        ("team", "data", "Team is associated with", "unlink its schedules"),
    ],
)
def test_what_is_in_use_is_not_deleted_and_the_way_out_is_said(
    account: Any, chain: list[Resource], kind: str, key: str, said: str, hint: str
) -> None:
    account.apply(chain)

    with pytest.raises(Rejected) as refusal:
        account.client.delete(account.made[kind, key])

    assert said in str(refusal.value)
    assert hint in str(refusal.value.hint)


def test_users_are_found_by_their_whole_address_whatever_its_case(account: Any) -> None:
    account.emulator.add_user("Joanna", "joana@example.com")

    ana = account.client.lookup(lookup("user", email="Ana@Example.com"))

    assert account.emulator.store.get("user", ana)["email"] == "ana@example.com"
    assert account.client.lookup(lookup("user", email="missing-ben@example.com")) is None
    assert account.client.lookup(lookup("user", email="ben@missing.example")) is None


def test_an_address_is_asked_for_once(account: Any) -> None:
    for _ in range(3):
        account.client.lookup(lookup("user", email="ana@example.com"))

    assert len(calls(account, "GET")) == 1


def test_two_accounts_with_one_address_are_an_error(account: Any) -> None:
    account.emulator.add_user("Ana", "ana@example.com")
    account.emulator.add_user("Ana again", "ANA@example.com")

    with pytest.raises(Rejected, match="several PagerDuty users have the address"):
        account.client.lookup(lookup("user", email="ana@example.com"))


def test_other_lookups_are_refused(account: Any) -> None:
    with pytest.raises(Rejected, match="no look-up of a vendor"):
        account.client.lookup(Lookup("vendor", (("name", "Datadog"),)))


def test_somebody_who_is_still_called_leaves_the_team_once_the_policy_has_let_go(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    team, policy = chain[0], chain[2]
    without_ben = changed(team, members=team.body["members"][:1])
    rules = copy.deepcopy(policy.body["escalation_rules"])
    rules[1]["targets"] = rules[1]["targets"][:1]
    wanted = [without_ben, chain[1], changed(policy, escalation_rules=rules), *chain[3:]]
    body = account.resolved(without_ben.body)
    after_team = account.client.update(without_ben, body, Mark("acme", "", "data"), account.made["team", "data"])
    assert len(after_team.body["members"]) == 2

    account.client.update(
        wanted[2], account.resolved(wanted[2].body), Mark("acme", "", "database"), account.made["escalation_policy", "database"]
    )

    assert account.apply(wanted) == []


def test_roles_are_changed_in_place(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    team = changed(chain[0], members=[{**member, "role": "observer"} for member in chain[0].body["members"]])

    account.apply([team, *chain[1:]])

    assert account.apply([team, *chain[1:]]) == []
    assert [body for _, body in calls(account, "PUT") if body == {"role": "observer"}] == [{"role": "observer"}] * 2


def test_members_that_are_not_declared_are_not_read(account: Any, chain: list[Resource]) -> None:
    team = replace(chain[0], body={name: value for name, value in chain[0].body.items() if name != "members"})

    account.apply([team])

    assert account.apply([team]) == []
    assert not [path for path, _ in calls(account, "GET") if path.endswith("/members")]


def test_a_schedule_keeps_its_layer_and_nobodys_turn_moves(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    before = account.made["schedule", "oncall/primary"].body
    window = {"since": "2026-11-16T00:00:00Z", "until": "2027-04-01T00:00:00Z"}
    path = f"/schedules/{before['id']}"
    turns = account.client._api.get(path, "schedule", **window)["final_schedule"]["rendered_schedule_entries"]
    account.clock.now += timedelta(days=9)

    account.apply([chain[0], changed(chain[1], description="Renewed"), *chain[2:]])

    after = account.client._api.get(path, "schedule", **window)
    assert [layer["id"] for layer in after["schedule_layers"]] == [layer["id"] for layer in before["schedule_layers"]]
    assert after["schedule_layers"][0]["start"] == "2026-11-30T07:00:00-05:00"
    later = [entry for entry in turns if entry["start"] > "2026-12-01"]
    assert later
    assert [entry for entry in after["final_schedule"]["rendered_schedule_entries"] if entry["start"] > "2026-12-01"] == later


def test_a_layer_nobody_wants_is_ended_and_stays_out_of_sight(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    old = chain[1].body["schedule_layers"][0]
    renamed = changed(chain[1], schedule_layers=[{**old, "name": "seat"}, {**old, "name": "second"}])

    account.apply([chain[0], renamed, *chain[2:]])

    layers = account.emulator.store.all("schedule")[0]["schedule_layers"]
    assert [(layer["name"], layer["end"]) for layer in layers] == [("primary", "2026-11-21T12:00:00Z"), ("seat", None), ("second", None)]
    assert account.apply([chain[0], renamed, *chain[2:]]) == []


def test_the_one_layer_of_a_schedule_is_kept_whatever_it_is_called(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    schedule = account.emulator.store.all("schedule")[0]
    schedule["schedule_layers"][0]["name"] = "Layer 1"
    account.emulator.store.put("schedule", schedule["id"], schedule)

    assert account.apply(chain) == []

    account.apply([chain[0], changed(chain[1], description="Other words."), *chain[2:]])

    layers = account.emulator.store.all("schedule")[0]["schedule_layers"]
    assert [(layer["id"], layer["name"], layer["end"]) for layer in layers] == [(schedule["schedule_layers"][0]["id"], "primary", None)]


def test_an_ended_layer_is_opened_again(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    schedule = account.emulator.store.all("schedule")[0]
    schedule["schedule_layers"][0]["end"] = "2026-11-21T11:00:00Z"
    account.emulator.store.put("schedule", schedule["id"], schedule)

    assert account.apply(chain) == ["update schedule oncall/primary"]
    assert account.apply(chain) == []
    assert len(account.emulator.store.all("schedule")[0]["schedule_layers"]) == 1


def test_rules_of_a_policy_keep_their_ids(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    before = [rule["id"] for rule in account.emulator.store.all("escalation_policy")[0]["escalation_rules"]]

    account.apply([*chain[:2], changed(chain[2], num_loops=1), *chain[3:]])

    assert [rule["id"] for rule in account.emulator.store.all("escalation_policy")[0]["escalation_rules"]] == before


def test_a_service_somebody_disabled_is_enabled_again(account: Any, chain: list[Resource]) -> None:
    account.apply(chain)
    live = account.made["service", "pagerduty-database"]
    account.client._api.put(f"/services/{live.remote_id}", "service", {"status": "disabled"})

    assert account.apply(chain) == ["update service pagerduty-database"]
    assert account.apply(chain) == []


class Stumbling(PagerDutyEmulator):
    """Refuses the first integrations, as PagerDuty does right after a service was made."""

    left = 2

    def handle(self, request: Request) -> Answer:
        if request.method == "POST" and request.path.endswith("/integrations") and self.left:
            self.left -= 1
            return Answer(400, {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": None}})
        return super().handle(request)


def test_an_integration_refused_right_after_its_service_is_tried_again(account: Any, chain: list[Resource]) -> None:
    waits: list[float] = []
    account.client._sleep = waits.append
    account.wire._emulator = Stumbling(account.emulator.store, now=account.clock)

    account.apply(chain)

    assert waits == [1.0, 1.0]
    assert len(account.emulator.store.all("integration")) == 1


def test_an_integration_refused_for_good_is_an_error(account: Any, chain: list[Resource]) -> None:
    stubborn = Stumbling(account.emulator.store, now=account.clock)
    stubborn.left = 9
    account.wire._emulator = stubborn

    with pytest.raises(Rejected, match="the provider refused the request"):
        account.apply(chain)

    assert stubborn.left == 6


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["Name has already been taken"]}}, Rejected, "Name has already been taken"),
        (400, {"error": {"message": "Invalid Schedule", "code": 3001, "errors": {"layers.users": ["must not be empty"]}}}, Rejected, "layers.users: must not be empty"),
        (400, {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": None}}, Rejected, "Invalid Input Provided"),
        (401, {"error": {"message": "Authentication failed", "code": 2006}}, AuthError, "the credential was refused"),
        (402, {"error": {"message": "Account does not have the abilities", "code": 2014}}, Rejected, "lacks an ability"),
        (403, {"error": {"message": "Access Denied", "code": 2010, "required_scopes": "teams.write"}}, AuthError, "teams.write"),
        (403, "<html>", AuthError, "may not do this"),
        (404, {"error": {"message": "Not Found", "code": 2100}}, NotFound, "not found"),
        (400, {"error": {"message": "Account limit reached", "code": 2019}}, Rejected, "a limit of the account is reached"),
    ],
)  # fmt: skip
def test_errors_say_what_pagerduty_said(account: Any, status: int, body: Any, kind: type[Exception], said: str) -> None:
    class Refusing(PagerDutyEmulator):
        def handle(self, request: Request) -> Answer:
            return Answer(status, body)

    account.wire._emulator = Refusing(account.emulator.store)

    with pytest.raises(kind) as refusal:
        account.client._api.post("/teams", "team", {"type": "team", "name": "Data"})

    assert said in str(refusal.value)
    assert "u+secret" not in str(refusal.value)


def test_an_answer_without_the_object_is_garbled(account: Any) -> None:
    class Empty(PagerDutyEmulator):
        def handle(self, request: Request) -> Answer:
            return Answer(201, {})

    account.wire._emulator = Empty(account.emulator.store)

    with pytest.raises(Garbled, match="the answer holds no escalation policy"):
        account.client._api.post("/escalation_policies", "escalation_policy", {})


def test_an_update_answered_with_nothing_is_read_again(account: Any, chain: list[Resource]) -> None:
    class Silent(PagerDutyEmulator):
        def handle(self, request: Request) -> Answer:
            answer = super().handle(request)
            return Answer(answer.status) if request.method == "PUT" else answer

    account.apply(chain)
    account.wire._emulator = Silent(account.emulator.store, now=account.clock)

    assert account.apply([*chain[:3], changed(chain[3], description="Other"), chain[4]]) == ["update service pagerduty-database"]


def test_the_vendors_headers_are_sent(account: Any) -> None:
    list(account.client.read([]))

    headers = account.wire.calls[0][0].headers
    assert headers["Authorization"] == "Token token=u+secret"
    assert headers["Accept"] == "application/vnd.pagerduty+json;version=2"
    assert headers["From"] == "oncall@pagerduty.example"


@pytest.mark.parametrize(
    ("options", "url", "reached"),
    [
        ({}, None, "https://api.pagerduty.com/"),
        ({"region": "eu"}, None, "https://api.eu.pagerduty.com/"),
        ({"region": "eu"}, "http://127.0.0.1:8080/pagerduty", "http://127.0.0.1:8080/pagerduty/"),
    ],
)
def test_the_url_is_the_one_given_or_that_of_the_region(account: Any, options: dict[str, Any], url: str | None, reached: str) -> None:
    seen: list[str] = []

    class Watching(type(account.wire)):  # type: ignore[misc]  # the fixture's class is not importable
        def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
            seen.append(str(request.url))
            request.url = str(request.url).replace("/pagerduty/", "/")
            found: Response = super().send(request, *args, **kwargs)
            return found

    client = connect(Settings(url, {"PAGERDUTY_TOKEN": "u+secret"}, options, transport=Watching(account.emulator)))
    list(client.read([]))

    assert seen[0].startswith(f"{reached}teams")


def test_without_a_token_or_with_an_unknown_region_nothing_is_asked() -> None:
    with pytest.raises(UsageError, match="PAGERDUTY_TOKEN is not set"):
        connect(Settings(None, {"PAGERDUTY_TOKEN": ""}))
    with pytest.raises(UsageError, match="no region 'mars'"):
        connect(Settings(None, {"PAGERDUTY_TOKEN": "x"}, {"region": "mars"}))


def test_the_target_connects_with_the_same_client(account: Any) -> None:
    client = target.connect(Settings(None, {"PAGERDUTY_TOKEN": "x"}, transport=account.wire))

    assert isinstance(client, PagerDutyClient)
    assert list(client.read([])) == []


def test_open_incidents_keep_a_schedule_and_change_the_state_of_a_service_which_is_no_difference(
    account: Any, chain: list[Resource]
) -> None:
    account.apply(chain)
    key = account.made["integration", "pagerduty-database"].body["integration_key"]

    def sends(action: str) -> None:
        event = {
            "routing_key": key,
            "event_action": action,
            "dedup_key": "lag",
            "payload": {"summary": "Lag", "source": "db", "severity": "critical"},
        }
        assert account.emulator.handle(Request.of("POST", "/v2/enqueue", {}, json.dumps(event).encode())).status == 202

    for action, state in (("trigger", "critical"), ("acknowledge", "warning")):
        sends(action)
        live = next(one for one in account.client.read(chain) if one.kind == "service")
        assert live.body["status"] == state
        assert account.apply(chain) == []

    for one in reversed([one for one in chain if one.kind != "schedule" and one.kind != "team"]):
        account.client.delete(account.made[one.kind, one.key])
    schedule = account.made["schedule", "oncall/primary"]
    with pytest.raises(Rejected) as refusal:
        account.client.delete(schedule)
    assert refusal.value.hint == "resolve or reassign the open incidents of its escalation policies, then run it again"
    assert next(one for one in account.client.read(chain) if one.kind == "schedule").remote_id == schedule.remote_id
