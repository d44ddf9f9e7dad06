"""Talks to UptimeRobot's API v3: lists, contact look-ups, and one write per object.

Facts: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27), https://github.com/uptimerobot/terraform-provider-uptimerobot
b41c1c3 (2026-08-20), https://github.com/GoSuccessHQ/uptimerobot-api (live-checked 2026-09); all read 2026-11-20.

* Reading is by lists of 200, never object by object: an account of ten monitors has twenty requests a minute.
* A POST of a monitor may keep it and still answer 404 `000-004`; it is looked for by its mark, never sent twice.
* A new integration or e-mail contact may ignore which events it wants, so what was made is compared and patched once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from monctl.errors import AuthError, Conflict, Garbled, NotFound, ProviderError, Rejected, Unreachable, UsageError
from monctl.examination import Check
from monctl.order import Asked
from monctl.pace import Pace
from monctl.plan import Change, Problem
from monctl.resource import Json, Live, Lookup, Mark, Resource
from monctl.rest import Http
from monctl.target import Settings
from monctl_targets.uptimerobot import mark as marks
from monctl_targets.uptimerobot.address import marked_url, slot
from monctl_targets.uptimerobot.calls import calls
from monctl_targets.uptimerobot.examine import examine, scratch, unconfirmed
from monctl_targets.uptimerobot.limits import objections, subscription
from monctl_targets.uptimerobot.normalize import WEB, canonical, text
from monctl_targets.uptimerobot.people import chosen, fits
from monctl_targets.uptimerobot.plan import DEFAULT, PLANS, budget

URL = "https://api.uptimerobot.com/v3"
CREDENTIAL = "UPTIMEROBOT_API_KEY"
WANTED = "X-Sandbox-Wanted"
"""Says which contact a look-up needs, to a sandbox on this machine alone: its account then has it, as a real account would."""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PATHS = {
    "monitor": "/monitors",
    "integration": "/integrations",
    "alert_contact": "/alert-contacts",
    "maintenance_window": "/maintenance-windows",
}
_PERSONAL = frozenset({"Email", "EmailToSms", "ProSms", "Voice", "MobileApp", "MobileAppOld", "MobileAppIOS", "MobileAppAndroid"})
_UNGUARDED = frozenset({"monitor", "maintenance_window"})
"""Kinds of which the vendor makes a second one of the same name and address; integrations and e-mail contacts it refuses."""
_PAUSES_S = (0.25, 0.5, 1.0, 2.0)
"""Between looks for a monitor that was made although the answer said 404: reads lag behind writes."""


class UptimeRobotClient:
    """One account."""

    def __init__(self, settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        key = settings.credential(CREDENTIAL)
        if key is None:
            raise UsageError(f"uptimerobot: {CREDENTIAL} is not set", hint="take the main API key from Integrations & API in the dashboard")
        self._estate, self._environment = settings.estate, settings.environment
        self._plan = PLANS.get(str(settings.options.get("plan", DEFAULT)), PLANS[DEFAULT])
        self._monitor_limit = settings.options.get("monitor_limit")
        self._fields = "custom_fields" in self._plan.features
        self._sleep = sleep
        self._named: Mapping[str, str] = {}
        self._people: list[Json] | None = None
        self._made: dict[str, list[Live]] = {}
        """Kind → what was there when the first of them was to be made."""
        url = settings.url or settings.credential("UPTIMEROBOT_API_URL") or URL
        self._sandbox = settings.transport is not None or urlsplit(url).hostname in _LOOPBACK
        self._http = Http(
            url,
            target="uptimerobot",
            headers={"Authorization": f"Bearer {key}"},
            secrets=[key],
            transport=settings.transport,
            on_wait=settings.on_wait,
            sleep=sleep,
            classify=_classify,
            pace=settings.pace("uptimerobot", key, budget(self._plan, settings.options.get("monitor_limit"))),
        )

    def read(self, resources: Iterable[Resource]) -> Iterator[Live]:
        """Every monitor, integration, personal contact and maintenance window of the account."""
        self._named = marks.known(resource.key for resource in resources)
        for kind in _PATHS:
            for body in self._list(kind):
                if kind != "integration" or canonical(body["type"]) not in _PERSONAL:
                    yield self._live(kind, body)

    def lookup(self, wanted: Lookup) -> str | None:
        """The id of an active contact or integration with this type and value, name or channel."""
        query = dict(wanted.query)
        found = [person for person in self._everyone() if fits(person, query)]
        if not found:
            self._people = None
            asked = {WANTED: json.dumps(query)} if self._sandbox else None
            found = [person for person in self._everyone(asked) if fits(person, query)]
        return chosen(wanted, found) if found else None

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        """POST with the mark in it, then whatever the POST cannot say: pause, and the events a contact wants."""
        kind = resource.kind
        sent = self._marked(kind, body, mark)
        late = {name: sent.pop(name) for name in ("sslExpirationReminder",) if kind == "alert_contact" and name in sent}
        if (there := self._there(kind, sent, mark)) is not None:
            return self.update(resource, body, mark, there)
        made = self._given_way(kind, sent, mark, lambda: self._post(kind, sent, mark))
        if kind == "monitor":
            made = self._pause(made, body)
        elif kind == "integration":
            wish = {name: sent["data"].get(name) for name in ("enableNotificationsFor", "sslExpirationReminder")}
            if any(made.get(name) != value for name, value in wish.items()):
                made = self._patch(kind, made["id"], {"type": body["type"], "data": wish})
        elif kind == "alert_contact":
            made = self._patch(kind, made["id"], {"enableNotificationsFor": body["enableNotificationsFor"], **late})
        return self._live(kind, made)

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        """PATCH with the whole body; what the live object has beyond it is cleared."""
        kind = resource.kind
        sent = self._marked(kind, body, mark)
        if kind == "monitor":
            sent = {name: value for name, value in sent.items() if name not in {"type", "status"}} | _cleared(sent, live.body)
            if "keywordCaseType" in sent:  # names on create, numbers on change
                sent["keywordCaseType"] = int(sent["keywordCaseType"] == "CaseInsensitive")
        elif kind == "alert_contact":
            sent = {name: value for name, value in sent.items() if name not in {"type", "value"}}
        made = self._given_way(kind, sent, mark, lambda: self._patch(kind, live.remote_id, sent))
        return self._live(kind, self._pause(made, body) if kind == "monitor" else made)

    def delete(self, live: Live) -> None:
        """DELETE; a contact is first taken off our own monitors. Raises Conflict when somebody else's monitor still uses it."""
        if live.kind in {"integration", "alert_contact"}:
            self._detach(live)
        try:
            self._http.request("DELETE", f"{_PATHS[live.kind]}/{live.remote_id}")
        except NotFound:
            return

    @property
    def pace(self) -> Pace:
        """How fast the account may be asked."""
        return self._http.pace

    def calls(self, asked: Iterable[Asked]) -> list[int]:
        """How many requests each step of an apply needs."""
        return calls(asked, looked=self._made)

    def objections(self, changes: Iterable[Change], resources: Iterable[Resource], lives: Iterable[Live]) -> Iterator[Problem]:
        """What the account itself would refuse of these changes; asked only when there are some. Those that name no change are notes.

        Where the account does not tell, there is nothing to object to: it refuses by itself then, one by one.
        """
        every = tuple(changes)
        if not every:
            return
        try:
            me = self._http.get("/user/me").json
        except ProviderError:
            return
        yield from objections(subscription(me), self._plan, every, resources, lives)

    def examine(self) -> Iterator[Check]:
        """What `monctl doctor` can learn here."""
        yield from examine(self._http, self._plan.name, self._monitor_limit)
        ours = (self._live("alert_contact", body) for body in self._list("alert_contact"))
        yield from unconfirmed(
            live for live in ours if live.mark and (live.mark.estate, live.mark.environment) == (self._estate, self._environment)
        )

    def scratch(self) -> tuple[Resource, Resource]:
        """One harmless object in two versions, for the doctor's round trip."""
        return scratch()

    def _list(self, kind: str, headers: Mapping[str, str] | None = None, **params: Any) -> Iterator[Json]:
        """Every object of a kind, page by page. The last page may lack `nextLink`, or be empty."""
        limit = 200 if kind == "monitor" else None  # the only list with a limit
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            page = self._http.request("GET", _PATHS[kind], params={**params, "limit": limit, "cursor": cursor}, headers=headers).json
            if not isinstance(page, Mapping) or not isinstance(page.get("data"), list):
                raise Garbled("the list has no data", target="uptimerobot", method="GET", url=_PATHS[kind], hint="is the URL right?")
            yield from page["data"]
            link = page.get("nextLink")
            cursor = next(iter(parse_qs(urlsplit(link).query).get("cursor", [])), None) if link else None
            if cursor is None:
                return
            if cursor in seen:
                raise Garbled(f"the list repeats its cursor {cursor}", target="uptimerobot", method="GET", url=_PATHS[kind])
            seen.add(cursor)

    def _everyone(self, headers: Mapping[str, str] | None = None) -> list[Json]:
        """Personal contacts and integrations in one list; the two calls overlap, and each misses some."""
        if self._people is None:
            listed = [*self._list("alert_contact", headers), *self._list("integration", headers, includeOrgMembers="true")]
            self._people = list({person["id"]: person for person in reversed(listed)}.values())
        return self._people

    def _live(self, kind: str, body: Json) -> Live:
        name = text(body.get("name") if kind == "maintenance_window" else body.get("friendlyName"))
        if kind == "monitor":
            places = [str((body.get("customFields") or {}).get(marks.FIELD, "")), *(tag["name"] for tag in body.get("tags") or ())]
        else:
            places = [name]
        mark = marks.find(places, self._named, self._estate, self._environment)
        # windows and pages hold the ids of other objects; they are said, and owned, over there
        own = {name: value for name, value in body.items() if name not in {"maintenanceWindows", "psps"}} if kind == "monitor" else body
        return Live(kind, str(body["id"]), marks.unsigned(name), own, mark)

    def _marked(self, kind: str, body: Json, mark: Mark) -> dict[str, Any]:
        """The body with whole-number ids and the mark."""
        if kind == "monitor":
            sent = dict(body)
            if "assignedAlertContacts" in body:
                sent["assignedAlertContacts"] = [
                    {**edge, "alertContactId": int(edge["alertContactId"])} for edge in body["assignedAlertContacts"]
                ]
            if self._fields:
                return sent | {"customFields": {**body.get("customFields", {}), marks.FIELD: mark.text()}}
            return sent | {"tagNames": [*body.get("tagNames", ()), marks.tag(mark)]}
        if kind == "maintenance_window":
            monitors = [int(monitor) for monitor in body.get("monitorIds", ())]
            return {**body, "name": marks.signed(body["name"], mark, marks.WINDOW_ROOM), "monitorIds": monitors}
        if kind == "integration":
            return {**body, "data": {**body["data"], "friendlyName": marks.signed(body["data"]["friendlyName"], mark, marks.NAME_ROOM)}}
        return {**body, "friendlyName": marks.signed(body["friendlyName"], mark, marks.NAME_ROOM)}

    def _post(self, kind: str, sent: Mapping[str, Any], mark: Mark) -> Json:
        """A POST, sent once. One that says 404 may have been carried out; so may one without an answer, which the caller looks for."""
        try:
            return self._http.request("POST", _PATHS[kind], json={name: value for name, value in sent.items() if name != "status"}).json
        except (NotFound, Unreachable, Garbled) as error:
            made = self._made_after_all(kind, sent, mark)
            self._made.pop(kind, None)
            if made is None or not isinstance(error, NotFound):
                raise
            return made

    def _there(self, kind: str, sent: Mapping[str, Any], mark: Mark) -> Live | None:
        """What is to be made, when it is there already: reads lag behind writes, so the plan may have been made of a list that lacked it.

        Looked for once for each kind that the vendor would take twice. One of another type is the old half of a replacement.
        """
        if kind not in _UNGUARDED:
            return None
        if kind not in self._made:
            self._made[kind] = [self._live(kind, body) for body in self._list(kind)]
        for live in self._made[kind]:
            same = live.mark is not None and replace(live.mark, digest="") == replace(mark, digest="")
            if same and live.body.get("type") == sent.get("type", live.body.get("type")):
                return live
        return None

    def _given_way(self, kind: str, sent: Mapping[str, Any], mark: Mark, write: Callable[[], Json]) -> Json:
        try:
            return write()
        except Conflict:
            if kind != "monitor" or not self._make_way(sent, mark):
                raise
            return write()

    def _make_way(self, sent: Mapping[str, Any], mark: Mark) -> bool:
        """Frees a URL that our own monitors hold: the one that is being replaced goes, for its type cannot change; another one steps aside.

        That other one is about to be moved or deleted, since no two of our specs ask for one URL. It keeps being checked under a URL with its key.
        """
        freed = False
        for body in self._list("monitor"):
            held = self._live("monitor", body).mark
            if held is None or (held.estate, held.environment) != (mark.estate, mark.environment):
                continue
            if held.key == mark.key and body["type"] != sent.get("type", body["type"]):
                self._http.request("DELETE", f"{_PATHS['monitor']}/{body['id']}")
                freed = True
            elif held.key != mark.key and "url" in sent and slot(body) == ("URL", sent["url"]):
                self._patch("monitor", body["id"], {"url": marked_url(sent["url"], held.key)})
                freed = True
        return freed

    def _patch(self, kind: str, id: object, body: Json) -> Json:
        return self._http.request("PATCH", f"{_PATHS[kind]}/{id}", json=body).json

    def _pause(self, made: Json, body: Json) -> Json:
        """Pausing is a call of its own, not a field."""
        paused = body.get("status") == "PAUSED"
        if paused == (made.get("status") == "PAUSED"):
            return made
        return self._http.request("POST", f"/monitors/{made['id']}/{'pause' if paused else 'start'}", json={}).json

    def _made_after_all(self, kind: str, sent: Mapping[str, Any], mark: Mark) -> Json:
        """What a POST kept although it answered 404. One of another type is the old half of a replacement."""
        if kind not in _UNGUARDED:
            return None
        for pause in _PAUSES_S:
            self._sleep(pause)
            for body in self._list(kind):
                found = self._live(kind, body).mark
                if found is not None and replace(found, digest="") == replace(mark, digest="") and body.get("type") == sent.get("type"):
                    return body
        return None

    def _detach(self, live: Live) -> None:
        for body in self._list("monitor"):
            edges = body.get("assignedAlertContacts") or []
            kept = [edge for edge in edges if str(edge["alertContactId"]) != live.remote_id]
            if len(kept) == len(edges):
                continue
            monitor = self._live("monitor", body)
            if monitor.mark is None or (monitor.mark.estate, monitor.mark.environment) != (self._estate, self._environment):
                raise Conflict(
                    f"'{live.name}' still tells about the monitor '{monitor.name}', which is not ours",
                    target="uptimerobot",
                    hint="take it off that monitor in the dashboard, then apply again",
                )
            self._patch("monitor", body["id"], {"assignedAlertContacts": kept})


