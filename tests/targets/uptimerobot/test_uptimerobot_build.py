from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

import pytest

from monctl.condition import Between, Comparison, State, Trend
from monctl.measure import Dns, Heartbeat, Host, Http, JsonAssertion, Ping, Tcp
from monctl.program import Escalation, Hours, Maintenance, Recipient, Runbook, Step
from monctl.resource import Ref, SecretRef, lookup
from monctl.target import Built, Fit
from monctl.testing import assert_settles
from monctl_targets.uptimerobot import target
from monctl_targets.uptimerobot.plan import PLANS, PlanName

SITE = Http("https://shop.example/")
PAGER, SLACK, MAIL = Ref("integration", "pager"), Ref("integration", "slack"), Ref("alert_contact", "ops@shop.example")


def body(built: Built, key: str, kind: str = "monitor") -> Any:
    return next(resource.body for resource in built.resources if (resource.kind, resource.key) == (kind, key))


def keys(built: Built, kind: str = "monitor") -> list[str]:
    return [resource.key for resource in built.resources if resource.kind == kind]


def told(built: Built, key: str) -> dict[Any, int]:
    return {edge["alertContactId"]: edge["threshold"] for edge in body(built, key)["assignedAlertContacts"]}


def how(built: Built, field: str, fit: Fit, address: str | None = None) -> list[str]:
    return [line.how for line in built.fidelity if line.field == field and line.fit is fit and address in {None, line.address}]


def codes(built: Built) -> list[str]:
    return [found.code for found in built.findings]


def test_down_for_two_minutes_pages_after_two_minutes(shop: Any) -> None:
    built = target.build(shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(120), channels=("pager", "text")))))

    assert told(built, "site") == {PAGER: 2, lookup("alert_contact", type="ProSms", value="+4930123456"): 2}
    assert body(built, "site")["interval"] == 300
    assert how(built, "alert.page.for", Fit.EXACT) == ["counted from the check that found it; a check comes every 300 s"]
    assert built.findings == ()


def test_part_of_a_minute_is_rounded_up(shop: Any) -> None:
    built = target.build(shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(90), channels=("slack",)))))

    assert told(built, "site") == {SLACK: 2}
    assert how(built, "alert.page.for", Fit.APPROXIMATED)[0].startswith("whole minutes: 2")


@pytest.mark.parametrize("keyword", ['"status":"ok"', '"database":{"status":"up"}', "100 % <b>&amp;</b>"])
def test_a_keyword_is_taken_as_written(shop: Any, keyword: str) -> None:
    built = target.build(shop.program(shop.monitor("api", Http("https://shop.example/health", contains=keyword))))
    made = body(built, "api")

    assert (made["type"], made["keywordType"], made["keywordCaseType"]) == ("KEYWORD", "ALERT_NOT_EXISTS", "CaseSensitive")
    assert made["keywordValue"] == keyword
    assert made["httpMethodType"] == "GET"


def test_a_forbidden_text_alerts_when_it_is_there(shop: Any) -> None:
    made = body(target.build(shop.program(shop.monitor("api", Http("https://shop.example/", lacks="Fatal")))), "api")

    assert (made["keywordType"], made["keywordValue"]) == ("ALERT_EXISTS", "Fatal")


