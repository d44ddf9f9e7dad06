"""The emulator's escalation policies, and who is on call by them."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.pagerduty.render import on_call
from monctl_targets.pagerduty.render_v3 import events, on_call_v3
from monctl_targets.pagerduty.sandbox.base import Body, Refused, error, invalid
from monctl_targets.pagerduty.sandbox.schedule_v3 import SchedulesV3
from monctl_targets.pagerduty.sandbox.shape import Shape, each, one_of, reference, text, title, whole

FORBIDDEN = "\\/&<>"
"""In names of escalation policies: terraform-provider-pagerduty's validation (read 2026-11-20)."""
_RULE = Shape(
    {"escalation_delay_in_minutes": whole(1, 100_000), "targets": each(reference("user", "schedule"), low=1, high=10)},
    frozenset({"escalation_delay_in_minutes", "targets"}),
)
POLICY = Shape(
    {
        "type": one_of("escalation_policy"),
        "name": title(255, FORBIDDEN),
        "description": text(1024),
        "num_loops": whole(0, 9),
        "on_call_handoff_notifications": one_of("if_has_services", "always"),
        "teams": each(reference("team"), high=1),
        "escalation_rules": each(_RULE, low=1),
    },
    frozenset({"type", "name", "escalation_rules"}),
)


class Policies(SchedulesV3):
    """`/escalation_policies`, `/oncalls`."""

    @route("GET", "/escalation_policies")
    def policies(self, request: Request) -> Response:
        return self.page(request, "escalation_policies", self.store.all("escalation_policy"), lambda item: self._policy(request, item))

    @route("POST", "/escalation_policies")
    def new_policy(self, request: Request) -> Response:
        sent = self._policy_body(request, POLICY)
        blank: Body = {
            "id": self.new_id("E"),
            "description": None,
            "num_loops": 0,
            "on_call_handoff_notifications": "if_has_services",
            "teams": [],
        }
        item = self._kept_policy(sent, blank)
        return Response(201, {"escalation_policy": self._policy(request, item)})

    @route("GET", "/escalation_policies/{id}")
    def policy(self, request: Request, id: str) -> Response:
        return Response(200, {"escalation_policy": self._policy(request, self.held_as("escalation_policy", id))})

    @route("PUT", "/escalation_policies/{id}")
    def change_policy(self, request: Request, id: str) -> Response:
        held = self.held_as("escalation_policy", id)
        item = self._kept_policy(self._policy_body(request, POLICY.partly()), held)
        return Response(200, {"escalation_policy": self._policy(request, item)})

    @route("DELETE", "/escalation_policies/{id}")
    def remove_policy(self, request: Request, id: str) -> Response:
        self.held_as("escalation_policy", id)
        if self._services_of(id):
            raise Refused(
                error(400, 2001, "Invalid Input Provided", ["The escalation policy can't be deleted as it's being used by services"])
            )
        self.store.delete("escalation_policy", id)
        return Response(204)

    @route("GET", "/oncalls")
    def oncalls(self, request: Request) -> Response:
        wanted = set(request.params("escalation_policy_ids[]"))
        found = [
            call
            for policy in self.store.all("escalation_policy")
            if not wanted or policy["id"] in wanted
            for call in self._calls(request, policy)
        ]
        return Response(200, {"oncalls": found, "limit": 100, "offset": 0, "more": False, "total": None})

    def _calls(self, request: Request, policy: Body) -> Iterator[Json]:
        for level, rule in enumerate(policy["escalation_rules"], start=1):
            for target in rule["targets"]:
                for user in self._on_call(target):
                    schedule = None if target["type"] == "user_reference" else self._target(request, target)
                    yield {
                        "user": self.reference(request, "user", user),
                        "schedule": schedule,
                        "escalation_policy": self.reference(request, "escalation_policy", policy["id"]),
                        "escalation_level": level,
                        "start": None,
                        "end": None,
                    }

    def _on_call(self, target: Body) -> list[str]:
        if target["type"] == "user_reference":
            return [target["id"]]
        shifted = self.store.get("schedule_v3", target["id"])
        if shifted is not None:
            return on_call_v3(events(shifted), self.now())
        user = on_call(self.store.get("schedule", target["id"]) or {}, self.now(), self.stand_ins_of(target["id"]))
        return [] if user is None else [user]

    def _target(self, request: Request, held: Body) -> Json:
        """A v3 schedule is answered as such, whatever was sent: terraform-provider-pagerduty #1107 (read 2026-11-20)."""
        kind = held["type"].removesuffix("_reference")
        shifted = kind == "schedule" and self.store.get("schedule_v3", held["id"]) is not None
        return self.reference(request, "schedule_v3" if shifted else kind, held["id"])

    def _policy_body(self, request: Request, shape: Shape) -> Body:
        sent = self.body(request, "escalation_policy", shape)
        for rule in sent.get("escalation_rules", []):
            for target in rule["targets"]:
                if self.store.get("schedule_v3", target["id"]) is None or target["type"].startswith("user"):
                    self._known(target["type"].removesuffix("_reference"), target)
            if len({target["id"] for target in rule["targets"]}) < len(rule["targets"]):
                raise invalid("Escalation rules cannot have the same target twice")
        for team in sent.get("teams", []):
            self._known("team", team)
        return sent

    def _kept_policy(self, sent: Body, item: Body) -> Body:
        item |= {name: sent[name] for name in ("name", "description", "num_loops", "on_call_handoff_notifications") if name in sent}
        if "teams" in sent:
            item["teams"] = [team["id"] for team in sent["teams"]]
        if "escalation_rules" in sent:
            item["escalation_rules"] = [self._rule(rule) for rule in sent["escalation_rules"]]
        self.store.put("escalation_policy", item["id"], item)
        return item

    def _rule(self, sent: Body) -> Body:
        targets = [{"id": target["id"], "type": f"{target['type'].removesuffix('_reference')}_reference"} for target in sent["targets"]]
        return {
            "id": sent.get("id") or self.new_id("R"),
            "escalation_delay_in_minutes": sent["escalation_delay_in_minutes"],
            # their order is not kept: terraform-provider-pagerduty #937 (read 2026-11-20)
            "targets": targets[::-1],
        }

    def _services_of(self, id: str) -> list[str]:
        return [service["id"] for service in self.store.all("service") if service["escalation_policy"] == id]

    def _policy(self, request: Request, item: Body) -> Json:
        return {
            **self.head(request, "escalation_policy", item),
            **{name: item[name] for name in ("name", "description", "num_loops", "on_call_handoff_notifications")},
            "escalation_rules": [
                {**rule, "targets": [self._target(request, held) for held in rule["targets"]]} for rule in item["escalation_rules"]
            ],
            "services": [self.reference(request, "service", id) for id in self._services_of(item["id"])],
            "teams": [self.reference(request, "team", id) for id in item["teams"]],
        }