def _cleared(sent: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Json]:
    """What a PATCH must say to take away: config is merged key by key (null removes), regions stay unless made automatic."""
    out: dict[str, Json] = {}
    old, new = live.get("config") or {}, sent.get("config") or {}
    if gone := {name: None for name in old if name not in new}:
        out["config"] = {**new, **gone}
    regions = live.get("regionalData") or {}
    if regions.get("MANUAL_SELECTED") and "regionData" not in sent:
        out["regionData"] = {"REGION": regions["REGION"], "MANUAL_SELECTED": False}
    if (
        live.get("postValueData")
        and "postValueData" not in sent
        and live["type"] in WEB
        and sent.get("httpMethodType") not in {None, "GET", "HEAD"}
    ):
        out |= {"postValueType": "KEY_VALUE", "postValueData": {}}
    return out


def _classify(status: int, body: Json) -> ProviderError | None:
    """The vendor's codes; validation answers carry a list of messages."""
    if not isinstance(body, Mapping):
        return None
    message, code = body.get("message") or body.get("error") or "", str(body.get("code", ""))
    said = "; ".join(map(str, message)) if isinstance(message, list) else str(message)
    if status == 403 and code in {"000-003", "021-003"}:
        return Rejected(
            "the account's plan does not have this", detail=said, hint="set `targets.uptimerobot.plan` to the plan the account has"
        )
    if status == 403 and code == "000-006":
        return AuthError("it belongs to another account", detail=said)
    if status == 400:
        return Rejected("the provider refuses the request", detail=said)
    if status == 409:
        return Conflict(
            "it exists already",
            detail=said,
            hint="a URL may be held once: adopt what holds it, remove it in the dashboard, or declare a rename with `moved`",
        )
    return None
