"""The emulator's overrides of v2 schedules: made several at once, each with a status of its own; cut when they run, kept when they are over."""

from __future__ import annotations

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.pagerduty.sandbox.base import Body, Refused, error, invalid
from monctl_targets.pagerduty.sandbox.schedule import Schedules
from monctl_targets.pagerduty.sandbox.shape import Shape, instant, reference
from monctl_targets.pagerduty.zone import moment, utc_text

OVERRIDE = Shape({"start": instant, "end": instant, "user": reference("user")}, frozenset({"start", "end", "user"}))


class Overrides(Schedules):
    """`/schedules/{id}/overrides`."""

    @route("GET", "/schedules/{id}/overrides")
    def overrides(self, request: Request, id: str) -> Response:
        self.held_as("schedule", id)
        window = self._window(request)
        if window is None:
            raise invalid("since and until cannot be blank")
        since, until = window
        found = [one for one in self.stand_ins_of(id) if moment(one["end"]) > since and moment(one["start"]) < until]
        return Response(200, {"overrides": [self._override(request, one) for one in found]})

    @route("POST", "/schedules/{id}/overrides")
    def new_overrides(self, request: Request, id: str) -> Response:
        self.held_as("schedule", id)
        sent = self.sent(request)
        if not isinstance(sent, dict) or set(sent) != {"overrides"} or not isinstance(sent["overrides"], list) or not sent["overrides"]:
            raise invalid("overrides cannot be blank")
        return Response(201, [self._made(request, id, one) for one in sent["overrides"]])

    @route("DELETE", "/schedules/{id}/overrides/{override_id}")
    def remove_override(self, request: Request, id: str, override_id: str) -> Response:
        held = self.held_as("override", override_id)
        if moment(held["end"]) <= self.now():
            # that it is refused is documented, the code is not: REST reference of deleteScheduleOverride (read 2026-11-20)
            raise Refused(error(400, 4004, "Invalid Override", ["Override is in the past"]))
        if moment(held["start"]) <= self.now():
            held["end"] = utc_text(self.now())
            self.store.put("override", override_id, held)
            return Response(200)
        self.store.delete("override", override_id)
        return Response(204)

    def _made(self, request: Request, id: str, sent: Json) -> Json:
        wrong = OVERRIDE(sent, "override")
        if not wrong and moment(sent["end"]) <= moment(sent["start"]):
            wrong = ["Override must end after its start"]
        if not wrong and self.store.get("user", sent["user"]["id"]) is None:
            wrong = ["User was not found"]
        if wrong:
            return {"status": 400, "errors": wrong, "override": sent}
        times = {name: utc_text(moment(sent[name])) for name in ("start", "end")}
        made: Body = {"id": f"Q{self.new_id('O')[1:]}", "schedule": id, "user": sent["user"]["id"], **times}
        self.store.put("override", made["id"], made)
        return {"status": 201, "override": self._override(request, made)}

    def _override(self, request: Request, one: Body) -> Json:
        return {"id": one["id"], "start": one["start"], "end": one["end"], "user": self.reference(request, "user", one["user"])}
