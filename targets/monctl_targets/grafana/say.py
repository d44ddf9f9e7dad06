"""Grafana's objects in the words of the spec: data sources, contact points as channels, queries of alert rules as metrics. Pure.

None of them is taken over. Grafana keeps the uid of a rule, a dashboard and a folder for good and the name of a contact point is its
identity, while monctl's objects carry their owner in uid and name: what is there stays as it is, and the report says what to write for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monctl.number import show_number
from monctl.quantity import Duration
from monctl.resource import Json, Live
from monctl.saying import Context, Inexpressible, Said, SaidObject, Unsaid, secret_name, told
from monctl.sensitive import sensitive_value
from monctl_targets.grafana import durations
from monctl_targets.grafana.alert_data import EVALUATORS, EXPRESSION
from monctl_targets.grafana.sources import PLUGINS

_TYPES = {plugin: type for type, plugin in PLUGINS.items()} | {"postgres": "postgresql"}
_OPERATORS = {evaluator: operator for operator, evaluator in EVALUATORS.items()}
_STAYS = {
    "folder": "its uid says that it is nobody's, and no uid changes: monctl makes folders of its own",
    "dashboard": "its uid stays for good, and a dashboard of the spec is laid out anew: it is left to Grafana",
    "mute_timing": "its name is its identity, and monctl's say whose they are: write a calendar, or a maintenance window",
}
_RULE = "the rule stays Grafana's: its uid and its group are for good"
_POINT = "the contact point stays Grafana's: its name is its identity; the channel says where it leads"


def say(lives: Sequence[Live], context: Context) -> Said:
    """Specs for the live objects that are nobody's."""
    return _Speaker(lives, context).said()


@dataclass
class _Speaker:
    lives: Sequence[Live]
    context: Context
    unsaid: list[Unsaid] = field(default_factory=list)
    objects: list[SaidObject] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    sources: dict[str, tuple[str, str]] = field(default_factory=dict)
    """uid → (type, name) of a datasource of the spec."""
    metrics: dict[tuple[str, str], str] = field(default_factory=dict)
    """(datasource, query) → metric."""

    def said(self) -> Said:
        for row in sorted(self.context.around["datasources"], key=lambda row: (row["name"].lower(), row["uid"])):
            self._datasource(row)
        folders = {live.remote_id: live.name for live in self.lives if live.kind == "folder"}
        for live in self.lives:
            match live.kind:
                case "rule_group":
                    for rule in sorted(live.body["rules"], key=lambda rule: (rule["title"], rule["uid"])):
                        self._rule(rule, folders.get(live.body["folderUid"], ""))
                case "contact_point":
                    for number, receiver in enumerate(live.body["receivers"], 1):
                        self._receiver(live, receiver, number if len(live.body["receivers"]) > 1 else 0)
                case kind:
                    self.unsaid.append(Unsaid(kind, live.remote_id, live.name, _STAYS[kind]))
        return Said(tuple(self.objects), tuple(self.unsaid), {}, self.secrets)

    def _datasource(self, row: Mapping[str, str]) -> None:
        type = _TYPES.get(row["type"])
        if type is None:
            self.unsaid.append(Unsaid("datasource", row["uid"], row["name"], f"the spec has no datasource for the plugin {row['type']}"))
            return
        known = (one.name for one in self.context.program.datasources.values() if one.options.get("grafana") == row["uid"])
        name = next(known, "")
        if not name:
            name = self.context.names.take("datasources", row["name"])
            address = row["url"] if type == "prometheus" and not sensitive_value(row["url"]) else ""
            spec = told({"title": row["name"] if row["name"] != name else "", "type": type, "url": address, "grafana": row["uid"]})
            self.objects.append(SaidObject("datasources", name, spec, f"Grafana data source {row['uid']}"))
        self.sources[row["uid"]] = (type, name)

    def _rule(self, rule: Mapping[str, Any], folder: str) -> None:
        title, uid = str(rule["title"]), str(rule["uid"])
        try:
            source, expr = self._query(rule)
            metric = self._metric(source, expr, title, uid, folder)
        except Inexpressible as reason:
            self.unsaid.append(Unsaid("rule", uid, title, str(reason), reason.field))
            return
        sentence = _sentence(rule)
        fires = f"alert: {{SEVERITY: {json.dumps(sentence)}}}" if sentence else "its condition in your words"
        self.unsaid.append(Unsaid("rule", uid, title, f"{_RULE}; a monitor for it is `metric: {metric}` with {fires}"))

    def _query(self, rule: Mapping[str, Any]) -> tuple[str, str]:
        """Datasource and PromQL of the one query of a rule."""
        asked = [one for one in rule.get("data") or [] if one.get("datasourceUid") not in {EXPRESSION, "-100"}]
        if len(asked) != 1:
            raise Inexpressible(f"a metric has one query, here are {len(asked)}", "data")
        type, name = self.sources.get(asked[0]["datasourceUid"], ("", ""))
        expr = str(asked[0]["model"].get("expr") or "").strip()
        if type != "prometheus" or not expr:
            raise Inexpressible("it asks no Prometheus that is known here", "data")
        return name, expr

    def _metric(self, source: str, expr: str, title: str, uid: str, folder: str) -> str:
        """One metric for each query, whatever rules ask it."""
        if (source, expr) not in self.metrics:
            name = self.metrics[source, expr] = self.context.names.take("metrics", title)
            spec = {"title": title} if title != name else {}
            query = spec | {"prometheus": {"datasource": source, "query": expr}}
            self.objects.append(SaidObject("metrics", name, query, f"Grafana alert rule {uid}", folder))
        return self.metrics[source, expr]

    def _receiver(self, live: Live, receiver: Mapping[str, Any], number: int) -> None:
        name = f"{live.name} {number}" if number else live.name
        try:
            said = self.context.names.take("channels", name)
            spec = _channel(receiver, said, self.secrets) | ({"resolved": False} if receiver.get("disableResolveMessage") else {})
        except Inexpressible as reason:
            self.unsaid.append(Unsaid("contact_point", live.remote_id, name, str(reason), reason.field))
            return
        title = {"title": name} if name != said else {}
        self.objects.append(SaidObject("channels", said, title | spec, f"Grafana contact point {live.name}"))
        self.unsaid.append(Unsaid("contact_point", live.remote_id, name, _POINT))


