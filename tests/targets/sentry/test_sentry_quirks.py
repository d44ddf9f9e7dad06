"""What Sentry does against all expectation, from a program to the organisation and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monctl.apply import Side, apply
from monctl.condition import Comparison, State
from monctl.errors import AuthError, Gone, NotFound, Rejected
from monctl.live import read_all
from monctl.measure import Sentry
from monctl.plan import Action
from monctl.program import Program
from monctl.resource import Resource, lookup
from monctl.sandbox.store import Store
from monctl.testing import assert_settles, plan_for
from monctl_targets.sentry import target
from monctl_targets.sentry.emulator import SentryEmulator
from tests.targets.sentry.shop import DETECTOR, MARK, ORG, SLACK, WORKFLOW, Sandbox, monitor, program, resource

BUSY = (Comparison(None, ">", 10, 600),)
NEW = (State("first seen"),)


def shop(**alerts: Any) -> Program:
    """Figures and issues of one project."""
    return program(monitor("errors", Sentry("sentry"), alerts or {"P0": BUSY, "P2": NEW}, "slack", "pager", "mail"))


def settled(sandbox: Sandbox, resources: tuple[Resource, ...]) -> None:
    assert_settles(target, resources, client=sandbox.client, estate="shop")


def rows(sandbox: Sandbox, kind: str) -> list[dict[str, Any]]:
    return [row for row in sandbox.call("GET", f"{ORG}{kind}s/").body if row.get("type") not in {"error", "issue_stream"}]


def test_each_workflow_is_on_the_detectors_it_is_about(sandbox: Sandbox) -> None:
    settled(sandbox, target.build(shop()).resources)
    (detector,) = rows(sandbox, "detector")
    on = {row["name"].partition(" ")[0]: row["detectorIds"] for row in rows(sandbox, "workflow")}
    system = sandbox.client.lookup(lookup("detector", organization="acme", slug="web", type="error"))

    assert on == {"P0": [detector["id"]], "P2": [system]}


def test_a_workflow_whose_detector_was_deleted_outside_is_on_the_new_one(sandbox: Sandbox) -> None:
    resources = target.build(shop(P0=BUSY)).resources
    settled(sandbox, resources)
    (old,) = rows(sandbox, "detector")
    assert sandbox.call("DELETE", f"{ORG}detectors/{old['id']}/").status == 204
    assert rows(sandbox, "workflow")[0]["detectorIds"] == [], "connected to nothing: it never fires"

    plan, _ = plan_for(target, sandbox.client, resources, estate="shop")
    assert [(change.kind, change.action, [one.path for one in change.fields]) for change in plan.changes if change.kind == "workflow"] == [
        ("workflow", Action.UPDATE, ["detectorIds"])
    ]
    settled(sandbox, resources)

    (new,) = rows(sandbox, "detector")
    assert rows(sandbox, "workflow")[0]["detectorIds"] == [new["id"]] != [old["id"]]


@pytest.mark.parametrize("active", [True, False])
def test_every_write_says_whether_it_is_enabled(sandbox: Sandbox, active: bool) -> None:
    before = shop()
    settled(sandbox, target.build(before).resources)
    errors = replace(before.monitors["errors"], active=active, message="Changed")
    settled(sandbox, target.build(replace(before, monitors={"errors": errors})).resources)
    written = [body for method, path, body in sandbox.wire.sent if method in {"POST", "PUT"}]

    assert written
    assert all("enabled" in body for body in written), "an omitted one would switch an alert on that is off"
    assert {row["enabled"] for kind in ("detector", "workflow") for row in rows(sandbox, kind)} == {active}


def test_a_changed_note_keeps_the_action_and_what_it_remembers_of_its_throttle(sandbox: Sandbox) -> None:
    before = shop()
    settled(sandbox, target.build(before).resources)
    ids = {action["id"] for row in rows(sandbox, "workflow") for group in row["actionFilters"] for action in group["actions"]}
    errors = replace(before.monitors["errors"], message="Another text")
    settled(sandbox, target.build(replace(before, monitors={"errors": errors})).resources)

    assert {action["id"] for row in rows(sandbox, "workflow") for group in row["actionFilters"] for action in group["actions"]} == ids


def test_children_whose_ids_are_left_out_are_made_anew(sandbox: Sandbox) -> None:
    body = sandbox.resolved(WORKFLOW)
    made = sandbox.client.create(resource("workflow", body), body, MARK)
    bare = sandbox.call("PUT", f"{ORG}workflows/{made.remote_id}/", body).body

    old = {action["id"] for group in made.body["actionFilters"] for action in group["actions"]}
    assert not old & {action["id"] for group in bare["actionFilters"] for action in group["actions"]}


def test_the_id_of_another_workflows_child_is_refused(sandbox: Sandbox) -> None:
    body = sandbox.resolved(WORKFLOW)
    one, other = (sandbox.client.create(resource("workflow", body), body, MARK) for _ in range(2))
    stolen = {**body, "actionFilters": [{**body["actionFilters"][0], "id": other.body["actionFilters"][0]["id"]}]}

    assert sandbox.call("PUT", f"{ORG}workflows/{one.remote_id}/", stolen).status == 400


def test_thresholds_come_back_as_fractions_and_are_the_same(sandbox: Sandbox) -> None:
    settled(sandbox, target.build(shop(P0=BUSY)).resources)
    (detector,) = rows(sandbox, "detector")

    assert [type(one["comparison"]) for one in detector["conditionGroup"]["conditions"]] == [float, float]


def test_a_server_that_knows_only_the_older_path_of_detectors_is_written_to(sandbox: Sandbox) -> None:
    old = Sandbox(SentryEmulator(Store.memory("sentry"), older=True))
    settled(old, target.build(shop()).resources)
    posts = [path for method, path, _ in old.wire.sent if method == "POST" and path.endswith("/detectors/")]

    assert len(posts) == 2
    assert posts[1] == f"{ORG}detectors/"


def test_a_project_that_is_nowhere_is_told_as_it_is_on_either_path(sandbox: Sandbox) -> None:
    body = {**sandbox.resolved(DETECTOR), "projectId": "17"}
    with pytest.raises(NotFound) as raised:
        sandbox.client.create(resource("detector", body), body, MARK)

    assert "projects/17/detectors" in str(raised.value)


def test_what_the_older_path_refuses_is_told_by_its_own_words() -> None:
    old = Sandbox(SentryEmulator(Store.memory("sentry"), older=True))
    body = old.resolved({**DETECTOR, "name": "x" * 190})
    with pytest.raises(Rejected, match="no more than 200 characters"):
        old.client.create(resource("detector", body), body, MARK)


def test_a_scope_that_is_missing_stops_what_needs_it_and_is_named() -> None:
    few = Sandbox(SentryEmulator(Store.memory("sentry"), scopes=frozenset({"org:read", "project:read", "alerts:read", "alerts:write"})))
    resources = target.build(
        program(monitor("errors", Sentry("sentry"), {"P0": BUSY}), monitor("own", Sentry("sentry"), {"P0": BUSY}, team=None))
    )
    state = read_all(few.client, "sentry", resources.resources)

    (why,) = set(state.missing.values())
    assert "the token may not look for a team: it needs team:read" in why
    plan, _ = plan_for(target, few.client, resources.resources, estate="shop")
    assert {error.address for error in plan.errors} == {"monitor.errors"}
    receipts = list(
        apply(
            plan.only(change.id for change in plan.changes if change.address == "monitor.own"),
            [Side(target, few.client, resources.resources, state)],
            secrets=str,
        )
    )
    assert [receipt.outcome for receipt in receipts] == ["done", "done"]


def test_a_token_that_may_read_nothing_is_an_error_of_the_read() -> None:
    none = Sandbox(SentryEmulator(Store.memory("sentry"), scopes=frozenset()))
    with pytest.raises(AuthError, match="may not do this"):
        read_all(none.client, "sentry", ())


def test_an_action_of_a_type_nobody_has_told_us_of_is_not_deleted(sandbox: Sandbox) -> None:
    resources = target.build(shop(P2=NEW)).resources
    settled(sandbox, resources)
    (row,) = rows(sandbox, "workflow")
    strange = {**SLACK, "type": "carrier_pigeon", "id": "99", "integrationId": None}
    row["actionFilters"][0]["actions"].append(strange)
    row["triggers"]["conditions"].append({"type": "full_moon", "comparison": True, "conditionResult": True, "id": "98"})
    sandbox.emulator.account.put("workflow", "acme", row["id"], row)
    plan, state = plan_for(target, sandbox.client, resources, estate="shop")

    found = list(sandbox.client.objections(plan.changes, resources, state.lives))
    assert [one.message.partition(" at Sentry")[0] for one in found] == [
        "it has a condition of the type 'full_moon'",
        "it has an action of the type 'carrier_pigeon'",
    ]
    assert {one.change for one in found} == {change.id for change in plan.changes}


def test_an_action_of_a_known_type_that_somebody_added_is_drift(sandbox: Sandbox) -> None:
    resources = target.build(shop(P2=NEW)).resources
    settled(sandbox, resources)
    (row,) = rows(sandbox, "workflow")
    row["actionFilters"][0]["actions"].append(
        {"type": "webhook", "integrationId": None, "config": {"targetIdentifier": "webhooks"}, "data": {}, "id": "9"}
    )
    sandbox.emulator.account.put("workflow", "acme", row["id"], row)
    plan, state = plan_for(target, sandbox.client, resources, estate="shop")

    assert [change.action for change in plan.changes] == [Action.UPDATE]
    assert list(sandbox.client.objections(plan.changes, resources, state.lives)) == []


def test_a_retired_endpoint_is_asked_once_and_its_successor_named(sandbox: Sandbox) -> None:
    with pytest.raises(Gone) as raised:
        sandbox.client._http.get("/projects/acme/web/rules/")

    assert len(sandbox.wire.sent) == 1
    assert "/api/0/organizations/{organization_id_or_slug}/workflows/" in str(raised.value.hint)
