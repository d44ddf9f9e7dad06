"""The emulator's v2 schedules: layers that are ended but never deleted, and come back in reverse."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.pagerduty.render import entries, on_call
from monctl_targets.pagerduty.sandbox.base import Body, Refused, error, invalid, missing
from monctl_targets.pagerduty.sandbox.people import People
from monctl_targets.pagerduty.sandbox.shape import Check, Shape, clock, each, instant, nullable, one_of, reference, text, title, whole, zone
from monctl_targets.pagerduty.zone import moment, utc_text

_SEAT = Shape({"user": reference("user")}, frozenset({"user"}))


def _restriction(value: Json, where: str) -> list[str]:
    weekly = isinstance(value, dict) and value.get("type") == "weekly_restriction"
    fields: dict[str, Check] = {
        "type": one_of("daily_restriction", "weekly_restriction"),
        "start_time_of_day": clock,
        "duration_seconds": whole(1, 604_799 if weekly else 86_399),
    }
    if weekly:
        fields["start_day_of_week"] = whole(1, 7)
    return Shape(fields, frozenset(fields))(value, where)


LAYER = Shape(
    {
        "name": text(255),
        "start": instant,
        "end": nullable(instant),
        "rotation_virtual_start": instant,
        "rotation_turn_length_seconds": whole(3600, 31_536_000),
        "users": each(_SEAT, low=1),
        "restrictions": each(_restriction),
    },
    frozenset({"start", "rotation_virtual_start", "rotation_turn_length_seconds", "users"}),
)
SCHEDULE = Shape(
    {
        "type": one_of("schedule"),
        "name": title(255),
        "description": text(1024),
        "time_zone": zone,
        "teams": each(reference("team")),
        "schedule_layers": each(LAYER, low=1),
    },
    frozenset({"type", "time_zone", "schedule_layers"}),
)
_LONGEST_WINDOW = timedelta(days=366)
"""Ours: long enough for every check, short enough to render at once."""


class Schedules(People):
    """`/schedules`, `/schedules/preview`, `/schedules/{id}/users`."""

    @route("GET", "/schedules")
    def schedules(self, request: Request) -> Response:
        layered = "schedule_layers" in request.params("include[]")
        return self.page(request, "schedules", self.store.all("schedule"), lambda item: self._schedule(request, item, layers=layered))

    @route("POST", "/schedules")
    def new_schedule(self, request: Request) -> Response:
        item = self._kept(
            self._checked(request, SCHEDULE), {"id": self.new_id("S"), "teams": [], "schedule_layers": [], "description": None}
        )
        self.store.put("schedule", item["id"], item)
        # documented as 201, answered with 200: PagerDuty/api-schema #497 (read 2026-11-20)
        return Response(200, {"schedule": self._schedule(request, item)})

    @route("POST", "/schedules/preview")
    def preview(self, request: Request) -> Response:
        blank: Body = {"id": "", "teams": [], "schedule_layers": [], "description": None}
        return Response(200, {"schedule": self._schedule(request, self._kept(self._checked(request, SCHEDULE), blank))})

    @route("GET", "/schedules/{id}")
    def schedule(self, request: Request, id: str) -> Response:
        if self.store.get("schedule_v3", id) is not None:
            # 404 in April 2026, 400 since: PagerDuty/pagerduty-mcp-server #117, #124 (read 2026-11-20)
            raise invalid("This schedule is a v3 schedule; use /v3/schedules")
        return Response(200, {"schedule": self._schedule(request, self.held_as("schedule", id))})

    @route("PUT", "/schedules/{id}")
    def change_schedule(self, request: Request, id: str) -> Response:
        item = self._kept(self._checked(request, SCHEDULE.partly()), self.held_as("schedule", id))
        self.store.put("schedule", id, item)
        return Response(200, {"schedule": self._schedule(request, item)})

    @route("DELETE", "/schedules/{id}")
    def remove_schedule(self, request: Request, id: str) -> Response:
        self.held_as("schedule", id)
        if self._used_by(id):
            # terraform-provider-pagerduty #43 (read 2026-11-20)
            raise invalid("Schedule can't be deleted if it's being used by escalation policies")
        if self.snapshots_of(id):
            # terraform-provider-pagerduty #337, #602, #693 (read 2026-11-20)
            raise invalid("Schedule can't be deleted if it's being used by an escalation policy snapshot with open incidents")
        self.store.delete("schedule", id)
        for one in self.stand_ins_of(id):
            self.store.delete("override", one["id"])
        return Response(204)

    @route("GET", "/schedules/{id}/users")
    def schedule_users(self, request: Request, id: str) -> Response:
        item = self.held_as("schedule", id)
        window = self._window(request)
        over = self.stand_ins_of(id)
        found = entries(item, *window, over) if window else [(self.now(), self.now(), on_call(item, self.now(), over))]
        return Response(200, {"users": [self.reference(request, "user", id) for id in dict.fromkeys(user for _, _, user in found if user)]})

    def snapshots_of(self, id: str) -> list[Body]:
        """The open incidents that call a schedule, whatever its policies say by now."""
        return [one for one in self.store.all("incident") if one["status"] != "resolved" and id in one.get("snapshot", ())]

    def stand_ins_of(self, id: str) -> list[Body]:
        """The overrides of a schedule, in the order they were made."""
        return [one for one in self.store.all("override") if one["schedule"] == id]

    def _checked(self, request: Request, shape: Shape) -> Body:
        sent = self.body(request, "schedule", shape)
        for layer in sent.get("schedule_layers", []):
            # `start` … `users` are required of every layer, in a PUT too
            for seat in layer["users"]:
                self._known("user", seat["user"])
            if layer.get("end") and layer.get("id") is None and moment(layer["end"]) <= moment(layer["start"]):
                raise Refused(error(400, 3001, "Invalid Schedule", {"schedule_layers.end": ["must be after start"]}))
        for team in sent.get("teams", []):
            self._known("team", team)
        return sent

    def _known(self, kind: str, held: Body) -> None:
        if self.store.get(kind, held["id"]) is None:
            raise missing()

    def _kept(self, sent: Body, item: Body) -> Body:
        """The item with what was sent. A layer that was not sent stays: terraform-provider-pagerduty #257, #308 (read 2026-11-20)."""
        item |= {name: sent[name] for name in ("name", "description", "time_zone") if name in sent}
        item.setdefault("name", f"Schedule {item['id']}")
        if "teams" in sent:
            item["teams"] = [team["id"] for team in sent["teams"]]
        held = {layer["id"]: layer for layer in item["schedule_layers"]}
        for layer in sent.get("schedule_layers", []):
            id = layer.get("id") or self.new_id("L")
            if layer.get("id") and id not in held:
                raise missing()
            held[id] = self._layer(layer, held.get(id, {"id": id, "end": None, "restrictions": []}))
        return item | {"schedule_layers": list(held.values())}

    def _layer(self, sent: Body, held: Body) -> Body:
        start, virtual = moment(sent["start"]), datetime.fromisoformat(sent["rotation_virtual_start"])
        return {
            "id": held["id"],
            "name": sent.get("name") or held.get("name") or f"Layer {held['id']}",
            # a start in the past becomes the time of the update: #35, #200, #343
            "start": utc_text(max(start, self.now())),
            "end": (sent["end"] and utc_text(moment(sent["end"]))) if "end" in sent else held["end"],
            # an offset is applied twice, so that only UTC is safe: #4 (read 2026-11-20)
            "rotation_virtual_start": utc_text(virtual - (virtual.utcoffset() or timedelta())),
            "rotation_turn_length_seconds": sent["rotation_turn_length_seconds"],
            "users": [seat["user"]["id"] for seat in sent["users"]],
            "restrictions": sent.get("restrictions", held["restrictions"]),
        }

    def _window(self, request: Request) -> tuple[datetime, datetime] | None:
        since, until = request.param("since"), request.param("until")
        if not since or not until:
            return None
        wrong = instant(since, "since") + instant(until, "until")
        if wrong:
            raise invalid(*wrong)
        if not timedelta() < moment(until) - moment(since) <= _LONGEST_WINDOW:
            raise invalid("until must be after since, and at most a year")
        return moment(since), moment(until)

    def _used_by(self, id: str) -> list[str]:
        return [
            policy["id"]
            for policy in self.store.all("escalation_policy")
            if any(target["id"] == id for rule in policy["escalation_rules"] for target in rule["targets"])
        ]

    def _schedule(self, request: Request, item: Body, *, layers: bool = True) -> Json:
        users = dict.fromkeys(user for layer in item["schedule_layers"] for user in layer["users"])
        shown = {
            **self.head(request, "schedule", item),
            **{name: item[name] for name in ("name", "description", "time_zone")},
            "http_cal_url": f"https://sandbox.pagerduty.example/private/{item['id']}/feed",
            "web_cal_url": f"webcal://sandbox.pagerduty.example/private/{item['id']}/feed",
            "users": [self.reference(request, "user", id) for id in users],
            "teams": [self.reference(request, "team", id) for id in item["teams"]],
            "escalation_policies": [self.reference(request, "escalation_policy", id) for id in self._used_by(item["id"])],
        }
        if not layers:
            return shown
        window = self._window(request)
        local = ZoneInfo(item["time_zone"])
        return shown | {
            # in reverse of what was sent: terraform-provider-pagerduty #610 (read 2026-11-20)
            "schedule_layers": [self._shown_layer(request, layer, local) for layer in reversed(item["schedule_layers"])],
            "overrides_subschedule": {"name": "Overrides", "rendered_schedule_entries": []},
            "final_schedule": {
                "name": "Final Schedule",
                "rendered_schedule_entries": [
                    {"start": _in(local, start), "end": _in(local, end), "user": self.reference(request, "user", user)}
                    for start, end, user in (entries(item, *window, self.stand_ins_of(item["id"])) if window else [])
                ],
            },
        }

    def _shown_layer(self, request: Request, layer: Body, local: ZoneInfo) -> Body:
        times: dict[str, Any] = {
            name: layer[name] and _in(local, moment(layer[name])) for name in ("start", "end", "rotation_virtual_start")
        }
        users = [{"user": self.reference(request, "user", id)} for id in layer["users"]]
        return {**layer, **times, "users": users, "rendered_schedule_entries": []}


def _in(local: ZoneInfo, at: datetime) -> str:
    return at.astimezone(local).isoformat(timespec="seconds")