def test_json_checks_become_an_api_monitor(shop: Any) -> None:
    checks = (
        JsonAssertion("$.status", "==", "ok"),
        JsonAssertion("$.queue", "<", 100.0),
        JsonAssertion("$.version", "exists"),
        JsonAssertion("$.load", ">=", 3.0),
    )
    built = target.build(shop.program(shop.monitor("api", Http("https://shop.example/health", json=checks))))

    assert body(built, "api")["type"] == "API"
    assert body(built, "api")["config"]["apiAssertions"] == {
        "logic": "AND",
        "checks": [
            {"property": "$.status", "comparison": "equals", "target": "ok"},
            {"property": "$.queue", "comparison": "less_than", "target": 100},
            {"property": "$.version", "comparison": "is_not_null"},
        ],
    }
    assert how(built, "source.json.$.load", Fit.DROPPED) == ["UptimeRobot cannot say >="]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Tcp("mail.shop.example", 25), {"type": "PORT", "url": "mail.shop.example", "port": 25, "timeout": 10}),
        (Ping("router.shop.example"), {"type": "PING", "url": "router.shop.example", "timeout": 10}),
        (Dns("shop.example", "MX", ("mx.shop.example",)), {"type": "DNS", "config": {"dnsRecords": {"MX": ["mx.shop.example"]}}}),
        (Heartbeat(600), {"type": "HEARTBEAT", "gracePeriod": 600}),
        (Http("http://shop.example/"), {"type": "HTTP", "checkSSLErrors": False}),
        (Http("https://shop.example/", verify=False), {"checkSSLErrors": False}),
        (
            Http("https://shop.example/", status=("200", "401"), follow_redirects=False),
            {"successHttpResponseCodes": ["200", "401"], "followRedirections": False},
        ),
        (Http("https://shop.example/", headers={"X-Key": SecretRef("env:K")}), {"customHttpHeaders": {"X-Key": SecretRef("env:K")}}),
        (Http("https://shop.example/", method="POST", body='{"a": 1}'), {"postValueType": "RAW_JSON", "postValueData": '{"a": 1}'}),
        (Http("https://shop.example/", method="POST", body="a=1&b="), {"postValueType": "KEY_VALUE", "postValueData": {"a": "1", "b": ""}}),
    ],
)
def test_a_source_becomes_a_request(shop: Any, source: Any, expected: Any) -> None:
    made = body(target.build(shop.program(shop.monitor("it", source))), "it")

    assert {name: made.get(name) for name in expected} == expected


def test_slow_for_the_same_people_is_the_same_check(shop: Any) -> None:
    built = target.build(
        shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(120), shop.slow(2000, 600), channels=("slack",))))
    )

    assert keys(built) == ["site"]
    assert body(built, "site")["responseTimeThreshold"] == 2000
    assert told(built, "site") == {SLACK: 2}
    assert "told after 2 min: a contact has one delay for down and slow" in how(built, "alert.page.for", Fit.APPROXIMATED)


def test_slow_for_other_people_is_a_second_check_that_pages_nobody(shop: Any) -> None:
    site = shop.monitor(
        "site",
        SITE,
        shop.alert("page", shop.down(120), channels=("pager",)),
        shop.alert("warn", shop.slow(2000, 600), channels=("slack",), during="hours"),
        shop.alert("note", shop.expires(30), channels=("mail",)),
    )
    built = target.build(shop.program(site))

    assert keys(built) == ["site", "site.warnings"]
    assert (told(built, "site"), told(built, "site.warnings")) == ({PAGER: 2}, {MAIL: 10, SLACK: 10})
    assert (body(built, "site")["responseTimeThreshold"], body(built, "site.warnings")["responseTimeThreshold"]) == (0, 2000)
    assert body(built, "site.warnings")["url"] == "https://shop.example/?monctl=site.warnings"
    assert body(built, "site.warnings")["config"] == {"sslExpirationPeriodDays": [30, 14, 7, 1]}
    assert not body(built, "site")["sslExpirationReminder"]
    assert body(built, "ops@shop.example", "alert_contact")["sslExpirationReminder"] is True
    assert body(built, "slack", "integration")["data"]["sslExpirationReminder"] is False
    assert how(built, "alert.warn.during", Fit.APPROXIMATED) == ["told at any hour: UptimeRobot knows no calendar 'hours'"]


def test_a_certificate_alert_reminds_its_own_people(shop: Any) -> None:
    site = shop.monitor(
        "site", SITE, shop.alert("page", shop.down(120), channels=("pager",)), shop.alert("note", shop.expires(20), channels=("mail",))
    )
    built = target.build(shop.program(site))

    assert keys(built) == ["site"]
    assert body(built, "site")["config"] == {"sslExpirationPeriodDays": [20, 14, 7, 1]}
    assert told(built, "site") == {MAIL: 2, PAGER: 2}
    assert body(built, "pager", "integration")["data"]["sslExpirationReminder"] is False


