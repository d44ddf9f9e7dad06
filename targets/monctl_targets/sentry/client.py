"""Talks to Sentry: reads by lists, writes detectors and workflows, knows how Sentry pages, marks and complains.

The mark stands at the end of the name, ` [monctl:…]`, for Sentry has no tags on either kind. On a workflow it carries the digest; a
detector, whose name becomes the title of the issues it raises, carries the digest in a last line of its description instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from requests.utils import parse_header_links

from monctl.errors import AuthError, Garbled, NotFound, ProviderError, RateLimited, Rejected, UsageError
from monctl.examination import Check
from monctl.pace import Pace
from monctl.plan import Change, Problem
from monctl.resource import Json, Live, Lookup, Mark, Resource, leaves
from monctl.rest import Http
from monctl.target import Settings
from monctl_targets.sentry import echo
from monctl_targets.sentry.capabilities import BUDGET
from monctl_targets.sentry.directory import Directory
from monctl_targets.sentry.examine import examine, scratch
from monctl_targets.sentry.strangers import objections
from monctl_targets.sentry.vocabulary import SYSTEM_TYPES

HOST = "https://sentry.io"
"""Passes paths of an organisation on to its region; we ask once which one that is, and go on there. https://docs.sentry.io/api/ (read 2026-11-20)"""
SCOPES = "org:read project:read team:read member:read alerts:read alerts:write"
NEEDED = {
    "project": "project:read",
    "team": "team:read",
    "member": "member:read",
    "integration": "org:read",
    "pagerduty_account": "org:read",
    "pagerduty_service": "org:read",
    "detector": "project:read and alerts:read",
}
"""What a look-up needs of a token. https://github.com/getsentry/sentry-api-schema a589a26 (read 2026-11-20)"""
_UNKNOWN = frozenset({404, 405})
_NO_SCOPE = f"the token needs the scopes {SCOPES}"
_NO_ORGANIZATION = "Sentry's organization is not known"


def connect(settings: Settings) -> SentryClient:
    """A client from settings and environment. Raises UsageError when there is no token, or one that cannot work."""
    token = settings.credential("SENTRY_AUTH_TOKEN")
    if token is None:
        raise UsageError(
            "no credential for Sentry",
            hint=f"set SENTRY_AUTH_TOKEN to the token of an internal integration with the scopes {SCOPES}",
        )
    if token.startswith("sntrys_"):
        # an organization token counts as an anonymous user and gets 401 from the detectors (reference 1.1; read 2026-11-20)
        raise UsageError(
            "SENTRY_AUTH_TOKEN is an organization token, which Sentry does not let read monitors",
            hint="make an internal integration (Settings > Custom Integrations) and take its token, which begins with sntryi_",
        )
    base = (settings.url or HOST).rstrip("/")
    http = Http(
        base if base.endswith("/api/0") else f"{base}/api/0",
        target="sentry",
        headers={"Authorization": f"Bearer {token}"},
        secrets=(token,),
        transport=settings.transport,
        on_wait=settings.on_wait,
        sleep=settings.sleep,
        classify=meaning,
        pace=settings.pace("sentry", token, BUDGET),
    )
    organization = settings.options.get("organization") or settings.credential("SENTRY_ORG")
    return SentryClient(http, str(organization) if organization else None, find_region=settings.url is None)


