"""Talks to UptimeRobot's API v3: lists, contact look-ups, and one write per object.

Facts: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27), https://github.com/uptimerobot/terraform-provider-uptimerobot
b41c1c3 (2026-08-20), https://github.com/GoSuccessHQ/uptimerobot-api (live-checked 2026-09); all read 2026-11-20.

* Reading is by lists of 200, never object by object: an account of ten monitors has twenty requests a minute.
* A POST of a monitor may keep it and still answer 404 `000-004`; it is looked for by its mark, never sent twice.
* A new integration or e-mail contact may ignore which events it wants, so what was made is compared and patched once.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from monctl.errors import AuthError, Conflict, Garbled, NotFound, ProviderError, Rejected, UsageError
from monctl.examination import Check
from monctl.resource import Json, Live, Lookup, Mark, Resource
from monctl.rest import Http
from monctl.target import Settings
from monctl_targets.uptimerobot import mark as marks
from monctl_targets.uptimerobot.examine import examine, scratch
from monctl_targets.uptimerobot.normalize import WEB, canonical, text
from monctl_targets.uptimerobot.plan import DEFAULT, PLANS

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
        self._fields = "custom_fields" in self._plan.features
        self._sleep = sleep
        self._named: Mapping[str, str] = {}
        self._people: list[Json] | None = None
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
        found = [person for person in self._everyone() if _fits(person, query)]
        if not found:
            self._people = None
            asked = {WANTED: json.dumps(query)} if self._sandbox else None
            found = [person for person in self._everyone(asked) if _fits(person, query)]
        if not found:
            return None
        active = [person for person in found if person.get("status", "Active") == "Active"]
        if len(active) == 1:
            return str(active[0].get(wanted.field))
        if active:
            raise Rejected(
                f"{wanted} matches {len(active)} contacts: {', '.join(sorted(str(person['id']) for person in active))}",
                target="uptimerobot",
                hint="rename or remove all but one in the dashboard",
            )
        raise Rejected(
            f"{wanted} is {found[0].get('status')}, so it would never be told",
            target="uptimerobot",
            hint="activate it in the dashboard (Integrations & API)",
        )

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        """POST with the mark in it, then whatever the POST cannot say: pause, and the events a contact wants."""
        kind = resource.kind
        sent = self._marked(kind, body, mark)
        late = {name: sent.pop(name) for name in ("sslExpirationReminder",) if kind == "alert_contact" and name in sent}
        try:
            made = self._post(kind, sent, mark)
        except Conflict:
            if not self._make_way(kind, sent, mark):
                raise
            made = self._post(kind, sent, mark)
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
        made = self._patch(kind, live.remote_id, sent)
        return self._live(kind, self._pause(made, body) if kind == "monitor" else made)

    def delete(self, live: Live) -> None:
        """DELETE; a contact is first taken off our own monitors. Raises Conflict when somebody else's monitor still uses it."""
        if live.kind in {"integration", "alert_contact"}:
            self._detach(live)
        try:
            self._http.request("DELETE", f"{_PATHS[live.kind]}/{live.remote_id}")
        except NotFound:
            return

    def examine(self) -> Iterator[Check]:
        """What `monctl doctor` can learn here."""
        return examine(self._http, self._plan.name)

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
        try:
            return self._http.request("POST", _PATHS[kind], json={name: value for name, value in sent.items() if name != "status"}).json
        except NotFound:
            made = self._made_after_all(kind, mark)
            if made is None:
                raise
            return made

    def _make_way(self, kind: str, sent: Mapping[str, Any], mark: Mark) -> bool:
        """Deletes the monitor that is being replaced: its type cannot change, and two monitors of one URL may be refused."""
        if kind != "monitor":
            return False
        gone = False
        for body in self._list(kind):
            live = self._live(kind, body)
            same = live.mark is not None and (live.mark.estate, live.mark.environment, live.mark.key) == (
                mark.estate,
                mark.environment,
                mark.key,
            )
            if same and body["type"] != sent["type"]:
                self._http.request("DELETE", f"{_PATHS[kind]}/{body['id']}")
                gone = True
        return gone

    def _patch(self, kind: str, id: object, body: Json) -> Json:
        return self._http.request("PATCH", f"{_PATHS[kind]}/{id}", json=body).json

    def _pause(self, made: Json, body: Json) -> Json:
        """Pausing is a call of its own, not a field."""
        paused = body.get("status") == "PAUSED"
        if paused == (made.get("status") == "PAUSED"):
            return made
        return self._http.request("POST", f"/monitors/{made['id']}/{'pause' if paused else 'start'}", json={}).json

    def _made_after_all(self, kind: str, mark: Mark) -> Json:
        if kind != "monitor":
            return None
        for pause in _PAUSES_S:
            self._sleep(pause)
            for body in self._list(kind):
                found = self._live(kind, body).mark
                if found is not None and replace(found, digest="") == replace(mark, digest=""):
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


def _fits(person: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Equality, never containment; phone numbers by their digits."""
    for name, wanted in query.items():
        if name == "type":
            fits = canonical(person["type"]).lower() == canonical(wanted).lower()
        elif name == "value":
            fits = _plain(person.get("value")) == _plain(wanted)
        else:
            fits = any(
                _plain(value) == _plain(wanted) for value in (marks.unsigned(text(person.get("friendlyName"))), person.get("customValue"))
            )
        if not fits:
            return False
    return True


def _plain(value: str | None) -> str:
    told = (value or "").strip().lower()
    digits = re.sub(r"[\s()./-]", "", told)
    return digits if re.fullmatch(r"\+?[0-9]+", digits) else told


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
