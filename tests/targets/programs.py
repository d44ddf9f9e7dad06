"""Random valid programs in the parts all targets share, and the proof that a plan shows what was edited and nothing else.

A target's own test adds its sources and thresholds to a `frame`, and says for each `Edit` which fields of which objects may follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from monctl.condition import Condition
from monctl.finding import Level
from monctl.measure import Source
from monctl.plan import Action
from monctl.program import (
    Alert,
    Calendar,
    Channel,
    Delivery,
    Escalation,
    Hours,
    Layer,
    Maintenance,
    Monitor,
    Person,
    Program,
    Recipient,
    Rotation,
    Runbook,
    Service,
    Severity,
    Step,
    Team,
)
from monctl.resolve import references
from monctl.resource import Json, Ref, Resource, SecretRef, digest
from monctl.target import Built, Client, Target
from monctl.testing import assert_settles, plan_for

ESTATE, ENVIRONMENT = "shop", "production"

NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True) | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{40,62}", fullmatch=True)
"""Names of objects, as `monctl.spec.base.NAME_PATTERN` has them; some are very long."""
_WORDS = st.sampled_from(
    [
        "Tom's",
        '"API"',
        "R&D",
        "<b>",
        "50 %",
        "größer",
        "東京",
        "🔥",
        "a/b",
        "[x]",
        "#ops",
        "back\\slash",
        "{{ n }}",
        "$var",
        "`t`",
        "…",
        "up",
        "x" * 90,
    ]
)
TITLES = st.lists(_WORDS, min_size=1, max_size=5).map(" ".join)
"""Texts of one line with quotes, signs of HTML, of templates and of other scripts; some are longer than any vendor's name."""
TEXTS = st.just("") | TITLES | st.tuples(TITLES, TITLES).map("\n".join)
"""Texts of any length."""

SEVERITIES = {
    name: Severity(name, rank, name.title(), "", None, urgency, pages, digested, "", "#ff0000", event)  # type: ignore[arg-type]  # a table of literals
    for rank, (name, urgency, pages, digested, event) in enumerate(
        (
            ("P0", "high", True, None, "critical"),
            ("P1", "high", False, None, "error"),
            ("P2", "low", False, None, "warning"),
            ("P3", "low", False, "daily", "info"),
        )
    )
}
PEOPLE = {
    "ana": Person("ana", "Ana <ana>", "ana@shop.example", "+4930111111", "U01", None, None, None),
    "ben": Person("ben", 'Ben "B" & sons', "Ben@shop.example", None, None, None, "benjamin", None),
    "cy": Person("cy", "Cy", None, "+4930222222", None, None, None, None),
}
TEAMS = {
    "backend": Team("backend", "Backend", "", ("ana", "ben"), "ana", None, "backend@shop.example", "back-end"),
    "web": Team("web", "Web & mobile", "", ("cy",), None, "#web", None, None),
}
ROTATIONS = {
    "oncall": Rotation(
        "oncall",
        "On call",
        "",
        "backend",
        "Europe/Berlin",
        (Layer("primary", ("ana", "ben"), 604_800, datetime(2026, 1, 5, 9)),),  # noqa: DTZ001  # local wall time, as the program has it
    )
}
ESCALATIONS = {
    "ladder": Escalation(
        "ladder",
        "Ladder",
        "",
        None,
        (
            Step(0, (Recipient("person", "ana"),)),
            Step(300, (Recipient("rotation", "oncall", "primary"), Recipient("team", "backend"))),
            Step(900, (Recipient("channel", "mail"), Recipient("person", "cy"))),
        ),
        1,
        600,
    ),
    "one": Escalation("one", "One", "", "web", (Step(0, (Recipient("rotation", "oncall", "primary"),)),), 0, 0),
}
CALENDARS = {"office": Calendar("office", "Office", "Europe/Berlin", (Hours((1, 2, 3, 4, 5), 540, 1020),), ())}
SERVICES = {"shop": Service("shop", "Shop", "", "web", 1, (), {}, None, None, None)}
RUNBOOKS = {
    "outage": Runbook("outage", 'What to do when "it" is down', "", None, "# Text", "Look at <the> last deployment.", "runbook"),
    "page": Runbook("page", "Page", "", "https://wiki.shop.example/page?a=1&lt=2", "", "", "runbook"),
}


def channel(name: str, kind: Any, *, title: str = "", **changed: Any) -> Channel:
    """A channel; what is no field of its own is a setting."""
    own = {"resolved": True, "rate": None, "repeat_s": None, "group_by": (), "severities": ()}
    fields = {field: changed.pop(field, value) for field, value in own.items()}
    return Channel(name, kind, title or name, "", changed, **fields)


