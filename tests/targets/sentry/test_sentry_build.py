from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monctl.condition import Between, Comparison, State, Term, Trend
from monctl.finding import Level
from monctl.measure import Host, Sentry
from monctl.program import Delivery, Maintenance, Program
from monctl.resource import Json, Mark, Ref, Resource, lookup
from monctl.target import Built, Fit
from monctl.unit import Unit
from monctl_targets.sentry import target
from tests.targets.sentry.shop import CHANNELS, Sandbox, channel, monitor, program

TRACK = Sentry("sentry", tags={"feature": "track"}, environment="production")
OVER_TEN = (Comparison(None, ">", 10, 600, 0),)


def built(*monitors: Any, **more: Any) -> Built:
    return target.build(program(*monitors, **more))


def one(made: Built, kind: str) -> Resource:
    found = [resource for resource in made.resources if resource.kind == kind]
    assert len(found) == 1, [resource.id for resource in made.resources]
    return found[0]


def fits(made: Built) -> dict[tuple[str, str], tuple[Fit, str, str]]:
    return {(line.address, line.field): (line.fit, line.how, line.severity) for line in made.fidelity}


def thresholds(made: Built) -> list[list[tuple[str, float, int]]]:
    return [
        [(each["type"], each["comparison"], each["conditionResult"]) for each in resource.body["conditionGroup"]["conditions"]]
        for resource in made.resources
        if resource.kind == "detector"
    ]


def test_more_than_ten_tagged_errors_in_ten_minutes() -> None:
    made = built(monitor("track-errors", TRACK, {"P2": OVER_TEN}, "slack", "mail"))
    detector, workflow = one(made, "detector"), one(made, "workflow")

    assert detector.body["dataSources"] == [
        {
            "aggregate": "count()",
            "dataset": "events",
            "query": "tags[feature]:track",
            "queryType": 0,
            "eventTypes": ["default", "error"],
            "timeWindow": 600,
            "environment": "production",
        }
    ]
    assert thresholds(made) == [[("gt", 10, 50), ("lte", 10, 0)]]
    assert detector.body["config"] == {"detectionType": "static"}
    assert detector.body["projectId"] == lookup("project", organization="acme", slug="web")
    assert detector.body["owner"] == lookup("team", field="owner", organization="acme", slug="back-end")
    assert workflow.body["detectorIds"] == [Ref("detector", "track-errors/p2")]
    assert workflow.body["environment"] is None  # a recovery carries no environment
    assert workflow.body["config"] == {"frequency": 0}
    assert [action["type"] for action in workflow.body["actionFilters"][0]["actions"]] == ["slack", "email", "email"]
    assert (detector.key, workflow.key, detector.address) == ("track-errors/p2", "track-errors/p2", "monitor.track-errors")


def test_any_error_with_a_tag_is_a_workflow_on_the_error_detector() -> None:
    source = Sentry("sentry", tags={"migration": None}, level="error", environment="production")
    made = built(monitor("migration", source, {"P0": (State("any", 0),)}, "slack", "mail", "pager"))
    workflow = one(made, "workflow")

    assert len(made.resources) == 1
    assert workflow.key == "migration/p0-issues"
    assert workflow.body["detectorIds"] == [lookup("detector", organization="acme", slug="web", type="error")]
    assert workflow.body["triggers"] == {"logicType": "any-short", "conditions": [], "actions": []}
    assert workflow.body["environment"] == "production"
    assert workflow.body["config"] == {"frequency": 5}
    group = workflow.body["actionFilters"][0]
    assert group["logicType"] == "all"
    assert group["conditions"] == [
        {"type": "tagged_event", "comparison": {"key": "migration", "match": "is"}, "conditionResult": True},
        {"type": "level", "comparison": {"level": 40, "match": "gte"}, "conditionResult": True},
    ]
    slack, *_, pagerduty = group["actions"]
    assert slack["data"] == {"notes": "P0", "tags": "environment,level,migration"}
    assert pagerduty["data"] == {"priority": "critical"}