def test_a_certificate_without_an_alert_reminds_those_who_hear_of_outages(shop: Any) -> None:
    source = Http("https://shop.example/", certificate_expires_in_s=10 * 86400)
    built = target.build(shop.program(shop.monitor("site", source, shop.alert("page", shop.down(), channels=("slack",)))))

    assert body(built, "site")["config"] == {"sslExpirationPeriodDays": [10, 7, 1]}
    assert body(built, "slack", "integration")["data"]["sslExpirationReminder"] is True


def test_a_url_in_seconds_and_a_metric_in_seconds_are_one_limit(shop: Any) -> None:
    from monctl.unit import Unit

    site = shop.monitor("site", SITE, shop.alert("page", shop.slow(2), channels=("slack",)), units={"response_time": Unit.parse("s")})

    assert body(target.build(shop.program(site)), "site")["responseTimeThreshold"] == 2000


def test_monitors_of_one_url_are_told_apart_in_the_query(shop: Any) -> None:
    built = target.build(
        shop.program(
            shop.monitor("api", Http("https://shop.example/health", contains='"ok"')),
            shop.monitor("database", Http("https://shop.example/health?full=1", contains='"up"')),
            shop.monitor("queue", Http("https://shop.example/health?full=1")),
            shop.monitor("search", Http("https://shop.example/health?full=1", method="POST")),
        )
    )

    assert [body(built, key)["url"] for key in keys(built)] == [
        "https://shop.example/health",
        "https://shop.example/health?full=1&monctl=database",
        "https://shop.example/health?full=1&monctl=queue",
        "https://shop.example/health?full=1",
    ]
    assert [(found.code, found.level) for found in built.findings] == [("UPTIMEROBOT104", "info")] * 2


def test_channels_that_lead_to_one_place_are_one_integration(shop: Any) -> None:
    twin = shop.channel("slack-too", "slack", channel="#alerts", webhook=SecretRef("env:SLACK"), token=None)
    program = shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(), channels=("slack", "slack-too"))))
    built = target.build(replace(program, channels={**program.channels, "slack-too": twin}))

    assert keys(built, "integration") == ["slack"]
    assert next(one.parts for one in built.resources if one.kind == "integration") == ("channel.slack", "channel.slack-too")
    assert told(built, "site") == {SLACK: 0}


def test_a_channel_keeps_its_settings(shop: Any) -> None:
    program = shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(), channels=("slack", "mail", "hook", "pager"))))
    quiet = {name: replace(channel, resolved=False, repeat_s=600.0) for name, channel in program.channels.items()}
    built = target.build(replace(program, channels=quiet, targets={"uptimerobot": {}, "pagerduty": {"region": "eu"}}))

    assert body(built, "slack", "integration")["data"] | {"friendlyName": ""} == {
        "friendlyName": "",
        "webhookURL": SecretRef("env:SLACK"),
        "customValue": "#alerts",
        "enableNotificationsFor": "Down",
        "sslExpirationReminder": False,
    }
    assert body(built, "ops@shop.example", "alert_contact")["enableNotificationsFor"] == 1
    assert body(built, "hook", "integration")["data"]["customHeaders"] == {"X-Key": SecretRef("env:HOOK_KEY")}
    assert (body(built, "pager", "integration")["data"]["location"], body(built, "pager", "integration")["data"]["autoResolve"]) == (
        "eu",
        False,
    )
    assert {edge["recurrence"] for edge in body(built, "site")["assignedAlertContacts"]} == {10}


def test_a_channel_without_a_key_is_looked_up(shop: Any) -> None:
    bare = {
        "pager": shop.channel("pager", "pagerduty", service="Shop", escalation="tiers", integration_key=None),
        "slack": shop.channel("slack", "slack", channel="#alerts", webhook=None, token=SecretRef("env:BOT")),
    }
    built = target.build(
        shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(), channels=("pager", "slack"))), channels=bare)
    )

    assert set(told(built, "site")) == {
        lookup("integration", type="PagerDuty", name="Shop"),
        lookup("integration", type="Slack", name="#alerts"),
    }
    assert keys(built, "integration") == []


