"""A stand-in of Sentry's API: detectors, workflows and what they refer to, as strict as the vendor.

Reads come back with ids and defaults added, children in reverse order and pages of at most 100, so that a client that trusts any of
these is found out. The legacy alert endpoints answer 410, as they do on sentry.io.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from monctl.resource import Json
from monctl.sandbox.emulator import Held, Request, Response, route
from monctl.sandbox.store import Store
from monctl_targets.sentry import strict_detector, strict_workflow
from monctl_targets.sentry.account import KINDS, Account
from monctl_targets.sentry.emulator_account import NOT_FOUND, ORG, AccountRoutes
from monctl_targets.sentry.listing import Listing, matching, paged
from monctl_targets.sentry.strict import Record, Refused, boolean, camel, record
from monctl_targets.sentry.vocabulary import SYSTEM_TYPES

FORBIDDEN = {"detail": "You do not have permission to perform this action."}
GONE = {"message": "This API no longer exists."}


class SentryEmulator(AccountRoutes):
    """Sentry, on one machine. `rate_limit` is requests a minute; `clock` tells the time for dates and for the limit.

    `scopes` are those of every token; None: all. `older`: a server that makes detectors by the path documented until 2026-04-02 alone.
    """

    name: ClassVar[str] = "sentry"

    def __init__(
        self,
        store: Store,
        *,
        rate_limit: int | None = None,
        clock: Callable[[], datetime] = lambda: datetime.fromtimestamp(time.time(), UTC),
        scopes: frozenset[str] | None = None,
        older: bool = False,
    ) -> None:
        super().__init__(store)
        self._scopes = scopes
        self._older = older
        self.account = Account(store, clock)
        self._clock = clock
        self._rate_limit = rate_limit
        self._used: tuple[int, int] = (0, 0)
        """Minute since the epoch, and requests in it."""

    def handle(self, request: Request) -> Response:
        """Answer one request; a path without its final slash is redirected, as Sentry does."""
        if request.path.startswith("/api/0/") and not request.path.endswith("/"):
            return Response(301, None, {"Location": request.path + "/"})
        with self.store.lock:
            try:
                return super().handle(request)
            except Refused as refused:
                return self.after(request, Response(refused.status, refused.body))

    def held(self) -> Iterable[Held]:
        """Everything it holds but the system detectors."""
        for kind, id, row in self.store.items():
            body = row["body"] if kind in KINDS else {}
            if kind in KINDS and body.get("type") not in SYSTEM_TYPES:
                yield Held(kind, id.partition("/")[2], str(body.get("name")), body)

    def environment(self, base_url: str) -> Mapping[str, str]:
        """What points monctl and sentry-cli at it."""
        return {"SENTRY_URL": base_url, "SENTRY_AUTH_TOKEN": "sntryi_sandbox"}

    def before(self, request: Request) -> Response | None:
        """The token, the rate limit, the organisation, the JSON."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return Response(401, {"detail": "Authentication credentials were not provided."})
        bulk = request.path.endswith("/detectors/") and request.method != "POST"
        if token.startswith("bad") or (token.startswith("sntrys_") and bulk):
            # an organisation token counts as anonymous on the detectors list (reference 1.1, read 2026-11-20)
            return Response(401, {"detail": "Invalid token"})
        if self._limited():
            said = f"You are attempting to use this endpoint too frequently. Limit is {self._rate_limit} requests in 60 seconds"
            # some endpoints answer with bare text (getsentry/sentry src/sentry/middleware/ratelimit.py, read 2026-11-20)
            return self.after(request, Response(429, said if "/members/" in request.path else {"detail": said}))
        if self._scopes is not None and not needed(request.method, request.path) & self._scopes:
            return Response(403, FORBIDDEN)
        parts = request.path.split("/")
        if (
            len(parts) > 4
            and parts[3] in {"organizations", "projects", "teams"}
            and parts[4]
            and self.account.organization(parts[4]) is None
        ):
            return Response(404, NOT_FOUND)
        if request.body and request.method in {"POST", "PUT"}:
            try:
                request.json()
            except ValueError as error:
                return Response(400, {"detail": f"JSON parse error - {error}"})
        return None

    def after(self, request: Request, response: Response) -> Response:
        """The rate-limit headers, where there is a limit."""
        if self._rate_limit is None:
            return response
        minute, used = self._used
        headers = {
            "X-Sentry-Rate-Limit-Limit": str(self._rate_limit),
            "X-Sentry-Rate-Limit-Remaining": str(max(0, self._rate_limit - used)),
            "X-Sentry-Rate-Limit-Reset": str((minute + 1) * 60),
            "X-Sentry-Rate-Limit-ConcurrentLimit": "25",
            "X-Sentry-Rate-Limit-ConcurrentRemaining": "24",
        }
        return Response(response.status, response.body, {**response.headers, **headers})

    def no_route(self, request: Request) -> Response:
        """Sentry's 404."""
        return Response(404, NOT_FOUND)

    @route("GET", ORG + "detectors/")
    def detectors(self, request: Request, org: str) -> Response:
        listing = self._listing(request, org, "detector")
        links = self._links(org)
        return paged(request, [_detector(row, links) for row in listing.rows])

    @route("POST", ORG + "projects/{project}/detectors/")
    def create_detector(self, request: Request, org: str, project: str) -> Response:
        return Response(404, NOT_FOUND) if self._older else self._made_detector(request, org, project)

    def _made_detector(self, request: Request, org: str, project: str) -> Response:
        found = self.account.project(org, project)
        if found is None:
            return Response(404, NOT_FOUND)
        body = strict_detector.check(_body(request), self.account, org, live=None)
        row: Record = {
            "id": self.account.next_id("detector", 1213798),
            "projectId": found["id"],
            "name": "",
            "type": "",
            "description": None,
            "enabled": True,
            "owner": None,
            "createdBy": "1",
            "dateCreated": self.account.now(),
            "dateUpdated": self.account.now(),
            "dataSources": None,
            "conditionGroup": None,
            "config": {},
            "latestGroup": None,
        }
        return Response(201, self._keep_detector(org, row, body))

    @route("POST", ORG + "detectors/")
    def create_detector_by_body(self, request: Request, org: str) -> Response:
        """The older form, with `projectId` in the body."""
        project = _body(request).get("projectId")
        if project is None:
            return Response(400, {"projectId": ["This field is required."]})
        return self._made_detector(request, org, str(project))

    @route("GET", ORG + "detectors/{id}/")
    def detector(self, request: Request, org: str, id: str) -> Response:
        return Response(200, _detector(self._held(org, "detector", id), self._links(org)))

    @route("PUT", ORG + "detectors/{id}/")
    def update_detector(self, request: Request, org: str, id: str) -> Response:
        row = self._held(org, "detector", id)
        if row["type"] in SYSTEM_TYPES:
            return Response(403, FORBIDDEN)
        return Response(200, self._keep_detector(org, row, strict_detector.check(_body(request), self.account, org, live=row)))

    @route("DELETE", ORG + "detectors/{id}/")
    def delete_detector(self, request: Request, org: str, id: str) -> Response:
        if self._held(org, "detector", id)["type"] in SYSTEM_TYPES:
            return Response(403, FORBIDDEN)
        self._drop_detector(org, id)
        return Response(204)

    @route("GET", ORG + "workflows/")
    def workflows(self, request: Request, org: str) -> Response:
        return paged(request, [_workflow(row) for row in self._listing(request, org, "workflow").rows])

    @route("POST", ORG + "workflows/")
    def create_workflow(self, request: Request, org: str) -> Response:
        body = strict_workflow.check(_body(request), self.account, org, live=None)
        row: Record = {
            "id": self.account.next_id("workflow", 804298),
            "organizationId": "1",
            "createdBy": "1",
            "dateCreated": self.account.now(),
            "dateUpdated": self.account.now(),
            "lastTriggered": None,
            "environment": None,
            "owner": None,
            "config": {},
            "detectorIds": [],
            "triggers": None,
            "actionFilters": [],
        }
        return Response(201, self._keep_workflow(org, row, body))

    @route("GET", ORG + "workflows/{id}/")
    def workflow(self, request: Request, org: str, id: str) -> Response:
        return Response(200, _workflow(self._held(org, "workflow", id)))

    @route("PUT", ORG + "workflows/{id}/")
    def update_workflow(self, request: Request, org: str, id: str) -> Response:
        row = self._held(org, "workflow", id)
        return Response(200, self._keep_workflow(org, row, strict_workflow.check(_body(request), self.account, org, live=row)))

    @route("DELETE", ORG + "workflows/{id}/")
    def delete_workflow(self, request: Request, org: str, id: str) -> Response:
        self._held(org, "workflow", id)
        self.account.delete("workflow", org, id)
        return Response(204)

    @route("PUT", ORG + "detectors/")
    @route("PUT", ORG + "workflows/")
    def bulk_enable(self, request: Request, org: str) -> Response:
        """`{"enabled": bool}` for all that a filter finds."""
        kind = request.path.rstrip("/").rpartition("/")[2].removesuffix("s")
        listing = self._listing(request, org, kind, needed=True)
        enabled = boolean(record(_body(request), "", {"enabled"}, ("enabled",))["enabled"], "enabled")
        if not listing.rows:
            return Response(200, {"detail": f"No {kind}s found."})
        for row in listing.rows:
            self.account.put(kind, org, row["id"], {**row, "enabled": enabled, "dateUpdated": self.account.now()})
        return Response(200, [{**row, "enabled": enabled} for row in listing.rows])

    @route("DELETE", ORG + "detectors/")
    @route("DELETE", ORG + "workflows/")
    def bulk_delete(self, request: Request, org: str) -> Response:
        """Deletes all that a filter finds; all or nothing, and a project's system detectors make it nothing."""
        kind = request.path.rstrip("/").rpartition("/")[2].removesuffix("s")
        listing = self._listing(request, org, kind, needed=True)
        if not listing.rows:
            return Response(200, {"detail": f"No {kind}s found."})
        if any(row.get("type") in SYSTEM_TYPES for row in listing.rows):
            return Response(403, FORBIDDEN)
        for row in listing.rows:
            if kind == "detector":
                self._drop_detector(org, row["id"])
            else:
                self.account.delete(kind, org, row["id"])
        return Response(204)

    @route("GET", "/api/0/projects/{org}/{project}/rules/")
    @route("POST", "/api/0/projects/{org}/{project}/rules/")
    @route("GET", ORG + "alert-rules/")
    @route("POST", ORG + "alert-rules/")
    def retired(self, request: Request, org: str, project: str = "") -> Response:
        """The legacy API: switched off on sentry.io (getsentry/sentry#124443, merged 2026-09-15)."""
        new = "workflows" if project else "detectors"
        headers = {
            "X-Sentry-Deprecation-Date": "2026-05-14T00:00:00+00:00",
            "X-Sentry-Replacement-Endpoint": f"/api/0/organizations/{{organization_id_or_slug}}/{new}/",
        }
        return Response(410, GONE, headers)

    def _limited(self) -> bool:
        if self._rate_limit is None:
            return False
        minute = int(self._clock().timestamp() // 60)
        used = self._used[1] + 1 if self._used[0] == minute else 1
        self._used = (minute, used)
        return used > self._rate_limit

    def _listing(self, request: Request, org: str, kind: str, *, needed: bool = False) -> Listing:
        projects = [self.account.project(org, ident) for ident in request.params("project")]
        wanted = {project["id"] for project in projects if project is not None}
        return matching(request, kind, self.account.all(kind, org), wanted, self._projects_of(org, kind), needed=needed)

    def _projects_of(self, org: str, kind: str) -> Callable[[Record], set[str]]:
        if kind == "detector":
            return lambda row: {row["projectId"]}
        detectors = {row["id"]: row["projectId"] for row in self.account.all("detector", org)}
        return lambda row: {detectors[id] for id in row["detectorIds"] if id in detectors}

    def _held(self, org: str, kind: str, id: str) -> Record:
        row = self.account.get(kind, org, id)
        if row is None:
            raise Refused(404, NOT_FOUND)
        return row

    def _keep_detector(self, org: str, row: Record, body: Record) -> Record:
        parts = strict_detector.held(body, row, self.account, org, self._row_id)
        made = {**row, **parts, "dateUpdated": self.account.now()}
        self.account.put("detector", org, made["id"], made)
        if body.get("workflowIds") is not None:
            self._connect(org, made["id"], {str(id) for id in body["workflowIds"]})
        # a new one is connected to nothing, so there is nothing to look through
        return _detector(made, self._links(org) if row["dataSources"] or body.get("workflowIds") else {})

    def _keep_workflow(self, org: str, row: Record, body: Record) -> Record:
        made = {**row, **strict_workflow.held(body, row, org, self._row_id), "dateUpdated": self.account.now()}
        self.account.put("workflow", org, made["id"], made)
        return _workflow(made)

    def _connect(self, org: str, detector: str, workflows: set[str]) -> None:
        for row in self.account.all("workflow", org):
            ids = set(row["detectorIds"]) - {detector} | ({detector} if row["id"] in workflows else set())
            if ids != set(row["detectorIds"]):
                self.account.put("workflow", org, row["id"], {**row, "detectorIds": sorted(ids, key=int)})

    def _drop_detector(self, org: str, id: str) -> None:
        """The workflows that were connected to it stay, silently dead."""
        self.account.delete("detector", org, id)
        self._connect(org, id, set())

    def _links(self, org: str) -> dict[str, list[str]]:
        links: dict[str, list[str]] = {}
        for row in self.account.all("workflow", org):
            for id in row["detectorIds"]:
                links.setdefault(id, []).append(row["id"])
        return links

    def _row_id(self) -> str:
        return self.account.next_id("row", 3000001)


def _body(request: Request) -> Record:
    try:
        sent: Json = request.json()
    except json.JSONDecodeError as error:  # `before` has looked already; a body on a DELETE comes here
        raise Refused(400, {"detail": f"JSON parse error - {error}"}) from None
    return record(camel(sent), "", camel(sent).keys() if isinstance(sent, dict) else ())


def needed(method: str, path: str) -> frozenset[str]:
    """Scopes of which one is enough, as https://github.com/getsentry/sentry-api-schema a589a26 prints them (read 2026-11-20)."""
    if "/detectors/" in path or "/workflows/" in path:
        return frozenset({"alerts:read", "org:read"}) if method == "GET" else frozenset({"alerts:write"})
    scope = "team:read" if "/teams/" in path else "member:read" if "/members/" in path else ""
    return frozenset({scope or ("project:read" if path.startswith("/api/0/projects/") else "org:read")})


def _detector(row: Record, links: Mapping[str, list[str]]) -> Record:
    group = row["conditionGroup"]
    # thresholds come back as fractions (terraform-provider-sentry#869, #874, #880, read 2026-11-20)
    turned = group and {**group, "conditions": [{**one, "comparison": float(one["comparison"])} for one in group["conditions"][::-1]]}
    return {**row, "conditionGroup": turned, "workflowIds": links.get(row["id"], [])}


def _workflow(row: Record) -> Record:
    """As read: children in another order than they were written, as on Sentry (terraform-provider-sentry#793, #825, read 2026-11-20)."""
    filters = [{**one, "conditions": one["conditions"][::-1], "actions": one["actions"][::-1]} for one in row["actionFilters"][::-1]]
    triggers = row["triggers"]
    return {**row, "actionFilters": filters, "triggers": triggers and {**triggers, "conditions": triggers["conditions"][::-1]}}
