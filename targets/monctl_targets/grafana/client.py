"""Talks to one Grafana (11.6 to 13): folders and dashboards by `/api`, alerting by `alerting_client`; where marks go on the wire.

Marks: dashboards in the description, rule groups in the annotation `monctl_id` of their rules, contact points and mute timings in the
name, folders in the uid (see `identity`). The legacy `/api` serves every supported version and does not migrate what it reads
(grafana/grafana PR 104213, read 2026-11-20).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from monctl.errors import AuthError, Conflict, Garbled, NotFound, ProviderError, Rejected, UsageError
from monctl.examination import Check
from monctl.order import Asked
from monctl.pace import Pace
from monctl.resource import Json, Live, Lookup, Mark, Resource
from monctl.rest import Http
from monctl.target import Settings
from monctl_targets.grafana.alerting_client import AlertingClient
from monctl_targets.grafana.calls import calls
from monctl_targets.grafana.capabilities import BUDGET
from monctl_targets.grafana.examine import examine, scratch
from monctl_targets.grafana.identity import folder_key, uid
from monctl_targets.grafana.normalize import normalize
from monctl_targets.grafana.staying import not_adoptable, use_folder
from monctl_targets.grafana.version import OLDEST, missing, read, show

PAGE = 1000
"""Hits a page of `/api/search`; the server allows at most 5000."""


def connect(settings: Settings) -> GrafanaClient:
    """A client. Raises UsageError when there is no URL or no credential."""
    url = settings.url or settings.credential("GRAFANA_URL")
    if url is None:
        raise UsageError("grafana: there is no URL to reach it at", hint="set targets.grafana.url in monctl.yaml, or GRAFANA_URL")
    token = settings.credential("GRAFANA_TOKEN")
    user, password = settings.credential("GRAFANA_USER"), settings.credential("GRAFANA_PASSWORD")
    if token is not None:
        authorization = f"Bearer {token}"
    elif user is not None and password is not None:
        authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    else:
        raise UsageError("grafana: no credential", hint="set GRAFANA_TOKEN, or GRAFANA_USER and GRAFANA_PASSWORD")
    http = Http(
        url,
        target="grafana",
        headers={"Authorization": authorization},
        secrets=[secret for secret in (token, password) if secret],
        transport=settings.transport,
        on_wait=settings.on_wait,
        sleep=settings.sleep,
        classify=classify,
        pace=settings.pace("grafana", url, BUDGET),
    )
    return GrafanaClient(http, estate=settings.estate, environment=settings.environment, editable=bool(settings.options.get("editable")))


def classify(status: int, body: Json) -> ProviderError | None:
    """Grafana's own words for an error answer: `{"message", "status"?, "messageId"?}`; None leaves it to the common reading."""
    said = body if isinstance(body, Mapping) else {}
    message = str(said.get("message", ""))
    if status == 403:
        return AuthError(
            "the credential may not do this",
            detail=message,
            hint="give the service account the role Admin: alerting needs alert.provisioning:write",
        )
    if status == 412 and said.get("status") == "name-exists":
        return Conflict(
            "there is one already, and it is not this estate's",
            detail=message,
            hint="plan again: what is there can be taken over by --adopt",
        )
    if status == 412:
        return Conflict("somebody saved it since it was read", detail=message, hint="plan again")
    if "provenance from 'file'" in message:
        return Rejected("a file on the server provisions it", detail=message, hint="remove the file, or leave the object to it")
    if "change provenance" in message:
        return Rejected(
            "it was made read-only in the UI and cannot be made editable again", detail=message, hint="remove `editable` or delete it first"
        )
    if "provisioned dashboard" in message:
        return Rejected(
            "a file on the server provisions this dashboard", detail=message, hint="remove the file, or leave the dashboard to it"
        )
    return None


