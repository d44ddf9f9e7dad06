"""Random programs: applied to the sandbox, a second plan is empty, and one edit of the program is what the next plan shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from monctl.condition import Between, Comparison, Condition, State, Term, Trend
from monctl.measure import Sentry
from monctl.program import Datasource, Delivery, Monitor, Program
from monctl.target import Built
from monctl.testing import assert_settles, connected
from monctl.unit import MILLISECONDS, NO_UNIT, PERCENT, SECONDS, Unit
from monctl_targets.sentry import target
from monctl_targets.sentry.query import MEASURES
from tests.targets.programs import (
    ENVIRONMENT,
    ESTATE,
    NAMES,
    Edit,
    alerts,
    assert_edit_shows,
    frame,
    monitors,
    of_monitor,
    secret,
    valid,
    with_monitors,
)
from tests.targets.sentry.shop import Sandbox
from tests.targets.sentry.test_sentry_contract import Contract

UNITS = {"p50": MILLISECONDS, "p75": SECONDS, "p95": MILLISECONDS, "p99": SECONDS, "average": MILLISECONDS, "failure_rate": PERCENT}
WINDOWS = st.sampled_from([None, 60.0, 240.0, 600.0, 1800.0, 86_400.0, 604_800.0])
DATASOURCES = {
    name: Datasource(name, "sentry", "Sentry", "", None, None, None, {}, (), 0, None, options)
    for name, options in (("web", {"project": "web"}), ("api", {"organization": "acme", "project": "api"}), ("other", {"project": "other"}))
}
QUERIES = st.sampled_from(
    [
        "",
        "  http.url:*/pay*  ",
        'message:"it\'s <b>down</b>" error.type:TypeError',
        "!release:1.0 has:user",
        "title:größer OR title:東京",
        "level:[error, fatal] stack.filename:*.py",
    ]
)


@st.composite
def sources(draw: st.DrawFn) -> Sentry:
    """Anything Sentry measures."""
    return Sentry(
        draw(st.sampled_from(["api", "web"])),
        draw(st.sampled_from(["events", "events", "events", *sorted(MEASURES)])),
        draw(st.dictionaries(st.sampled_from(["feature", "user", "größe"]), st.sampled_from([None, "track", 'a "b"', "x&y <z>"]))),
        draw(st.none() | st.sampled_from(["fatal", "error", "warning", "debug"])),
        draw(QUERIES),
        draw(st.none() | st.sampled_from(["production", "staging-2"])),
    )


COMPARISON = st.builds(
    lambda op, limit, window_s, for_s: Comparison(None, op, limit, window_s, for_s),
    st.sampled_from([">", "<", ">=", "<=", "==", "!="]),
    st.sampled_from([0, 1, 5.0, 0.5, 12.75, 1000.0]),
    WINDOWS,
    st.sampled_from([0.0, 300.0, 1000.0]),
)
OUTSIDE = st.builds(lambda inside, for_s: Between(None, inside, 10, 20.5, for_s), st.booleans(), st.sampled_from([0.0, 600.0]))
ISSUES = st.sampled_from([State("first seen"), State("regression"), State("any")])
OTHER = st.sampled_from([State("no data", 600), State("no data"), State("error"), State("down"), Trend(None, "increasing", 900)])
TERMS: st.SearchStrategy[Term] = st.one_of(COMPARISON, COMPARISON, OUTSIDE, ISSUES, OTHER)
CONDITIONS: st.SearchStrategy[Condition] = st.lists(TERMS, min_size=1, max_size=3).map(tuple)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """One to three monitors in one or two projects."""
    made = []
    for name in draw(st.lists(NAMES, unique_by=str.lower, min_size=1, max_size=3)):
        source = draw(sources())
        unit: Unit = UNITS.get(source.measure, NO_UNIT)
        found = draw(alerts(CONDITIONS, lambda condition: " or ".join(map(str, condition))))
        made.append(draw(monitors("sentry", name, source, found, {"value": unit}, "value")))
    options = draw(
        st.fixed_dictionaries(
            {"organization": st.just("acme")},
            optional={
                "slack_channels": st.just({"#ops": "C0123456789", "quiet": "C9876543210"}),
                "slack_workspace": st.just("sandbox.slack.com"),
                "pagerduty_account": st.just("sandbox"),
            },
        )
    )
    return with_monitors(frame("sentry", options, datasources=DATASOURCES), *made)


def fields(detector: str = "", workflow: str = "") -> dict[str, frozenset[str]]:
    return {"detector": frozenset(detector.split()), "workflow": frozenset(workflow.split())}


def in_source(**changed: Any) -> Any:
    """The change of some fields of a monitor's source."""
    return of_monitor(source=lambda one: replace(one.source, **changed))