class SentryClient:
    """One organisation. Its slug comes from the settings, or from the first lookup or resource that names it."""

    def __init__(self, http: Http, organization: str | None, *, find_region: bool = False) -> None:
        self._http = http
        self._find_region = find_region
        self._organization = organization
        self._directory: Directory | None = None

    def read(self, resources: Iterable[Resource]) -> Iterator[Live]:
        """Every detector but the system's own, and every workflow, by lists of at most 100 (the API's limit).

        Raises UsageError when neither the settings nor a resource names the organisation.
        """
        for resource in resources:
            for leaf in leaves(resource.body):
                if isinstance(leaf, Lookup):
                    self._learn(leaf)
        self._settle()
        for kind in ("detector", "workflow"):
            for row in self._pages(self._path(f"{kind}s/"), per_page=100, sortBy="id"):
                if row.get("type") not in SYSTEM_TYPES:
                    yield as_live(kind, row)

    @property
    def pace(self) -> Pace:
        """How fast the organisation may be asked."""
        return self._http.pace

    @property
    def organization(self) -> str | None:
        """The slug of the organisation, once it is known."""
        return self._organization

    def rows(self, what: str, **params: Json) -> Iterator[Mapping[str, Json]]:
        """Every row of a list of the organisation: `projects`, `teams`, `members`, `detectors`."""
        return self._pages(self._path(f"{what}/"), **params)

    def service_table(self, integration: str) -> list[Mapping[str, Json]]:
        """The PagerDuty services an integration knows, keys and all."""
        detail = self._http.get(self._path(f"integrations/{integration}/")).json
        return list((detail.get("configData") or {}).get("service_table") or [])

    def lookup(self, wanted: Lookup) -> str | None:
        """The id, or for `owner` the `team:1` form, of what is already in Sentry; asked for once. Raises Rejected where the token may not look."""
        self._learn(wanted)
        if self._directory is None:
            self._directory = Directory(self._http, self._path(""), self._pages)
        try:
            return self._directory.find(wanted)
        except AuthError as error:
            if error.status != 403:
                raise
            # one scope that is missing stops what needs it, not the whole plan
            what, needed = wanted.kind.replace("_", " "), NEEDED[wanted.kind]
            raise Rejected(f"the token may not look for a {what}: it needs {needed}", target="sentry", hint=_NO_SCOPE) from None

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        """Create. A detector is made in its project, which is part of the path."""
        if resource.kind == "detector":
            sent = marked_detector({name: value for name, value in body.items() if name != "projectId"}, mark)
            return as_live("detector", self._new_detector(sent, body["projectId"]))
        return as_live("workflow", self._write("POST", self._path("workflows/"), marked_workflow(body, mark)))

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        """Update whole, with the ids of the children that stay (see `echo`)."""
        path = self._path(f"{resource.kind}s/{live.remote_id}/")
        if resource.kind == "detector":
            sent = marked_detector({name: value for name, value in body.items() if name != "projectId"}, mark)
            return as_live("detector", self._write("PUT", path, echo.detector(sent, live.body)))
        return as_live("workflow", self._write("PUT", path, echo.workflow(marked_workflow(body, mark), live.body)))

    def delete(self, live: Live) -> None:
        """Delete by id: a filter would meet the system's detectors and fail as a whole."""
        try:
            self._http.request("DELETE", self._path(f"{live.kind}s/{live.remote_id}/"))
        except NotFound:
            return

    def objections(self, changes: Iterable[Change], resources: Iterable[Resource], lives: Iterable[Live]) -> Iterator[Problem]:
        """The changes that would delete what somebody added and we do not know."""
        return objections(changes, lives)

    def examine(self) -> Iterator[Check]:
        """What `monctl doctor` can learn here. Raises UsageError when nothing names the organisation."""
        return examine(self._http, self._path(""))

    def scratch(self) -> tuple[Resource, Resource]:
        """One harmless object in two versions, for the doctor's round trip."""
        return scratch()

    def _new_detector(self, sent: Mapping[str, Json], project: Json) -> Mapping[str, Json]:
        """In its project; where a server does not know that path, by the form that was documented until 2026-04-02, once."""
        try:
            return self._write("POST", self._path(f"projects/{project}/detectors/"), sent)
        except ProviderError as unknown:
            if unknown.status not in _UNKNOWN:
                raise
            try:
                return self._write("POST", self._path("detectors/"), {**sent, "projectId": project})
            except ProviderError as other:
                raise (unknown if other.status in _UNKNOWN else other) from None

    def _write(self, method: str, path: str, body: Json) -> Mapping[str, Json]:
        answer = self._http.request(method, path, json=body).json
        if not isinstance(answer, Mapping) or "id" not in answer:
            raise Garbled("the answer is no object", target="sentry", method=method, url=path)
        return answer

    def _settle(self) -> None:
        """Go on at the region's own host, once. Only a host of sentry.io is believed: what a vendor answers is data from outside.

        Source: https://docs.sentry.io/api/ and sentry-cli's region lookup (reference 1.2; read 2026-11-20)
        """
        if not self._find_region:
            return
        self._find_region = False
        try:
            answer = self._http.get(self._path("")).json
        except (NotFound, AuthError):
            return  # the lists themselves say what is wrong
        links = answer.get("links") if isinstance(answer, dict) else None
        region = urlsplit(str((links or {}).get("regionUrl") or ""))
        if region.scheme == "https" and region.netloc.endswith(".sentry.io") and region.netloc == region.hostname:
            self._http.base_url = f"https://{region.netloc}/api/0"

    def _learn(self, leaf: Lookup) -> None:
        named = dict(leaf.query).get("organization")
        if self._organization is None and named:
            self._organization = named

    def _path(self, rest: str) -> str:
        if self._organization is None:
            raise UsageError(
                _NO_ORGANIZATION, hint="set `targets.sentry.organization` in monctl.yaml, or SENTRY_ORG, to the organization's slug"
            )
        return f"/organizations/{self._organization}/{rest}"

    def _pages(self, path: str, **params: Json) -> Iterator[Mapping[str, Json]]:
        """Every row of a list once: rows can come twice when something is made meanwhile."""
        seen: set[str] = set()
        cursor: str | None = None
        while True:
            reply = self._http.get(path, **params, cursor=cursor)
            if not isinstance(reply.json, list):
                raise Garbled("the answer is no list", target="sentry", method="GET", url=path)
            for row in reply.json:
                if row["id"] not in seen:
                    seen.add(row["id"])
                    yield row
            cursor = next_cursor(reply.headers.get("link", ""))
            if cursor is None:
                return