class GrafanaClient:
    """`read`, `lookup`, `create`, `update`, `delete` as `monctl.target.Client` asks for them."""

    def __init__(self, http: Http, *, estate: str, environment: str, editable: bool = False) -> None:
        self._http = http
        self._estate = estate
        self._environment = environment
        self._alerting = AlertingClient(http, editable=editable)

    def read(self, resources: Iterable[Resource]) -> Iterator[Live]:
        """Everything of the five kinds. Foreign dashboards and rule groups come without their contents: one list call holds no more."""
        wanted = tuple(resources)
        self._new_enough(wanted)
        yield from self._folders()
        yield from self._dashboards(wanted)
        yield from self._alerting.read(wanted)

    def datasources(self) -> list[Mapping[str, Json]]:
        """Every data source. Never with its credentials: the server keeps them."""
        return self._http.listed("/api/datasources")

    def lookup(self, wanted: Lookup) -> str | None:
        """The uid of a data source, by `uid` or by `name`; of a folder by `uid`; the name of a contact point or a mute timing by `name`."""
        query = dict(wanted.query)
        by = "uid" if "uid" in query else "name"
        value = quote(query.get(by, ""), safe="")
        try:
            match wanted.kind:
                case "datasource":
                    return str(self._http.get(f"/api/datasources/{by}/{value}").json["uid"])
                case "folder":
                    return str(self._http.get(f"/api/folders/{value}").json["uid"])
                case "contact_point" | "mute_timing":
                    return self._alerting.lookup(wanted.kind, query["name"])
                case _:
                    raise Rejected(f"grafana cannot look up a {wanted.kind}", target="grafana")
        except NotFound:
            return None

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        match resource.kind:
            case "folder":
                return _folder(self._make_folder(body, mark), mark)
            case "dashboard":
                return self._save(body, mark, str(body["dashboard"]["uid"]), None)
            case kind:
                return self._alerting.put(kind, body, mark, None)

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        match resource.kind:
            case "folder":
                if live.remote_id != body["uid"] and (reasons := not_adoptable(live)) is not None:
                    raise Rejected(f"the folder '{live.name}' cannot be taken over: {reasons[0]}", target="grafana", hint=reasons[1])
                path = f"/api/folders/{live.remote_id}"
                if (body.get("parentUid") or "") != (live.body.get("parentUid") or ""):
                    self._http.request("POST", f"{path}/move", json={"parentUid": body.get("parentUid") or ""})
                made = self._http.request("PUT", path, json={"title": body["title"], "description": mark.text(), "overwrite": True}).json
                return _folder(made, mark)
            case "dashboard":
                return self._save_over(body, mark, live if live.version else self.whole(live))
            case kind:
                return self._alerting.put(kind, body, mark, live)

    def delete(self, live: Live) -> None:
        """Delete. A folder that still holds something is refused: what is left in it is not ours."""
        try:
            match live.kind:
                case "folder":
                    counts: Mapping[str, int] = self._http.get(f"/api/folders/{live.remote_id}/counts").json or {}
                    if left := ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if count):
                        raise Conflict(f"the folder '{live.name}' still holds {left}", target="grafana", hint="move or delete that first")
                    self._http.request("DELETE", f"/api/folders/{live.remote_id}", params={"forceDeleteRules": "false"})
                case "dashboard":
                    self._http.request("DELETE", f"/api/dashboards/uid/{live.remote_id}")
                case _:
                    self._alerting.delete(live)
        except NotFound:
            return

    @property
    def pace(self) -> Pace:
        """How fast the account may be asked."""
        return self._http.pace

    def calls(self, asked: Iterable[Asked]) -> list[int]:
        """How many requests each step of an apply needs."""
        return calls(asked)

    def whole(self, live: Live) -> Live:
        """A dashboard or a rule group of somebody else's with what a list leaves out."""
        match live.kind:
            case "dashboard":
                return self._dashboard(live.remote_id)
            case "rule_group":
                return self._alerting.whole(live)
            case _:
                return live

    def examine(self) -> Iterator[Check]:
        """What `monctl doctor` can learn here."""
        return examine(self._http)

    def scratch(self) -> tuple[Resource, Resource]:
        """One harmless object in two versions, for the doctor's round trip."""
        return scratch(self._estate, self._environment)

    def _search(self, kind: str) -> Iterator[Json]:
        """Every hit of a type, page by page until one is not full."""
        page = 1
        while True:
            hits = self._http.listed("/api/search", type=kind, limit=PAGE, page=page)
            yield from hits
            if len(hits) < PAGE:
                return
            page += 1

    def _folders(self) -> Iterator[Live]:
        # /api/folders lists one level; the search lists all of them
        for hit in self._search("dash-folder"):
            key = folder_key(hit["uid"], self._estate, self._environment)
            mark = None if key is None else Mark(self._estate, self._environment, key)
            yield _folder({"uid": hit["uid"], "title": hit["title"], "parentUid": hit.get("folderUid") or ""}, mark)

    def _dashboards(self, wanted: tuple[Resource, ...]) -> Iterator[Live]:
        """Ours and those whose uid or title we want are read whole; of the others the list says enough."""
        desired = [resource for resource in wanted if resource.kind == "dashboard"]
        titles = {resource.name for resource in desired}
        uids = {uid("dashboard", self._estate, self._environment, resource.key) for resource in desired}
        hits = list(self._search("dash-db"))
        whole = [
            hit["uid"]
            for hit in hits
            if hit["uid"] in uids or hit["uid"].startswith("mc-") or "monctl" in hit.get("tags", ()) or hit["title"] in titles
        ]
        known = dict(zip(whole, self._http.several(self._dashboard, whole), strict=True))
        for hit in hits:
            found = hit["uid"]
            if found in known:
                yield known[found]
            else:
                body = {"dashboard": {"title": hit["title"], "tags": hit.get("tags", [])}, "folderUid": hit.get("folderUid", "")}
                yield Live("dashboard", found, hit["title"], body)

    def _dashboard(self, found: str) -> Live:
        whole = self._http.get(f"/api/dashboards/uid/{found}").json
        model, meta = whole["dashboard"], whole["meta"]
        mark = Mark.find(str(model.get("description") or ""))
        body = {"dashboard": model, "folderUid": meta.get("folderUid", ""), "apiVersion": meta.get("apiVersion", "")}
        if meta.get("provisioned"):
            body["provisioned"] = str(meta.get("provisionedExternalId") or "a file")
        return Live("dashboard", found, model["title"], body, mark, str(model.get("version", "")))

    def _new_enough(self, wanted: tuple[Resource, ...]) -> None:
        """Raises Rejected where the server lacks something that is wanted: it would leave it out without a word, and no plan would settle."""
        if all(resource.kind != "rule_group" for resource in wanted):
            return
        try:
            said = str((self._http.get("/api/health").json or {}).get("version", ""))
        except (AuthError, NotFound, Rejected, Garbled):
            return  # a proxy may keep it to itself
        server = read(said)
        if server is None:  # a server may be told not to tell
            return
        for lack in missing(server, wanted):
            others = f" and {len(lack.holders) - 1} more" if len(lack.holders) > 1 else ""
            raise Rejected(
                f"Grafana {said} has no {lack.what}: they came with {show(lack.since)}, and {lack.holders[0]}{others} needs them",
                target="grafana",
                hint=f'say `version: "{show(server)}"` under targets.grafana in monctl.yaml, and what can be said otherwise is; or update the server'
                if lack.since > OLDEST
                else "update the server",
            )

    def _make_folder(self, body: Json, mark: Mark) -> Json:
        """Makes a folder. The server may say that it is there when it has just made it, so a Conflict is looked at.

        Source: terraform-provider-grafana issues 1910 and 2176 (read 2026-11-20).
        """
        own = {name: body[name] for name in ("uid", "title", "parentUid") if name in body}
        try:
            return self._http.request("POST", "/api/folders", json=own | {"description": mark.text()}).json
        except Conflict as taken:
            try:
                there = self._http.get(f"/api/folders/{body['uid']}").json
            except NotFound:
                there = {}
            if there.get("title") == body["title"]:
                return there
            twin = next((hit for hit in self._search("dash-folder") if hit["title"] == body["title"] and not hit.get("folderUid")), None)
            if twin is not None:
                taken.hint = use_folder(twin["title"], twin["uid"])
            raise

    def _save_over(self, body: Json, mark: Mark, live: Live) -> Live:
        """Saves over what was read. Where only the version moved on since (somebody saved without a change), over that."""
        try:
            return self._save(body, mark, live.remote_id, live.version)
        except Conflict:
            now = self._dashboard(live.remote_id)
            if normalize("dashboard", now.body) != normalize("dashboard", live.body):
                raise
            return self._save(body, mark, now.remote_id, now.version)

    def _save(self, body: Json, mark: Mark, found: str, version: str | None) -> Live:
        """Saves with the version that was read, so that somebody else's edit in between is a Conflict and not lost."""
        description = str(body["dashboard"].get("description") or "")
        model = body["dashboard"] | {"uid": found, "description": f"{description}\n\n[{mark.text()}]".lstrip()}
        if version:
            model["version"] = int(version)
        message = f"monctl {mark.digest}".rstrip()
        # without folderUid the dashboard would move to the root
        sent = {"dashboard": model, "folderUid": body.get("folderUid") or "", "message": message, "overwrite": False}
        made = self._http.request("POST", "/api/dashboards/db", json=sent).json
        kept = model | {"id": made["id"], "version": made["version"]}
        return Live(
            "dashboard", made["uid"], model["title"], {"dashboard": kept, "folderUid": sent["folderUid"]}, mark, str(made["version"])
        )


def _folder(body: Json, mark: Mark | None) -> Live:
    kept = {"uid": body["uid"], "title": body["title"], "parentUid": body.get("parentUid") or ""}
    return Live("folder", body["uid"], body["title"], kept, None if mark is None else Mark(mark.estate, mark.environment, mark.key))
