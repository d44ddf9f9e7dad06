"""Grafana's alerting provisioning API: rule groups, contact points, mute timings. Never the notification policy tree.

A rule group is written whole and only by `PUT …/rule-groups/{group}`. A contact point is the set of integrations that share its name.
All of it but the rules lies in one Alertmanager configuration with an optimistic lock, so writes are serial here and a lost race is
tried again (terraform-provider-grafana PR 602, grafana/grafana PR 131069, read 2026-11-20).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from monctl.errors import AuthError, Conflict, Garbled, NotFound, Rejected, Unreachable
from monctl.resource import Json, Live, Mark, Resource
from monctl.rest import Http
from monctl_targets.grafana import durations
from monctl_targets.grafana.identity import bare_name, marked_name, read_name
from monctl_targets.grafana.normalize import MARK_ANNOTATION, RULE_ANNOTATION, said_uid

BASE = "/api/v1/provisioning"
_TRIES = 3
_ONE_BY_ONE = 2
"""So few groups are read by themselves: an export tells of everything the server has."""


class AlertingClient:
    """The three alerting kinds. `editable` leaves what it writes open to edits in the UI (`X-Disable-Provenance`)."""

    def __init__(self, http: Http, *, editable: bool = False) -> None:
        self._http = http
        self._headers = {"X-Disable-Provenance": "true"} if editable else {}
        self._lock = threading.Lock()
        self._uids: dict[Json, Json] = {}
        """Uid of a rule in the specs → the one it has, where that is another: it stays when the rule goes to another group."""

    def read(self, wanted: Iterable[Resource]) -> Iterator[Live]:
        """All groups, contact points and mute timings. None of these lists has pages."""
        groups = [resource.body for resource in wanted if resource.kind == "rule_group"]
        yield from self._rule_groups({body["title"] for body in groups}, _titles(rule for body in groups for rule in body["rules"]))
        yield from self._contact_points()
        for timing in self._http.listed(f"{BASE}/mute-timings"):
            yield _mute_timing(timing)

    def whole(self, live: Live) -> Live:
        """A rule group with its interval, which the list of all rules does not tell."""
        folder, _, title = live.remote_id.partition("/")
        return _rule_group(self._http.get(_group_path(folder, title)).json | {"provenance": _provenance(live.body["rules"])})

    def lookup(self, kind: str, name: str) -> str | None:
        """The name of a contact point or a mute timing that is there. Raises NotFound, or gives None, when it is not."""
        if kind == "contact_point":
            return name if self._http.get(f"{BASE}/contact-points", name=name).json else None
        return str(self._http.get(f"{BASE}/mute-timings/{quote(name, safe='')}").json["name"])

    def put(self, kind: str, body: Json, mark: Mark, live: Live | None) -> Live:
        """Creates (no `live`) or changes an object, and gives it as it is then."""
        with self._lock:
            match kind:
                case "rule_group":
                    return self._put_rule_group(body, mark, live)
                case "contact_point":
                    return self._put_contact_point(body, mark, live)
                case _:
                    return self._put_mute_timing(body, mark, live)

    def delete(self, live: Live) -> None:
        """Deletes; NotFound is the caller's to swallow, but for one receiver of several."""
        with self._lock:
            match live.kind:
                case "rule_group":
                    folder, _, title = live.remote_id.partition("/")
                    self._write("DELETE", _group_path(folder, title))
                case "contact_point":
                    for integration in live.body["receivers"]:
                        with suppress(NotFound):  # gone by a deletion whose answer was lost; the others must go all the same
                            self._write("DELETE", f"{BASE}/contact-points/{integration['uid']}")
                case _:
                    self._write("DELETE", f"{BASE}/mute-timings/{quote(live.remote_id, safe='')}")

    def _write(self, method: str, path: str, body: Json = None) -> Json:
        """One write; a lost race for the configuration is tried again at once, for the other writer is done by then."""
        return _again(lambda: self._http.request(method, path, json=body, headers=self._headers).json)

    def _rule_groups(self, titles: set[str], rules_wanted: Mapping[str, Json]) -> Iterator[Live]:
        """Groups by the list of all rules, with the interval from the export of all; one that the export does not tell is read by itself.

        `rules_wanted`: title → uid in the specs. A rule of nobody's that has such a title would be that one if its group were taken over.
        """
        groups: dict[tuple[str, str], list[Json]] = {}
        for rule in self._http.listed(f"{BASE}/alert-rules"):
            groups.setdefault((rule["folderUID"], rule["ruleGroup"]), []).append(rule)
        whole = [
            group
            for group, rules in groups.items()
            if _mark(rules) is not None or group[1] in titles or any(rule["title"] in rules_wanted for rule in rules)
        ]
        known = self._by_export({group: groups[group] for group in whole}) if len(whole) > _ONE_BY_ONE else {}
        rest = [group for group in whole if group not in known]
        known |= zip(rest, self._http.several(lambda group: self._http.get(_group_path(*group)).json, rest), strict=True)
        for (folder, title), rules in groups.items():
            if _mark(rules) is not None:
                self._uids |= {said_uid(rule): rule["uid"] for rule in rules if said_uid(rule) != rule["uid"]}
                yield _rule_group(known[folder, title])
            elif (folder, title) in known:
                found = known[folder, title]
                yield _rule_group(
                    found
                    | {"provenance": _provenance(rules), "rules": [meant(rule, rules_wanted.get(rule["title"])) for rule in found["rules"]]}
                )
            else:
                yield _rule_group({"title": title, "folderUid": folder, "interval": 0, "rules": rules, "provenance": _provenance(rules)})

    def _by_export(self, groups: Mapping[tuple[str, str], list[Json]]) -> dict[tuple[str, str], Json]:
        """Groups as a reading of each would give them, from one export of all rules, which has intervals and the order within a group.

        A group whose rules the export has not, or has in other words than expected, is left out, and so is every group where the server has
        no export (before 9.5) or does not allow it. The export is meant for files: all but the interval and the order comes from the list.
        https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/ (read 2026-11-21): its JSON is that of provisioning
        by files, where `interval` is a duration such as `1m`.
        """
        try:
            exported = self._http.get(f"{BASE}/alert-rules/export", format="json", download="false").json
        except (AuthError, Garbled, NotFound, Rejected):
            return {}
        told: dict[str, tuple[float, int]] = {}
        for group in exported.get("groups") or [] if isinstance(exported, dict) else []:
            interval = durations.read(str(group.get("interval") or ""))
            if interval is not None:
                told |= {str(rule.get("uid")): (interval, place) for place, rule in enumerate(group.get("rules") or [])}
        found = {}
        for (folder, title), rules in groups.items():
            intervals = {told.get(rule["uid"], (None, 0))[0] for rule in rules}
            interval = intervals.pop()
            if interval is None or intervals:
                continue
            ordered = sorted(rules, key=lambda rule: told[rule["uid"]][1])
            bare = [{name: value for name, value in rule.items() if name != "provenance"} for rule in ordered]
            found[folder, title] = {"title": title, "folderUid": folder, "interval": int(interval), "rules": bare}
        return found

    def _put_rule_group(self, body: Json, mark: Mark, live: Live | None) -> Live:
        """One write for the whole group. One that is there stays where it is, and its rules keep their uids."""
        folder, title = body["folderUid"], body["title"]
        if live is not None:
            folder, _, title = live.remote_id.partition("/")
        known = self._uids | ({} if live is None else {said_uid(rule): rule["uid"] for rule in live.body["rules"]})
        rules = [
            _marked(_kept(rule, known.get(rule["uid"])), mark, first=place == 0) | {"folderUID": folder, "ruleGroup": title}
            for place, rule in enumerate(body["rules"])
        ]
        made = self._write("PUT", _group_path(folder, title), body | {"folderUid": folder, "title": title, "rules": rules})
        return _rule_group(made)

    def _contact_points(self) -> Iterator[Live]:
        points: dict[str, list[Json]] = {}
        for integration in self._http.listed(f"{BASE}/contact-points"):
            points.setdefault(integration["name"], []).append(integration)
        for name, integrations in points.items():
            yield Live("contact_point", name, bare_name(name), {"name": name, "receivers": integrations}, read_name(name))

    def _put_contact_point(self, body: Json, mark: Mark, live: Live | None) -> Live:
        name = marked_name(mark)
        there = {each["uid"] for each in live.body["receivers"]} if live is not None and live.remote_id == name else set()
        made = []
        for each in body["receivers"]:
            sent = {key: each[key] for key in ("uid", "type", "settings", "disableResolveMessage")} | {"name": name}
            if each["uid"] in there:
                self._write("PUT", f"{BASE}/contact-points/{each['uid']}", sent)
            else:
                self._write("POST", f"{BASE}/contact-points", sent)
            made.append(sent)
        for gone in sorted(there - {each["uid"] for each in body["receivers"]}):
            self._write("DELETE", f"{BASE}/contact-points/{gone}")
        return Live("contact_point", name, bare_name(name), {"name": name, "receivers": made}, read_name(name))

    def _put_mute_timing(self, body: Json, mark: Mark, live: Live | None) -> Live:
        sent = body | {"name": marked_name(mark)}
        if live is None or live.remote_id != sent["name"]:
            return _mute_timing(self._write("POST", f"{BASE}/mute-timings", sent))
        return _mute_timing(self._write("PUT", f"{BASE}/mute-timings/{quote(sent['name'], safe='')}", sent))