def shorter(monitor: Monitor) -> Any:
    """The alerts with limits of 77."""
    return tuple(
        replace(
            alert,
            condition=tuple(replace(term, limit=77.0) if isinstance(term, Comparison) else term for term in alert.condition),
            text=alert.text + " (77)",
        )
        for alert in monitor.alerts
    )


def told(monitor: Monitor) -> Any:
    """The alerts, all told by mail alone."""
    return tuple(replace(alert, deliveries=(Delivery(("mail",), None),)) for alert in monitor.alerts)


EDITS = [
    Edit("title", of_monitor(title="Another <title>"), fields("name", "name")),
    Edit("description", of_monitor(description="Another 'text' & more"), fields("description")),
    Edit("action", of_monitor(action="Another"), fields("description", "actionFilters")),
    Edit("message", of_monitor(message="Another"), fields("description", "actionFilters")),
    Edit("runbook", of_monitor(runbook=lambda one: "page" if one.runbook != "page" else None), fields("description", "actionFilters")),
    Edit("links", of_monitor(links={"a": "https://b.example/?c&lt;=1"}), fields("description")),
    Edit("team", of_monitor(team=lambda one: "web" if one.team != "web" else None), fields("owner", "owner actionFilters")),
    Edit("active", of_monitor(active=lambda one: not one.active), fields("enabled", "enabled")),
    Edit("labels", of_monitor(labels={"a": "b"}), {}),
    Edit("service", of_monitor(service=lambda one: None if one.service else "shop"), {}),
    Edit("recover_after", of_monitor(recover_s=333.0), {}),
    Edit("waive", of_monitor(waive={"sentry.goal": "another reason"}), {}),
    Edit("environment", in_source(environment="development"), fields("dataSources", "environment")),
    Edit("tags", in_source(tags={"a": 'b "c"'}), fields("dataSources", "actionFilters")),
    Edit("level", in_source(level="info"), fields("dataSources", "actionFilters")),
    Edit("query", in_source(query="error.type:KeyError"), fields("dataSources", "actionFilters")),
    Edit("limit", of_monitor(alerts=shorter), fields("conditionGroup description name dataSources", "detectorIds"), moves=True),
    Edit("notify", of_monitor(alerts=told), fields("", "actionFilters config"), moves=True),
    Edit("datasource", in_source(datasource="other"), fields("projectId", "detectorIds"), moves=True),
    Edit(
        "monitors",
        lambda program, monitor: replace(program, monitors={name: one for name, one in program.monitors.items() if name != monitor.name}),
        {},
        moves=True,
    ),
]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(), st.sampled_from(EDITS), st.data())
def test_it_settles_and_shows_what_is_edited(program: Program, edit: Edit, data: st.DataObject) -> None:
    before = target.build(program)
    assume(valid(before))
    monitor: Monitor = data.draw(st.sampled_from(list(program.monitors.values())))
    after = target.build(edit.change(program, monitor))
    assume(valid(after))
    client = connected(target, estate=ESTATE, environment=ENVIRONMENT, options=program.targets["sentry"])

    assert_settles(target, before.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)
    assert_edit_shows(target, client, before, after, edit)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(), programs())
def test_any_program_takes_the_place_of_any_other(first: Program, second: Program) -> None:
    """Alerts that go and come, on detectors that go, come and are made anew in another project."""
    one, other = target.build(first), target.build(second)
    assume(valid(one) and valid(other))
    client = connected(target, estate=ESTATE, environment=ENVIRONMENT, options=first.targets["sentry"])

    assert_settles(target, one.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)
    assert_settles(target, other.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(first=programs(), second=programs())
def test_every_request_of_any_program_keeps_the_published_schema(
    vendor_schema: Callable[[str], Any], first: Program, second: Program
) -> None:
    contract = _contract(vendor_schema)
    one, other = target.build(first), target.build(second)
    assume(valid(one) and valid(other))
    sandbox = Sandbox()
    for built in (one, other, Built(())):
        assert_settles(target, built.resources, client=sandbox.client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)

    for method, path, body in sandbox.wire.sent:
        if method in {"POST", "PUT"}:
            contract.check_request(method, path, body)


_CONTRACTS: list[Contract] = []


def _contract(vendor_schema: Callable[[str], Any]) -> Contract:
    """The published schema, read once."""
    if not _CONTRACTS:
        _CONTRACTS.append(Contract(vendor_schema("sentry-openapi.json")))
    return _CONTRACTS[0]