def test_a_percentile_over_a_limit_for_minutes_is_the_percentile_of_those_minutes() -> None:
    made = built(monitor("p95", Sentry("sentry", "p95"), {"P1": (Comparison(None, ">", 1000, None, 600),)}))
    source = one(made, "detector").body["dataSources"][0]

    assert (source["aggregate"], source["dataset"], source["query"]) == (
        "p95(span.duration)",
        "events_analytics_platform",
        "is_transaction:true",
    )
    assert (source["queryType"], source["eventTypes"], source["timeWindow"]) == (1, ["trace_item_span"], 600)
    assert thresholds(made) == [[("gt", 1000, 75), ("lte", 1000, 0)]]
    assert fits(made)["monitor.p95", "alert.P1.for"] == (
        Fit.APPROXIMATED,
        "no pending period: the figure of the last 10m is compared",
        "P1",
    )


def test_a_duration_in_seconds_is_compared_in_milliseconds() -> None:
    unit = Unit.parse("s")
    made = built(monitor("slow", Sentry("sentry", "p95"), {"P1": (Comparison(None, ">", 2, None, 300),)}, unit=unit))

    assert thresholds(made) == [[("gt", 2000, 75), ("lte", 2000, 0)]]


def test_a_failure_rate_is_a_fraction_and_a_rate_is_a_count_of_its_window() -> None:
    made = built(
        monitor("failures", Sentry("sentry", "failure_rate"), {"P1": (Comparison(None, ">", 5, None, 300),)}),
        monitor("rate", Sentry("sentry"), {"P1": (Comparison(None, ">", 5, 600, 0),)}, unit=Unit.parse("errors/min")),
    )

    assert thresholds(made) == [[("gt", 0.05, 75), ("lte", 0.05, 0)], [("gt", 50, 75), ("lte", 50, 0)]]


def test_first_seen_and_regression_are_triggers() -> None:
    made = built(monitor("new", Sentry("sentry"), {"P2": (State("first seen", 0), State("regression", 0))}))
    workflow = one(made, "workflow")

    assert [each["type"] for each in workflow.body["triggers"]["conditions"]] == ["first_seen_event", "regression_event"]
    assert workflow.body["actionFilters"][0]["conditions"] == []
    assert workflow.body["config"] == {"frequency": 30}


def test_two_severities_share_a_detector_and_have_a_workflow_each() -> None:
    made = built(monitor("errors", TRACK, {"P0": (Comparison(None, ">", 50, 600, 0),), "P2": OVER_TEN}))
    flows = [resource for resource in made.resources if resource.kind == "workflow"]

    assert thresholds(made) == [[("gt", 50, 75), ("gt", 10, 50), ("lte", 10, 0)]]
    assert [(flow.key, flow.body["detectorIds"]) for flow in flows] == [
        ("errors/p0", [Ref("detector", "errors/p0")]),
        ("errors/p2", [Ref("detector", "errors/p0")]),
    ]
    assert [[each["comparison"] for each in flow.body["actionFilters"][0]["conditions"]] for flow in flows] == [[75, 75], [50, 50]]