def _again(write: Callable[[], Json]) -> Json:
    for _ in range(_TRIES - 1):
        try:
            return write()
        except (Conflict, Unreachable) as lost:  # 409; 500 before August 2026 (grafana/grafana PR 131069, read 2026-11-20)
            if "concurrent" not in lost.detail.lower():
                raise
    return write()


def _group_path(folder: str, title: str) -> str:
    return f"{BASE}/folder/{quote(folder, safe='')}/rule-groups/{quote(title, safe='')}"


def _titles(rules: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """Title → uid of the rules of the specs; a title without its severity counts too, where one rule alone has it."""
    whole, bare = {}, {}
    for rule in rules:
        whole[rule["title"]] = rule["uid"]
        title = str(rule["title"]).removesuffix(f": {rule['labels'].get('severity')}")
        bare[title] = None if title in bare else rule["uid"]
    return {title: uid for title, uid in bare.items() if uid is not None} | whole


def meant(rule: Json, uid: Json) -> Json:
    """A live rule as the one of the specs that has this uid; as it is when there is none."""
    return rule if uid is None else rule | {"annotations": {**(rule.get("annotations") or {}), RULE_ANNOTATION: uid}}


def _kept(rule: Json, uid: Json) -> Json:
    """A rule of the specs as one that is there already, under another uid."""
    return rule if uid in {None, rule["uid"]} else meant(rule, rule["uid"]) | {"uid": uid}


def _marked(rule: Json, mark: Mark, *, first: bool) -> Json:
    # The digest changes with every change of the group: on one rule only, so that the others keep their alert state.
    text = mark.text() if first else Mark(mark.estate, mark.environment, mark.key).text()
    return rule | {"annotations": {**rule.get("annotations", {}), MARK_ANNOTATION: text}}


def _mark(rules: Iterable[Mapping[str, Json]]) -> Mark | None:
    """The mark of a group: the one with a digest, when a rule has it."""
    found = [mark for rule in rules if (mark := Mark.find(str((rule.get("annotations") or {}).get(MARK_ANNOTATION, "")))) is not None]
    return max(found, key=lambda mark: mark.digest != "", default=None)


def _provenance(rules: Iterable[Mapping[str, Json]]) -> str:
    """Who else writes a group: `file` or `converted_prometheus`, else empty. Only the list of all rules tells."""
    return next((str(rule["provenance"]) for rule in rules if rule.get("provenance") not in {None, "", "api"}), "")


def _rule_group(body: Json) -> Live:
    return Live("rule_group", f"{body['folderUid']}/{body['title']}", body["title"], body, _mark(body["rules"]))


def _mute_timing(body: Json) -> Live:
    return Live("mute_timing", body["name"], bare_name(body["name"]), body, read_name(body["name"]))