def test_a_channel_that_takes_other_severities_is_not_told(shop: Any) -> None:
    program = shop.program(shop.monitor("site", SITE, shop.alert("warn", shop.down(), channels=("slack", "mail"))))
    channels = {**program.channels, "mail": replace(program.channels["mail"], severities=("page",))}

    assert told(target.build(replace(program, channels=channels)), "site") == {SLACK: 0}


def escalation(*steps: Step) -> dict[str, Escalation]:
    return {"tiers": Escalation("tiers", "Tiers", "", None, steps, 0, 0)}


def test_escalation_steps_are_delays(shop: Any) -> None:
    steps = (Step(0, (Recipient("channel", "slack"),)), Step(900, (Recipient("rotation", "oncall", "primary"), Recipient("person", "ana"))))
    site = shop.monitor("site", SITE, shop.alert("page", shop.down(120), channels=("mail",), escalation="tiers"))
    built = target.build(shop.program(site, escalations=escalation(*steps)))
    ana, ben = Ref("alert_contact", "ana@shop.example"), Ref("alert_contact", "ben@shop.example")

    assert told(built, "site") == {MAIL: 2, SLACK: 2, ana: 17, ben: 17}
    assert how(built, "alert.page.escalation", Fit.APPROXIMATED) == ["each step is a delay that nobody's acknowledgement ends"]
    assert next(one.address for one in built.resources if one.key == "ana@shop.example") == "person.ana"


def test_pagerduty_escalates_by_itself(shop: Any) -> None:
    steps = (Step(900, (Recipient("person", "ana"),)),)
    site = shop.monitor("site", SITE, shop.alert("page", shop.down(), channels=("pager",), escalation="tiers"))
    built = target.build(shop.program(site, escalations=escalation(*steps)))

    assert told(built, "site") == {PAGER: 0}
    assert how(built, "alert.page.escalation", Fit.APPROXIMATED) == ["PagerDuty calls one after the other"]


def test_text_to_a_rotation_is_pagerdutys_when_it_pages_too(shop: Any) -> None:
    program = shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(), channels=("pager", "text"))))
    text = shop.channel("text", "sms", to=("rotation:oncall",))
    built = target.build(replace(program, channels={**program.channels, "text": text}))

    assert told(built, "site") == {PAGER: 0}
    assert how(built, "alert.page.notify.text", Fit.APPROXIMATED) == [
        "PagerDuty calls who is on call in 'oncall', by phone or text as that person chose"
    ]


def test_text_to_a_rotation_alone_goes_to_everybody_with_a_phone(shop: Any) -> None:
    program = shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(), channels=("text",))))
    people = {**program.people, "ana": replace(program.people["ana"], phone="+49301")}
    text = shop.channel("text", "sms", to=("rotation:oncall",))
    built = target.build(replace(program, people=people, channels={"text": text}))

    assert set(told(built, "site")) == {lookup("alert_contact", type="ProSms", value="+49301")}
    assert how(built, "alert.page.notify.text.ben", Fit.DROPPED) == ["ben has no phone number"]


@pytest.mark.parametrize(
    ("term", "why"),
    [
        (Trend(None, "increasing", 900), "UptimeRobot compares nothing but a response time and a certificate's days"),
        (Between("response_time", True, 1, 2, 0), "UptimeRobot compares nothing but a response time and a certificate's days"),
        (State("first seen", 0), "UptimeRobot knows nothing of 'first seen'"),
        (Comparison("status", ">=", 500, None, 0), "UptimeRobot cannot compare status >= 500; say the accepted ones in `http.status`"),
        (Comparison("response_time", "<", 5, None, 0), "UptimeRobot cannot compare response_time < 5"),
    ],
)
def test_what_cannot_be_noticed_is_dropped_and_said(shop: Any, term: Any, why: str) -> None:
    built = target.build(shop.program(shop.monitor("site", SITE, shop.alert("warn", term, channels=("slack",)))))

    assert how(built, "alert.warn", Fit.DROPPED) == [why]
    assert built.fidelity[-1].target == "uptimerobot"
    assert told(built, "site") == {}


