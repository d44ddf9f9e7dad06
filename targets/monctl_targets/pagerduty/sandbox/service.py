"""The emulator's services and their inbound integrations."""

from __future__ import annotations

import hashlib

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.pagerduty.sandbox.base import Body, invalid, missing
from monctl_targets.pagerduty.sandbox.policy import Policies
from monctl_targets.pagerduty.sandbox.shape import Check, Shape, clock, each, nullable, one_of, reference, text, title, whole, zone
from monctl_targets.pagerduty.zone import utc_text

_URGENCY = Shape({"type": one_of("constant"), "urgency": one_of("high", "low", "severity_based")}, frozenset({"type", "urgency"}))
_HOURS = Shape(
    {
        "type": one_of("fixed_time_per_day"),
        "time_zone": zone,
        "start_time": clock,
        "end_time": clock,
        "days_of_week": each(whole(1, 7), low=1),
    },
    frozenset({"type", "time_zone", "start_time", "end_time", "days_of_week"}),
)
_ACTION = Shape(
    {
        "type": one_of("urgency_change"),
        "at": Shape(
            {"type": one_of("named_time"), "name": one_of("support_hours_start", "support_hours_end")}, frozenset({"type", "name"})
        ),
        "to_urgency": one_of("high"),
    },
    frozenset({"type", "at", "to_urgency"}),
)


def _urgency_rule(value: Json, where: str) -> list[str]:
    """By hours there must be no urgency of its own (terraform-provider-pagerduty #387, read 2026-11-20)."""
    if isinstance(value, dict) and value.get("type") == "use_support_hours":
        fields: dict[str, Check] = {
            "type": one_of("use_support_hours"),
            "during_support_hours": _URGENCY,
            "outside_support_hours": _URGENCY,
        }
        return Shape(fields, frozenset(fields))(value, where)
    return _URGENCY(value, where)


SERVICE = Shape(
    {
        "type": one_of("service"),
        "name": title(255),
        "description": text(1024),
        "status": one_of("active", "disabled"),
        "escalation_policy": reference("escalation_policy"),
        "auto_resolve_timeout": nullable(whole(0, 10_000_000)),
        "acknowledgement_timeout": nullable(whole(0, 10_000_000)),
        "alert_creation": one_of("create_alerts_and_incidents"),
        "incident_urgency_rule": _urgency_rule,
        "support_hours": nullable(_HOURS),
        "scheduled_actions": each(_ACTION),
    },
    frozenset({"type", "name", "escalation_policy"}),
)
INTEGRATION = Shape(
    {
        "type": one_of("events_api_v2_inbound_integration", "generic_events_api_inbound_integration"),
        "name": text(255),
        "service": reference("service"),
    },
    frozenset({"type", "name"}),
)
_PLAIN = (
    "name",
    "description",
    "status",
    "auto_resolve_timeout",
    "acknowledgement_timeout",
    "incident_urgency_rule",
    "support_hours",
    "scheduled_actions",
)


