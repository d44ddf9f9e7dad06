"""The emulator's Events API v2: alert and change events are checked, answered and kept; incidents follow from them."""

from __future__ import annotations

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.pagerduty.sandbox.base import Body
from monctl_targets.pagerduty.sandbox.service import Services
from monctl_targets.pagerduty.sandbox.shape import Check, Shape, anything, each, instant, one_of, text
from monctl_targets.pagerduty.zone import utc_text

_COMMON: dict[str, Check] = {
    "summary": text(1024),
    "source": text(1024),
    "timestamp": instant,
    "custom_details": anything,
}
_PAYLOAD = Shape(
    _COMMON
    | {"severity": one_of("critical", "error", "warning", "info"), "component": text(1024), "group": text(1024), "class": text(1024)},
    frozenset({"summary", "source", "severity"}),
)
_LINKS = each(Shape({"href": text(2048), "text": text(1024)}, frozenset({"href"})))
_IMAGES = each(Shape({"src": text(2048), "href": text(2048), "alt": text(1024)}, frozenset({"src"})))
ALERT = Shape(
    {
        "routing_key": text(32),
        "event_action": one_of("trigger", "acknowledge", "resolve"),
        "dedup_key": text(255),
        "client": text(1024),
        "client_url": text(2048),
        "payload": _PAYLOAD,
        "links": _LINKS,
        "images": _IMAGES,
    },
    frozenset({"routing_key", "event_action"}),
)
CHANGE = Shape(
    {"routing_key": text(32), "payload": Shape(_COMMON, frozenset({"summary"})), "links": _LINKS}, frozenset({"routing_key", "payload"})
)
_LARGEST = 512 * 1024


class Events(Services):
    """`/v2/enqueue`, `/v2/change/enqueue`, and `/incidents` to see what became of them."""

    @route("POST", "/v2/enqueue")
    def enqueue(self, request: Request) -> Response:
        event = self._event(request, ALERT)
        if isinstance(event, Response):
            return event
        action = event["event_action"]
        if action == "trigger" and "payload" not in event:
            return _refused("'payload' is missing or blank")
        if action != "trigger" and not event.get("dedup_key"):
            return _refused("'dedup_key' is missing or blank")
        event.setdefault("dedup_key", f"{self.store.next('dedup'):032x}")
        self._keep("event", event)
        self._follow(event)
        return Response(202, {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]})

    @route("POST", "/v2/change/enqueue")
    def change(self, request: Request) -> Response:
        event = self._event(request, CHANGE)
        if isinstance(event, Response):
            return event
        self._keep("change_event", event)
        return Response(202, {"status": "success", "message": "Change event processed"})

    @route("GET", "/incidents")
    def incidents(self, request: Request) -> Response:
        statuses, services, key = request.params("statuses[]"), request.params("service_ids[]"), request.param("incident_key")
        items = [
            item
            for item in self.store.all("incident")
            if (not statuses or item["status"] in statuses)
            and (not services or item["service"] in services)
            and (key is None or item["incident_key"] == key)
        ]
        return self.page(
            request,
            "incidents",
            items,
            lambda item: {
                **{name: value for name, value in item.items() if name != "snapshot"},
                "service": self.reference(request, "service", item["service"]),
            },
            match="title",
        )

    def _event(self, request: Request, shape: Shape) -> Body | Response:
        """The event with the service it goes to, or the answer that refuses it."""
        try:
            sent = request.json()
        except ValueError:
            return _refused("JSON is not valid")
        if len(request.body) > _LARGEST:
            return _refused("Event is too large (maximum is 512 KB)")
        wrong = shape(sent)
        if wrong:
            return _refused(*wrong)
        if len(sent["routing_key"]) != 32:
            return _refused("Length of 'routing_key' is incorrect (should be 32 characters)")
        service = next((item["service"] for item in self.store.all("integration") if item["integration_key"] == sent["routing_key"]), None)
        return _refused("Invalid routing key") if service is None else {**sent, "service": service, "received_at": utc_text(self.now())}

    def _keep(self, kind: str, event: Body) -> None:
        id = f"{self.store.next(kind):08d}"
        self.store.put(kind, id, {"id": id, "name": event.get("payload", {}).get("summary") or event.get("dedup_key"), **event})

    def _follow(self, event: Body) -> None:
        """Opens, acknowledges or resolves. A key is open once per service; resolve and acknowledge without an open one are dropped silently."""
        action, key = event["event_action"], event["dedup_key"]
        held = next(
            (
                item
                for item in self.store.all("incident")
                if (item["incident_key"], item["service"]) == (key, event["service"]) and item["status"] != "resolved"
            ),
            None,
        )
        if held is None and action == "trigger":
            number = self.store.next("incident")
            title = event["payload"]["summary"]
            held = {
                "id": f"Q{number:013d}",
                "type": "incident",
                "incident_number": number,
                "name": title,
                "title": title,
                "incident_key": key,
            }
            held |= {
                "service": event["service"],
                "status": "triggered",
                "urgency": self._urgency(event),
                "created_at": event["received_at"],
                "snapshot": self._schedules_of(event["service"]),
            }
        elif held is not None and action != "trigger":
            held["status"] = "acknowledged" if action == "acknowledge" else "resolved"
        if held is not None:
            self.store.put("incident", held["id"], held)

    def _schedules_of(self, service: str) -> list[str]:
        """The schedules its policy calls now: an incident keeps them as they were when it began (terraform-provider-pagerduty #43, read 2026-11-20)."""
        held = self.store.get("service", service) or {}
        rules = (self.store.get("escalation_policy", held.get("escalation_policy", "")) or {}).get("escalation_rules", [])
        return [target["id"] for rule in rules for target in rule["targets"] if target["type"] == "schedule_reference"]

    def _urgency(self, event: Body) -> str:
        rule = (self.store.get("service", event["service"]) or {}).get("incident_urgency_rule", {})
        urgency: str = rule.get("urgency") or rule["during_support_hours"]["urgency"]
        if urgency == "severity_based":
            return "low" if event["payload"]["severity"] in {"warning", "info"} else "high"
        return urgency


def _refused(*errors: str) -> Response:
    body: Json = {"status": "invalid event", "message": "Event object is invalid", "errors": list(errors)}
    return Response(400, body)