@pytest.mark.parametrize("term", [State("no data", 300), State("error", 300), Comparison("up", "==", 0, None, 300)])
def test_no_answer_is_down(shop: Any, term: Any) -> None:
    built = target.build(shop.program(shop.monitor("site", SITE, shop.alert("warn", term, channels=("slack",)))))

    assert told(built, "site") == {SLACK: 5}


def test_texts_are_custom_fields(shop: Any) -> None:
    book = Runbook("fire", "Fire", "", "https://wiki.shop.example/fire", "", "", "runbook")
    labels = {f"label-{number:02}": "x" for number in range(20)}
    site = shop.monitor(
        "site",
        SITE,
        shop.alert("page", shop.down()),
        runbook="fire",
        action="Restart\nit",
        service="web",
        team="core",
        labels=labels,
        message="m" * 300,
    )
    built = target.build(shop.program(site, runbooks={"fire": book}))
    fields = body(built, "site")["customFields"]

    assert list(fields)[:6] == ["severity", "service", "team", "runbook", "action", "message"]
    assert (fields["runbook"], fields["action"], len(fields["message"]), len(fields)) == (
        "https://wiki.shop.example/fire",
        "Restart it",
        255,
        19,
    )
    assert how(built, "labels.label-13", Fit.DROPPED) == ["a monitor has twenty custom fields"]
    assert body(built, "site")["tagNames"] == ["monctl", "service-web", "team-core"]


def test_a_monitor_outside_its_phases_is_paused(shop: Any) -> None:
    built = target.build(shop.program(shop.monitor("site", SITE, active=False, phases=("migration",))))

    assert body(built, "site")["status"] == "PAUSED"
    assert how(built, "phases", Fit.EXACT) == ["paused outside them"]


@pytest.mark.parametrize(("field", "value"), [("recover_s", 300.0), ("goal", "== 1")], ids=["recover_after", "goal"])
def test_what_has_no_place_is_dropped_and_said(shop: Any, field: str, value: Any) -> None:
    built = target.build(shop.program(shop.monitor("site", SITE, **{field: value})))

    assert [line.fit for line in built.fidelity if line.field in {"recover_after", "goal"}] == [Fit.DROPPED]