def next_cursor(link: str) -> str | None:
    """The cursor of the next page; None when the `Link` says it holds nothing.

    Source: https://docs.sentry.io/api/pagination/ (read 2026-11-20)
    """
    for item in parse_header_links(link):
        if item.get("rel") == "next" and item.get("results") == "true":
            return item.get("cursor")
    return None


def as_live(kind: str, row: Mapping[str, Json]) -> Live:
    """A read object with its mark: the description's where there is one, for it holds the digest, else the name's.

    `workflowIds`, which Sentry derives from the workflows' `detectorIds`, is left out: the link counts in one direction only.
    """
    name = str(row.get("name") or "")
    body = {field: value for field, value in row.items() if field != "workflowIds"}
    mark = Mark.find(str(row.get("description") or "")) or Mark.find(name)
    return Live(kind, str(row["id"]), Mark.strip(name), body, mark, str(row.get("dateUpdated") or ""))


def marked_detector(body: Mapping[str, Json], mark: Mark) -> dict[str, Json]:
    """The body with the mark: short in the name, with its digest in the last line of the description."""
    described = str(body.get("description") or "")
    line = f"managed-by: {mark.text()}"
    name = f"{body['name']} [{replace(mark, digest='').text()}]"
    return {**body, "name": name, "description": f"{described}\n\n{line}" if described else line}


def marked_workflow(body: Mapping[str, Json], mark: Mark) -> dict[str, Json]:
    """The body with the mark in the name."""
    return {**body, "name": f"{body['name']} [{mark.text()}]"}


def meaning(status: int, body: Json) -> ProviderError | None:
    """Sentry's reading of an error answer; None leaves it to the common one."""
    said = "; ".join(flattened(body))
    if status == 400 and "exceeded the rate limit" in said:
        # Slack's limit, met while Sentry looks channels up by name (jianyuan/terraform-provider-sentry#698, read 2026-11-20)
        hint = "give the channels' ids in `targets.sentry.slack_channels`, so that Sentry need not look them up"
        return RateLimited("Slack's rate limit was reached", detail=said, hint=hint)
    if status == 400:
        return Rejected("Sentry refuses the request", detail=said)
    if status == 401:
        return AuthError("the token was refused", detail=said, hint="is SENTRY_AUTH_TOKEN valid, and of this host?")
    if status == 403:
        return AuthError("the token may not do this", detail=said, hint=_NO_SCOPE)
    if status == 404:
        hint = "right organization? An organization in the EU answers at https://de.sentry.io (`targets.sentry.url`)"
        return NotFound("not found", detail=said, hint=hint)
    return None


def flattened(body: Json, path: str = "") -> Iterator[str]:
    """Sentry's error shapes as sentences, such as `name: This field is required`."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            quiet = name in {"detail", "message", "nonFieldErrors"}
            yield from flattened(value, path if quiet else f"{path}.{name}" if path else str(name))
    elif isinstance(body, list):
        for value in body:
            yield from flattened(value, path)
    elif body is not None:
        yield f"{path}: {body}" if path else str(body)
