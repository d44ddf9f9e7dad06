"""The emulator's integrations and personal alert contacts."""

from __future__ import annotations

import json

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.uptimerobot import emulator_rules as rules
from monctl_targets.uptimerobot.emulator_account import AccountEmulator, bad, missing
from monctl_targets.uptimerobot.emulator_view import contact_view, integration_record, integration_view
from monctl_targets.uptimerobot.normalize import canonical


class ContactEmulator(AccountEmulator):
    """Both share one space of ids. A request with `X-Sandbox-Wanted` finds what it looks for; see `emulator`."""

    @route("GET", "/integrations")
    def integrations(self, request: Request) -> Response:
        self._provide(request)
        found = [integration_view(body) for body in self.store.all("integration")]
        if request.param("includeOrgMembers") == "true":
            found += [integration_view(body) for body in self.store.all("alert_contact")]
        return self._page(request, found, 50)

    @route("POST", "/integrations")
    def make_integration(self, request: Request) -> Response:
        body = request.json() or {}
        with self.store.lock:
            refused = self._refused_integration(body, new=True)
            if refused is not None:
                return refused
            record = integration_record(body, self.store.next("contact", 5_200_001))
            if record["value"] in [other["value"] for other in self.store.all("integration") if other["type"] == record["type"]]:
                return Response(409, {"message": "Integration already exists."})
            # creation forgets which events are wanted (terraform-provider-uptimerobot #272)
            self.store.put(
                "integration", str(record["id"]), record | {"enableNotificationsFor": "UpAndDown", "sslExpirationReminder": False}
            )
        return Response(201, integration_view(self.store.get("integration", str(record["id"]))))

    @route("GET", "/integrations/{id}")
    def integration(self, request: Request, id: str) -> Response:
        body = self.store.get("integration", id)
        return (
            Response(404, {"message": "Integration not found", "code": "021-005"})
            if body is None
            else Response(200, integration_view(body))
        )

    @route("PATCH", "/integrations/{id}")
    def change_integration(self, request: Request, id: str) -> Response:
        body = request.json() or {}
        with self.store.lock:
            old = self.store.get("integration", id)
            if old is None:
                return Response(404, {"message": "Integration not found", "code": "021-005"})
            refused = self._refused_integration(body, new=False)
            if refused is not None:
                return refused
            if canonical(body["type"]) != canonical(old["type"]):
                return bad("type cannot be changed")
            self.store.put("integration", id, integration_record(body, old["id"], old))
        return Response(200, integration_view(self.store.get("integration", id)))

    @route("DELETE", "/integrations/{id}")
    def drop_integration(self, request: Request, id: str) -> Response:
        return self._drop_contact("integration", id, "021-005")

    @route("GET", "/alert-contacts")
    def contacts(self, request: Request) -> Response:
        self._provide(request)
        return self._page(request, [contact_view(body) for body in self.store.all("alert_contact")], 50)

    @route("GET", "/user/alert-contacts")
    def my_contacts(self, request: Request) -> Response:
        return Response(200, [contact_view(contact) for contact in self.store.all("alert_contact")])

    @route("POST", "/alert-contacts")
    def make_contact(self, request: Request) -> Response:
        body = request.json() or {}
        found = rules.faults(body, rules.CONTACT, ("type", "value"))
        if found:
            return bad(*found)
        if body["type"] in {"ProSms", "Voice"}:
            return bad(f"{body['type']} contacts need phone verification in the dashboard")
        if body["value"].lower() in [str(other["value"]).lower() for other in self.store.all("alert_contact")]:
            return bad("Alert contact already exists or is your own e-mail")
        id = self.store.next("contact", 5_200_001)
        # the events are forgotten, and the mailbox's owner has not confirmed yet
        record = {**body, "id": id, "status": "NotActivated", "enableNotificationsFor": "UpAndDown", "sslExpirationReminder": False}
        self.store.put("alert_contact", str(id), record)
        return Response(201, contact_view(record))

    @route("GET", "/alert-contacts/{id}")
    def contact(self, request: Request, id: str) -> Response:
        body = self.store.get("alert_contact", id)
        return missing("Alert contact") if body is None else Response(200, contact_view(body))

    @route("PATCH", "/alert-contacts/{id}")
    def change_contact(self, request: Request, id: str) -> Response:
        old, body = self.store.get("alert_contact", id), request.json() or {}
        if old is None:
            return missing("Alert contact")
        found = rules.faults(body, rules.CONTACT_PATCH)
        if found:
            return bad(*found)
        if "enableNotificationsFor" in body:
            when = body["enableNotificationsFor"]
            body = {**body, "enableNotificationsFor": rules.EVENTS[when] if isinstance(when, int) else when}
        if "isActive" in body:
            body = {**body, "status": "Active" if body.pop("isActive") else "Paused"}
        self.store.put("alert_contact", id, {**old, **body})
        return Response(200, contact_view({**old, **body}))

    @route("DELETE", "/alert-contacts/{id}")
    def drop_contact(self, request: Request, id: str) -> Response:
        return self._drop_contact("alert_contact", id, "000-004")

    def _provide(self, request: Request) -> None:
        """The sandbox's convenience: what a look-up wants is there."""
        wanted = json.loads(request.headers.get("x-sandbox-wanted", "{}"))
        value = str(wanted.get("value") or wanted.get("name") or wanted.get("channel") or "missing-")
        if value.startswith("missing-") or value.endswith("@missing.example"):
            return
        with self.store.lock:
            everyone = self.store.all("alert_contact") + self.store.all("integration")
            if value not in [told for body in everyone for told in (body.get("value"), body.get("friendlyName"), body.get("customValue"))]:
                self._person(canonical(str(wanted.get("type", "Email"))), str(wanted.get("name", value)), value)

    def _person(self, type: str, name: str, value: str) -> None:
        kind = "alert_contact" if type in {"Email", "ProSms", "Voice"} else "integration"
        id = self.store.next("contact", 5_200_001)
        body = {"id": id, "type": type, "friendlyName": name, "value": value, "customValue": "", "status": "Active"}
        self.store.put(kind, str(id), body | {"enableNotificationsFor": "UpAndDown", "sslExpirationReminder": False})

    def _refused_integration(self, body: Json, *, new: bool) -> Response | None:
        if not isinstance(body, dict) or body.get("type") not in rules.INTEGRATION:
            return bad(f"type must be one of the following values: {','.join(rules.INTEGRATION)}")
        if canonical(body["type"]) not in self._plan.integrations:
            return Response(403, {"message": f"Integration {body['type']} is not available in your plan.", "code": "021-003"})
        if set(body) != {"type", "data"}:
            return bad("body must hold type and data")
        fields, needed = rules.INTEGRATION[body["type"]]
        found = rules.faults(body["data"], fields, needed if new else ())
        return bad(*(f"data.{fault}" for fault in found)) if found else None

    def _drop_contact(self, kind: str, id: str, code: str) -> Response:
        used = [
            body["friendlyName"]
            for body in self.store.all("monitor")
            if id in [str(edge["alertContactId"]) for edge in body["assignedAlertContacts"]]
        ]
        if used:
            return bad(f"contact is still assigned to {', '.join(used)}")
        return Response(200) if self.store.delete(kind, id) else Response(404, {"message": "Not found", "code": code})