CHANNELS = {
    one.name: one
    for one in (
        channel("chat", "slack", title="R&D <chat>", channel="#ops", webhook=SecretRef("env:CHAT"), token=None),
        channel("copy", "slack", channel="#ops", webhook=SecretRef("env:CHAT"), token=None, resolved=False),
        channel("quiet", "slack", channel="#quiet", webhook=SecretRef("env:QUIET"), token=None, repeat_s=5400.0, rate=(3, 600.0)),
        channel("mail", "email", title='"Operations"', to=("ops@shop.example", "ana@shop.example")),
        channel("severe", "email", to=("Severe+1@shop.example",), severities=("P0", "P1"), resolved=False),
        channel("pager", "pagerduty", service="Shop", escalation=None, integration_key=SecretRef("env:PAGER")),
        channel("elsewhere", "pagerduty", service="Database", escalation=None, integration_key=None),
        channel("hook", "webhook", url="https://hooks.shop.example/x?a=1&b=2", headers={"X-Key": SecretRef("env:HOOK")}, secret=None),
        channel("text", "sms", to=("+4930123456", "rotation:oncall"), account=None, token=None, sender=None),
        channel("issues", "sentry", dsn=SecretRef("env:DSN")),
    )
}


def secret(one: SecretRef) -> str:
    """A made-up value that is long enough for a key and a URL at once."""
    return f"https://hooks.shop.example/{digest(one.reference)}-{'0' * 32}"


def frame(target: str, options: Mapping[str, Json] | None = None, **changed: Any) -> Program:
    """A program without monitors that has what monitors refer to."""
    given: dict[str, Any] = {
        "severities": SEVERITIES,
        "people": PEOPLE,
        "teams": TEAMS,
        "rotations": ROTATIONS,
        "escalations": ESCALATIONS,
        "channels": CHANNELS,
        "calendars": CALENDARS,
        "services": SERVICES,
        "runbooks": RUNBOOKS,
    }
    return Program(ESTATE, "Shop", "", ENVIRONMENT, {target: dict(options or {})}, **{**given, **changed})


def deliveries() -> st.SearchStrategy[tuple[Delivery, ...]]:
    """To some channels, to an escalation, now and then within office hours only."""
    channels = st.lists(st.sampled_from(sorted(CHANNELS)), unique=True, max_size=4).map(tuple)
    one = st.builds(Delivery, channels, st.none() | st.sampled_from(sorted(ESCALATIONS)), st.none() | st.just("office"))
    return st.lists(one, min_size=1, max_size=2).map(tuple)


@st.composite
def alerts(draw: st.DrawFn, conditions: st.SearchStrategy[Condition], said: Callable[[Condition], str] = repr) -> tuple[Alert, ...]:
    """At most one alert of each severity, most severe first."""
    names = draw(st.lists(st.sampled_from(list(SEVERITIES)), unique=True, max_size=3))
    found = []
    for name in sorted(names):
        condition = draw(conditions)
        found.append(Alert(name, condition, said(condition), draw(deliveries())))
    return tuple(found)


@st.composite
def monitors(
    draw: st.DrawFn, target: str, name: str, source: Source, made: tuple[Alert, ...], units: Mapping[str, Any], value: str
) -> Monitor:
    """A monitor with every field that is not its source or its alerts drawn."""
    given: dict[str, Any] = {
        "title": draw(TITLES),
        "description": draw(TEXTS),
        "every_s": draw(st.sampled_from([60.0, 90.0, 300.0, 3600.0])),
        "timeout_s": draw(st.sampled_from([5.0, 10.0, 75.0])),
        "recover_s": draw(st.sampled_from([0.0, 120.0])),
        "no_data": draw(st.sampled_from(["keep", "ok", "P1"])),
        "on_error": draw(st.sampled_from(["keep", "P2"])),
        "service": draw(st.none() | st.just("shop")),
        "team": draw(st.none() | st.sampled_from(sorted(TEAMS))),
        "labels": draw(st.dictionaries(st.sampled_from(["tier", "tags", "a b", "host"]), st.sampled_from(["1", "Prod, eu", "<x>", "ö"]))),
        "links": draw(st.dictionaries(st.sampled_from(["wiki", "dash board"]), st.just("https://wiki.shop.example/?q=1&r=2"))),
        "runbook": draw(st.none() | st.sampled_from(sorted(RUNBOOKS))),
        "action": draw(TEXTS),
        "message": draw(TEXTS),
        "active": draw(st.booleans()),
        "phases": (),
        "protect": draw(st.booleans()),
        "waive": draw(st.just({}) | st.just({f"{target}.*": "it is known"})),
    }
    plain: dict[str, Any] = {"metric": None, "value": value, "units": units, "goal": None, "goal_condition": None, "targets": (target,)}
    return Monitor(name, source=source, alerts=made, **{**plain, **given})


def windows(names: list[str]) -> st.SearchStrategy[dict[str, Maintenance]]:
    """No window, one on a day, or one each week, over some of the monitors."""
    some = st.lists(st.sampled_from(names), unique=True, min_size=1).map(lambda found: tuple(sorted(found)))
    start, end = datetime(2026, 12, 24, 22), datetime(2026, 12, 25, 1, 30)  # noqa: DTZ001  # local wall times, as the program has them
    once = some.map(lambda found: Maintenance("move", 'The "move" & <more>', "Europe/Berlin", found, start, end, ()))
    weekly = some.map(
        lambda found: Maintenance("night", "Night", "America/New_York", found, None, None, (Hours((7, 3), 30, 90), Hours((1,), 1380, 30)))
    )
    return st.just({}) | st.one_of(once, weekly).map(lambda one: {one.name: one})