@pytest.mark.parametrize(
    ("plan", "source", "changed", "code", "words"),
    [
        ("solo", SITE, {"every_s": 30.0}, "UPTIMEROBOT101", "checked every 30 s; UptimeRobot's solo plan checks every 60 s at most"),
        ("free", SITE, {"every_s": 60.0}, "UPTIMEROBOT101", "checks every 300 s at most"),
        ("free", Heartbeat(60), {}, "UPTIMEROBOT102", "needs heartbeat monitors, which UptimeRobot's free plan lacks"),
        ("free", Dns("shop.example"), {}, "UPTIMEROBOT102", "needs DNS monitors"),
        ("free", Http("https://shop.example/", headers={"A": "b"}), {}, "UPTIMEROBOT102", "`http.headers` of 'it' needs methods, headers"),
        ("team", Http("https://shop.example/", contains="x" * 501), {}, "UPTIMEROBOT105", "is 501 characters long; UptimeRobot takes 500"),
        ("team", Http("https://shop.example/", contains=" ok"), {}, "UPTIMEROBOT105", "begins or ends with space"),
        (
            "team",
            Http("https://shop.example/", contains="ok", method="HEAD"),
            {},
            "UPTIMEROBOT106",
            "looks into the answer, and HEAD has none",
        ),
        ("team", Http("https://shop.example/", body="{}"), {}, "UPTIMEROBOT106", "sends a body with GET"),
        ("team", Http("http://10.0.0.7/health"), {}, "UPTIMEROBOT107", "cannot reach 10.0.0.7"),
        ("team", Ping("db.internal"), {}, "UPTIMEROBOT107", "cannot reach db.internal"),
        ("team", Http("http://web:8080/health"), {}, "UPTIMEROBOT107", "cannot reach web"),
        ("team", Ping("nas.home.arpa"), {}, "UPTIMEROBOT107", "cannot reach nas.home.arpa"),
        ("team", SITE, {"every_s": 172800.0}, "UPTIMEROBOT108", "UptimeRobot checks at least every 1d"),
        ("team", Heartbeat(60), {"every_s": 2764800.0}, "UPTIMEROBOT108", "UptimeRobot checks at least every 31d"),
        ("team", SITE, {"title": "A &amp; B"}, "UPTIMEROBOT109", "holds an HTML entity"),
        ("team", Http("https://shop.example/?a=1&amp;b=2"), {}, "UPTIMEROBOT109", "the URL of 'it' holds an HTML entity"),
        ("team", Host("cpu"), {}, "UPTIMEROBOT110", "cannot hold the host source of 'it'"),
        ("team", Http("https://shop.example/", method="POST", body="plain"), {}, "UPTIMEROBOT113", "neither JSON nor a form"),
        ("team", Http("https://shop.example/", json=(JsonAssertion("$.a", ">=", 1.0),)), {}, "UPTIMEROBOT114", "nothing of `http.json`"),
        ("team", Http("https://shop.example/", json=(JsonAssertion("$.a", "exists"),) * 6), {}, "UPTIMEROBOT114", "checks 6 things"),
        (
            "team",
            Http("https://shop.example/", json=(JsonAssertion("$.a", "contains", ""),)),
            {},
            "UPTIMEROBOT114",
            "nothing of `http.json`",
        ),
        ("team", Http("https://shop.example/" + "x" * 10_000), {}, "UPTIMEROBOT119", "is 10021 characters long; UptimeRobot takes 10000"),
        ("team", SITE, {"labels": {"tags": ",".join(f"t{n}" for n in range(25))}}, "UPTIMEROBOT120", "tags at UptimeRobot, which takes 20"),
        (
            "free",
            SITE,
            {"labels": {"tags": ",".join(f"t{n}" for n in range(25))}, "every_s": 300.0},
            "UPTIMEROBOT120",
            "takes 19 beside the mark",
        ),
        ("team", Heartbeat(200_000), {}, "UPTIMEROBOT121", "late by more than 1d"),
        ("team", Http("https://shop.example/", headers={"A": "b", "a": "c"}), {}, "UPTIMEROBOT118", "sends a header twice"),
        ("team", Http("https://shop.example/", headers={"A": "b" * 3000}), {}, "UPTIMEROBOT118", "longer than 3000 characters"),
    ],
)
def test_what_the_vendor_or_the_plan_refuses_is_a_finding(shop: Any, plan: str, source: Any, changed: Any, code: str, words: str) -> None:
    built = target.build(shop.program(shop.monitor("it", source, **changed), options={"plan": plan}))
    found = [one for one in built.findings if one.code == code]

    assert codes(built) == [code]
    assert words in found[0].message
    assert found[0].help


@pytest.mark.parametrize("url", ["https://shop.example/?a=1&copy=2", "https://shop.example/?q=a;b&lt=3", "https://db.shop.example/health"])
def test_what_only_looks_like_a_fault_of_an_address_is_none(shop: Any, url: str) -> None:
    assert codes(target.build(shop.program(shop.monitor("it", Http(url))))) == []


