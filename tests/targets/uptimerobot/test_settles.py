"""Random programs: applied to the sandbox, a second plan is empty, and one edit of the program is what the next plan shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from monctl.condition import Between, Comparison, Condition, State, Trend
from monctl.measure import Dns, Heartbeat, Http, JsonAssertion, Ping, Source, Tcp
from monctl.program import Delivery, Monitor, Program
from monctl.resource import SecretRef
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Built, Settings
from monctl.testing import assert_settles, connected
from monctl.unit import Unit
from monctl_targets.uptimerobot import target
from monctl_targets.uptimerobot.emulator import UptimeRobotEmulator
from monctl_targets.uptimerobot.mark import known
from tests.targets.programs import (
    ENVIRONMENT,
    ESTATE,
    NAMES,
    Edit,
    alerts,
    assert_edit_shows,
    frame,
    monitors,
    of_channels,
    of_monitor,
    secret,
    valid,
    windows,
    with_monitors,
)
from tests.targets.uptimerobot.conftest import Recorder
from tests.targets.uptimerobot.test_uptimerobot_contract import CORRECTED, corrected, errors, request_names

UNITS = {
    "up": Unit.parse("none"),
    "response_time": Unit.parse("ms"),
    "certificate_expires_in": Unit.parse("d"),
    "status": Unit.parse("none"),
}
URLS = st.sampled_from(
    [
        "https://shop.example",
        "https://shop.example/",
        "https://shop.example/health?a=1&b=2",
        "https://shop.example/search?q=1&copy=2&lt=3#top",
        "https://shop.example/it's/ö?x=<y>",
        "http://plain.shop.example/",
    ]
)
DURATIONS = st.sampled_from([0.0, 30.0, 120.0, 600.0])
DOWN = st.builds(State, st.sampled_from(["down", "no data", "error"]), DURATIONS)
SLOW = st.builds(
    lambda limit, for_s: Comparison("response_time", ">", limit, None, for_s), st.sampled_from([250.0, 2000.5, 90_000.0]), DURATIONS
)
EXPIRY = st.builds(lambda days: Comparison("certificate_expires_in", "<", days), st.sampled_from([1.0, 7.0, 30.0, 400.0]))
UNSAID = st.sampled_from(
    [Between("response_time", True, 1, 2), Trend("response_time", "increasing", 900), State("first seen"), Comparison("status", "==", 500)]
)
CHECKS = st.lists(
    st.sampled_from(
        [
            JsonAssertion("$.status", "==", "ok"),
            JsonAssertion("$.n", ">", 3.0),
            JsonAssertion("$.f", "<", 0.5),
            JsonAssertion("$.b", "!=", True),
            JsonAssertion("$.x", "exists"),
            JsonAssertion("$.t", "contains", "<&'\">"),
        ]
    ),
    unique=True,
    min_size=1,
    max_size=4,
).map(tuple)
HEADERS: st.SearchStrategy[dict[str, str | SecretRef]] = st.dictionaries(
    st.sampled_from(["X-Key", "Accept"]), st.sampled_from([SecretRef("env:KEY"), " plain ", "a,b"])
)


def conditions(terms: st.SearchStrategy[Any]) -> st.SearchStrategy[Condition]:
    return st.lists(terms, min_size=1, max_size=2).map(tuple)


@st.composite
def https(draw: st.DrawFn) -> Http:
    """A request of any kind UptimeRobot can make."""
    method = draw(st.sampled_from(["GET", "HEAD", "POST", "PUT"]))
    body = draw(st.none() | st.sampled_from(['{"a": [1, "ü"]}', "a=1&b=%C3%BC", "[1]"])) if method in {"POST", "PUT"} else None
    looks = draw(st.sampled_from(["", "contains", "lacks", "json"])) if method != "HEAD" else ""
    given: dict[str, Any] = {"json": draw(CHECKS)} if looks == "json" else {}
    if looks in {"contains", "lacks"}:
        given = {looks: draw(st.sampled_from(['"status":"ok"', "<h1>Tom & 'Jerry'</h1>", "&amp;", "ö"]))}
    url = draw(URLS)
    expires = draw(st.none() | st.just(14 * 86400.0)) if url.startswith("https") else None
    status = draw(st.sampled_from([("2xx", "3xx"), ("3xx", "2xx"), ("200", "404")]))
    return Http(
        url,
        method,
        draw(HEADERS),
        body,
        status,
        follow_redirects=draw(st.booleans()),
        verify=draw(st.booleans()),
        certificate_expires_in_s=expires,
        **given,
    )


def sources(name: str) -> st.SearchStrategy[Source]:
    """Every kind of source; a DNS name is asked by one monitor alone, which the vendor wants."""
    dns = st.builds(
        Dns, st.just(f"{name.lower()}.example"), st.sampled_from(["A", "TXT"]), st.sampled_from([(), ("192.0.2.7", "192.0.2.1")]), st.none()
    )
    return st.one_of(
        https(),
        https(),
        st.builds(Tcp, st.just("mail.shop.example"), st.sampled_from([25, 443])),
        st.just(Ping("router.shop.example")),
        dns,
        st.builds(Heartbeat, st.sampled_from([0.0, 90.5, 100_000.0])),
    )


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """One to four monitors, a maintenance window perhaps, some account."""
    names = draw(st.lists(NAMES, unique_by=str.lower, min_size=1, max_size=4))
    made = []
    for name in names:
        source = draw(sources(name))
        terms = [DOWN, DOWN, SLOW, UNSAID, *([EXPIRY] if getattr(source, "url", "").startswith("https") else [])]
        found = draw(alerts(conditions(st.one_of(terms))))
        made.append(draw(monitors("uptimerobot", name, source, found, UNITS, "up")))
    options = draw(
        st.fixed_dictionaries(
            {"plan": st.sampled_from(["team", "enterprise"])},
            optional={
                "regions": st.sampled_from([["eu"], ["as", "na"]]),
                "time_zone": st.just("Europe/Berlin"),
                "monitor_limit": st.just(500),
            },
        )
    )
    return with_monitors(frame("uptimerobot", options), *made, maintenance=draw(windows(names)))


MONITOR: Callable[..., dict[str, frozenset[str]]] = lambda *fields: {"monitor": frozenset(fields)}  # noqa: E731  # a name for a table
EDITS = [
    Edit("title", of_monitor(title="Another <title>"), MONITOR("friendlyName")),
    Edit("every", of_monitor(every_s=lambda one: one.every_s + 60), MONITOR("interval")),
    Edit("timeout", of_monitor(timeout_s=33.0), MONITOR("timeout")),
    Edit("active", of_monitor(active=lambda one: not one.active), MONITOR("status")),
    Edit("description", of_monitor(description="Another 'text' & more"), MONITOR("customFields")),
    Edit("action", of_monitor(action="Another"), MONITOR("customFields")),
    Edit("runbook", of_monitor(runbook=lambda one: "outage" if one.runbook is None else None), MONITOR("customFields")),
    Edit("labels", of_monitor(labels={"tier": "<9>", "tags": "New"}), MONITOR("customFields", "tagNames")),
    Edit("team", of_monitor(team=lambda one: "web" if one.team != "web" else None), MONITOR("customFields", "tagNames")),
    Edit("goal", of_monitor(goal="== 1"), {}),
    Edit("waive", of_monitor(waive={"uptimerobot.goal": "another reason"}), {}),
    Edit("protect", of_monitor(protect=lambda one: not one.protect), {}),
    Edit("channel.title", of_channels(title="Another & title"), {"integration": frozenset({"friendlyName"}), "alert_contact": frozenset({"friendlyName"})}),
    Edit(
        "channel.resolved",
        of_channels(resolved=False),
        {"integration": frozenset({"enableNotificationsFor", "autoResolve"}), "alert_contact": frozenset({"enableNotificationsFor"})},
    ),
    Edit(
        "source",
        of_monitor(source=Ping("another.shop.example")),
        {"monitor": frozenset({"url", "type", "config", "assignedAlertContacts", "responseTimeThreshold"}), "integration": frozenset({"sslExpirationReminder"}), "alert_contact": frozenset({"sslExpirationReminder"}), "maintenance_window": frozenset({"monitorIds"})},
        moves=True,
    ),
    Edit(
        "notify",
        of_monitor(alerts=lambda one: tuple(replace(alert, deliveries=(Delivery(("mail",), None),)) for alert in one.alerts)),
        {
            "monitor": frozenset({"assignedAlertContacts", "responseTimeThreshold", "config", "sslExpirationReminder", "url"}),
            "integration": frozenset({"friendlyName", "enableNotificationsFor", "autoResolve", "sslExpirationReminder"}),
            "alert_contact": frozenset({"friendlyName", "enableNotificationsFor", "sslExpirationReminder"}),
            "maintenance_window": frozenset({"monitorIds"}),
        },
        moves=True,
    ),
    Edit(
        "monitors",
        lambda program, monitor: replace(
            program,
            monitors={name: one for name, one in program.monitors.items() if name != monitor.name},
            maintenance={name: replace(one, monitors=tuple(other for other in one.monitors if other != monitor.name)) for name, one in program.maintenance.items()},
        ),
        {
            "monitor": frozenset({"url"}),
            "integration": frozenset({"friendlyName", "enableNotificationsFor", "autoResolve", "sslExpirationReminder"}),
            "alert_contact": frozenset({"friendlyName", "enableNotificationsFor", "sslExpirationReminder"}),
            "maintenance_window": frozenset({"monitorIds"}),
        },
        moves=True,
    ),
]  # fmt: skip


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(), st.sampled_from(EDITS), st.data())
def test_it_settles_and_shows_what_is_edited(program: Program, edit: Edit, data: st.DataObject) -> None:
    before = target.build(program)
    assume(valid(before))
    monitor: Monitor = data.draw(st.sampled_from(list(program.monitors.values())))
    after = target.build(edit.change(program, monitor))
    assume(valid(after))
    client = connected(target, estate=ESTATE, environment=ENVIRONMENT, options=program.targets["uptimerobot"])

    assert_settles(target, before.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)
    assert_edit_shows(target, client, before, after, edit, known(resource.key for resource in before.resources))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(), programs())
def test_any_program_takes_the_place_of_any_other(first: Program, second: Program) -> None:
    """Monitors that go, come, change their type and take over each other's addresses."""
    options = first.targets["uptimerobot"]
    one, other = target.build(first), target.build(replace(second, targets=first.targets))
    assume(valid(one) and valid(other))
    client = connected(target, estate=ESTATE, environment=ENVIRONMENT, options=options)

    assert_settles(target, one.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)
    assert_settles(target, other.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(first=programs(), second=programs())
def test_every_request_of_any_program_keeps_the_contract(vendor_schema: Callable[[str], Any], first: Program, second: Program) -> None:
    one, other = target.build(first), target.build(replace(second, targets=first.targets))
    assume(valid(one) and valid(other))
    recorder = Recorder(UptimeRobotEmulator(Store.memory("uptimerobot")))
    environ = {"UPTIMEROBOT_API_KEY": "test-key-123"}
    client = target.connect(Settings(None, environ, first.targets["uptimerobot"], ESTATE, ENVIRONMENT, transport=recorder))
    for built in (one, other, Built(())):
        assert_settles(target, built.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)
    found = []
    for call in recorder.calls:
        names = request_names(call)
        if names is not None and names[1] is not None and call.body.keys() != {"url"}:  # a monitor that steps aside
            found += [f"{call.method} {call.path} {error}" for error in errors(_contract(vendor_schema, names[1]), call.body)]

    assert found == []


@st.composite
def free_programs(draw: st.DrawFn) -> Program:
    """Monitors as the free plan has them: plain requests, every five minutes, told by mail."""
    made = []
    for name in draw(st.lists(NAMES, unique_by=str.lower, min_size=1, max_size=3)):
        text = draw(st.none() | st.sampled_from(["ok", '"a": <b>']))
        sorts: list[Source] = [Http(draw(URLS), contains=text), Tcp("mail.shop.example", 25), Ping("router.shop.example")]
        found = draw(alerts(conditions(DOWN)))
        mailed = tuple(
            replace(one, deliveries=(Delivery(draw(st.sampled_from([("mail",), ("severe", "issues"), ()])), None),)) for one in found
        )
        plain = draw(monitors("uptimerobot", name, draw(st.sampled_from(sorts)), mailed, UNITS, "up"))
        made.append(replace(plain, every_s=draw(st.sampled_from([300.0, 3600.0]))))
    return with_monitors(frame("uptimerobot", {"plan": "free"}), *made)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(free_programs(), free_programs())
def test_it_settles_on_the_free_plan_where_the_mark_is_a_tag(first: Program, second: Program) -> None:
    one, other = target.build(first), target.build(second)
    assume(valid(one) and valid(other))
    transport = EmulatorAdapter(UptimeRobotEmulator(Store.memory("uptimerobot"), plan="free"), "https://api.uptimerobot.com/v3")
    given = Settings(None, {"UPTIMEROBOT_API_KEY": "test-key-123"}, {"plan": "free"}, ESTATE, ENVIRONMENT, transport=transport)

    for built in (one, other):
        assert_settles(target, built.resources, client=target.connect(given), estate=ESTATE, environment=ENVIRONMENT, secrets=secret)


_VALIDATORS: dict[str, Any] = {}


def _contract(vendor_schema: Callable[[str], Any], name: str) -> Any:
    """The validator of a schema, made once: it takes longer than what it validates."""
    if name not in _VALIDATORS:
        _VALIDATORS[name] = corrected(vendor_schema(CORRECTED), name)
    return _VALIDATORS[name]