@pytest.mark.parametrize(
    ("alerts", "expected"),
    [
        (
            {"P0": (Comparison(None, ">", 50, 300, 0),), "P2": OVER_TEN},
            [[("gt", 50, 75), ("lte", 50, 0)], [("gt", 10, 50), ("lte", 10, 0)]],
        ),
        ({"P0": (Comparison(None, ">", 5, 600, 0),), "P2": OVER_TEN}, [[("gt", 5, 75), ("lte", 5, 0)], [("gt", 10, 50), ("lte", 10, 0)]]),
        (
            {"P0": (Comparison(None, ">", 90, 600, 0),), "P1": (Comparison(None, ">", 50, 600, 0),), "P2": OVER_TEN},
            [[("gt", 90, 75), ("gt", 50, 50), ("lte", 50, 0)], [("gt", 10, 50), ("lte", 10, 0)]],
        ),
        (
            {"P0": (Comparison(None, "<", 1, 600, 0),), "P1": (Comparison(None, "<", 5, 600, 0),)},
            [[("lt", 1, 75), ("lt", 5, 50), ("gte", 5, 0)]],
        ),
        ({"P1": (Comparison(None, ">=", 10, 600, 0),)}, [[("gt", 9, 75), ("lte", 9, 0)]]),
        ({"P1": (Comparison(None, "<=", 10, 600, 0),)}, [[("lt", 11, 75), ("gte", 11, 0)]]),
        ({"P1": (Comparison(None, "!=", 0, 600, 0),)}, [[("gt", 0, 75), ("lte", 0, 0)]]),
        ({"P1": (Comparison(None, "==", 0, 600, 0),)}, [[("lt", 1, 75), ("gte", 1, 0)]]),
        ({"P1": (Between(None, False, 5, 10, 600),)}, [[("gt", 10, 75), ("lte", 10, 0)], [("lt", 5, 75), ("gte", 5, 0)]]),
        ({"P1": (State("no data", 600),)}, [[("lt", 1, 75), ("gte", 1, 0)]]),
    ],
)
def test_comparisons_become_conditions(alerts: Any, expected: Json) -> None:
    made = built(monitor("errors", Sentry("sentry"), alerts))

    assert thresholds(made) == expected
    assert len({resource.id for resource in made.resources}) == len(made.resources)


@pytest.mark.parametrize(
    ("source", "term", "why"),
    [
        (Sentry("sentry"), Comparison(None, "==", 7, 600, 0), "'==': Sentry has no such condition on a metric"),
        (Sentry("sentry", "p95"), Comparison(None, "!=", 0, 600, 0), "'!=': Sentry has no such condition on a metric"),
        (Sentry("sentry"), Between(None, True, 5, 10, 0), "'between': Sentry has no such condition on a metric"),
        (Sentry("sentry"), Trend(None, "increasing", 900), "'increasing': Sentry has no such condition"),
        (Sentry("sentry"), State("error", 0), "'error': Sentry has no such condition on a metric"),
        (Sentry("sentry", "p95"), State("no data", 600), "'no data': Sentry has no such condition on a metric"),
    ],
)
def test_what_sentry_cannot_compare_is_reported_and_not_built(source: Sentry, term: Term, why: str) -> None:
    made = built(monitor("m", source, {"P0": (term,)}))
    fit, how, severity = fits(made)["monitor.m", "alert.P0.condition"]

    assert made.resources == ()
    assert (fit, severity) == (Fit.DROPPED, "P0")
    assert how.startswith(why)


@pytest.mark.parametrize(
    ("source", "term", "field", "window_s"),
    [
        (Sentry("sentry"), Comparison(None, ">", 1, 60, 0), None, 60),
        (Sentry("sentry"), Comparison(None, ">", 1, 400, 0), "in", 600),
        (Sentry("sentry"), Comparison(None, ">", 1, 200_000, 0), "in", 86_400),
        (Sentry("sentry", "p95"), Comparison(None, ">", 1, 60, 0), "in", 300),
        (Sentry("sentry", "crash_free_rate"), Comparison(None, "<", 99, 600, 0), "in", 1800),
        (Sentry("sentry"), Comparison(None, ">", 1, None, 0), "condition", 60),
        (Sentry("sentry"), Comparison(None, ">", 1, 300, 600), "for", 300),
        (Sentry("sentry", "p95"), Comparison(None, ">=", 1, 300, 0), "condition", 300),
    ],
)
def test_windows_are_those_sentry_takes(source: Sentry, term: Term, field: str | None, window_s: int) -> None:
    made = built(monitor("m", source, {"P1": (term,)}))
    nearly = {name for (_, name), (fit, *_) in fits(made).items() if fit is Fit.APPROXIMATED and name.startswith("alert.")}

    assert one(made, "detector").body["dataSources"][0]["timeWindow"] == window_s
    assert nearly == {"alert.P1.severity"} | ({f"alert.P1.{field}"} if field else set())


