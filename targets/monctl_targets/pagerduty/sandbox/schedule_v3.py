"""The emulator's v3 schedules: rotations without fields, events that recur, of which a running one can only be ended."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.pagerduty.render_v3 import marks_of, on_call_v3, rule_of
from monctl_targets.pagerduty.sandbox.base import Body, Refused, error
from monctl_targets.pagerduty.sandbox.override import Overrides
from monctl_targets.pagerduty.sandbox.shape import Check, Shape, each, instant, nullable, one_of, reference, text, title, whole, zone
from monctl_targets.pagerduty.zone import moment, utc_text

_RULE = re.compile(r"RRULE:FREQ=(HOURLY|DAILY|WEEKLY)(;INTERVAL=[1-9]\d*)?(;BYDAY=(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*)?")
_TIME = Shape({"date_time": instant, "time_zone": zone}, frozenset({"date_time", "time_zone"}))
_MEMBER = Shape({"type": one_of("user_member", "empty_member"), "user_id": text(64)}, frozenset({"type"}))
_FIELDS: dict[str, Check] = {
    "name": text(255),
    "start_time": _TIME,
    "end_time": _TIME,
    "effective_since": instant,
    "effective_until": nullable(instant),
    "recurrence": each(text(1000), low=1, high=1),
    "assignment_strategy": Shape(
        {
            "type": one_of("rotating_member_assignment_strategy", "every_member_assignment_strategy"),
            "shifts_per_member": whole(1, 100_000),
            "members": each(_MEMBER, low=1, high=20),
        },
        frozenset({"type", "members"}),
    ),
}
EVENT = Shape(_FIELDS, frozenset(_FIELDS) - {"effective_until"})
_OWN: dict[str, Check] = {"name": title(255), "time_zone": zone, "description": text(1024)}
NEW = Shape(_OWN | {"teams": each(reference("team"))}, frozenset({"name", "time_zone"}))
CHANGED = Shape(_OWN, frozenset({"name", "time_zone"}))
"""`time_zone` every time: "Time zone cannot be empty." (PagerDuty/pagerduty-mcp-server #124, read 2026-11-20)"""
_MOST_EVENTS, _MOST_ROTATIONS = 5, 10
_AHEAD = timedelta(days=365)


def refused(field: str, message: str) -> Refused:
    """400, code 2001; in v3 the errors are always lists by field."""
    return Refused(error(400, 2001, "Invalid Input Provided", {field: [message]}))


class SchedulesV3(Overrides):
    """`/v3/schedules`, their rotations and events."""

    @route("GET", "/v3/schedules")
    def schedules_v3(self, request: Request) -> Response:
        answer = self.page(
            request, "schedules", self.store.all("schedule_v3"), lambda item: self.reference(request, "schedule_v3", item["id"])
        )
        return Response(200, {name: value for name, value in answer.body.items() if name != "total"})

    @route("POST", "/v3/schedules")
    def new_schedule_v3(self, request: Request) -> Response:
        sent = self._body_v3(request, "schedule", NEW)
        teams = [team["id"] for team in sent.get("teams", [])]
        for team in sent.get("teams", []):
            self._known("team", team)
        item = {"description": None, **sent, "id": self.new_id("W"), "teams": teams, "rotations": []}
        self.store.put("schedule_v3", item["id"], item)
        return Response(201, {"schedule": self._schedule_v3(request, item)})

    @route("GET", "/v3/schedules/{id}")
    def schedule_v3(self, request: Request, id: str) -> Response:
        return Response(200, {"schedule": self._schedule_v3(request, self._held_v3(id))})

    @route("PUT", "/v3/schedules/{id}")
    def change_schedule_v3(self, request: Request, id: str) -> Response:
        item = self._held_v3(id) | self._body_v3(request, "schedule", CHANGED)
        self.store.put("schedule_v3", id, item)
        return Response(200, {"schedule": self._schedule_v3(request, item)})

    @route("DELETE", "/v3/schedules/{id}")
    def remove_schedule_v3(self, request: Request, id: str) -> Response:
        self._held_v3(id)
        if self._used_by(id):
            raise refused("base", "Schedule can't be deleted if it's being used by escalation policies")
        if self.snapshots_of(id):
            raise refused("base", "Schedule can't be deleted if it's being used by an escalation policy snapshot with open incidents")
        self.store.delete("schedule_v3", id)
        return Response(204)

    @route("POST", "/v3/schedules/{id}/rotations")
    def new_rotation(self, request: Request, id: str) -> Response:
        item = self._held_v3(id)
        if self.sent(request) not in (None, {}):
            raise refused("rotation", "takes no fields")
        active = [one for one in item["rotations"] if any(not self._past(event) for event in one["events"])]
        if len(active) >= _MOST_ROTATIONS:
            raise refused("rotations", f"a schedule has at most {_MOST_ROTATIONS} active rotations")
        made: Body = {"id": f"R{self.new_id('R')}".ljust(26, "0"), "events": []}
        item["rotations"].append(made)
        self.store.put("schedule_v3", id, item)
        return Response(201, {"rotation": self._rotation(made)})

    @route("POST", "/v3/schedules/{id}/rotations/{rotation_id}/events")
    def new_event(self, request: Request, id: str, rotation_id: str) -> Response:
        item = self._held_v3(id)
        rotation = self._rotation_of(item, rotation_id)
        sent = self._event_body(request)
        current = [event for event in rotation["events"] if not self._past(event)]
        if len(current) >= _MOST_EVENTS:
            raise refused("events", f"a rotation has at most {_MOST_EVENTS} events")
        made = self._kept_event(sent, f"E{self.new_id('N')}".ljust(26, "0"))
        if any(_overlap(made, event) for event in current):
            raise refused("event", "overlaps with another event of the rotation")
        rotation["events"].append(made)
        self.store.put("schedule_v3", id, item)
        return Response(201, {"event": self._shown_event(made)})

    @route("PUT", "/v3/schedules/{id}/rotations/{rotation_id}/events/{event_id}")
    def change_event(self, request: Request, id: str, rotation_id: str, event_id: str) -> Response:
        item = self._held_v3(id)
        rotation = self._rotation_of(item, rotation_id)
        held = _of(rotation["events"], event_id)
        if self._past(held):
            raise refused("event", "has ended and cannot be changed")
        if moment(held["effective_since"]) <= self.now():
            sent = self._body_v3(request, "event", Shape({"effective_until": nullable(instant)}))
            held["effective_until"] = sent.get("effective_until") and utc_text(moment(sent["effective_until"]))
        else:
            held |= self._kept_event(self._event_body(request), event_id)
        self.store.put("schedule_v3", id, item)
        return Response(200, {"event": self._shown_event(held)})

    @route("DELETE", "/v3/schedules/{id}/rotations/{rotation_id}/events/{event_id}")
    def remove_event(self, request: Request, id: str, rotation_id: str, event_id: str) -> Response:
        item = self._held_v3(id)
        rotation = self._rotation_of(item, rotation_id)
        held = _of(rotation["events"], event_id)
        if self._past(held):
            raise refused("event", "has ended and cannot be deleted")
        if moment(held["effective_since"]) <= self.now():
            held["effective_until"] = utc_text(self.now())
        else:
            rotation["events"].remove(held)
        self.store.put("schedule_v3", id, item)
        return Response(204)

    def _held_v3(self, id: str) -> Body:
        if self.store.get("schedule", id) is not None:
            raise refused("base", "This schedule is not a v3 schedule")
        return self.held_as("schedule_v3", id)

    def _rotation_of(self, item: Body, id: str) -> Body:
        return _of(item["rotations"], id)

    def _body_v3(self, request: Request, name: str, shape: Shape) -> Body:
        sent = self.sent(request)
        if not isinstance(sent, dict) or not isinstance(sent.get(name), dict):
            raise refused(name, "cannot be blank")
        wrong = [one.partition(" ")[::2] for one in shape(sent[name], name)]
        if wrong:
            raise Refused(error(400, 2001, "Invalid Input Provided", {field: [message] for field, message in wrong}))
        held: Body = sent[name]
        return held

    def _event_body(self, request: Request) -> Body:
        sent = self._body_v3(request, "event", EVENT)
        if not _RULE.fullmatch(sent["recurrence"][0]):
            raise refused("event.recurrence", "is not a valid RRULE")
        if sent["assignment_strategy"]["type"].startswith("rotating") and "shifts_per_member" not in sent["assignment_strategy"]:
            raise refused("event.assignment_strategy.shifts_per_member", "cannot be blank")
        begin, end = (moment(sent[name]["date_time"]) for name in ("start_time", "end_time"))
        if end <= begin:
            raise refused("event.end_time", "must be after start_time")
        local = begin.astimezone(ZoneInfo(sent["start_time"]["time_zone"]))
        days = rule_of(sent).get("BYDAY")
        if days and local.strftime("%a")[:2].upper() not in days.split(","):
            raise refused("event.start_time", "must be on one of the days of the recurrence")
        if moment(sent["effective_since"]) > self.now() + _AHEAD:
            raise refused("event.effective_since", "Date cannot be more than 12 months in the future")
        for member in sent["assignment_strategy"]["members"]:
            if member["type"] == "user_member":
                self._known("user", {"id": member.get("user_id", "")})
        return sent

    def _kept_event(self, sent: Body, id: str) -> Body:
        until = sent.get("effective_until")
        return {
            "id": id,
            **{name: sent[name] for name in ("name", "recurrence", "assignment_strategy")},
            **{name: {**sent[name], "date_time": utc_text(moment(sent[name]["date_time"]))} for name in ("start_time", "end_time")},
            # what lies in the past begins now: REST reference of /v3/schedules (read 2026-11-20)
            "effective_since": utc_text(max(moment(sent["effective_since"]), self.now())),
            "effective_until": until and utc_text(moment(until)),
        }

    def _past(self, event: Body) -> bool:
        return bool(event["effective_until"]) and moment(event["effective_until"]) <= self.now()

    def _rotation(self, rotation: Body) -> Json:
        return {"id": rotation["id"], "type": "schedule_rotation", "events": [self._shown_event(event) for event in rotation["events"]]}

    def _shown_event(self, event: Body) -> Json:
        times: dict[str, Any] = {
            name: {**event[name], "time_zone": _respelt(event[name]["time_zone"])} for name in ("start_time", "end_time")
        }
        return {**event, **times, "type": "schedule_event"}

    def _schedule_v3(self, request: Request, item: Body) -> Json:
        return {
            # the description has no summary
            **{name: value for name, value in self.head(request, "schedule_v3", item).items() if name != "summary"},
            **{name: item[name] for name in ("name", "description")},
            "time_zone": _respelt(item["time_zone"]),
            # in no order that could be relied on: terraform-provider-pagerduty #1127 (read 2026-11-20)
            "teams": [self.reference(request, "team", id) for id in reversed(item["teams"])],
            "escalation_policies": [self.reference(request, "escalation_policy", id) for id in self._used_by(item["id"])],
            "rotations": [self._rotation(one) for one in item["rotations"]],
        }


def _of(items: list[Body], id: str) -> Body:
    found = next((one for one in items if one["id"] == id), None)
    if found is None:
        raise Refused(error(404, 2100, "Not Found"))
    return found


def _respelt(name: str) -> str:
    """Etc/UTC comes back as UTC: terraform-provider-pagerduty #1148 (read 2026-11-20)."""
    return "UTC" if name == "Etc/UTC" else name


def _overlap(one: Body, other: Body) -> bool:
    """Whether two events are ever on at once in the three weeks after both are in force: looked at wherever a shift of either may begin."""
    since = max(moment(event["effective_since"]) for event in (one, other))
    if any(event["effective_until"] and moment(event["effective_until"]) <= since for event in (one, other)):
        return False
    marks = {since, *(at for event in (one, other) for at in marks_of(event, since, since + timedelta(days=21)))}
    return any(_on(one, at) and _on(other, at) for at in marks)


def _on(event: Body, at: datetime) -> bool:
    """Whether a shift of the event is running, whoever has it."""
    members = [{"type": "user_member", "user_id": "somebody"}]
    return bool(
        on_call_v3([{**event, "assignment_strategy": {**event["assignment_strategy"], "members": members, "shifts_per_member": 1}}], at)
    )