@pytest.mark.parametrize(
    ("terms", "channel", "code"),
    [
        (("slow",), "mail", "UPTIMEROBOT102"),
        (("expires",), "mail", "UPTIMEROBOT102"),
        (("down",), "slack", "UPTIMEROBOT103"),
        (("down",), "pager", "UPTIMEROBOT103"),
    ],
)
def test_the_free_plan_lacks_it(shop: Any, terms: tuple[str, ...], channel: str, code: str) -> None:
    made = [getattr(shop, name)(*((30,) if name != "down" else ())) for name in terms]
    built = target.build(shop.program(shop.monitor("it", SITE, shop.alert("page", *made, channels=(channel,))), options={"plan": "free"}))

    assert codes(built) == [code]
    assert told(built, "it") == {}
    assert [line.severity for line in built.fidelity if line.fit is Fit.DROPPED] == ["page"]


def test_on_the_free_plan_everybody_is_told_at_once(shop: Any) -> None:
    site = shop.monitor("site", SITE, shop.alert("page", shop.down(120), channels=("mail",)))
    built = target.build(shop.program(site, options={"plan": "free"}))

    assert told(built, "site") == {MAIL: 0}
    assert how(built, "alert.page.for", Fit.APPROXIMATED) == ["told at once: UptimeRobot's free plan has no delays and repeats"]
    assert (
        set(body(built, "site")) & {"httpMethodType", "customFields", "successHttpResponseCodes", "checkSSLErrors", "responseTimeThreshold"}
        == set()
    )


def test_a_certificate_of_a_plain_address_is_a_finding(shop: Any) -> None:
    site = shop.monitor("site", Http("http://shop.example/"), shop.alert("note", shop.expires(30), channels=("mail",)))

    assert codes(target.build(shop.program(site))) == ["UPTIMEROBOT117"]


def test_more_monitors_than_the_plan_holds_is_a_warning(shop: Any) -> None:
    monitors = [shop.monitor(f"m{number}", Ping(f"h{number}.shop.example")) for number in range(11)]
    built = target.build(shop.program(*monitors, options={"plan": "solo"}))

    assert [(found.code, found.level) for found in built.findings] == [("UPTIMEROBOT111", "warning")]
    assert target.build(shop.program(*monitors, options={"plan": "solo", "monitor_limit": 20})).findings == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"plan": "gold"}, "'gold' is not one of free, solo, team, enterprise"),
        ({"regions": ["mars"]}, "'mars' is not one of na, eu, as, oc"),
        ({"regions": "eu"}, "expected a list, found 'eu'"),
        ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is not a time zone"),
        ({"monitor_limit": 0}, "the number 0 is out of range"),
        ({"monitor_limit": "50"}, "expected a whole number, found '50'"),
    ],
)
def test_wrong_options_are_findings(shop: Any, options: Any, message: str) -> None:
    program = shop.program(shop.monitor("site", SITE), options=options)

    assert [found.message for found in target.option_faults(program)] == [message]
    assert codes(target.build(program)) == []


def test_the_plans_that_may_be_named_are_those_that_are_known() -> None:
    assert get_args(PlanName) == tuple(PLANS)


def test_regions_carry_the_limit(shop: Any) -> None:
    site = shop.monitor("site", SITE, shop.alert("page", shop.slow(900), channels=("mail",)))
    made = body(target.build(shop.program(site, options={"regions": ["as", "eu"]})), "site")

    assert made["regionData"] == {"REGION": ["eu", "as"], "THRESHOLD": {"eu": 900, "as": 900}, "MANUAL_SELECTED": True}
    assert "responseTimeThreshold" not in made


def window(**changed: Any) -> dict[str, Maintenance]:
    plain: dict[str, Any] = {
        "title": "Night",
        "time_zone": "Europe/Berlin",
        "monitors": ("site", "elsewhere"),
        "start": None,
        "end": None,
        "hours": (),
    }
    return {"night": Maintenance("night", **{**plain, **changed})}


def test_a_weekly_window_is_in_the_accounts_zone(shop: Any) -> None:
    hours = (Hours((7,), 30, 90), Hours((1, 2), 1380, 60))
    built = target.build(shop.program(shop.monitor("site", SITE), maintenance=window(hours=hours)))
    first, second = body(built, "night", "maintenance_window"), body(built, "night.2", "maintenance_window")

    assert (first["time"], first["duration"], first["days"]) == ("23:30:00", 60, [6])
    assert (second["time"], second["duration"], second["days"]) == ("22:00:00", 120, [1, 2])
    assert first["monitorIds"] == [Ref("monitor", "site")]
    assert how(built, "hours", Fit.APPROXIMATED) == ["the winter time of Europe/Berlin; in summer the window is an hour off"]