@pytest.mark.parametrize(
    ("source", "query"),
    [
        (Sentry("sentry"), ""),
        (Sentry("sentry", tags={"a": "x y", "b": None, "c": 'say "hi"'}), 'tags[a]:"x y" has:tags[b] tags[c]:"say \\"hi\\""'),
        (Sentry("sentry", level="error"), "level:[fatal, error]"),
        (Sentry("sentry", tags={"a": "1"}, query="x:1 OR x:2"), "tags[a]:1 (x:1 OR x:2)"),
        (Sentry("sentry", query=" x:1 OR x:2 "), "x:1 OR x:2"),
        (
            Sentry("sentry", "p95", tags={"a": "1"}, level="error", query="transaction:/checkout"),
            "is_transaction:true a:1 transaction:/checkout",
        ),
        (Sentry("sentry", "crash_free_rate", tags={"a": "1"}, query="release:1.0"), "release:1.0"),
    ],
)
def test_a_source_is_one_search(source: Sentry, query: str) -> None:
    made = built(monitor("m", source, {"P1": (Comparison(None, "<", 99, 1800, 0),)}))

    assert one(made, "detector").body["dataSources"][0]["query"] == query


@pytest.mark.parametrize(
    ("query", "conditions"),
    [
        ("error.type:TimeoutError", [("event_attribute", {"attribute": "exception.type", "match": "eq", "value": "TimeoutError"})]),
        ('!message:"*no network*"', [("event_attribute", {"attribute": "message", "match": "nc", "value": "no network"})]),
        ("transaction:/api/*", [("tagged_event", {"key": "transaction", "match": "sw", "value": "/api/"})]),
        ("url:*.png", [("tagged_event", {"key": "url", "match": "ew", "value": ".png"})]),
        ("has:release !has:user", [("tagged_event", {"key": "release", "match": "is"}), ("tagged_event", {"key": "user", "match": "ns"})]),
        ("tags[message]:x", [("tagged_event", {"key": "message", "match": "eq", "value": "x"})]),
        ("level:fatal", [("level", {"level": 50, "match": "eq"})]),
    ],
)
def test_a_search_becomes_filters_where_it_can(query: str, conditions: Json) -> None:
    made = built(monitor("m", Sentry("sentry", query=query), {"P2": (State("any", 0),)}))
    sent = one(made, "workflow").body["actionFilters"][0]["conditions"]

    assert [(each["type"], each["comparison"]) for each in sent] == conditions
    assert ("monitor.m", "source.query") not in fits(made)


@pytest.mark.parametrize(
    "lost", ["timeout", "times_seen:>10", "release:[a, b]", "a OR b", "transaction:/a/*/b", "is:unresolved", "has:a:b"]
)
def test_a_search_no_filter_can_say_is_reported(lost: str) -> None:
    made = built(monitor("m", Sentry("sentry", query=lost), {"P0": (State("any", 0),)}))
    fit, how, severity = fits(made)["monitor.m", "source.query"]

    assert (fit, severity) == (Fit.DROPPED, "P0")
    assert how == f"an alert on issues has no search; not filtered by: {lost}"


def test_channels_that_do_not_want_recoveries_get_none() -> None:
    made = built(monitor("m", TRACK, {"P1": OVER_TEN}, "slack", "quiet"))
    groups = one(made, "workflow").body["actionFilters"]

    assert [[each["type"] for each in group["conditions"]] for group in groups] == [
        ["issue_priority_greater_or_equal", "issue_priority_deescalating"],
        ["issue_priority_greater_or_equal"],
    ]
    assert [[action["config"]["targetDisplay"] for action in group["actions"]] for group in groups] == [["#production-alerts"], ["#quiet"]]
    assert fits(made)["channel.quiet", "repeat"][0] is Fit.DROPPED


