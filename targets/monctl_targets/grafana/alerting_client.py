"""Grafana's alerting provisioning API: rule groups, contact points, mute timings. Never the notification policy tree.

A rule group is written whole and only by `PUT …/rule-groups/{group}`. A contact point is the set of integrations that share its name.
All of it but the rules lies in one Alertmanager configuration with an optimistic lock, so writes are serial here and a lost race is
tried again (terraform-provider-grafana PR 602, grafana/grafana PR 131069, read 2026-11-20).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import quote

from monctl.errors import Conflict, NotFound
from monctl.resource import Json, Live, Mark, Resource
from monctl.rest import Http
from monctl_targets.grafana.identity import bare_name, marked_name, read_name
from monctl_targets.grafana.normalize import MARK_ANNOTATION

BASE = "/api/v1/provisioning"
_TRIES = 3


class AlertingClient:
    """The three alerting kinds. `editable` leaves what it writes open to edits in the UI (`X-Disable-Provenance`)."""

    def __init__(self, http: Http, *, editable: bool = False) -> None:
        self._http = http
        self._headers = {"X-Disable-Provenance": "true"} if editable else {}
        self._lock = threading.Lock()

    def read(self, wanted: Iterable[Resource]) -> Iterator[Live]:
        """All groups, contact points and mute timings. None of these lists has pages."""
        titles = {resource.body["title"] for resource in wanted if resource.kind == "rule_group"}
        yield from self._rule_groups(titles)
        yield from self._contact_points()
        for timing in self._http.get(f"{BASE}/mute-timings").json:
            yield _mute_timing(timing)

    def put(self, kind: str, body: Json, mark: Mark, live: Live | None) -> Live:
        """Creates (no `live`) or changes an object, and gives it as it is then."""
        with self._lock:
            match kind:
                case "rule_group":
                    return self._put_rule_group(body, mark)
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

    def _rule_groups(self, titles: set[str]) -> Iterator[Live]:
        """Groups by the list of all rules; those with our mark or a title we want are read again, for only that tells the interval."""
        groups: dict[tuple[str, str], list[Json]] = {}
        for rule in self._http.get(f"{BASE}/alert-rules").json:
            groups.setdefault((rule["folderUID"], rule["ruleGroup"]), []).append(rule)
        for (folder, title), rules in groups.items():
            if title in titles or _mark(rules) is not None:
                yield _rule_group(self._http.get(_group_path(folder, title)).json)
            else:
                yield _rule_group({"title": title, "folderUid": folder, "interval": 0, "rules": rules})

    def _put_rule_group(self, body: Json, mark: Mark) -> Live:
        rules = [_marked(rule, mark, first=place == 0) for place, rule in enumerate(body["rules"])]
        made = self._write("PUT", _group_path(body["folderUid"], body["title"]), body | {"rules": rules})
        return _rule_group(made)

    def _contact_points(self) -> Iterator[Live]:
        points: dict[str, list[Json]] = {}
        for integration in self._http.get(f"{BASE}/contact-points").json:
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
        except Conflict as lost:
            if "concurrent" not in lost.detail.lower():
                raise
    return write()


def _group_path(folder: str, title: str) -> str:
    return f"{BASE}/folder/{quote(folder, safe='')}/rule-groups/{quote(title, safe='')}"


def _marked(rule: Json, mark: Mark, *, first: bool) -> Json:
    # The digest changes with every change of the group: on one rule only, so that the others keep their alert state.
    text = mark.text() if first else Mark(mark.estate, mark.environment, mark.key).text()
    return rule | {"annotations": {**rule.get("annotations", {}), MARK_ANNOTATION: text}}


def _mark(rules: Iterable[Mapping[str, Json]]) -> Mark | None:
    """The mark of a group: the one with a digest, when a rule has it."""
    found = [mark for rule in rules if (mark := Mark.find(str((rule.get("annotations") or {}).get(MARK_ANNOTATION, "")))) is not None]
    return max(found, key=lambda mark: mark.digest != "", default=None)


def _rule_group(body: Json) -> Live:
    return Live("rule_group", f"{body['folderUid']}/{body['title']}", body["title"], body, _mark(body["rules"]))


def _mute_timing(body: Json) -> Live:
    return Live("mute_timing", body["name"], bare_name(body["name"]), body, read_name(body["name"]))