def _channel(receiver: Mapping[str, Any], name: str, secrets: dict[str, str]) -> dict[str, Json]:
    settings = receiver.get("settings") or {}

    def secret(*parts: str) -> Json:
        reference = secret_name(*parts, name)
        secrets[reference.reference.removeprefix("env:")] = f"the {' '.join(parts)} of Grafana's contact point '{receiver['name']}'"
        return reference

    match receiver["type"]:
        case "email":
            addresses = [
                part.strip()
                for part in str(settings.get("addresses") or "").replace("\n", ";").replace(",", ";").split(";")
                if part.strip()
            ]
            if not addresses or any("@" not in one or one.startswith("<") for one in addresses):
                raise Inexpressible("it has no address", "settings.addresses")
            return {"email": {"to": addresses}}
        case "slack":
            channel = str(settings.get("recipient") or "")
            if not channel:
                raise Inexpressible("a slack channel has a name, and this one tells none", "settings.recipient")
            by = {"token": secret("slack", "token")} if settings.get("token") else {"webhook": secret("slack", "webhook")}
            return {"slack": {"channel": channel, **by}}
        case "pagerduty":
            return {
                "pagerduty": {"service": str(receiver["name"]), "owned": False, "integration_key": secret("pagerduty", "integration_key")}
            }
        case "webhook":
            return {"webhook": {"url": secret("webhook", "url")}}
        case type:
            raise Inexpressible(f"the spec has no channel of the kind {type}", "type")


def _sentence(rule: Mapping[str, Any]) -> str:
    """The threshold of a rule with one; empty for any other condition."""
    decides: Mapping[str, Any] = next((one["model"] for one in rule["data"] if one["refId"] == rule["condition"]), {})
    conditions = decides.get("conditions") or []
    if decides.get("type") != "threshold" or len(conditions) != 1:
        return ""
    evaluator = conditions[0].get("evaluator") or {}
    operator, limits = _OPERATORS.get(str(evaluator.get("type"))), evaluator.get("params") or []
    if operator is None or not limits:
        return ""
    held_s = durations.read(str(rule.get("for") or "0s")) or 0
    return f"{operator} {show_number(limits[0])}" + (f" for {Duration(round(held_s * 1000))}" if held_s else "")