def test_a_channels_repeat_is_the_frequency_of_an_alert_on_issues() -> None:
    made = built(monitor("m", TRACK, {"P1": (State("any", 0),)}, "slack", "quiet"))

    assert one(made, "workflow").body["config"] == {"frequency": 60}
    assert ("channel.quiet", "repeat") not in fits(made)


def test_what_sentry_cannot_tell_is_reported_with_its_severity() -> None:
    made = built(monitor("m", TRACK, {"P0": OVER_TEN}, "sms", "hook", "issues"))

    assert {resource.kind for resource in made.resources} == {"detector"}
    assert fits(made)["monitor.m", "notify.sms"] == (Fit.DROPPED, "Sentry sends no SMS", "P0")
    assert fits(made)["monitor.m", "notify.hook"][0::2] == (Fit.DROPPED, "P0")
    assert fits(made)["monitor.m", "notify.issues"][0] is Fit.EXACT


def test_channels_without_the_name_sentry_needs_are_reported() -> None:
    channels = {**CHANNELS, "hooked": channel("hooked", "slack", webhook="x"), "keyed": channel("keyed", "pagerduty", service=None)}
    made = built(monitor("m", TRACK, {"P0": OVER_TEN}, "hooked", "keyed"), channels=channels)

    assert {name: fit for (_, name), (fit, *_) in fits(made).items() if name.startswith("notify.")} == {
        "notify.hooked": Fit.DROPPED,
        "notify.keyed": Fit.DROPPED,
    }


def _mails(made: Built) -> list[tuple[str, Json]]:
    actions = [action for group in one(made, "workflow").body["actionFilters"] for action in group["actions"]]
    return [(action["config"]["targetType"], action["config"]["targetIdentifier"]) for action in actions if action["type"] == "email"]


def test_addresses_are_people_teams_or_the_owning_team() -> None:
    addresses = ("Ana@example.com", "cy@example.com", "team@example.com", "nobody@example.com")
    channels = {"mail": channel("mail", "email", to=addresses)}
    made = built(monitor("m", TRACK, {"P1": OVER_TEN}, "mail"), channels=channels)

    assert _mails(made) == [
        ("user", lookup("member", organization="acme", email="ana@example.com")),
        ("user", lookup("member", organization="acme", username="cyrus")),
        ("team", lookup("team", organization="acme", slug="back-end")),
    ]
    assert fits(made)["monitor.m", "notify.mail"] == (
        Fit.APPROXIMATED,
        "nobody@example.com is nobody's in `people` or `teams`: the team 'backend' is written to",
        "P1",
    )


def test_an_address_nobody_has_goes_to_the_owners_of_the_issue_where_no_team_owns_the_monitor() -> None:
    made = built(monitor("m", TRACK, {"P1": OVER_TEN}, "mail", team=None))

    assert _mails(made)[1:] == [("issue_owners", None)]
    assert one(made, "detector").body["owner"] is None


@pytest.mark.parametrize(
    ("channels", "escalation", "fit", "mails"),
    [
        (("pager",), "ladder", Fit.APPROXIMATED, 0),
        (("slack",), "ladder", Fit.DROPPED, 1),
        (("slack",), "one-step", Fit.APPROXIMATED, 1),
    ],
)
def test_escalations_are_pagerdutys_or_their_first_level(channels: tuple[str, ...], escalation: str, fit: Fit, mails: int) -> None:
    made = built(monitor("m", TRACK, {"P0": OVER_TEN}, deliveries=(Delivery(channels, escalation),)))

    assert fits(made)["monitor.m", "alert.P0.escalation"][0::2] == (fit, "P0")
    assert len(_mails(made)) == mails