class Services(Policies):
    """`/services`, `/services/{id}/integrations`."""

    @route("GET", "/services")
    def services(self, request: Request) -> Response:
        items, exact = self.store.all("service"), request.param("name")
        if exact is not None:
            items = [item for item in items if item["name"] == exact]
        return self.page(request, "services", items, lambda item: self._service(request, item))

    @route("POST", "/services")
    def new_service(self, request: Request) -> Response:
        sent = self._service_body(request, SERVICE)
        # unset in a POST is off: REST reference of /services (read 2026-11-20)
        blank: Body = {"description": None, "status": "active", "auto_resolve_timeout": None, "acknowledgement_timeout": None}
        blank |= {"incident_urgency_rule": {"type": "constant", "urgency": "high"}, "support_hours": None, "scheduled_actions": []}
        made: Body = {"id": self.new_id("V"), "created_at": utc_text(self.now())}
        return Response(201, {"service": self._service(request, self._kept_service(sent, blank | made))})

    @route("GET", "/services/{id}")
    def service(self, request: Request, id: str) -> Response:
        return Response(200, {"service": self._service(request, self.held_as("service", id))})

    @route("PUT", "/services/{id}")
    def change_service(self, request: Request, id: str) -> Response:
        item = self.held_as("service", id)
        sent = self._service_body(request, SERVICE.partly(), but=id)
        return Response(200, {"service": self._service(request, self._kept_service(sent, item))})

    @route("DELETE", "/services/{id}")
    def remove_service(self, request: Request, id: str) -> Response:
        self.held_as("service", id)
        self.store.delete("service", id)
        for integration in self._integrations_of(id):
            self.store.delete("integration", integration["id"])
        return Response(204)

    @route("POST", "/services/{id}/integrations")
    def new_integration(self, request: Request, id: str) -> Response:
        self.held_as("service", id)
        sent = self.body(request, "integration", INTEGRATION)
        if sent.get("service", {"id": id})["id"] != id:
            raise invalid("service must be the service of the path")
        made = self.new_id("I")
        key = hashlib.sha256(f"integration {made}".encode()).hexdigest()[:32]
        item = {
            "id": made,
            "name": sent["name"],
            "type": sent["type"],
            "service": id,
            "integration_key": key,
            "created_at": utc_text(self.now()),
        }
        self.store.put("integration", made, item)
        return Response(201, {"integration": self._integration(request, item)})

    @route("GET", "/services/{id}/integrations/{integration_id}")
    def integration(self, request: Request, id: str, integration_id: str) -> Response:
        return Response(200, {"integration": self._integration(request, self._integration_of(id, integration_id))})

    @route("PUT", "/services/{id}/integrations/{integration_id}")
    def change_integration(self, request: Request, id: str, integration_id: str) -> Response:
        item = self._integration_of(id, integration_id)
        sent = self.body(request, "integration", INTEGRATION.partly())
        if sent.get("service", {"id": id})["id"] != id or sent.get("type", item["type"]) != item["type"]:
            raise invalid("service and type cannot be changed")
        item["name"] = sent.get("name", item["name"])
        self.store.put("integration", integration_id, item)
        return Response(200, {"integration": self._integration(request, item)})

    @route("DELETE", "/services/{id}/integrations/{integration_id}")
    def remove_integration(self, request: Request, id: str, integration_id: str) -> Response:
        self._integration_of(id, integration_id)
        self.store.delete("integration", integration_id)
        return Response(204)

    def _service_body(self, request: Request, shape: Shape, but: str = "") -> Body:
        sent = self.body(request, "service", shape)
        if "escalation_policy" in sent:
            self._known("escalation_policy", sent["escalation_policy"])
        if any(item["name"].lower() == sent.get("name", "").lower() and item["id"] != but for item in self.store.all("service")):
            raise invalid("Name has already been taken")
        rule, hours, actions = sent.get("incident_urgency_rule"), sent.get("support_hours"), sent.get("scheduled_actions")
        if rule is not None and rule["type"] == "constant" and (hours or actions):
            # terraform-provider-pagerduty #415, #535 (read 2026-11-20)
            raise invalid("Active urgency must be in high, low, or severity_based.")
        if rule is not None and rule["type"] == "use_support_hours":
            if not hours or actions is None:
                # #97, #99, #360: the list must be there, empty or not
                raise invalid("support_hours and scheduled_actions cannot be blank with use_support_hours")
            inside, outside = rule["during_support_hours"]["urgency"], rule["outside_support_hours"]["urgency"]
            if actions and (inside, outside) != ("high", "low"):
                raise invalid("scheduled_actions need high urgency during and low urgency outside support hours")
            if hours["start_time"] >= hours["end_time"]:
                raise invalid("support_hours.end_time must be after start_time")
        return sent

    def _kept_service(self, sent: Body, item: Body) -> Body:
        item |= {name: sent[name] for name in _PLAIN if name in sent}
        if "escalation_policy" in sent:
            item["escalation_policy"] = sent["escalation_policy"]["id"]
        if item["incident_urgency_rule"]["type"] == "constant":
            item |= {"support_hours": None, "scheduled_actions": []}
        self.store.put("service", item["id"], item)
        return item

    def _status(self, item: Body) -> str:
        """The state of the day unless it is disabled: critical with an incident nobody has taken, warning with one somebody has (#1100)."""
        open_ones = {one["status"] for one in self.store.all("incident") if one["service"] == item["id"]} - {"resolved"}
        if item["status"] == "disabled" or not open_ones:
            return str(item["status"])
        return "critical" if "triggered" in open_ones else "warning"

    def _integrations_of(self, id: str) -> list[Body]:
        return [item for item in self.store.all("integration") if item["service"] == id]

    def _integration_of(self, id: str, integration_id: str) -> Body:
        item = self.held_as("integration", integration_id)
        if item["service"] != id:
            raise missing()
        return item

    def _service(self, request: Request, item: Body) -> Json:
        full = "integrations" in request.params("include[]")
        policy = self.store.get("escalation_policy", item["escalation_policy"]) or {}
        return {
            **self.head(request, "service", item),
            **{name: item[name] for name in ("created_at", *_PLAIN)},
            "status": self._status(item),
            "escalation_policy": self.reference(request, "escalation_policy", item["escalation_policy"]),
            "teams": [self.reference(request, "team", id) for id in policy.get("teams", [])],
            "integrations": [
                held
                if full
                else {name: held[name] for name in ("id", "summary", "self", "html_url")} | {"type": f"{held['type']}_reference"}
                for held in (self._integration(request, one) for one in self._integrations_of(item["id"]))
            ],
            "last_incident_timestamp": None,
            "alert_creation": "create_alerts_and_incidents",
        }

    def _integration(self, request: Request, item: Body) -> Json:
        path = f"services/{item['service']}/integrations/{item['id']}"
        return {
            **self.head(request, item["type"], item),
            **{name: item[name] for name in ("name", "created_at", "integration_key")},
            "self": f"{request.base_url}/{path}",
            "service": self.reference(request, "service", item["service"]),
            "vendor": None,
        }