def with_monitors(program: Program, *made: Monitor, **changed: Any) -> Program:
    """The program with these monitors, by name."""
    return replace(program, monitors={one.name: one for one in sorted(made, key=lambda one: one.name)}, **changed)


@dataclass(frozen=True)
class Edit:
    """One field of a program, changed."""

    name: str
    change: Callable[[Program, Monitor], Program]
    """Given the program and one of its monitors."""
    fields: Mapping[str, frozenset[str]]
    """Kind → top-level fields that may differ for it."""
    moves: bool = False
    """Objects may be made, replaced and deleted for it as well."""


def of_monitor(**changed: Any) -> Callable[[Program, Monitor], Program]:
    """The change of some fields of a monitor. A function is given the monitor."""

    def change(program: Program, monitor: Monitor) -> Program:
        fields = {name: value(monitor) if callable(value) else value for name, value in changed.items()}
        return replace(program, monitors={**program.monitors, monitor.name: replace(monitor, **fields)})

    return change


def of_channels(**changed: Any) -> Callable[[Program, Monitor], Program]:
    """The change of some fields of every channel."""
    return lambda program, _: replace(program, channels={name: replace(one, **changed) for name, one in program.channels.items()})


def valid(built: Built) -> bool:
    """Whether a program compiles: nobody would get further with one that does not."""
    return not any(finding.level is Level.ERROR for finding in built.findings)


def assert_edit_shows(target: Target, client: Client, before: Built, after: Built, edit: Edit, short: Mapping[str, str] = {}) -> None:
    """What is there is `before`. The plan to `after` shows the difference of the two and only fields the edit may concern; applied, it settles.

    `short`: the form in which a mark holds a key that does not fit, and the key; what no spec names any more goes by that form.
    """
    wanted = _difference(target, before.resources, after.resources)
    plan, _ = plan_for(target, client, after.resources, estate=ESTATE, environment=ENVIRONMENT)
    shown = {
        f"{change.target}/{change.kind}/{short.get(change.key, change.key)}": (
            str(change.action),
            frozenset(_top(one.path) for one in change.fields),
        )
        for change in plan.changes
    }
    named = {id: (action, fields if action in {Action.UPDATE, Action.REPLACE} else frozenset()) for id, (action, fields) in shown.items()}
    _same(named, wanted, f"the plan after '{edit.name}'")
    for id, (action, fields) in wanted.items():
        kind = id.split("/")[1]
        if action != Action.UPDATE and not edit.moves:
            raise AssertionError(f"'{edit.name}' would {action} {id}")
        if action == Action.UPDATE and not fields <= edit.fields.get(kind, frozenset()):
            raise AssertionError(f"'{edit.name}' concerns {sorted(fields - edit.fields.get(kind, frozenset()))} of {id}")
    assert_settles(target, after.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)


def _difference(target: Target, before: tuple[Resource, ...], after: tuple[Resource, ...]) -> dict[str, tuple[str, frozenset[str]]]:
    """Id → what has to become of it, by the desired bodies alone."""
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for id in old.keys() | new.keys():
        if id not in new:
            found[id] = (str(Action.DELETE), frozenset())
        elif id not in old:
            found[id] = (str(Action.CREATE), frozenset())
        else:
            kind = new[id].kind
            was, now = target.normalize(kind, old[id].body), target.normalize(kind, new[id].body)
            fields = frozenset(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
            fields |= _secrets(old[id].body, new[id].body)
            if fields:
                found[id] = (str(Action.REPLACE if fields & target.immutable(kind) else Action.UPDATE), fields)
    fresh = {id for id, (action, _) in found.items() if action == Action.REPLACE}
    for id, one in new.items():
        if id in old and one.id not in fresh:
            normal = target.normalize(one.kind, one.body)
            moved = frozenset(
                name for name, value in normal.items() if any(_leads(leaf, one.target) in fresh for leaf in references(value))
            )
            if moved:
                found[id] = (str(Action.UPDATE), found.get(id, ("", frozenset()))[1] | moved)
    return found


def _secrets(was: Json, now: Json) -> frozenset[str]:
    """Top-level fields whose secrets are other ones."""
    fields = was.keys() | now.keys()
    refs = {
        name: [[str(leaf.reference) for leaf in references(body.get(name)) if isinstance(leaf, SecretRef)] for body in (was, now)]
        for name in fields
    }
    return frozenset(name for name, (old, new) in refs.items() if sorted(old) != sorted(new))


def _leads(leaf: object, target: str) -> str:
    return f"{target}/{leaf.kind}/{leaf.key}" if isinstance(leaf, Ref) else ""


def _top(path: str) -> str:
    return path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]


def _same(found: Mapping[str, Any], wanted: Mapping[str, Any], what: str) -> None:
    lines = [
        f"{id}: {found.get(id)} instead of {wanted.get(id)}"
        for id in sorted(found.keys() | wanted.keys())
        if found.get(id) != wanted.get(id)
    ]
    if lines:
        raise AssertionError("\n".join([f"{what} shows something else than was edited:", *lines]))
