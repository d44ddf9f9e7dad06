"""Random programs at a stand-in with every quirk that is known: a second plan is empty, and one changed field is one changed field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from monctl.condition import State
from monctl.measure import Http
from monctl.program import (
    Alert,
    Calendar,
    Channel,
    Delivery,
    Escalation,
    Hours,
    Layer,
    Monitor,
    Override,
    Person,
    Program,
    Recipient,
    Restriction,
    Rotation,
    Severity,
    Step,
    Team,
)
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.source import Origin
from monctl.target import Settings
from monctl.testing import assert_settles, plan_for
from monctl_targets.pagerduty import target
from monctl_targets.pagerduty.client import PagerDutyClient, connect
from monctl_targets.pagerduty.emulator import PagerDutyEmulator

HERE = Origin("oncall.yaml")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TODAY = datetime.fromisoformat("2026-11-21T00:00")
DAY = 86_400.0
NAMES = ("ana", "ben", "cid", "dora")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
Wanted = Mapping[tuple[str, str], set[str]]
"""(kind, key) → top-level fields that should change."""


@dataclass(frozen=True)
class Edit:
    """A change of one thing in a program, and what the plan should show."""

    program: Program
    shown: Wanted


def account() -> PagerDutyClient:
    """A client of an empty account at noon."""
    emulator = PagerDutyEmulator(Store.memory("pagerduty"), now=lambda: NOW)
    client = connect(Settings(None, {"PAGERDUTY_TOKEN": "u+secret"}, {}, "estate", "", EmulatorAdapter(emulator)))
    client._now = lambda: NOW
    client._sleep = lambda _: None
    return client


clocks = st.sampled_from((0, 150, 420, 540, 720, 1020, 1320))
texts = st.text(st.sampled_from("ab c<>&\"'\\/é😀\n."), max_size=30)
names = st.sampled_from(("Data & Co", "Ops/Night", "Büro", "plain", "<b>bold</b>"))
zones = st.sampled_from(("Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu"))
whos = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True).map(tuple)
hours = st.builds(lambda days, start, end: Restriction(tuple(sorted(days)), start, end), st.sets(st.sampled_from(EVERY_DAY), min_size=1), clocks, clocks)  # fmt: skip
days = st.integers(-200, 300).map(lambda number: TODAY + timedelta(days=number))
moments = st.builds(lambda day, clock: day + timedelta(minutes=clock), days, st.sampled_from((0, 420, 540, 720, 1020, 1320)))


def layers(name: str) -> st.SearchStrategy[Layer]:
    return st.one_of(
        st.builds(Layer, st.just(name), whos, st.sampled_from((7 * DAY, 14 * DAY)), moments, st.lists(hours, max_size=2).map(tuple)),
        st.builds(Layer, st.just(name), whos, st.sampled_from((DAY, 3 * DAY, DAY / 2)), moments),
    )


def overrides() -> st.SearchStrategy[Override]:
    return st.builds(
        lambda layer, who, start, long: Override(layer, who, start, start + timedelta(hours=long)),
        st.sampled_from(("primary", "backup")), st.sampled_from(NAMES), moments, st.sampled_from((1, 24, 24 * 30)),
    )  # fmt: skip


@st.composite
def programs(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Program:
    """People, a team, a rotation of two seats, an escalation, a service, hours."""
    people = {name: Person(name, name, f"{name.title()}@Example.com", *(None,) * 5, HERE) for name in NAMES}
    member = draw(whos)
    team = Team("data", draw(names), draw(texts), member, draw(st.sampled_from((None, *member))), None, None, None, HERE)
    seats = (draw(layers("primary")), draw(layers("backup")))
    rotation = Rotation("oncall", draw(names), draw(texts), draw(st.sampled_from((None, "data"))), draw(zones), seats, tuple(draw(st.lists(overrides(), max_size=4))), HERE)  # fmt: skip
    step = st.sampled_from(
        [Recipient("rotation", "oncall", "primary"), Recipient("rotation", "oncall", "backup"), Recipient("team", "data")]
        + [Recipient("person", name) for name in NAMES]
    )
    minutes = sorted(draw(st.sets(st.integers(1, 120), max_size=2)))
    steps = tuple(Step(60.0 * after, tuple(draw(st.lists(step, min_size=1, max_size=3, unique=True)))) for after in (0, *minutes))
    escalation = Escalation("incident", draw(names), draw(texts), draw(st.sampled_from((None, "data"))), steps, draw(st.integers(0, 9)), 60.0 * draw(st.integers(1, 60)), HERE)  # fmt: skip
    held = {"service": draw(names), "escalation": "incident", "integration_key": None, "owned": True}
    channel = Channel("pager", "pagerduty", "pager", draw(texts), held, draw(st.booleans()), draw(st.sampled_from((None, 600.0))), None, (), (), HERE)  # fmt: skip
    severities = (Severity("P0", 0, "P0", "", None, "high", True, None, "", "#d92d20", "critical"), Severity("P2", 1, "P2", "", None, "low", False, None, "", "#d92d20", "warning"))  # fmt: skip
    office = Calendar("office", "Office", "Europe/Berlin", (Hours((1, 2, 3, 4, 5), 540, 1020),), ())
    during = draw(st.sampled_from((None, "office")))
    alerts = tuple(
        Alert(one.name, (State("down", 0.0),), "down", (replace(Delivery(("pager",), None), during=during, hold=draw(st.booleans())),))
        for one in severities
    )
    monitor = Monitor(
        "site", "site", "", None, Http("https://example.com"), "up", {}, 60.0, 10.0, None, None, alerts,
        0.0, "keep", "keep", None, None, {}, {}, None, "", "", ("runner",), True, (), False, {},
    )  # fmt: skip
    form = draw(st.sampled_from(("v2", "v3")))
    return Program(
        "estate", "Estate", "", "", {"pagerduty": {"schedules": form}}, severities={one.name: one for one in severities}, people=people, teams={"data": team},
        rotations={"oncall": rotation}, escalations={"incident": escalation}, channels={"pager": channel}, calendars={"office": office}, monitors={"site": monitor},
    )  # fmt: skip


def _rotation(program: Program, **fields: Any) -> Program:
    return replace(program, rotations={"oncall": replace(program.rotations["oncall"], **fields)})


def _seat(program: Program, **fields: Any) -> Program:
    first, second = program.rotations["oncall"].layers
    return _rotation(program, layers=(replace(first, **fields), second))


def edits(program: Program) -> list[Edit]:
    """One change of each kind."""
    form = program.targets["pagerduty"]["schedules"]
    rotation, escalation, channel, team = program.rotations["oncall"], program.escalations["incident"], program.channels["pager"], program.teams["data"]  # fmt: skip
    seat = rotation.layers[0]
    both, first = [("schedule", f"oncall/{name}") for name in ("primary", "backup")], ("schedule", "oncall/primary")
    turns = {"layers" if form == "v2" else "events"}
    others = tuple(name for name in NAMES if name not in seat.members)
    stand_in = Override("primary", "ana", TODAY + timedelta(days=400), TODAY + timedelta(days=401))
    found = [
        Edit(_rotation(program, description="Something else"), {one: {"description"} for one in both}),
        Edit(_rotation(program, title="Renamed"), {one: {"name"} for one in both}),
        Edit(_seat(program, members=(*seat.members, *others[:1]) if others else seat.members[1:]), {first: turns}),
        Edit(_seat(program, start=seat.start - timedelta(seconds=seat.shift_s)), {first: turns}),
        Edit(replace(program, teams={"data": replace(team, description="Something else")}), {("team", "data"): {"description"}}),
        Edit(
            replace(program, escalations={"incident": replace(escalation, repeat=(escalation.repeat + 1) % 10)}),
            {("escalation_policy", "incident"): {"num_loops"}},
        ),
        Edit(
            replace(program, escalations={"incident": replace(escalation, repeat_after_s=escalation.repeat_after_s + 60)}),
            {("escalation_policy", "incident"): {"escalation_rules"}},
        ),
        Edit(replace(program, channels={"pager": replace(channel, resolved=not channel.resolved)}), {("service", "pager"): {"auto_resolve_timeout"}}),
        Edit(replace(program, channels={"pager": replace(channel, repeat_s=1200.0)}), {("service", "pager"): {"acknowledgement_timeout"}}),
        Edit(replace(program, channels={"pager": replace(channel, description="Something else")}), {("service", "pager"): {"description"}}),
    ]  # fmt: skip
    if form == "v2":
        found.append(Edit(_rotation(program, overrides=(*rotation.overrides, stand_in)), {first: {"overrides"}}))
    if rotation.team is not None or escalation.team is not None:
        changed = tuple(name for name in NAMES if name not in team.members) or team.members[:1]
        found.append(Edit(replace(program, teams={"data": replace(team, members=(*changed, *team.members[1:]), lead=None)}), {}))
    return found


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(programs(), st.data())
def test_a_random_program_settles_and_one_change_is_one_change(program: Program, data: st.DataObject) -> None:
    built = target.build(program)
    assume(not built.findings)
    client = account()
    assert_settles(target, built.resources, client=client)

    edit = data.draw(st.sampled_from([one for one in edits(program) if one.shown]))
    after = target.build(edit.program)
    assume(not after.findings)
    there = {(resource.kind, resource.key) for resource in built.resources}
    shown = {identity: fields for identity, fields in edit.shown.items() if identity in there}

    plan, _ = plan_for(target, client, after.resources)
    assert {(change.kind, change.key): {one.path.split(".")[0].split("[")[0] for one in change.fields} for change in plan.changes} == shown
    assert plan.errors == ()
    assert_settles(target, after.resources, client=client)