def test_hours_and_digests_are_not_kept() -> None:
    made = built(monitor("m", TRACK, {"P3": OVER_TEN}, deliveries=(Delivery(("slack",), None, "office"),)))

    assert fits(made)["monitor.m", "alert.P3.during"][0] is Fit.APPROXIMATED
    assert fits(made)["monitor.m", "alert.P3.digest"][0] is Fit.APPROXIMATED


def test_options_name_the_workspace_the_account_and_the_channels_ids() -> None:
    options = {"slack_workspace": "Acme", "pagerduty_account": "acme", "slack_channels": {"production-alerts": "C0123456789"}}
    made = built(monitor("m", TRACK, {"P1": OVER_TEN}, "slack", "pager"), options=options)
    slack, pagerduty = one(made, "workflow").body["actionFilters"][0]["actions"]

    assert slack["integrationId"] == lookup("integration", organization="acme", provider="slack", name="Acme")
    assert slack["config"]["targetIdentifier"] == "C0123456789"
    assert pagerduty["config"]["targetIdentifier"] == lookup("pagerduty_service", organization="acme", service="Database", account="acme")


def test_every_field_that_is_set_is_accounted_for() -> None:
    given = monitor(
        "m",
        Sentry("sentry", "failure_rate", level="error"),
        {"P1": (Comparison(None, ">", 5, 300, 0),)},
        goal="< 1%",
        labels={"a": "b"},
        links={"dash": "https://example.com"},
        runbook="rb",
        action="Roll back",
        message="Too many failures",
        description="Share of failed requests",
        service="api",
        recover_s=300,
        no_data="P0",
        on_error="P1",
        every_s=300,
        phases=("live",),
    )
    window = Maintenance("night", "", "UTC", ("m",), None, None, ())
    lines = fits(built(given, maintenance={"night": window}))

    assert {name: fit.value for (address, name), (fit, *_) in lines.items() if address == "monitor.m"} == {
        "alert.P1.severity": "approximated",
        "source.measure": "approximated",
        "source.level": "dropped",
        "every": "approximated",
        "recover_after": "dropped",
        "no_data": "dropped",
        "on_error": "approximated",
        "runbook": "approximated",
        "action": "approximated",
        "message": "approximated",
        "links": "approximated",
        "service": "dropped",
        "goal": "dropped",
        "labels": "dropped",
        "team": "exact",
        "phases": "exact",
        "maintenance": "dropped",
    }
    assert lines["monitor.m", "no_data"][2] == "P0"


def test_people_read_what_to_do() -> None:
    given = monitor(
        "errors",
        TRACK,
        {"P1": OVER_TEN},
        description="Errors of tracks",
        action="Roll back",
        runbook="rb",
        links={"Board": "https://b.example"},
    )
    made = built(given)

    assert one(made, "detector").body["description"] == (
        "Errors of tracks\nP1: P1 text\nWhat to do: Roll back\nRunbook: Runbook of errors: Look at the last deployment\nBoard: https://b.example"
    )
    note = one(made, "workflow").body["actionFilters"][0]["actions"][0]["data"]["notes"]
    assert note == "P1 · Roll back · Runbook of errors: Look at the last deployment"


