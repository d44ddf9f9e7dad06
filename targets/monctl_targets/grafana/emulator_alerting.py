"""Alert rules and their groups, contact points and mute timings of the stand-in: Grafana's provisioning API."""

from __future__ import annotations

from typing import Any

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.grafana import durations
from monctl_targets.grafana.emulator_dashboards import MADE, DashboardRoutes, error, unknown
from monctl_targets.grafana.emulator_notify import contact_point_fault, hidden, mute_timing_fault, respelt
from monctl_targets.grafana.emulator_rules import group_fault, rule_fault, too_new
from monctl_targets.grafana.version import read

BASE = "/api/v1/provisioning"


class AlertingRoutes(DashboardRoutes):
    """The alerting provisioning API. The policy tree can be read, not written: nothing here should want to."""

    conflicts = 0
    conflict_status = 409
    """500 before August 2026 (grafana/grafana PR 131069, read 2026-11-20)."""
    version = ""
    exports = True
    """Whether it has the export of all rules."""

    @route("GET", f"{BASE}/alert-rules")
    def _rules(self, request: Request) -> Response:
        return Response(200, list(reversed(self.store.all("rule"))))

    @route("GET", f"{BASE}/alert-rules/export")
    def _export(self, request: Request) -> Response:
        """As a file would provision them: folders by title, intervals and times as durations. Only JSON is answered here."""
        if not self.exports:
            return error(404, "not found")
        groups = []
        for kind, id, found in self.store.items():
            if kind != "rule_group":
                continue
            folder, _, name = id.partition("/")
            place = self.store.get("folder", folder)
            rules = [self.store.get("rule", uid) for uid in found["uids"]]
            shown = [{name: rule[name] for name in ("uid", "title", "condition", "data", "for", "annotations", "labels")} for rule in rules]
            groups.append(
                {
                    "orgId": 1,
                    "name": name,
                    "folder": place["title"] if place is not None else folder,
                    "interval": durations.show(found["interval"]),
                    "rules": shown,
                }
            )
        return Response(200, {"apiVersion": 1, "groups": groups})

    @route("GET", f"{BASE}/alert-rules/{{uid}}")
    def _rule(self, request: Request, uid: str) -> Response:
        found = self.store.get("rule", uid)
        return error(404, "alert rule not found") if found is None else Response(200, found)

    @route("GET", f"{BASE}/folder/{{folder}}/rule-groups/{{group}}")
    def _group(self, request: Request, folder: str, group: str) -> Response:
        found = self.store.get("rule_group", f"{folder}/{group}")
        if found is None:
            return error(404, "alert rule group not found")
        rules = [self.store.get("rule", uid) for uid in found["uids"]]
        # the group leaves provenance out, a rule alone has it (terraform-provider-grafana resource_alerting_rule_group.go, read 2026-11-20)
        bare = [{name: value for name, value in rule.items() if name != "provenance"} for rule in rules]
        return Response(200, {"title": group, "folderUid": folder, "interval": found["interval"], "rules": bare})

    @route("PUT", f"{BASE}/folder/{{folder}}/rule-groups/{{group}}")
    def _put_group(self, request: Request, folder: str, group: str) -> Response:
        body = request.json()
        with self.store.lock:
            if refused := self._lost_race() or unknown(body, {"title", "folderUid", "interval", "rules"}):
                return refused
            if self.store.get("folder", folder) is None:
                return error(404, "folder does not exist")
            if fault := group_fault(body, folder, group):
                return error(400, fault)
            if any(
                self.store.get("rule", uid)["provenance"] == "file"
                for uid in (self.store.get("rule_group", f"{folder}/{group}") or {"uids": []})["uids"]
            ):
                return error(409, f"cannot change provenance from 'file' to '{self._provenance(request)}'")
            for rule in body["rules"]:
                if fault := too_new(rule, read(self.version)):
                    return error(400, fault)
                if fault := rule_fault(rule, folder, group, self._knows):
                    return error(400, f"invalid alert rule: {fault}")
            if twin := self._title_twice(body["rules"], folder):
                return error(
                    400, f"a conflicting alert rule is found: rule title under the same organisation and folder should be unique ({twin})"
                )
            self._replace(body, folder, group, self._provenance(request))
        return self._group(request, folder, group)

    @route("DELETE", f"{BASE}/folder/{{folder}}/rule-groups/{{group}}")
    def _delete_group(self, request: Request, folder: str, group: str) -> Response:
        with self.store.lock:
            found = self.store.get("rule_group", f"{folder}/{group}")
            if found is None:
                return error(404, "alert rule group not found")
            for uid in found["uids"]:
                self.store.delete("rule", uid)
            self.store.delete("rule_group", f"{folder}/{group}")
        return Response(204)

    @route("GET", f"{BASE}/contact-points")
    def _contact_points(self, request: Request) -> Response:
        name = request.param("name")
        there = [hidden(each) for each in self.store.all("contact_point") if name in (None, each["name"])]
        return Response(200, sorted(there, key=lambda each: (str(each["name"]), str(each["uid"])), reverse=True))

    @route("POST", f"{BASE}/contact-points")
    def _create_contact_point(self, request: Request) -> Response:
        body = request.json()
        with self.store.lock:
            body["uid"] = body.get("uid") or f"c{self.store.next('uid', 100000):x}"
            if refused := self._lost_race() or self._contact_point_refused(body):
                return refused
            if self.store.get("contact_point", body["uid"]) is not None:
                return error(400, f"invalid object specification: uid '{body['uid']}' is taken")
            kept = {"disableResolveMessage": False, **body, "provenance": self._provenance(request)}
            self.store.put("contact_point", body["uid"], kept)
        return Response(202, hidden(kept))

    @route("PUT", f"{BASE}/contact-points/{{uid}}")
    def _update_contact_point(self, request: Request, uid: str) -> Response:
        body = request.json() | {"uid": uid}
        with self.store.lock:
            there = self.store.get("contact_point", uid)
            if there is None:
                return error(404, "contact point not found")
            if refused := self._lost_race() or self._contact_point_refused(body) or self._locked(there, request):
                return refused
            body["settings"] = {
                name: there["settings"].get(name) if value == "[REDACTED]" else value for name, value in body["settings"].items()
            }
            kept = {"disableResolveMessage": False, **body, "provenance": self._provenance(request)}
            self.store.put("contact_point", uid, kept)
        return Response(202, {"message": "contactpoint updated"})

    @route("DELETE", f"{BASE}/contact-points/{{uid}}")
    def _delete_contact_point(self, request: Request, uid: str) -> Response:
        with self.store.lock:
            there = self.store.get("contact_point", uid)
            if there is None:
                return error(404, "contact point not found")
            name = there["name"]
            last = sum(each["name"] == name for each in self.store.all("contact_point")) == 1
            if last and self.store.get("policy", "root")["receiver"] == name:
                return error(409, f"contact point '{name}' is currently used by a notification policy")
            if last and any(_settings(rule).get("receiver") == name for rule in self.store.all("rule")):
                return error(409, f"contact point '{name}' is currently used by one or more alert rules")
            self.store.delete("contact_point", uid)
        return Response(202, {"message": "contactpoint deleted"})

    @route("GET", f"{BASE}/policies")
    def _policies(self, request: Request) -> Response:
        return Response(200, self.store.get("policy", "root"))

    @route("GET", f"{BASE}/mute-timings")
    def _mute_timings(self, request: Request) -> Response:
        return Response(200, sorted(self.store.all("mute_timing"), key=lambda each: str(each["name"]), reverse=True))

    @route("POST", f"{BASE}/mute-timings")
    def _create_mute_timing(self, request: Request) -> Response:
        body = request.json()
        with self.store.lock:
            if refused := self._lost_race() or unknown(body, {"name", "time_intervals"}):
                return refused
            if fault := mute_timing_fault(body):
                return error(400, f"invalid object specification: {fault}")
            if self.store.get("mute_timing", body["name"]) is not None:
                return error(409, f"time interval '{body['name']}' already exists")
            return Response(201, self._keep_timing(body, request))

    @route("GET", f"{BASE}/mute-timings/{{name}}")
    def _mute_timing(self, request: Request, name: str) -> Response:
        found = self.store.get("mute_timing", name)
        return error(404, f"time interval '{name}' not found") if found is None else Response(200, found)

    @route("PUT", f"{BASE}/mute-timings/{{name}}")
    def _update_mute_timing(self, request: Request, name: str) -> Response:
        body = request.json()
        with self.store.lock:
            there = self.store.get("mute_timing", name)
            if there is None:
                return error(404, f"time interval '{name}' not found")
            if refused := self._lost_race() or unknown(body, {"name", "time_intervals"}) or self._locked(there, request):
                return refused
            if fault := mute_timing_fault(body | {"name": name}):
                return error(400, f"invalid object specification: {fault}")
            return Response(202, self._keep_timing(body | {"name": name}, request))

    @route("DELETE", f"{BASE}/mute-timings/{{name}}")
    def _delete_mute_timing(self, request: Request, name: str) -> Response:
        with self.store.lock:
            for rule in self.store.all("rule"):
                used = _settings(rule)
                if name in [*(used.get("mute_time_intervals") or ()), *(used.get("active_time_intervals") or ())]:
                    return error(409, f"time interval '{name}' is currently used by one or more alert rules")
            # deleting one that is not there is no error (grafana pkg/services/ngalert/provisioning/mute_timings.go, read 2026-11-20)
            self.store.delete("mute_timing", name)
        return Response(204)

    def _lost_race(self) -> Response | None:
        """409, so many times as `conflicts` says: somebody else wrote the one Alertmanager configuration first."""
        if self.conflicts <= 0:
            return None
        self.conflicts -= 1
        return error(self.conflict_status, "the Alertmanager configuration was changed by a concurrent request")

    def _locked(self, there: Json, request: Request) -> Response | None:
        if there.get("provenance") == "api" and self._provenance(request) == "":
            return error(409, "cannot change provenance from 'api' to ''")
        return None

    def _provenance(self, request: Request) -> str:
        return "" if "x-disable-provenance" in request.headers else "api"

    def _knows(self, kind: str, name: str) -> bool:
        if kind == "contact_point":
            return any(each["name"] == name for each in self.store.all(kind))
        return self.store.get(kind, name) is not None

    def _title_twice(self, rules: list[Json], folder: str) -> str | None:
        sent = {rule["uid"]: rule["title"] for rule in rules}
        others = [rule["title"] for rule in self.store.all("rule") if rule["folderUID"] == folder and rule["uid"] not in sent]
        titles = [*sent.values(), *others]
        return next((title for title in sent.values() if titles.count(title) > 1), None)

    def _replace(self, body: Json, folder: str, group: str, provenance: str) -> None:
        """The group holds these rules and no others; a rule that was in another group moves here."""
        sent = [rule["uid"] for rule in body["rules"]]
        there = self.store.get("rule_group", f"{folder}/{group}") or {"uids": []}
        for gone in set(there["uids"]) - set(sent):
            self.store.delete("rule", gone)
        for kind, id, other in list(self.store.items()):
            if kind == "rule_group" and id != f"{folder}/{group}" and set(other["uids"]) & set(sent):
                left = [uid for uid in other["uids"] if uid not in sent]
                self.store.put(kind, id, other | {"uids": left}) if left else self.store.delete(kind, id)
        for rule in body["rules"]:
            known = self.store.get("rule", rule["uid"])
            made = {
                "id": known["id"] if known else self.store.next("rule"),
                "updated": f"{MADE[:-3]}{self.store.next('write') % 60:02}Z",
                "orgID": 1,
                "provenance": provenance,
            }
            self.store.put("rule", rule["uid"], _with_defaults(rule) | made)
        self.store.put("rule_group", f"{folder}/{group}", {"title": group, "interval": body["interval"], "uids": sent})

    def _contact_point_refused(self, body: Json) -> Response | None:
        if refused := unknown(body, {"uid", "name", "type", "settings", "disableResolveMessage"}):
            return refused
        fault = contact_point_fault(body)
        return error(400, f"invalid object specification: {fault}") if fault else None

    def _keep_timing(self, body: Json, request: Request) -> Json:
        kept = {"name": body["name"], "time_intervals": [respelt(each) for each in body["time_intervals"]]}
        kept |= {"version": f"{self.store.next('timing'):016x}", "provenance": self._provenance(request)}
        self.store.put("mute_timing", body["name"], kept)
        return kept


def _settings(rule: dict[str, Any]) -> dict[str, Any]:
    return rule.get("notification_settings") or {}


def _with_defaults(rule: Json) -> Json:
    """The rule as the server gives it back: durations in its own spelling, defaults in the models."""
    kept = {"isPaused": False, "labels": {}, "annotations": {}, "keep_firing_for": "0s", **rule, "for": _spelt(rule["for"])}
    kept["keep_firing_for"] = _spelt(kept["keep_firing_for"])
    kept["data"] = [
        each
        | {
            "queryType": each.get("queryType", ""),
            "model": _numbers({"intervalMs": 1000, "maxDataPoints": 43200, "refId": each["refId"], **each["model"]}),
        }
        for each in rule["data"]
    ]
    if settings := kept.get("notification_settings"):
        kept["notification_settings"] = {
            name: _spelt(value) if name in {"group_wait", "group_interval", "repeat_interval"} else value
            for name, value in settings.items()
        }
    return kept


def _numbers(value: Any) -> Any:
    """With whole numbers as Go writes them: `80.0` is `80`."""
    if isinstance(value, dict):
        return {name: _numbers(item) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _spelt(text: str) -> str:
    return durations.show(durations.read(text) or 0)
