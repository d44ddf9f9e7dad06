"""What the vendor does against all expectation, from a program to the account and back: nothing is lost, nothing made twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from requests import Response

from monctl import deploy
from monctl.apply import Side, apply
from monctl.errors import Rejected
from monctl.measure import Heartbeat, Http, Ping
from monctl.plan import Action
from monctl.project import check
from monctl.refuse import permitted
from monctl.resource import Resource, lookup
from monctl.round_trip import ESTATE, round_trip
from monctl.sandbox.place import Sandbox
from monctl.target import discover
from monctl.testing import assert_settles, plan_for
from monctl_targets.uptimerobot import target
from monctl_targets.uptimerobot.client import UptimeRobotClient
from monctl_targets.uptimerobot.limits import objections, subscription
from monctl_targets.uptimerobot.plan import PLANS

Open = Callable[..., Any]
SITE = "https://shop.example/"


def settled(account: Any, resources: tuple[Resource, ...], client: Any = None) -> None:
    assert_settles(target, resources, client=client or account.client, estate="shop", environment="prod", secrets=lambda _: "x" * 40)


def held(account: Any) -> list[tuple[str, str, str]]:
    """Name, type and address of every monitor but the one that was there."""
    rows = account.emulator.store.all("monitor")
    return sorted((row["friendlyName"], row["type"], row["url"]) for row in rows if row["friendlyName"] != "Company blog")


@pytest.mark.parametrize("lag", [0, 1, 3])
@pytest.mark.parametrize("lost", [[404], [500], [404, 500, 404]])
def test_what_was_kept_although_the_answer_said_otherwise_is_made_once(open_account: Open, shop: Any, lost: list[int], lag: int) -> None:
    account = open_account(lost=lost)
    resources = target.build(shop.program(*(shop.monitor(name, Ping(f"{name}.shop.example"), active=False) for name in "abc"))).resources
    account.emulator._lag = lag

    plan, state = plan_for(target, account.client, resources, estate="shop", environment="prod")
    receipts = applied(plan, account.client, resources, state)

    assert [receipt.outcome for receipt in receipts] == ["done"] * 3
    assert [(name, kind) for name, kind, _ in held(account)] == [("A", "PING"), ("B", "PING"), ("C", "PING")]
    account.emulator._lag = 0
    assert plan_for(target, account.again(), resources, estate="shop", environment="prod")[0].empty


def applied(plan: Any, client: Any, resources: tuple[Resource, ...], state: Any) -> list[Any]:
    return list(apply(plan, [Side(target, client, resources, state)], secrets=lambda _: "x" * 40))


def test_a_list_that_lags_behind_makes_no_second_one(open_account: Open, shop: Any) -> None:
    account = open_account(lag=1)
    built = target.build(
        shop.program(shop.monitor("site", Http(SITE)), shop.monitor("router", Ping("r.shop.example")), shop.monitor("beat", Heartbeat(60)))
    ).resources
    plan, state = plan_for(target, account.client, built, estate="shop", environment="prod")
    applied(plan, account.client, built, state)
    later = account.again()

    plan, state = plan_for(target, later, built, estate="shop", environment="prod")
    assert [change.action for change in plan.changes] == [Action.CREATE] * 3, "the list is as it was before the apply"
    receipts = applied(plan, later, built, state)

    assert [receipt.outcome for receipt in receipts] == ["done"] * 3
    assert [name for name, _, _ in held(account)] == ["Beat", "Router", "Site"]


def test_the_round_trip_of_the_doctor_waits_for_a_list_that_lags(open_account: Open) -> None:
    account = open_account(lag=2)
    settings = replace(account.settings, estate=ESTATE, environment="")
    checks = list(round_trip(target, UptimeRobotClient(settings, sleep=account.waits.append), sleep=account.waits.append))

    assert [check.verdict for check in checks] == ["ok"]
    assert account.waits, "it looked more than once"


def test_a_heartbeat_that_is_too_rare_is_kept_and_answered_with_a_500(account: Any, shop: Any) -> None:
    body = {"type": "HEARTBEAT", "friendlyName": "Backup", "interval": 2_678_401, "gracePeriod": 60}

    assert account.curl("POST", "/monitors", body)[0] == 500
    assert [name for name, _, _ in held(account)] == ["Backup"]
    found = target.build(shop.program(shop.monitor("backup", Heartbeat(60), every_s=2_678_401.0))).findings
    assert [finding.code for finding in found] == ["UPTIMEROBOT108"], "a spec never comes that far"


def test_a_type_that_changes_is_a_replacement_even_where_the_new_one_is_said_to_be_missing(open_account: Open, shop: Any) -> None:
    account = open_account()
    before = target.build(shop.program(shop.monitor("site", Http(SITE), shop.alert("page", shop.down(120), channels=("mail",)))))
    after = target.build(shop.program(shop.monitor("site", Ping("shop.example"), shop.alert("page", shop.down(120), channels=("mail",)))))
    settled(account, before.resources)
    account.emulator._lost.append(404)

    plan, _ = plan_for(target, account.client, after.resources, estate="shop", environment="prod")
    assert [(change.action, change.reason) for change in plan.changes] == [(Action.REPLACE, "type cannot be changed in place")]
    settled(account, after.resources)

    assert held(account) == [("Site", "PING", "shop.example")]


def test_one_of_the_same_url_replaces_the_old_type(account: Any, shop: Any) -> None:
    settled(account, target.build(shop.program(shop.monitor("site", Http(SITE)))).resources)
    settled(account, target.build(shop.program(shop.monitor("site", Http(SITE, contains="ok")))).resources)

    assert held(account) == [("Site", "KEYWORD", SITE)]


def test_a_monitor_under_another_name_takes_over_the_url_of_the_one_that_goes(account: Any, shop: Any) -> None:
    settled(account, target.build(shop.program(shop.monitor("site", Http(SITE)))).resources)
    settled(account, target.build(shop.program(shop.monitor("home", Http(SITE)))).resources)

    assert held(account) == [("Home", "HTTP", SITE)]


def test_two_monitors_change_places(account: Any, shop: Any) -> None:
    other = "https://shop.example/api?a=1&copy=2"
    settled(account, target.build(shop.program(shop.monitor("a", Http(SITE)), shop.monitor("b", Http(other)))).resources)
    settled(account, target.build(shop.program(shop.monitor("a", Http(other)), shop.monitor("b", Http(SITE)))).resources)

    assert held(account) == [("A", "HTTP", other), ("B", "HTTP", SITE)]


def test_a_url_that_a_foreign_monitor_holds_is_left_to_it(account: Any, shop: Any) -> None:
    resources = target.build(shop.program(shop.monitor("blog", Http("https://blog.example.org/", method="HEAD")))).resources
    plan, state = plan_for(target, account.client, resources, estate="shop", environment="prod")

    (receipt,) = applied(plan, account.client, resources, state)

    assert receipt.outcome == "failed"
    assert "it exists already" in receipt.reason
    assert account.emulator.store.get("monitor", "801000001")["url"] == "https://blog.example.org/"


def objected(account: Any, resources: tuple[Resource, ...]) -> list[tuple[str, str]]:
    """(change, message) of what the account objects to."""
    plan, state = plan_for(target, account.client, resources, estate="shop", environment="prod")
    return [(one.change, one.message) for one in account.client.objections(plan.changes, resources, state.lives)]


def test_an_account_on_a_smaller_plan_than_the_specs_count_on_refuses_by_name(open_account: Open, shop: Any) -> None:
    account = open_account(plan="solo")
    program = shop.program(
        shop.monitor("site", Http(SITE), shop.alert("page", shop.down(120), channels=("pager",))), options={"plan": "enterprise"}
    )
    quick = replace(program.monitors["site"], every_s=30.0)
    built = target.build(replace(program, monitors={"site": quick}))

    assert built.findings == ()
    assert objected(account, built.resources) == [
        ("", "the account is on UptimeRobot's solo plan, and the specs count on team"),
        ("uptimerobot/integration/pager", "it needs the PagerDuty integration, and the account is on UptimeRobot's solo plan"),
        ("uptimerobot/monitor/site", "it needs a check every 30 s, and the account is on UptimeRobot's solo plan"),
    ]


def test_the_free_plan_lacks_what_every_paid_one_has(shop: Any, open_account: Open) -> None:
    built = target.build(shop.everything({"plan": "team", "regions": ["eu"]}))
    plan, state = plan_for(target, open_account().client, built.resources, estate="shop", environment="prod")
    me = {"activeSubscription": {"plan": "Free"}, "monitorLimit": 50}
    found = [
        one.message.partition(", and")[0] for one in objections(subscription(me), PLANS["team"], plan.changes, built.resources, state.lives)
    ]

    for words in (
        "custom fields",
        "delays and repeats",
        "certificate reminders",
        "heartbeat",
        "DNS",
        "JSON assertions",
        "maintenance",
        "regions",
    ):
        assert any(words in message for message in found), words
    assert "it needs the Slack integration" in found
    assert "it needs methods, headers, bodies and status lists of one's own" in found
    assert "it needs a check every 120 s" in found


@pytest.mark.parametrize("label", ["Scale", "", "Enterprise", "Team"])
def test_a_plan_that_is_large_enough_or_unknown_refuses_nothing(shop: Any, open_account: Open, label: str) -> None:
    built = target.build(shop.everything())
    plan, state = plan_for(target, open_account().client, built.resources, estate="shop", environment="prod")
    me = {"activeSubscription": {"plan": label} if label else None}

    assert list(objections(subscription(me), PLANS["team"], plan.changes, built.resources, state.lives)) == []


def test_monitors_for_which_there_is_no_room_are_refused_before_any_is_made(open_account: Open, shop: Any) -> None:
    account = open_account(monitor_limit=3)
    resources = target.build(shop.program(*(shop.monitor(name, Ping(f"{name}.shop.example")) for name in "abc"))).resources
    said = "the account holds 3 monitors at most, 1 are there, and the plan makes 3; paused ones count"

    assert objected(account, resources) == [("uptimerobot/monitor/c", said)]


def test_what_is_there_already_needs_no_room(open_account: Open, shop: Any) -> None:
    account = open_account(monitor_limit=2)
    settled(account, target.build(shop.program(shop.monitor("a", Ping("a.shop.example")))).resources)

    assert objected(account, target.build(shop.program(shop.monitor("a", Ping("other.shop.example")))).resources) == []


def test_texts_without_credits_are_told(open_account: Open, shop: Any) -> None:
    account = open_account(sms_credits=0)
    resources = target.build(
        shop.program(shop.monitor("a", Ping("a.shop.example"), shop.alert("page", shop.down(), channels=("text",))))
    ).resources

    assert objected(account, resources) == [("", "the account has no SMS credits: nobody is told of monitor.a by text message")]


def test_an_account_that_does_not_tell_objects_to_nothing(account: Any, shop: Any) -> None:
    resources = target.build(shop.program(shop.monitor("a", Ping("a.shop.example")))).resources
    plan, state = plan_for(target, account.client, resources, estate="shop", environment="prod")
    account.recorder.instead = lambda request: _forbidden() if request.url.endswith("/user/me") else None

    assert list(account.client.objections(plan.changes, resources, state.lives)) == []


def _forbidden() -> Response:
    answer = Response()
    answer.status_code = 403
    return answer


def test_without_changes_the_account_is_not_asked(account: Any) -> None:
    assert list(account.client.objections((), (), ())) == []
    assert account.recorder.calls == []


def test_each_contact_of_a_monitor_has_its_own_delay(account: Any, shop: Any) -> None:
    alerts = (
        shop.alert("page", shop.down(120), channels=("pager",)),
        shop.alert("warn", shop.down(600), channels=("slack", "pager")),
    )
    built = target.build(shop.program(shop.monitor("a", Ping("a.shop.example"), *alerts)))
    settled(account, built.resources)
    later = target.build(
        shop.program(shop.monitor("a", Ping("a.shop.example"), alerts[0], shop.alert("warn", shop.down(900), channels=("slack", "pager"))))
    )
    plan, _ = plan_for(target, account.client, later.resources, estate="shop", environment="prod")

    (change,) = plan.changes
    assert [(one.path.partition("[")[0], one.before, one.after) for one in change.fields] == [("assignedAlertContacts", 10, 15)]


def test_the_plan_of_an_estate_is_refused_before_anything_is_applied(tmp_path: Path, root: Path) -> None:
    (checked,) = [check(root / "monitors" / "tradosphere")]
    with Sandbox(tmp_path / "sandbox", discover().values()) as opened:
        emulator: Any = opened.emulators["uptimerobot"]
        emulator._monitor_limit = 1
        planned = deploy.plan(checked, discover(), deploy.Request(environ={}, only=("uptimerobot",), sandbox=opened))
    made = [change.id for change in planned.plan.changes if change.kind == "monitor"]

    assert made
    assert [refusal.changes for refusal in planned.refusals if "monitors at most" in refusal.message] == [(id,) for id in made]
    assert not set(made) & {change.id for change in permitted(planned.plan, planned.refusals).changes}


@pytest.mark.parametrize(
    ("plan", "options", "verdicts"),
    [
        ("team", {"plan": "team"}, {"plan": "ok", "monitors": "ok"}),
        ("solo", {"plan": "team", "monitor_limit": 5000}, {"plan": "failed", "monitor limit": "failed", "monitors": "ok"}),
        ("enterprise", {"plan": "solo", "monitor_limit": 10}, {"plan": "ok", "monitors": "ok"}),
    ],
)
def test_the_doctor_compares_the_account_with_monctl_yaml(
    open_account: Open, plan: str, options: dict[str, Any], verdicts: dict[str, str]
) -> None:
    checks = {check.name: check for check in open_account(options, plan=plan).client.examine()}

    assert {name: check.verdict for name, check in checks.items() if name in {"plan", "monitor limit", "monitors"}} == verdicts


def test_the_doctor_names_mailboxes_that_were_not_confirmed(account: Any, shop: Any) -> None:
    assert "contacts" not in {check.name for check in account.client.examine()}
    settled(
        account,
        target.build(
            shop.program(shop.monitor("a", Ping("a.shop.example"), shop.alert("page", shop.down(), channels=("mail",))))
        ).resources,
    )
    (check,) = [check for check in account.client.examine() if check.name == "contacts"]

    assert (check.verdict, check.said) == ("note", "ops@shop.example: not confirmed yet, and nobody is told there before")


@pytest.mark.parametrize(
    ("when", "words"), [("None", "of nothing"), (3, "of nothing"), ("Up", "only that it is up again"), (2, "only that it is up again")]
)
def test_a_contact_that_would_not_hear_of_an_outage_is_refused(account: Any, when: Any, words: str) -> None:
    account.curl("PATCH", "/alert-contacts/5200002", {"enableNotificationsFor": when})
    wanted = lookup("alert_contact", type="ProSms", value="+15550100")

    with pytest.raises(Rejected, match=f"wants to hear {words}"):
        account.client.lookup(wanted)
    account.curl("PATCH", "/alert-contacts/5200002", {"enableNotificationsFor": 1})
    assert account.again().lookup(wanted) == "5200002"


def test_an_address_whose_query_looks_like_an_entity_is_kept_as_it_is() -> None:
    wanted = {"type": "HTTP", "friendlyName": "A", "url": "https://shop.example/?a=1&copy=2", "interval": 300, "timeout": 30}
    read = {**wanted, "id": 1, "url": "https://shop.example/?a=1&amp;copy=2"}

    assert target.normalize("monitor", read)["url"] == target.normalize("monitor", wanted)["url"] == wanted["url"]