def test_a_monitor_outside_its_phase_is_held_disabled() -> None:
    made = built(monitor("m", TRACK, {"P1": OVER_TEN}, active=False, protect=True))

    assert {(resource.body["enabled"], resource.protect) for resource in made.resources} == {(False, True)}


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (
            program(monitor("m", Sentry("bare"), {"P1": OVER_TEN}), options={"project": "web"}),
            "SENTRY101",
            "datasource 'bare' names no Sentry organization",
        ),
        (
            program(monitor("m", Sentry("bare"), {"P1": OVER_TEN}), options={"organization": "acme"}),
            "SENTRY102",
            "datasource 'bare' names no Sentry project",
        ),
        (
            program(
                monitor("a", Sentry("bare"), {"P1": OVER_TEN}),
                monitor("b", TRACK, {"P1": OVER_TEN}),
                options={"organization": "other", "project": "web"},
            ),
            "SENTRY103",
            "'b' is in Sentry's organization 'acme', others of this estate are in 'other'",
        ),
        (
            program(replace(monitor("m", TRACK, {"P1": OVER_TEN}), source=Host("cpu"))),
            "SENTRY104",
            "Sentry cannot hold a monitor with a 'host' source",
        ),
        (
            program(monitor("M", TRACK, {"P1": OVER_TEN}), monitor("m", TRACK, {"P1": OVER_TEN})),
            "SENTRY105",
            "'monitor.m' and 'monitor.M' would both be Sentry's detector 'm/p1'",
        ),
        (
            program(monitor("m" * 160, TRACK, {"P1": OVER_TEN})),
            "SENTRY106",
            f"'{'m' * 160}' leaves 9 of 200 characters for a name at Sentry beside the ownership mark",
        ),
        (
            program(monitor("m", Sentry("sentry", query="release:latest"), {"P1": OVER_TEN})),
            "SENTRY108",
            "Sentry refuses the query of 'm': `release:latest` is not allowed in a monitor",
        ),
        (
            program(monitor("m", Sentry("sentry", query='"a'), {"P1": OVER_TEN})),
            "SENTRY108",
            "Sentry refuses the query of 'm': a double quote is not closed",
        ),
        (
            program(monitor("m", Sentry("sentry", query="(a"), {"P1": OVER_TEN})),
            "SENTRY108",
            "Sentry refuses the query of 'm': a bracket is not closed",
        ),
    ],
)
def test_what_cannot_be_compiled_is_a_finding_with_a_way_out(given: Program, code: str, message: str) -> None:
    findings = target.build(given).findings

    assert (findings[0].code, findings[0].message, findings[0].level) == (code, message, Level.ERROR)
    assert all(found.help for found in findings)


def test_many_slack_actions_without_ids_are_a_warning() -> None:
    monitors = [monitor(f"m{number}", TRACK, {"P1": OVER_TEN}) for number in range(51)]
    silent = built(*monitors, options={"slack_channels": {"#production-alerts": "C1"}})

    assert [(found.code, found.level) for found in built(*monitors).findings] == [("SENTRY107", Level.WARNING)]
    assert silent.findings == ()


def test_a_window_sentry_does_not_offer_is_a_warning_with_the_one_it_takes() -> None:
    odd = built(monitor("m", TRACK, {"P1": (Comparison(None, ">", 10, 420, 0),)}))

    assert [(found.code, found.level, found.message) for found in odd.findings] == [
        ("SENTRY109", Level.WARNING, "Sentry counts over no 7m; 10m are taken")
    ]
    assert built(monitor("m", TRACK, {"P1": OVER_TEN})).findings == ()


def test_a_time_to_hold_that_is_no_window_is_a_warning_with_the_one_it_takes() -> None:
    odd = built(monitor("m", TRACK, {"P1": (Comparison(None, ">", 10, None, 420),)}))

    assert [(found.code, found.level, found.message) for found in odd.findings] == [
        ("SENTRY109", Level.WARNING, "Sentry looks at no 7m; 10m are taken, since it has no pending period")
    ]
    assert built(monitor("m", TRACK, {"P1": (Comparison(None, ">", 10, None, 600),)})).findings == ()


def test_an_alert_on_every_event_of_a_project_is_a_warning() -> None:
    every = (State("any"),)
    loud = built(monitor("m", Sentry("sentry"), {"P1": every}))

    assert [(found.code, found.level, found.message) for found in loud.findings] == [
        ("SENTRY110", Level.WARNING, "'any' of 'm' is every event of the project: the source names no tag, level or query")
    ]
    for narrowed in (Sentry("sentry", level="error"), TRACK, Sentry("sentry", query="http.url:*/pay*")):
        assert built(monitor("m", narrowed, {"P1": every})).findings == ()
    assert built(monitor("m", Sentry("sentry"), {"P1": (State("first seen"),)})).findings == ()


