"""Folders, dashboards and search of the stand-in."""

from __future__ import annotations

import re
from typing import Any

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, Routed, route
from monctl_targets.grafana.emulator_model import UID, dashboard_fault

MADE = "2026-11-20T09:00:00Z"
_MAX_HITS = 5000


def error(code: int, message: str, **more: Json) -> Response:
    """An error in Grafana's form: `{"message": …}` and what else the endpoint adds, such as `status`."""
    return Response(code, {"message": message, **more})


def unknown(body: Json, known: set[str]) -> Response | None:
    """400 for a key outside `known`. The real server ignores it: here it is refused so that a misspelt field is seen."""
    extra = sorted(set(body) - known)
    return error(400, f"sandbox: unknown field '{extra[0]}'") if extra else None


class DashboardRoutes(Routed):
    """Folders and dashboards, which share one space of uids."""

    folder_races = 0
    """So many folders are made and reported as being there already (terraform-provider-grafana issues 1910 and 2176, read 2026-11-20)."""

    @route("GET", "/api/search")
    def _search(self, request: Request) -> Response:
        limit, page = int(request.param("limit") or 1000), int(request.param("page") or 1)
        if not 1 <= limit <= _MAX_HITS or page < 1:
            return error(422, f"Limit is above maximum allowed ({_MAX_HITS}), use page parameter to access hits beyond limit")
        kinds = request.params("type") or ["dash-folder", "dash-db"]
        tags, words = request.params("tag"), (request.param("query") or "").lower()
        hits: list[Json] = []
        if "dash-folder" in kinds:
            hits += [
                self._hit("dash-folder", each["uid"], each["title"], [], each.get("parentUid", "")) for each in self.store.all("folder")
            ]
        if "dash-db" in kinds:
            for each in self.store.all("dashboard"):
                model = each["dashboard"]
                hits.append(self._hit("dash-db", model["uid"], model["title"], model.get("tags") or [], each["folderUid"]))
        within = set(request.params("folderUIDs"))
        hits = [hit for hit in hits if set(tags) <= set(hit["tags"]) and words in hit["title"].lower()]
        hits = [hit for hit in hits if not within or hit.get("folderUid", "") in within]
        hits.sort(key=lambda hit: (str(hit["title"]).lower(), hit["uid"]), reverse=True)
        return Response(200, hits[(page - 1) * limit : page * limit])

    def _hit(self, type: str, uid: str, title: str, tags: list[str], folder: str) -> Json:
        name = _slug(title)
        path = f"/dashboards/f/{uid}/{name}" if type == "dash-folder" else f"/d/{uid}/{name}"
        hit = {"id": 0, "orgId": 1, "uid": uid, "title": title, "uri": f"db/{name}", "url": path, "slug": "", "type": type, "tags": tags}
        hit |= {"isStarred": False, "sortMeta": 0, "isDeleted": False}
        if folder:
            parent = self.store.get("folder", folder)
            hit |= {"folderUid": folder, "folderTitle": parent["title"], "folderUrl": f"/dashboards/f/{folder}/{_slug(parent['title'])}"}
        return hit

    @route("GET", "/api/folders")
    def _folders(self, request: Request) -> Response:
        parent = request.param("parentUid") or ""
        limit, page = int(request.param("limit") or 1000), int(request.param("page") or 1)
        there = [each for each in self.store.all("folder") if each.get("parentUid", "") == parent]
        there.sort(key=lambda each: str(each["title"]))
        keys = ("id", "uid", "title", "parentUid")
        return Response(200, [{key: each[key] for key in keys if key in each} for each in there[(page - 1) * limit : page * limit]])

    @route("POST", "/api/folders")
    def _create_folder(self, request: Request) -> Response:
        body = request.json()
        if refused := unknown(body, {"uid", "title", "parentUid", "description"}):
            return refused
        uid, parent = body.get("uid") or f"f{self.store.next('uid', 100000):x}", body.get("parentUid") or ""
        if refused := self._folder_fault(body.get("title"), uid, parent):
            return refused
        with self.store.lock:
            if self.store.get("folder", uid) is not None or self.store.get("dashboard", uid) is not None:
                return error(409, "a folder/dashboard with the same uid already exists")
            if self._twin(body["title"], parent, uid):
                return error(409, "a folder with the same name already exists in the current location")
            made = self.new_folder(uid, body["title"], parent)
            self.store.put("folder", uid, made)
            if self.folder_races > 0:
                self.folder_races -= 1
                return error(412, "the folder has been changed by someone else", status="version-mismatch")
        return Response(200, made)

    @route("GET", "/api/folders/{uid}")
    def _folder(self, request: Request, uid: str) -> Response:
        found = self.store.get("folder", uid)
        return error(404, "folder not found", status="not-found") if found is None else Response(200, found)

    @route("PUT", "/api/folders/{uid}")
    def _update_folder(self, request: Request, uid: str) -> Response:
        body = request.json()
        if refused := unknown(body, {"title", "description", "overwrite", "version"}):
            return refused
        with self.store.lock:
            found = self.store.get("folder", uid)
            if found is None:
                return error(404, "folder not found", status="not-found")
            title = body.get("title", found["title"])
            if refused := self._folder_fault(title, uid, ""):
                return refused
            if not body.get("overwrite") and body.get("version") != found["version"]:
                return error(412, "the folder has been changed by someone else", status="version-mismatch")
            if self._twin(title, found.get("parentUid", ""), uid):
                return error(409, "a folder with the same name already exists in the current location")
            found |= {"title": title, "version": found["version"] + 1, "url": f"/dashboards/f/{uid}/{_slug(title)}"}
            self.store.put("folder", uid, found)
        return Response(200, found)

    @route("POST", "/api/folders/{uid}/move")
    def _move_folder(self, request: Request, uid: str) -> Response:
        body = request.json()
        parent = body.get("parentUid") or ""
        with self.store.lock:
            found = self.store.get("folder", uid)
            if found is None or (parent and self.store.get("folder", parent) is None):
                return error(404, "folder not found", status="not-found")
            if parent == uid:
                return error(400, "failed to move folder: circular reference detected")
            found.pop("parentUid", None)
            found |= {"parentUid": parent} if parent else {}
            self.store.put("folder", uid, found)
        return Response(200, found)

    @route("GET", "/api/folders/{uid}/counts")
    def _counts(self, request: Request, uid: str) -> Response:
        if self.store.get("folder", uid) is None:
            return error(404, "folder not found", status="not-found")
        return Response(
            200,
            {
                "folder": sum(each.get("parentUid") == uid for each in self.store.all("folder")),
                "dashboard": sum(each["folderUid"] == uid for each in self.store.all("dashboard")),
                "alertrule": sum(each["folderUID"] == uid for each in self.store.all("rule")),
                "librarypanel": 0,
            },
        )

    @route("DELETE", "/api/folders/{uid}")
    def _delete_folder(self, request: Request, uid: str) -> Response:
        with self.store.lock:
            found = self.store.get("folder", uid)
            if found is None:
                return error(404, "folder not found", status="not-found")
            rules = [each for each in self.store.all("rule") if each["folderUID"] == uid]
            if rules and request.param("forceDeleteRules") != "true":
                return error(400, "folder cannot be deleted: folder contains alert rules")
            for each in rules:
                self.store.delete("rule", each["uid"])
            for each in self.store.all("dashboard"):
                if each["folderUid"] == uid:
                    self.store.delete("dashboard", each["dashboard"]["uid"])
            self.store.delete("folder", uid)
        return Response(200, {"id": found["id"], "title": found["title"], "message": f"Folder {found['title']} deleted"})

    @route("POST", "/api/dashboards/db")
    def _save_dashboard(self, request: Request) -> Response:
        body = request.json()
        if refused := unknown(body, {"dashboard", "folderUid", "message", "overwrite"}):
            return refused
        model, folder = body.get("dashboard"), body.get("folderUid") or ""
        if not isinstance(model, dict):
            return error(400, "bad request data")
        if len(str(body.get("message", ""))) > 500:
            return error(400, "message too long, max 500 characters")
        if fault := dashboard_fault(model, {each["uid"] for each in self.store.all("datasource")}):
            return error(400, fault)
        if folder and self.store.get("folder", folder) is None:
            return error(404, "folder not found", status="not-found")
        with self.store.lock:
            model["uid"] = model.get("uid") or f"d{self.store.next('uid', 100000):x}"
            if self.store.get("folder", model["uid"]) is not None:
                return error(412, "a folder with this uid exists", status="name-exists")
            there = self.store.get("dashboard", model["uid"])
            if there is not None and there.get("provisioned"):
                return error(400, "Cannot save provisioned dashboard")
            if there is not None and not body.get("overwrite"):
                if model.get("version") is None:
                    return error(412, "A dashboard with the same uid already exists", status="name-exists")
                if model["version"] != there["dashboard"]["version"]:
                    return error(412, "The dashboard has been changed by someone else", status="version-mismatch")
            kept = self.keep_dashboard(model, folder)
        head = {"id": kept["id"], "uid": kept["uid"], "url": f"/d/{kept['uid']}/{_slug(kept['title'])}", "status": "success"}
        return Response(200, head | {"version": kept["version"], "slug": _slug(kept["title"]), "folderUid": folder})

    @route("GET", "/api/dashboards/uid/{uid}")
    def _dashboard(self, request: Request, uid: str) -> Response:
        found = self.store.get("dashboard", uid)
        if found is None:
            return error(404, "Dashboard not found")
        model, folder = found["dashboard"], self.store.get("folder", found["folderUid"])
        title = folder["title"] if folder else "General"
        meta = {
            "type": "db", "slug": _slug(model["title"]), "url": f"/d/{uid}/{_slug(model['title'])}", "version": model["version"],
            "folderUid": found["folderUid"], "folderTitle": title, "folderUrl": folder["url"] if folder else "", "isFolder": False,
            "canSave": True, "canEdit": True, "canAdmin": True, "canStar": True, "canDelete": True, "hasAcl": False, "isSnapshot": False,
            "created": MADE, "createdBy": "sa-1-monctl", "updated": MADE, "updatedBy": "sa-1-monctl",
            "provisioned": bool(found.get("provisioned")), "provisionedExternalId": found.get("provisioned", ""),
            "apiVersion": found.get("apiVersion", "v0alpha1"), "publicDashboardEnabled": False,
        }  # fmt: skip
        return Response(200, {"dashboard": model, "meta": meta})

    @route("DELETE", "/api/dashboards/uid/{uid}")
    def _delete_dashboard(self, request: Request, uid: str) -> Response:
        found = self.store.get("dashboard", uid)
        if found is None:
            return error(404, "Dashboard not found")
        self.store.delete("dashboard", uid)
        model = found["dashboard"]
        return Response(200, {"message": f"Dashboard {model['title']} deleted", "title": model["title"], "uid": uid})

    def keep_dashboard(self, model: dict[str, Any], folder: str) -> Json:
        """Keeps a dashboard under its uid with the id and version the server gives it, and returns it."""
        there = self.store.get("dashboard", model["uid"])
        number = there["dashboard"]["id"] if there else self.store.next("dashboard")
        kept = model | {"id": number, "version": there["dashboard"]["version"] + 1 if there else 1}
        self.store.put("dashboard", model["uid"], {"dashboard": dict(sorted(kept.items())), "folderUid": folder})
        return kept

    def new_folder(self, uid: str, title: str, parent: str) -> Json:
        """A folder as the server gives it back: without its description."""
        made = {
            "id": self.store.next("dashboard"), "uid": uid, "orgId": 1, "title": title, "url": f"/dashboards/f/{uid}/{_slug(title)}", "hasAcl": False,
            "canSave": True, "canEdit": True, "canAdmin": True, "canDelete": True, "createdBy": "sa-1-monctl", "created": MADE,
            "updatedBy": "sa-1-monctl", "updated": MADE, "version": 1,
        }  # fmt: skip
        return made | ({"parentUid": parent} if parent else {})

    def _folder_fault(self, title: Json, uid: str, parent: str) -> Response | None:
        if not isinstance(title, str) or not title.strip():
            return error(400, "folder title cannot be empty")
        if not re.fullmatch(UID, uid):
            return error(400, "uid contains illegal characters or is longer than 40")
        if parent and self.store.get("folder", parent) is None:
            return error(400, "parent folder not found")
        return None

    def _twin(self, title: str, parent: str, uid: str) -> bool:
        return any(
            each["title"] == title and each.get("parentUid", "") == parent and each["uid"] != uid for each in self.store.all("folder")
        )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
