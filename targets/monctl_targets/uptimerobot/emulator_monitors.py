"""The emulator's monitors and tags."""

from __future__ import annotations

from collections.abc import Mapping

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.uptimerobot import emulator_rules as rules
from monctl_targets.uptimerobot.emulator_account import bad, missing
from monctl_targets.uptimerobot.emulator_contacts import ContactEmulator
from monctl_targets.uptimerobot.emulator_view import monitor_record, monitor_view, window_view

_LOCKED: Mapping[str, tuple[str, ...]] = {
    "customFields": ("custom_fields", "custom-fields"),
    "regionData": ("regions", "monitor-location-settings"),
    "customHttpHeaders": ("request", "custom-http-headers"),
    "postValueData": ("request", "http-request-body"),
    "sslExpirationReminder": ("certificate", "ssl-expiration-reminder"),
}
"""Field → the plan's feature, and the vendor's name of it (`monitor-location-settings` is recorded, the others are ours)."""
LONGEST_BEAT_S = 2_678_400
_TYPES = {"HEARTBEAT": "heartbeat", "DNS": "dns", "API": "api"}


class MonitorEmulator(ContactEmulator):
    """A monitor names contacts that must exist, and tags that come into being by being named."""

    @route("GET", "/monitors")
    def monitors(self, request: Request) -> Response:
        limit = request.param("limit", "50") or ""
        if not limit.isdigit() or not 1 <= int(limit) <= 200:
            return bad("Limit must be between 1 and 200")
        found = [body for body in self._listed(request, "monitor") if _wanted(body, request)]
        return self._page(request, [self._view(body) for body in found], int(limit), whole=True)

    @route("POST", "/monitors")
    def make_monitor(self, request: Request) -> Response:
        body = request.json() or {}
        type = str(body.get("type", "")).upper() if isinstance(body, dict) else ""
        # a heartbeat that comes too rarely is kept all the same, and answered with a 500 (terraform-provider-uptimerobot #273)
        broken = type == "HEARTBEAT" and _too_rare(body.get("interval"))
        with self.store.lock:
            refused = self._refused({**body, "interval": LONGEST_BEAT_S} if broken else body, type, new=True)
            if refused is not None:
                return refused
            if len(self.store.all("monitor")) >= self._monitor_limit:
                return Response(403, {"message": "Monitor limit reached."})
            record = monitor_record(body, self.store.next("monitor", 801_000_001), self._tags(body))
            if self._taken(record):
                return Response(409, {"message": "Monitor already exists."})  # status and words are not recorded anywhere
            self.store.put("monitor", str(record["id"]), record)
        status = self._lost.pop(0) if self._lost else 500 if broken else 201
        if status == 404:
            return missing("Monitor")
        return Response(201, self._view(record)) if status == 201 else Response(status, {"message": "Internal server error"})

    @route("GET", "/monitors/{id}")
    def monitor(self, request: Request, id: str) -> Response:
        body = self.store.get("monitor", id)
        return missing("Monitor") if body is None else Response(200, self._view(body))

    @route("PATCH", "/monitors/{id}")
    def change_monitor(self, request: Request, id: str) -> Response:
        body = request.json() or {}
        with self.store.lock:
            old = self.store.get("monitor", id)
            if old is None:
                return missing("Monitor")
            if "type" in body:
                return bad("property type should not exist")
            refused = self._refused(body, old["type"], new=False)
            if refused is not None:
                return refused
            record = monitor_record(body, old["id"], self._tags(body), old)
            if self._taken(record):
                return Response(409, {"message": "Monitor already exists."})
            self.store.put("monitor", id, record)
        return Response(200, self._view(record))

    @route("DELETE", "/monitors/{id}")
    def drop_monitor(self, request: Request, id: str) -> Response:
        if not self.store.delete("monitor", id):
            return missing("Monitor")
        for window in self.store.all("maintenance_window"):
            if int(id) in window["monitorIds"]:
                kept = [monitor for monitor in window["monitorIds"] if monitor != int(id)]
                self.store.put("maintenance_window", str(window["id"]), {**window, "monitorIds": kept})
        return Response(200)

    @route("POST", "/monitors/{id}/pause")
    def pause(self, request: Request, id: str) -> Response:
        return self._state(id, "PAUSED")

    @route("POST", "/monitors/{id}/start")
    def start(self, request: Request, id: str) -> Response:
        return self._state(id, "STARTED")

    @route("GET", "/tags")
    def tags(self, request: Request) -> Response:
        return Response(200, {"data": [{"id": tag["id"], "name": tag["name"]} for tag in self.store.all("tag")], "nextCursorId": None})

    @route("DELETE", "/tags/{id}")
    def drop_tag(self, request: Request, id: str) -> Response:
        if not self.store.delete("tag", id):
            return missing("Tag")
        for body in self.store.all("monitor"):
            self.store.put("monitor", str(body["id"]), {**body, "tags": [tag for tag in body["tags"] if str(tag["id"]) != id]})
        return Response(204)

    def _view(self, body: Json) -> Json:
        windows = [window for window in self.store.all("maintenance_window") if body["id"] in window["monitorIds"]]
        return monitor_view(body, [window_view(window) for window in windows])

    def _tags(self, body: Json) -> list[Json]:
        """The tags a body names; a tag comes into being by being named."""
        made = {tag["name"]: tag for tag in self.store.all("tag")}
        for name in body.get("tagNames") or ():
            if name not in made:
                made[name] = {"id": self.store.next("tag", 3001), "name": name, "color": "#3bd671"}
                self.store.put("tag", str(made[name]["id"]), made[name])
        return [made[name] for name in body.get("tagNames") or ()]

    def _taken(self, record: Json) -> bool:
        """URLs are unique among monitors that GET or HEAD them, and among DNS monitors."""
        return any(
            other["id"] != record["id"] and _slot(other) == _slot(record)
            for other in self.store.all("monitor")
            if _slot(record) is not None
        )

    def _refused(self, body: Json, type: str, *, new: bool) -> Response | None:
        for name, (feature, told) in _LOCKED.items():
            if isinstance(body, dict) and body.get(name) and feature not in self._plan.features:
                return Response(403, {"message": f"Feature {told} is not enabled in your plan.", "code": "000-003"})
        if _TYPES.get(type, "") and _TYPES[type] not in self._plan.features:
            return Response(403, {"message": f"Feature {type.lower()}-monitors is not enabled in your plan.", "code": "000-003"})
        found = rules.monitor_faults(body, type, least_s=self._plan.min_interval_s, new=new)
        if found:
            return bad(*found)
        edges = body.get("assignedAlertContacts") or ()
        if any((edge["threshold"] or edge["recurrence"]) and "alert_delay" not in self._plan.features for edge in edges):
            return bad("threshold and recurrence are always 0 in the Free Plan")
        unknown = [edge["alertContactId"] for edge in edges if not self._contact_exists(edge["alertContactId"])]
        return bad(*(f"alert contact {id} does not exist" for id in unknown)) if unknown else None

    def _contact_exists(self, id: object) -> bool:
        return any(self.store.get(kind, str(int(str(id)))) is not None for kind in ("alert_contact", "integration"))

    def _state(self, id: str, status: str) -> Response:
        body = self.store.get("monitor", id)
        if body is None:
            return missing("Monitor")
        self.store.put("monitor", id, {**body, "status": status})
        return Response(201, self._view({**body, "status": status}))


def _too_rare(interval: object) -> bool:
    return type(interval) is int and interval > LONGEST_BEAT_S


def _slot(record: Json) -> tuple[str, str] | None:
    if record["type"] == "DNS":
        return "DNS", record["url"]
    method = record.get("httpMethodType") or ("GET" if record["type"] == "API" else "HEAD")
    return (method, record["url"]) if record["type"] in {"HTTP", "KEYWORD", "API"} and method in {"GET", "HEAD"} else None


def _wanted(body: Json, request: Request) -> bool:
    """The filters of the list: name and url are contained, whatever their case; tags are any of; customField is `key:value`, all of."""
    tags = (request.param("tags") or "").split(",")
    status = (request.param("status") or "").split(",")
    fields = [pair.partition(":") for pair in request.params("customField")]
    return (
        (request.param("name") or "").lower() in body["friendlyName"].lower()
        and (request.param("url") or "").lower() in body["url"].lower()
        and (tags == [""] or any(tag["name"] in tags for tag in body["tags"]))
        and (status == [""] or body["status"] in status)
        and all((body.get("customFields") or {}).get(name) == value for name, _, value in fields)
    )