def test_a_window_that_happens_once_keeps_its_moment(shop: Any) -> None:
    once = window(start=datetime(2026, 7, 1, 1, 30), end=datetime(2026, 7, 1, 3))  # noqa: DTZ001  # local wall times, as the program has them
    built = target.build(shop.program(shop.monitor("site", SITE), maintenance=once))
    made = body(built, "night", "maintenance_window")

    assert (made["interval"], made["date"], made["time"], made["duration"]) == ("once", "2026-06-30", "23:30:00", 90)


def test_a_window_without_monitors_here_is_not_made(shop: Any) -> None:
    assert keys(target.build(shop.program(maintenance=window(hours=(Hours((1,), 0, 60),)))), "maintenance_window") == []


@pytest.mark.parametrize("options", [{}, {"regions": ["eu", "na"]}, {"plan": "enterprise", "time_zone": "Europe/Berlin"}])
def test_a_second_plan_is_empty(shop: Any, account: Any, options: Any) -> None:
    built = target.build(shop.everything(options))
    state = assert_settles(target, built.resources, client=account.client, estate="shop", environment="prod")

    assert {found.code for found in built.findings} == {"UPTIMEROBOT104"}
    assert sum(live.mark is not None for live in state.lives) == len(built.resources)


def test_a_second_plan_is_empty_on_the_free_plan(shop: Any, open_account: Any) -> None:
    account = open_account({"plan": "free"}, plan="free")
    keyword = shop.monitor("api", Http("https://shop.example/health", contains="ok"))
    site = shop.monitor("site", SITE, shop.alert("page", shop.down(120), channels=("mail",)), labels={"a": "b"})
    built = target.build(shop.program(site, keyword, shop.monitor("router", Ping("r.shop.example")), options={"plan": "free"}))

    assert built.findings == ()
    assert_settles(target, built.resources, client=account.client, estate="shop", environment="prod")


def test_building_twice_is_the_same(shop: Any) -> None:
    assert target.build(shop.everything()) == target.build(shop.everything())


def test_every_key_is_there_once(shop: Any) -> None:
    ids = [resource.id for resource in target.build(shop.everything()).resources]

    assert len(set(ids)) == len(ids)


def test_a_monitor_that_begins_to_look_for_a_text_is_made_anew(shop: Any, account: Any) -> None:
    before = target.build(shop.program(shop.monitor("site", SITE)))
    after = target.build(shop.program(shop.monitor("site", Http(SITE.url, contains="Welcome"))))
    for built in (before, after):
        assert_settles(target, built.resources, client=account.client, estate="shop", environment="prod")

    assert [live.body["type"] for live in account.live("monitor").values() if live.mark is not None] == ["KEYWORD"]


def test_what_no_spec_names_any_more_goes_contacts_last(shop: Any, account: Any) -> None:
    assert_settles(target, target.build(shop.everything()).resources, client=account.client, estate="shop", environment="prod")
    state = assert_settles(target, (), client=account.client, estate="shop", environment="prod")

    assert [live.name for live in state.lives if live.mark is not None] == []
    assert {live.name for live in state.lives} >= {"Company blog", "Owner"}


def test_a_contact_that_is_no_longer_told_goes_after_its_monitors_let_it_go(shop: Any, account: Any) -> None:
    for channels in (("pager", "slack", "mail"), ("mail",)):
        built = target.build(shop.program(shop.monitor("site", SITE, shop.alert("page", shop.down(), channels=channels))))
        assert_settles(target, built.resources, client=account.client, estate="shop", environment="prod")

    assert [live.name for live in account.live("integration").values() if live.mark is not None] == []
    assert len(account.live("monitor")["Site"].body["assignedAlertContacts"]) == 1
