"""A stand-in of UptimeRobot's API v3, as strict as the vendor, for the sandbox and the tests.

What it does as the vendor does (sources in `emulator_rules`): reads give other names and spellings than writes (`emulator_view`), lists come
newest first with the last id as cursor, names come back HTML-escaped, integrations and e-mail contacts forget on creation which events they want.
What it does so that mistakes are seen, where nothing tells what the vendor does: refuses unknown fields, the deletion of a contact that is still
assigned, and a second monitor on a URL. A convenience: a request with the header `X-Sandbox-Wanted` (what `UptimeRobotClient.lookup` seeks) finds
the contact as if the account's owner had made it in the dashboard; a value or name that begins with `missing-` or ends with `@missing.example` is never found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from monctl.resource import Json
from monctl.sandbox.emulator import Held, Request, Response, route
from monctl.sandbox.store import Store
from monctl.sensitive import HIDDEN, scrub
from monctl_targets.uptimerobot import emulator_rules as rules
from monctl_targets.uptimerobot.emulator_account import bad, missing
from monctl_targets.uptimerobot.emulator_monitors import MonitorEmulator
from monctl_targets.uptimerobot.emulator_view import contact_view, integration_view, monitor_record, window_view


class UptimeRobotEmulator(MonitorEmulator):
    """One account with its owner. `plan` is a name of `monctl_targets.uptimerobot.plan`; the rest as for `AccountEmulator`."""

    def __init__(
        self,
        store: Store,
        *,
        plan: str = "enterprise",
        monitor_limit: int = 1000,
        rate_limit: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        lag: int = 0,
        lost: Iterable[int] = (),
        sms_credits: int = 20,
    ) -> None:
        super().__init__(store, plan=plan, monitor_limit=monitor_limit, rate_limit=rate_limit, clock=clock, lag=lag, lost=lost)
        self._sms_credits = sms_credits
        if not store.all("alert_contact"):
            self._settle_in()

    def held(self) -> Iterable[Held]:
        """Everything in the account as the API tells it, but for secrets: the API gives webhooks and headers back in clear."""
        for kind, id, body in self.store.items():
            if kind in {"monitor", "integration", "alert_contact", "maintenance_window"}:
                view = {
                    "monitor": self._view,
                    "integration": integration_view,
                    "alert_contact": contact_view,
                    "maintenance_window": window_view,
                }[kind]
                told = scrub(view(body))
                told |= {"value": HIDDEN} if kind == "integration" and told["value"] else {}
                told |= {name: dict.fromkeys(told[name], HIDDEN) for name in ("customHttpHeaders", "customHeaders") if told.get(name)}
                yield Held(kind, id, body.get("friendlyName") or body.get("name") or "", told)

    def environment(self, base_url: str) -> Mapping[str, str]:
        return {"UPTIMEROBOT_API_URL": base_url, "UPTIMEROBOT_API_KEY": "stand-in-of-uptimerobot"}

    @route("GET", "/user/me")
    def me(self, request: Request) -> Response:
        plan = {"plan": self._plan.name.title(), "monitorLimit": self._monitor_limit, "status": "active"}
        count = len(self.store.all("monitor"))
        owner = {"email": "account-owner@example.org", "fullName": "Sam Owner", "smsCredits": self._sms_credits}
        return Response(200, {**owner, "monitorsCount": count, "monitorLimit": self._monitor_limit, "activeSubscription": plan})

    @route("GET", "/maintenance-windows")
    def windows(self, request: Request) -> Response:
        return self._page(request, [window_view(body) for body in self._listed(request, "maintenance_window")], 50)

    @route("POST", "/maintenance-windows")
    def make_window(self, request: Request) -> Response:
        body = request.json() or {}
        refused = self._refused_window(body, new=True)
        if refused is not None:
            return refused
        record = {"status": "active", "autoAddMonitors": False, "monitorIds": [], "days": [], "date": None, **body}
        record["id"] = self.store.next("maintenance_window", 70_001)
        self.store.put("maintenance_window", str(record["id"]), record)
        return Response(201, window_view(record))

    @route("GET", "/maintenance-windows/{id}")
    def window(self, request: Request, id: str) -> Response:
        body = self.store.get("maintenance_window", id)
        return missing("Maintenance window") if body is None else Response(200, window_view(body))

    @route("PATCH", "/maintenance-windows/{id}")
    def change_window(self, request: Request, id: str) -> Response:
        old, body = self.store.get("maintenance_window", id), request.json() or {}
        if old is None:
            return missing("Maintenance window")
        refused = self._refused_window(body, new=False)
        if refused is not None:
            return refused
        self.store.put("maintenance_window", id, {**old, **body})
        return Response(200, window_view({**old, **body}))

    @route("DELETE", "/maintenance-windows/{id}")
    def drop_window(self, request: Request, id: str) -> Response:
        return Response(204) if self.store.delete("maintenance_window", id) else missing("Maintenance window")

    @route("GET", "/incidents")
    @route("GET", "/monitor-groups")
    @route("GET", "/psps")
    def nothing(self, request: Request) -> Response:
        return Response(200, {"data": [], "nextLink": None})

    def _settle_in(self) -> None:
        """What an account has before monctl comes: its owner, a phone, a monitor somebody made by hand."""
        people = (
            ("Email", "Owner", "account-owner@example.org"),
            ("ProSms", "On-call phone", "+15550100"),
        )
        for type, name, value in people:
            self._person(type, name, value)
        body = {"type": "HTTP", "friendlyName": "Company blog", "url": "https://blog.example.org/", "interval": 300, "timeout": 30}
        id = self.store.next("monitor", 801_000_001)
        self.store.put("monitor", str(id), monitor_record(body, id, []))

    def _refused_window(self, body: Json, *, new: bool) -> Response | None:
        if "maintenance" not in self._plan.features:
            return Response(403, {"message": "Feature maintenance-windows is not enabled in your plan.", "code": "000-003"})
        found = rules.window_faults(body, new=new)
        if not found:
            found = [
                f"monitor {id} does not exist" for id in body.get("monitorIds", ()) if id and self.store.get("monitor", str(id)) is None
            ]
        return bad(*found) if found else None