def test_more_detectors_than_a_server_takes_are_a_warning() -> None:
    monitors = [monitor(f"m{number}", TRACK, {"P1": OVER_TEN}) for number in range(1001)]
    ids = {"slack_channels": {"#production-alerts": "C1"}}

    assert [(found.code, found.level) for found in built(*monitors, options=ids).findings] == [("SENTRY111", Level.WARNING)]
    assert built(*monitors[:1000], options=ids).findings == ()


def test_a_long_title_is_cut_so_that_name_and_mark_fit() -> None:
    made = built(monitor("m", TRACK, {"P1": OVER_TEN}, title="x" * 300))
    detector = one(made, "detector")
    mark = Mark("shop", "", detector.key, "0123456789")

    assert len(f"{detector.body['name']} [{mark.text()}]") == 200
    assert fits(made)["monitor.m", "title"][0] is Fit.APPROXIMATED


def test_without_monitors_there_is_nothing() -> None:
    assert target.build(program()) == Built(())


EVERYTHING = program(
    monitor("track-errors", TRACK, {"P0": (Comparison(None, ">", 50, 600, 0),), "P2": OVER_TEN}, "slack", "mail", "quiet"),
    monitor("migration", Sentry("sentry", tags={"migration": None}, level="error"), {"P0": (State("any", 0),)}, "slack", "mail", "pager"),
    monitor("p95", Sentry("sentry", "p95"), {"P1": (Comparison(None, ">", 1000, None, 600),)}),
    monitor("new", Sentry("sentry"), {"P2": (State("first seen", 0),)}, active=False),
    monitor("users", Sentry("sentry", "users"), {"P1": (Comparison(None, ">", 10, 60, 0),)}, "slack", "pager"),
    monitor("failures", Sentry("sentry", "failure_rate"), {"P1": (Comparison(None, ">", 5, None, 300), State("regression", 0))}, team=None),
    monitor("crashes", Sentry("sentry", "crash_free_rate"), {"P1": (Comparison(None, "<", 99.5, 1800, 0),)}),
    monitor("apdex", Sentry("sentry", "apdex"), {"P1": (Between(None, False, 0.7, 0.99, 300),)}),
)


def test_a_second_plan_is_empty(sandbox: Sandbox) -> None:
    resources = target.build(EVERYTHING).resources
    made = sandbox.apply(resources)
    ids = {key: live.remote_id for key, live in made.items()}
    lives = {(live.kind, live.mark.key): live for live in sandbox.client.read(resources) if live.mark is not None}

    assert lives.keys() == {(resource.kind, resource.key) for resource in resources}
    for resource in resources:
        live = lives[resource.kind, resource.key]
        desired = sandbox.resolved(resource.body, ids)
        assert target.normalize(resource.kind, live.body) == target.normalize(resource.kind, desired)
        again = sandbox.client.update(resource, desired, Mark("shop", "", resource.key, "0123456789"), live)
        assert target.normalize(resource.kind, again.body) == target.normalize(resource.kind, desired)


def test_building_twice_gives_the_same() -> None:
    assert target.build(EVERYTHING) == target.build(EVERYTHING)


def test_every_line_of_the_support_matrix_has_a_source_with_a_date() -> None:
    capabilities = target.capabilities
    sources = [line.source for line in capabilities.capabilities] + [limit.source for limit in capabilities.limits]

    assert all("2026-" in source for source in sources)
    assert all(line.how for line in capabilities.capabilities if line.fit is not Fit.EXACT)
    assert len({line.feature for line in capabilities.capabilities}) == len(capabilities.capabilities)
