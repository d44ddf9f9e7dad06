"""PagerDuty's objects in the words of the spec: the inverse of `build`. Pure.

Teams, schedules of one layer as rotations, escalation policies, services as channels, and the people all of them name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from monctl.quantity import Duration
from monctl.resource import Json, Live, Mark
from monctl.saying import Context, Holding, Inexpressible, Said, SaidObject, Unsaid, each_said, told
from monctl_targets.pagerduty.rotation import seat_key
from monctl_targets.pagerduty.say_schedule import rotation
from monctl_targets.pagerduty.service import ACKNOWLEDGED_S, UNRESOLVED_S

_SEAT = "primary"
"""What the one layer of a rotation is called that does not name it."""
_KEY = {"integration": "an Events API v2 integration 'monctl' is added to the service: its key is what the runner sends with"}
_UNMANAGED = "an integration's key and settings stay with its service; monctl sends through an integration of its own"
_PLAIN_STRATEGY = "assign_to_everyone"


def say(lives: Sequence[Live], context: Context) -> Said:
    """Specs for the live objects that are nobody's. An object that names one without words is left out with it."""
    return _Speaker(lives, context).said()


@dataclass
class _Speaker:
    lives: Sequence[Live]
    context: Context
    unsaid: list[Unsaid] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind, id) → name in the spec; of a schedule that is ours, `rotation.layer`."""
    people: dict[str, str] = field(default_factory=dict)
    """User id → name of the person."""

    def __post_init__(self) -> None:
        program, words = (
            self.context.program,
            {"team": "teams", "schedule": "rotations", "escalation_policy": "escalations", "service": "channels"},
        )
        held = {"team": program.teams, "escalation_policy": program.escalations}
        for (kind, id), key in self.context.ours.items():
            rotation_name, _, layer = key.partition("/")
            if kind == "schedule" and rotation_name in program.rotations:
                self.names[kind, id] = f"{rotation_name}.{layer}"
            elif key in held.get(kind, {}):
                self.names[kind, id] = key
        for kind, word in words.items():
            for live in self._of(kind):
                self.names[kind, live.remote_id] = self.context.names.take(word, live.name)

    def said(self) -> Said:
        managed = self._managed_members()
        sayers: Mapping[str, Callable[[Live], SaidObject]] = {
            "team": lambda live: self._team(live, managed=managed),
            "schedule": self._schedule,
            "escalation_policy": self._policy,
            "service": self._service,
        }
        objects = [one for kind, say in sayers.items() for one in each_said(self._of(kind), say, self.unsaid)]
        for live in self._of("integration"):
            if _bare(live) != "monctl":
                self.unsaid.append(Unsaid("integration", live.remote_id, live.name, _UNMANAGED))
        people = sorted(
            (self._someone(id, name) for id, name in self.people.items() if name not in self.context.program.people),
            key=lambda one: one.name,
        )
        every = (*people, *objects)
        if managed:
            return Said(every, tuple(self.unsaid))
        reread = tuple(
            replace(live, body={name: value for name, value in live.body.items() if name != "members"}) for live in self._of("team")
        )
        return Said(every, tuple(self.unsaid), {"members": False}, reread=reread)

    def _of(self, kind: str) -> list[Live]:
        return [live for live in self.lives if live.kind == kind]

    def _managed_members(self) -> bool:
        """Whether the roles of every team can be said: at most one manager, everybody else a responder."""
        given = self.context.program.targets.get("pagerduty", {}).get("members")
        return given is not False and all(_roles(live.body) for live in self._of("team"))

    def _team(self, live: Live, *, managed: bool) -> SaidObject:
        members = live.body.get("members") or []
        leads = [member["user"] for member in members if member["role"] == "manager"]
        others = [member["user"] for member in members if member["role"] != "manager" or len(leads) > 1]
        spec = _titled(live, self.names["team", live.remote_id]) | {"members": sorted(self._person(user) for user in others)}
        if len(leads) == 1:
            spec["lead"] = self._person(leads[0])
        if managed and not _roles(live.body):
            raise Inexpressible("a team has one lead, and everybody else is a responder", "members")
        return self._object("teams", live, told(spec))

    def _schedule(self, live: Live) -> SaidObject:
        spec, users = rotation(live.body)
        spec = _titled(live, self.names["schedule", live.remote_id]) | spec | self._owner(live)
        spec["members"] = [self._person(user) for user in users]
        name = self.names["schedule", live.remote_id]
        return self._object("rotations", live, told(spec), key=seat_key(name, _SEAT))

    def _policy(self, live: Live) -> SaidObject:
        rules = live.body["escalation_rules"]
        delays = [rule["escalation_delay_in_minutes"] for rule in rules]
        for rule in rules:
            strategy = (rule.get("escalation_rule_assignment_strategy") or {}).get("type", _PLAIN_STRATEGY)
            if strategy != _PLAIN_STRATEGY:
                raise Inexpressible(f"a level calls everybody it names; here it is '{strategy}'", "escalation_rule_assignment_strategy")
        levels = [
            {"after": str(Duration(minutes * 60_000)), "notify": sorted(self._target(target) for target in rule["targets"])}
            for minutes, rule in zip(accumulate([0, *delays[:-1]]), rules, strict=True)
        ]
        usual = delays[-2] if len(delays) > 1 else 15  # minutes the last level has when nothing is said: monctl.link.oncall
        spec = _titled(live, self.names["escalation_policy", live.remote_id]) | self._owner(live) | {"levels": levels}
        if live.body.get("num_loops"):
            spec["repeat"] = live.body["num_loops"]
        if delays[-1] != usual:
            spec["repeat_after"] = str(Duration(delays[-1] * 60_000))
        return self._object("escalations", live, told(spec))

    def _service(self, live: Live) -> SaidObject:
        """Managed where nothing of it is lost; else known by name, and left to PagerDuty."""
        body, name = live.body, self.names["service", live.remote_id]
        policy = self._known("escalation_policy", body["escalation_policy"])
        spec: dict[str, Json] = {"description": _text(body), "pagerduty": {"service": live.name, "escalation": policy}}
        if body.get("auto_resolve_timeout") == UNRESOLVED_S:
            spec["resolved"] = False
        if (seconds := body.get("acknowledgement_timeout") or ACKNOWLEDGED_S) != ACKNOWLEDGED_S:
            spec["repeat"] = str(Duration(seconds * 1000))
        others = {"service": live.name, "escalation": policy, "owned": False}, {"service": live.name, "owned": False}
        instead = tuple(told({"description": _text(body), "pagerduty": one}) for one in others)
        holds = [Holding("service", name, live.remote_id)]
        ours = [one for one in self._of("integration") if one.body["service"]["id"] == live.remote_id and _bare(one) == "monctl"]
        if len(ours) == 1:
            holds.append(Holding("integration", name, ours[0].remote_id))
        makes = {} if ours else _KEY
        return SaidObject("channels", name, told(spec), _note(live), holds=tuple(holds), makes=makes, instead=instead)

    def _owner(self, live: Live) -> dict[str, Json]:
        teams = live.body.get("teams") or []
        if len(teams) > 1:
            raise Inexpressible(f"it has one team, here are {len(teams)}", "teams")
        return {"team": self._known("team", teams[0])} if teams else {}

    def _target(self, target: Mapping[str, Any]) -> str:
        kind = str(target["type"]).removesuffix("_reference").removesuffix("_v3")
        if kind == "user":
            return self._person(target)
        if kind != "schedule":
            raise Inexpressible(f"a level calls people and rotations, not a '{kind}'", "escalation_rules")
        return self._known("schedule", target)

    def _known(self, kind: str, reference: Mapping[str, Any]) -> str:
        found = self.names.get((kind, reference["id"]))
        if found is None:
            what = reference.get("summary") or reference["id"]
            raise Inexpressible(f"the {kind.replace('_', ' ')} '{what}' belongs to somebody else", kind)
        return found

    def _person(self, user: Mapping[str, Any]) -> str:
        """The name of somebody: of the estate's own person with this address, else a new one."""
        id = user["id"]
        if id not in self.people:
            account = self.context.around.get("users", {}).get(id)
            if account is None or not account["email"]:
                raise Inexpressible(f"'{user.get('summary') or id}' has no e-mail address to be known by", "user")
            known = (
                person.name
                for person in self.context.program.people.values()
                if (person.pagerduty or person.email or "").lower() == account["email"]
            )
            self.people[id] = next(known, "") or self.context.names.take("people", account["name"] or account["email"].partition("@")[0])
        return self.people[id]

    def _someone(self, id: str, name: str) -> SaidObject:
        account = self.context.around["users"][id]
        spec = {"title": account["name"] if account["name"] != name else "", "email": account["email"]}
        return SaidObject("people", name, told(spec), f"PagerDuty user {id}", support=True)

    def _object(self, kind: str, live: Live, spec: Mapping[str, Json], *, key: str = "") -> SaidObject:
        name = self.names[live.kind, live.remote_id]
        return SaidObject(kind, name, spec, _note(live), holds=(Holding(live.kind, key or name, live.remote_id),))


def _roles(body: Mapping[str, Any]) -> bool:
    roles = [member["role"] for member in body.get("members") or []]
    return roles.count("manager") <= 1 and set(roles) <= {"manager", "responder"}


def _titled(live: Live, name: str) -> dict[str, Json]:
    return {"title": live.name if live.name != name else "", "description": _text(live.body)}


def _text(body: Mapping[str, Any]) -> str:
    return Mark.strip(body.get("description") or "")


def _bare(live: Live) -> str:
    return Mark.strip(live.name)


def _note(live: Live) -> str:
    return f"PagerDuty {live.kind.replace('_', ' ')} {live.remote_id}"
