"""Reads, finds, makes, changes and deletes what we hold at PagerDuty.

The ownership mark is the last line of the description, `managed-by: monctl:…`; an integration has no description and carries it in its name,
`monctl [monctl:…]`. Tags reach neither services nor schedules and lag by minutes, so they are not used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from monctl.errors import Rejected, UsageError
from monctl.examination import Check
from monctl.order import Asked
from monctl.pace import Pace
from monctl.resource import Json, Live, Lookup, Mark, Resource
from monctl.rest import Http
from monctl.target import Settings
from monctl_targets.pagerduty.api import ACCEPT, Api, classify
from monctl_targets.pagerduty.calls import calls
from monctl_targets.pagerduty.capabilities import BUDGET
from monctl_targets.pagerduty.client_stand_in import StandIns
from monctl_targets.pagerduty.client_v3 import SchedulesV3
from monctl_targets.pagerduty.examine import examine, scratch
from monctl_targets.pagerduty.layers import merged
from monctl_targets.pagerduty.members import Members
from monctl_targets.pagerduty.stand_in import coming, ours, record, recorded
from monctl_targets.pagerduty.zone import moment

# https://developer.pagerduty.com/docs/service-regions (read 2026-11-20)
REGIONS: Mapping[str, str] = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}
PLURALS: Mapping[str, str] = {
    "team": "teams",
    "schedule": "schedules",
    "escalation_policy": "escalation_policies",
    "service": "services",
}
_INTEGRATION_TRIES = 3
"""An integration is sometimes refused right after its service was made (terraform-provider-pagerduty, read 2026-11-20)."""


def connect(settings: Settings) -> PagerDutyClient:
    """A client for the account the token belongs to. Makes no request.

    Options: `region` (`us` or `eu`), `from` (e-mail of a user, sent as `From`, which account keys need for some writes).
    Raises UsageError when the token is missing or the region unknown.
    """
    token = settings.credential("PAGERDUTY_TOKEN")
    if token is None:
        raise UsageError(
            "PAGERDUTY_TOKEN is not set", hint="create a REST API key at PagerDuty (Integrations → API Access Keys) and export it"
        )
    region = str(settings.options.get("region") or "us")
    if region not in REGIONS:
        raise UsageError(f"PagerDuty has no region '{region}'", hint="set `targets.pagerduty.region` to us or eu")
    headers = {"Authorization": f"Token token={token}", "Accept": ACCEPT}
    if sender := settings.options.get("from"):
        headers["From"] = str(sender)
    http = Http(
        settings.url or REGIONS[region],
        target="pagerduty",
        headers=headers,
        secrets=[token],
        transport=settings.transport,
        on_wait=settings.on_wait,
        sleep=settings.sleep,
        classify=classify,
        pace=settings.pace("pagerduty", token, BUDGET),
    )
    return PagerDutyClient(Api(http), estate=settings.estate, environment=settings.environment, sleep=settings.sleep)


class PagerDutyClient:
    """A `monctl.target.Client`. One request at a time: the limit is per token, 960 a minute."""

    def __init__(
        self,
        api: Api,
        *,
        estate: str = "",
        environment: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api = api
        self._estate = estate
        self._environment = environment
        self._now = now
        self._sleep = sleep
        self._members = Members(api)
        self._stand_ins = StandIns(api)
        self._v3 = SchedulesV3(api)
        self._users: dict[str, str | None] = {}

    def read(self, resources: Iterable[Resource]) -> Iterator[Live]:
        """Every team, schedule, escalation policy, service and integration of the account.

        Members are read for those teams of ours whose members are managed, and for nobody's teams of such a name, which may be taken over;
        keys for integrations of ours, overrides of schedules of ours that have some, and v3 schedules whoever's: one request each.
        """
        resources = tuple(resources)
        managed = {resource.key: resource.name for resource in resources if resource.kind == "team" and "members" in resource.body}
        for body in self._api.pages("/teams", "teams"):
            mark = _mark(body)
            if (mark is None and body["name"] in managed.values()) or (mark is not None and mark.key in managed and self._ours(mark)):
                body["members"] = self._members.of(body["id"])
            yield _live("team", body)
        for body in self._api.pages("/schedules", "schedules", **{"include[]": ["schedule_layers"]}):
            yield _live("schedule", self._with_stand_ins(body, resources))
        for body in self._v3.read(needed=any(resource.body.get("type") == "schedule_v3" for resource in resources)):
            yield _live("schedule", body)
        for body in self._api.pages("/escalation_policies", "escalation_policies"):
            yield _live("escalation_policy", body)
        for body in self._api.pages("/services", "services", **{"include[]": ["integrations"]}):
            yield _live("service", body)
            for integration in body.get("integrations") or []:
                yield self._integration(body["id"], integration)

    def users(self) -> Iterator[dict[str, Any]]:
        """Every account, with its e-mail address."""
        yield from self._api.pages("/users", "users")

    def members(self, team_id: str) -> list[dict[str, Any]]:
        """Who is in a team, as the body of a team holds it."""
        return self._members.of(team_id)

    def lookup(self, wanted: Lookup) -> str | None:
        """The id of the user with an e-mail address, whatever its case; None when there is none.

        `query` matches parts of names and addresses, so the answers are compared (terraform-provider-pagerduty #442, #1013).
        """
        if wanted.kind != "user":
            raise Rejected(f"PagerDuty has no look-up of a {wanted.kind}", target="pagerduty")
        email = dict(wanted.query)["email"].lower()
        if email not in self._users:
            found = [user["id"] for user in self._api.pages("/users", "users", query=email) if str(user.get("email", "")).lower() == email]
            if len(found) > 1:
                raise Rejected(f"several PagerDuty users have the address {email}", target="pagerduty", hint="remove all but one")
            self._users[email] = found[0] if found else None
        return self._users[email]

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        """A new object with the mark in it."""
        kind, sent = resource.kind, marked(resource.kind, body, mark)
        if kind == "integration":
            return _live(kind, self._new_integration(body["service"]["id"], sent))
        if kind == "schedule":
            return _live(kind, self._new_schedule(body, sent))
        made = self._api.post(f"/{PLURALS[kind]}", kind, sent)
        if kind == "team" and "members" in body:
            made["members"] = self._members.bring(made["id"], body["members"])
        return _live(kind, made)

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        """The live object brought to the body; layers of a schedule keep their ids, and nobody's turn moves unless the body says so."""
        kind, sent = resource.kind, marked(resource.kind, body, mark)
        if kind == "integration":
            return _live(kind, self._api.put(f"/services/{live.body['service']['id']}/integrations/{live.remote_id}", kind, sent))
        if kind == "schedule":
            return _live(kind, self._changed_schedule(body, sent, live.remote_id))
        if kind == "escalation_policy":
            ids = [rule.get("id") for rule in live.body.get("escalation_rules", [])]
            sent["escalation_rules"] = [
                {**rule, "id": ids[place]} if place < len(ids) and ids[place] else rule
                for place, rule in enumerate(sent["escalation_rules"])
            ]
        changed = self._api.put(f"/{PLURALS[kind]}/{live.remote_id}", kind, sent)
        if kind == "team" and "members" in body:
            changed["members"] = self._members.bring(live.remote_id, body["members"])
        if kind == "escalation_policy":
            self._members.retry()
        return _live(kind, changed)

    def delete(self, live: Live) -> None:
        """Delete. A schedule, policy or team that is still used is refused by PagerDuty: Rejected, with the way out."""
        if live.kind == "integration":
            # absent from the published reference; the Terraform provider and its client use it (read 2026-11-20)
            self._api.delete(f"/services/{live.body['service']['id']}/integrations/{live.remote_id}")
        elif live.body.get("type") == "schedule_v3":
            self._v3.delete(live.remote_id)
        else:
            self._api.delete(f"/{PLURALS[live.kind]}/{live.remote_id}")
        if live.kind == "escalation_policy":
            self._members.retry()

    @property
    def pace(self) -> Pace:
        """How fast the account may be asked."""
        return self._api.http.pace

    def calls(self, asked: Iterable[Asked]) -> list[int]:
        """How many requests each step of an apply needs."""
        return calls(asked)

    def examine(self) -> Iterator[Check]:
        """What `monctl doctor` can learn here."""
        return examine(self._api.http)

    def scratch(self) -> tuple[Resource, Resource]:
        """One harmless object in two versions, for the doctor's round trip."""
        return scratch()

    def _ours(self, mark: Mark) -> bool:
        return mark.estate == self._estate and mark.environment == self._environment

    def _with_stand_ins(self, body: dict[str, Any], resources: Iterable[Resource]) -> dict[str, Any]:
        """A listed v2 schedule with those overrides of it that are ours. Only one that has or should have some is asked for them."""
        mark, now = _mark(body), self._now()
        mine = [
            resource
            for resource in resources
            if resource.kind == "schedule"
            and (resource.name == body["name"] if mark is None else self._ours(mark) and resource.key == mark.key)
        ]
        description = body.get("description") or ""
        until, listed = recorded(description)
        wanted = self._known([one for resource in mine for one in resource.body.get("overrides") or ()])
        if not wanted and not (listed and mark is not None and self._ours(mark)):
            return body
        last = max([until or now, *(moment(one["end"]) for one in wanted)])
        return {
            **body,
            "overrides": ours(self._stand_ins.live(body["id"], now=now, until=last), wanted, description if mark else "", now=now),
        }

    def _known(self, wanted: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Overrides with ids of users instead of their addresses, without those whose user is not to be found: that is said elsewhere."""
        found: list[Mapping[str, Any]] = []
        for one in wanted:
            leaf = one["user"]["id"]
            try:
                user = self.lookup(leaf) if isinstance(leaf, Lookup) else leaf
            except Rejected:
                user = None
            if user is not None:
                found.append({**one, "user": {**one["user"], "id": user}})
        return found

    def _new_schedule(self, body: Json, sent: dict[str, Any]) -> dict[str, Any]:
        now = self._now()
        if body.get("type") == "schedule_v3":
            return self._v3.create(sent, now=now)
        wanted = body.get("overrides") or []
        sent["description"] = _recorded(sent["description"], record(coming(wanted, now=now)))
        made = self._api.post("/schedules", "schedule", sent)
        if wanted:
            self._stand_ins.bring(made["id"], wanted, sent["description"], now=now)
            made["overrides"] = wanted
        return made

    def _changed_schedule(self, body: Json, sent: dict[str, Any], id: str) -> dict[str, Any]:
        now = self._now()
        if body.get("type") == "schedule_v3":
            return self._v3.update(id, sent, now=now)
        # a list may be old by now: layers are matched against what is there
        there = self._api.get(f"/schedules/{id}", "schedule")
        sent["schedule_layers"] = merged(sent["schedule_layers"], there["schedule_layers"], now=now)
        # before the description that says which are ours: one that is ours must never be there unsaid
        wanted, description = body.get("overrides") or [], there.get("description") or ""
        held = self._stand_ins.bring(id, wanted, description, now=now) if wanted or recorded(description)[1] else []
        sent["description"] = _recorded(sent["description"], record(held))
        changed = self._api.put(f"/schedules/{id}", "schedule", sent)
        return {**changed, "overrides": wanted} if wanted else changed

    def _integration(self, service_id: str, listed: dict[str, Any]) -> Live:
        body = {**listed, "service": {"id": service_id, "type": "service_reference"}}
        if Mark.find(_name("integration", body)) is not None and not body.get("integration_key"):
            body = {**self._api.get(f"/services/{service_id}/integrations/{body['id']}", "integration"), "service": body["service"]}
        return _live("integration", body)

    def _new_integration(self, service_id: str, body: Json) -> dict[str, Any]:
        for left in reversed(range(_INTEGRATION_TRIES)):
            try:
                made = self._api.post(f"/services/{service_id}/integrations", "integration", body)
            except Rejected:
                if not left:
                    raise
                self._sleep(1.0)
            else:
                # the key is promised by the read, not by the answer of the creation
                return (
                    made
                    if made.get("integration_key")
                    else self._api.get(f"/services/{service_id}/integrations/{made['id']}", "integration")
                )
        raise AssertionError("the last try returns or raises")


def marked(kind: str, body: Json, mark: Mark) -> dict[str, Any]:
    """The body as it is sent: with the mark, without what PagerDuty keeps elsewhere (the members of a team, who stands in)."""
    elsewhere = {"team": "members", "schedule": "overrides"}.get(kind)
    sent = {name: value for name, value in body.items() if name != elsewhere}
    if kind == "integration":
        return sent | {"name": f"{body['name']} [{mark.text()}]"}
    lines = [line for line in (body.get("description", ""), f"managed-by: {mark.text()}") if line]
    return sent | {"description": "\n".join(lines)}


def _recorded(description: str, line: str) -> str:
    """The description with a line before the last, which is the mark."""
    text, _, last = description.rpartition("\n")
    return "\n".join(part for part in (text, line, last) if part)


_BACKWARD = {"schedule": "escalation_policies", "escalation_policy": "services", "service": "integrations"}
"""Read-only lists of what uses an object. They are left out, so that deletions, ordered by who mentions whom, have no circles."""


def _live(kind: str, listed: Mapping[str, Any]) -> Live:
    body = {name: value for name, value in listed.items() if name != _BACKWARD.get(kind)}
    return Live(kind, body["id"], Mark.strip(_name(kind, body)), body, _mark(body, kind))


def _name(kind: str, body: Mapping[str, Any]) -> str:
    return str(body.get("name") or body.get("summary") or "")


def _mark(body: Mapping[str, Any], kind: str = "team") -> Mark | None:
    text = _name(kind, body) if kind == "integration" else body.get("description") or ""
    # the last line is ours; what people write above it is not a mark
    return Mark.find(text.rstrip().rsplit("\n", 1)[-1])
