"""Objects of somebody else's: taken over with the uid they have, or used as they are, and never made a second time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from monctl.apply import Side, apply
from monctl.diff import diff
from monctl.live import read_all
from monctl.plan import Plan, assemble
from monctl.program import Program
from monctl.receipt import Outcome
from monctl.resource import Json, Resource
from monctl.target import Built
from monctl.testing import assert_settles, plan_for
from monctl_targets.grafana import target
from monctl_targets.grafana.client import GrafanaClient
from monctl_targets.grafana.emulator import GrafanaEmulator

Connect = Callable[..., GrafanaClient]
EXPR = {"type": "__expr__", "uid": "__expr__"}


@pytest.fixture
def client(grafana: GrafanaEmulator, client_of: Connect) -> GrafanaClient:
    return client_of(grafana)


def planned(client: GrafanaClient, resources: Iterable[Resource], *adopt: str) -> tuple[Plan, Side]:
    wanted = tuple(resources)
    state = read_all(client, "grafana", wanted)
    return assemble([diff(target, wanted, state, estate="shop", adopt=adopt)], estate="shop"), Side(target, client, wanted, state)


def applied(client: GrafanaClient, resources: Iterable[Resource], *adopt: str) -> Plan:
    plan, side = planned(client, resources, *adopt)
    assert plan.errors == ()
    receipts = list(apply(plan, [side], secrets=lambda secret: f"value of {secret.reference}"))
    assert [f"{one.step.id}: {one.reason}" for one in receipts if one.outcome is not Outcome.DONE] == []
    return plan


def empty(client: GrafanaClient, resources: Iterable[Resource]) -> bool:
    plan, _ = plan_for(target, client, resources, estate="shop")
    return plan.changes == () and plan.errors == ()


def by_hand(grafana: GrafanaEmulator, *titles: str, uid: str = "theirs-") -> None:
    """A group of rules in a folder of theirs, one rule for each title, as the UI writes them."""
    rules: list[Json] = []
    for place, title in enumerate(titles):
        query = {
            "refId": "A",
            "expr": "up",
            "instant": True,
            "intervalMs": 1000,
            "maxDataPoints": 43200,
            "datasource": {"type": "prometheus", "uid": "prometheus"},
        }
        over = {
            "refId": "B",
            "type": "threshold",
            "expression": "A",
            "datasource": EXPR,
            "conditions": [{"evaluator": {"type": "gt", "params": [1.0]}}],
        }
        data = [{"refId": ref, "queryType": "", "relativeTimeRange": {"from": back, "to": 0}, "datasourceUid": source, "model": model} for ref, back, source, model in (("A", 600, "prometheus", query), ("B", 0, "__expr__", over))]  # fmt: skip
        head = {
            "uid": f"{uid}{place}",
            "title": title,
            "orgID": 1,
            "folderUID": "operations",
            "ruleGroup": "by hand",
            "condition": "B",
            "data": data,
        }
        rules.append(head | {"for": "5m", "noDataState": "NoData", "execErrState": "Error", "labels": {}, "annotations": {}})
    grafana_put(
        grafana,
        "/api/v1/provisioning/folder/operations/rule-groups/by%20hand",
        {"title": "by hand", "folderUid": "operations", "interval": 60, "rules": rules},
    )


def grafana_put(grafana: GrafanaEmulator, path: str, body: Json, method: str = "PUT") -> None:
    import json

    from monctl.sandbox.emulator import Request

    answer = grafana.handle(Request.of(method, path, {"Authorization": "Bearer x"}, json.dumps(body).encode()))
    assert answer.status < 300, answer.body


def built(program: Program) -> Built:
    return target.build(program)


def one_monitor(make: Any, **more: Any) -> Program:
    shop: Program = make.shop()
    return replace(shop, monitors={"latency": replace(shop.monitors["latency"], **more)}, dashboards={}, maintenance={})


def rules_of(grafana: GrafanaEmulator) -> dict[str, Json]:
    return {str(rule["title"]): rule for rule in grafana.store.all("rule")}


GROUP = "grafana/rule_group/api-1m=operations/by hand"


def test_a_group_is_taken_over_where_it_is_with_the_uids_it_has(make: Any, grafana: GrafanaEmulator, client: GrafanaClient) -> None:
    by_hand(grafana, "Latency: critical", "Latency: warning", "Left over")
    resources = built(one_monitor(make)).resources

    plan = applied(client, resources, GROUP)

    change = next(one for one in plan.changes if one.kind == "rule_group")
    assert str(change.action) == "adopt"
    assert "rules[theirs-2]" in {one.path for one in change.fields}, "a rule that no spec names goes, and the plan says so"
    found = rules_of(grafana)
    assert {title: rule["uid"] for title, rule in found.items()} == {"Latency: critical": "theirs-0", "Latency: warning": "theirs-1"}
    assert {(rule["folderUID"], rule["ruleGroup"]) for rule in found.values()} == {("operations", "by hand")}
    assert empty(client, resources)


def test_what_was_taken_over_keeps_its_uid_when_its_title_changes(make: Any, grafana: GrafanaEmulator, client: GrafanaClient) -> None:
    by_hand(grafana, "Latency: critical", "Latency: warning")
    applied(client, built(one_monitor(make)).resources, GROUP)
    renamed = built(one_monitor(make, title="Slowness")).resources

    plan = applied(client, renamed)

    assert {one.path for change in plan.changes for one in change.fields if one.path.endswith("title")} != set()
    assert {title: rule["uid"] for title, rule in rules_of(grafana).items()} == {
        "Slowness: critical": "theirs-0",
        "Slowness: warning": "theirs-1",
    }
    assert empty(client, renamed)


def test_what_was_taken_over_keeps_its_uid_when_it_goes_to_another_group(
    make: Any, grafana: GrafanaEmulator, client: GrafanaClient
) -> None:
    by_hand(grafana, "Latency: critical", "Latency: warning")
    applied(client, built(one_monitor(make)).resources, GROUP)
    moved = built(one_monitor(make, service="posts")).resources

    applied(client, moved)

    found = rules_of(grafana)
    assert {rule["uid"] for rule in found.values()} == {"theirs-0", "theirs-1"}
    assert {rule["ruleGroup"] for rule in found.values()} == {"mc-posts-1m"}
    assert empty(client, moved)


def test_drift_of_what_was_taken_over_is_seen(make: Any, grafana: GrafanaEmulator, client: GrafanaClient) -> None:
    by_hand(grafana, "Latency: critical", "Latency: warning")
    resources = built(one_monitor(make)).resources
    applied(client, resources, GROUP)
    grafana.store.put("rule", "theirs-0", grafana.store.get("rule", "theirs-0") | {"for": "2h"})

    plan, _ = planned(client, resources)

    paths = {one.path: (one.before, one.after) for change in plan.changes for one in change.fields}
    assert len(paths) == 1
    assert next(iter(paths.values())) == (7200, 0)
    assert str(plan.changes[0].cause) == "outside"


def test_a_dashboard_is_taken_over_with_its_uid_and_alerts_lead_to_it(make: Any, grafana: GrafanaEmulator, client: GrafanaClient) -> None:
    shop: Program = make.shop()
    main = replace(shop.dashboards["main"], title="Host overview")
    resources = built(replace(shop, dashboards={"main": main})).resources

    applied(client, resources, "dashboard.main")

    assert empty(client, resources)
    assert sorted(each["dashboard"]["uid"] for each in grafana.store.all("dashboard")) == ["host-overview"]
    linked = {rule["annotations"].get("__dashboardUid__") for rule in grafana.store.all("rule")}
    assert "host-overview" in linked


@pytest.mark.parametrize(
    ("kind", "message", "help"),
    [
        (
            "folder",
            "the folder 'Operations' of grafana cannot be taken over: its uid stays for good, and it has no other place for a mark",
            'to use it as it is, say `folders: {"Operations": "operations"}` under targets.grafana in monctl.yaml',
        ),
        (
            "contact_point",
            "the contact point 'grafana-default-email' of grafana cannot be taken over: its name is its identity, and it has no other place for a mark",
            'to use it as it is, say `contact_points: {CHANNEL: "grafana-default-email"}` under targets.grafana in monctl.yaml',
        ),
        (
            "mute_timing",
            "the mute timing 'Nights' of grafana cannot be taken over: its name is its identity, and it has no other place for a mark",
            'to use it as it is, say `mute_timings: {hours-CALENDAR: "Nights"}` under targets.grafana in monctl.yaml',
        ),
    ],
)
def test_what_has_no_place_for_a_mark_is_refused_in_the_plan(
    kind: str, message: str, help: str, make: Any, grafana: GrafanaEmulator, client: GrafanaClient
) -> None:
    grafana_put(grafana, "/api/v1/provisioning/mute-timings", {"name": "Nights", "time_intervals": [{"weekdays": ["monday"]}]}, "POST")
    resources = built(make.shop()).resources
    remote = {"folder": "operations", "contact_point": "grafana-default-email", "mute_timing": "Nights"}[kind]
    wanted = next(one for one in resources if one.kind == kind)

    plan, _ = planned(client, resources, f"{wanted.id}={remote}")

    assert [(error.message, error.help) for error in plan.errors] == [(message, help)]


def test_a_folder_of_the_same_title_is_told_with_the_line_that_uses_it(make: Any, client: GrafanaClient) -> None:
    shop: Program = make.shop()
    resources = built(replace(shop, dashboards={"main": replace(shop.dashboards["main"], folder="Operations")})).resources

    plan, side = planned(client, resources)
    receipts = list(apply(plan, [side], secrets=lambda _: "x"))

    note = next(one for one in plan.notes if "named 'Operations' already" in one.message)
    assert note.help == 'to use it as it is, say `folders: {"Operations": "operations"}` under targets.grafana in monctl.yaml'
    failed = next(one for one in receipts if one.outcome is Outcome.FAILED)
    assert failed.step.change.name == "Operations"
    assert failed.hint == note.help


USED: dict[str, Json] = {
    "folders": {"Shop": "operations", "Elsewhere": ""},
    "contact_points": {"mail": "grafana-default-email"},
    "mute_timings": {"maintenance-move": "Move"},
}


def test_what_the_settings_name_is_used_as_it_is(make: Any, grafana: GrafanaEmulator, client: GrafanaClient) -> None:
    grafana_put(grafana, "/api/v1/provisioning/mute-timings", {"name": "Move", "time_intervals": [{"weekdays": ["monday"]}]}, "POST")
    made = built(make.shop(targets={"grafana": USED}))

    assert_settles(target, made.resources, client=client, estate="shop")

    assert made.findings == ()
    assert [one for one in made.resources if one.kind == "folder"] == []
    assert {
        (each["dashboard"]["title"], each["folderUid"])
        for each in grafana.store.all("dashboard")
        if each["dashboard"]["uid"] != "host-overview"
    } == {
        ("Main", "operations"),
        ("Small", ""),
    }
    settings = [rule["notification_settings"] for rule in grafana.store.all("rule") if rule.get("notification_settings")]
    assert "grafana-default-email" in {each["receiver"] for each in settings}
    assert "Move" in {name for each in settings for name in each.get("mute_time_intervals") or []}
    assert "by Grafana's own contact point 'grafana-default-email', as it is there" in {one.how for one in made.fidelity}


def test_what_the_settings_name_and_nobody_has_is_an_error_of_the_plan(make: Any, client: GrafanaClient) -> None:
    lost = {"folders": {"Shop": "gone"}, "contact_points": {"mail": "Nobody"}, "mute_timings": {"maintenance-move": "Never"}}

    plan, _ = planned(client, built(make.shop(targets={"grafana": lost})).resources)

    assert {error.message for error in plan.errors} == {
        "grafana has no folder with uid 'gone'",
        "grafana has no contact point with name 'Nobody'",
        "grafana has no mute timing with name 'Never'",
    }


@pytest.mark.parametrize(
    ("options", "place", "message"),
    [
        ({"contact_points": {"nobody": "Ops"}}, "contact_points.nobody", "no channel is called 'nobody'"),
        (
            {"mute_timings": {"hours-x": "Ops"}},
            "mute_timings.hours-x",
            "'hours-x' is none of hours-CALENDAR, holidays-CALENDAR, maintenance-MAINTENANCE",
        ),
        ({"folders": ["shop"]}, "folders", "expected a map, found a list"),
        ({"contact_points": {"mail": ""}}, "contact_points.mail", "the text is empty"),
        ({"version": "ten"}, "version", "'ten' is no version of Grafana from 11.6 on"),
        ({"version": 9.5}, "version", "'9.5' is no version of Grafana from 11.6 on"),
        ({"editable": "false"}, "editable", "expected true or false, found 'false'"),
        ({"folder": {}}, "folder", "unknown field 'folder'"),
    ],
)
def test_settings_that_mean_nothing_are_told(options: dict[str, Json], place: str, message: str, make: Any) -> None:
    (found,) = target.option_faults(make.shop(targets={"grafana": options}))

    assert (found.origin.path, found.message) == (("targets", "grafana", *place.split(".")), message)


def test_what_a_file_on_the_server_provisions_is_left_to_it(make: Any, grafana: GrafanaEmulator, client: GrafanaClient) -> None:
    by_hand(grafana, "Latency: critical")
    grafana.store.put("rule", "theirs-0", grafana.store.get("rule", "theirs-0") | {"provenance": "file"})
    grafana.store.put("dashboard", "host-overview", grafana.store.get("dashboard", "host-overview") | {"provisioned": "hosts.json"})
    shop = one_monitor(make)
    titled = replace(make.shop().dashboards["main"], title="Host overview")
    resources = built(replace(shop, dashboards={"main": titled}, monitors=make.shop().monitors)).resources

    plan, _ = planned(client, resources, GROUP, "dashboard.main")

    assert {error.message.partition(": ")[2] for error in plan.errors} == {
        "something else writes its rules (provenance 'file')",
        "a file on the server provisions it (hosts.json)",
    }


def test_an_object_without_its_mark_is_nobodys_again(make: Any, grafana: GrafanaEmulator, client: GrafanaClient) -> None:
    resources = built(make.shop()).resources
    applied(client, resources)
    model = grafana.store.get(
        "dashboard", next(each["dashboard"]["uid"] for each in grafana.store.all("dashboard") if each["dashboard"]["title"] == "Small")
    )
    model["dashboard"]["description"] = ""
    grafana.store.put("dashboard", model["dashboard"]["uid"], model)

    plan = applied(client, resources, "dashboard.small")

    assert [str(change.action) for change in plan.changes] == ["adopt"]
    assert empty(client, resources)
