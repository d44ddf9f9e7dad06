"""Alert rules as monitors: a group is written whole, so all of its rules have words or none of them is taken over. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from monctl.ladder import Ladder
from monctl.number import show_number
from monctl.quantity import Duration
from monctl.resource import Json, Live
from monctl.saying import PAUSED, Context, Holding, Inexpressible, SaidObject, Touch, Unsaid, told
from monctl.saying import slug as name_of
from monctl_targets.grafana import durations
from monctl_targets.grafana.alert_data import EVALUATORS
from monctl_targets.grafana.alerting_client import meant
from monctl_targets.grafana.identity import slug, uid
from monctl_targets.grafana.say_channels import DEFAULT_GROUPS, Tellers
from monctl_targets.grafana.say_sources import Sources
from monctl_targets.grafana.staying import not_adoptable

_OPERATORS = {evaluator: operator for operator, evaluator in EVALUATORS.items()}
_RANGES = {"within_range_included": "between", "outside_range": "outside"}
_OWN_LABELS = frozenset({"severity", "service", "team"})
_WRITTEN_LABELS = frozenset({"estate", "monitor"})
_ANNOTATIONS = frozenset({"summary", "description", "action", "runbook_url", "__dashboardUid__", "__panelId__"})
_TOUCHES = (
    Touch("rule_group", "rules*.title", "a rule is called by its monitor's title and its severity"),
    Touch("rule_group", "rules*.data*", "the same question, asked as monctl asks it: query, last figure, threshold"),
    Touch("rule_group", "rules*.condition", "the same question, asked as monctl asks it: query, last figure, threshold"),
    Touch("rule_group", "rules*.labels", "every rule says its estate, monitor, service and severity"),
    *(
        Touch("rule_group", f"rules*.labels.{name}", "every rule says its estate, monitor, service and severity")
        for name in ("estate", "monitor", "service", "severity")
    ),
    Touch("rule_group", "rules*.annotations", "the summary says what fires, and the figure"),
    Touch("rule_group", "rules*.annotations.summary", "the summary says what fires, and the figure"),
    Touch("rule_group", "rules*.annotations.runbook", "the title of the runbook goes with its address"),
    *(
        Touch("rule_group", f"rules*.annotations.{name}", "which panel shows it follows from the dashboards of the specs")
        for name in ("__dashboardUid__", "__panelId__")
    ),
    Touch("rule_group", "rules*.notification_settings.group_by", "what alerts are grouped by when nothing is said"),
    Touch("rule_group", "rules[[]order]", "the rules of a group stand in the order of their monitors' names"),
)


@dataclass
class Rules:
    """The monitors said so far, and what they name."""

    context: Context
    sources: Sources
    tellers: Tellers
    ladder: Ladder
    unsaid: list[Unsaid]
    objects: list[SaidObject] = field(default_factory=list)
    others: dict[tuple[str, str], SaidObject] = field(default_factory=dict)
    """Services, teams and runbooks."""
    reread: list[Live] = field(default_factory=list)
    paused: bool = False
    _keys: set[str] = field(default_factory=set)
    _titles: set[str] = field(default_factory=set)
    _runbooks: dict[str, str] = field(default_factory=dict)

    def group(self, live: Live, folder: str) -> None:
        """Monitors for all rules of a group; where one has no words, metrics, and a word on each of them."""
        if (reasons := not_adoptable(live)) is not None:
            self.unsaid.append(Unsaid("rule_group", live.remote_id, live.name, reasons[0]))
            return
        rules = live.body["rules"]
        try:
            service = self._service(live)
            key = f"{slug(service)}-{durations.show(live.body['interval'])}"
            if key in self._keys:
                raise Inexpressible("another group of the same service and interval is imported, and a service has one", "interval")
        except Inexpressible as reason:
            self._left(live, folder, {}, str(reason))
            return
        specs: dict[str, tuple[str, dict[str, Json]]] = {}
        interval_s = int(live.body["interval"])
        faults: dict[str, Inexpressible] = {}
        for rule in rules:
            try:
                specs[rule["uid"]] = self._rule(rule)
            except Inexpressible as reason:
                faults[rule["uid"]] = reason
        if faults:
            first = next(rule["title"] for rule in rules if rule["uid"] in faults)
            self._left(live, folder, faults, f"a group is written whole, and its rule '{first}' has no words")
            return
        self._keys.add(key)
        hinted = []
        for rule in rules:
            severity, spec = specs[rule["uid"]]
            title = spec.pop("title")
            self._titles.add(title)
            name = self.context.names.take("monitors", title)
            metric = self.sources.metric(*self.sources.asked(rule), title, f"Grafana alert rule {rule['uid']}", folder, every_s=interval_s)
            whole = told({"title": title if title != name else ""}) | {"service": service, "metric": metric} | spec
            hold = (Holding("rule_group", key, live.remote_id),)
            self.objects.append(SaidObject("monitors", name, whole, f"Grafana alert rule {rule['uid']}", folder, hold, _TOUCHES))
            program = self.context.program
            hinted.append(meant(rule, uid("rule", program.estate, program.environment, f"{name}.{severity}")))
        self.reread.append(replace(live, body=live.body | {"rules": hinted}))

    def _left(self, live: Live, folder: str, faults: Mapping[str, Inexpressible], why: str) -> None:
        """A group that stays Grafana's: its queries are metrics all the same, and the report says the monitor for each rule."""
        for rule in sorted(live.body["rules"], key=lambda rule: (rule["title"], rule["uid"])):
            fault = faults.get(rule["uid"])
            reason, about = (str(fault), fault.field) if fault is not None else (why, "")
            try:
                source, expr = self.sources.asked(rule)
            except Inexpressible:
                self.unsaid.append(Unsaid("rule", rule["uid"], rule["title"], reason, about))
                continue
            metric = self.sources.metric(source, expr, rule["title"], f"Grafana alert rule {rule['uid']}", folder)
            try:
                fires = f"alert: {{SEVERITY: {json.dumps(_sentence(rule))}}}"
            except Inexpressible:
                fires = "its condition in your words"
            reason += f"; a monitor for it is `metric: {metric}` with {fires}"
            self.unsaid.append(Unsaid("rule", rule["uid"], rule["title"], reason, about))

    def _rule(self, rule: Mapping[str, Any]) -> tuple[str, dict[str, Json]]:
        """Severity and spec of the monitor of a rule. Raises Inexpressible."""
        sentence = _sentence(rule)
        severity = self._severity(rule)
        title = str(rule["title"]).removesuffix(f": {severity}")
        if title in self._titles:
            raise Inexpressible(f"another rule is called '{title}' too", "title")
        labels, annotations = rule.get("labels") or {}, rule.get("annotations") or {}
        if strange := sorted(_WRITTEN_LABELS & labels.keys()):
            raise Inexpressible(f"monctl writes the label '{strange[0]}' itself", f"labels.{strange[0]}")
        if strange := sorted(annotations.keys() - _ANNOTATIONS):
            raise Inexpressible(f"a monitor has no field for the annotation '{strange[0]}'", f"annotations.{strange[0]}")
        alert: dict[str, Json] = {"when": sentence} | self._notified(rule)
        spec: dict[str, Json] = {
            "description": _plain(annotations, "description"),
            "alert": {severity: sentence if len(alert) == 1 else alert},
            "no_data": self._state(rule, "noDataState", "NoData", severity),
            "on_error": self._state(rule, "execErrState", "Error", severity),
            "recover_after": _duration(rule.get("keep_firing_for")),
            "team": self._team(labels),
            "runbook": self._runbook(annotations, title),
            "action": _plain(annotations, "action"),
            "message": _plain(annotations, "summary"),
            "labels": {name: value for name, value in labels.items() if name not in _OWN_LABELS},
            "phases": [PAUSED] if rule.get("isPaused") else [],
        }
        self.paused = self.paused or bool(rule.get("isPaused"))
        self.sources.asked(rule)
        return severity, {"title": title, **told(spec)}

    def _severity(self, rule: Mapping[str, Any]) -> str:
        said = (rule.get("labels") or {}).get("severity")
        found = self.ladder.urgent("low") if said is None else self.ladder.named(said)
        if found is None:
            why = (
                "the estate has no severity of low urgency"
                if said is None
                else f"the estate has no severity '{said}': declare it, and import again"
            )
            raise Inexpressible(why, "labels.severity")
        return found

    def _state(self, rule: Mapping[str, Any], field: str, own: str, severity: str) -> str:
        """`no_data` or `on_error`; Grafana's own alert is another severity that the monitor does not have."""
        match rule.get(field):
            case "KeepLast":
                return ""
            case "OK":
                return "ok"
            case "Alerting":
                return severity
            case said if said == own and (other := self.ladder.step(1, below=severity)) is not None:
                return other
            case said:
                raise Inexpressible(f"the spec has no word for '{said}'", field)

    def _notified(self, rule: Mapping[str, Any]) -> dict[str, Json]:
        """Channels and hours. Without settings the server's policies decide, which the spec leaves alone."""
        settings = rule.get("notification_settings") or {}
        if not settings:
            return {} if self.context.fresh else {"notify": []}
        if not settings.get("receiver") or settings.get("receiver") not in self.tellers.points:
            raise Inexpressible(f"the contact point '{settings.get('receiver')}' has no words", "notification_settings.receiver")
        groups = [label for label in settings.get("group_by") or [] if label not in DEFAULT_GROUPS]
        if groups == ["..."]:
            raise Inexpressible("every alert alone, without any grouping, has no word", "notification_settings.group_by")
        said: dict[str, Json] = {"notify": sorted(self.tellers.points[settings["receiver"]])}
        active = settings.get("active_time_intervals") or []
        if len(active) == 1 and active[0] in self.tellers.calendars:
            said["during"] = self.tellers.calendars[active[0]]
        elif active:
            raise Inexpressible("an alert has one calendar, and these hours are none", "notification_settings.active_time_intervals")
        if settings.get("mute_time_intervals"):
            raise Inexpressible("when it is silent is a maintenance window's in the spec", "notification_settings.mute_time_intervals")
        return said

    def _service(self, live: Live) -> str:
        """The service all rules of a group say by their label; else one named for the group."""
        said = {(rule.get("labels") or {}).get("service") for rule in live.body["rules"]}
        if len(said) > 1:
            raise Inexpressible("a group is of one service, and its rules say several", "labels.service")
        label = said.pop() if said else None
        if label is None:
            name = self.context.names.take("services", live.name)
            self._other("services", name, told({"title": live.name if live.name != name else ""}))
            return name
        return self._labelled("services", label, "labels.service", self.context.program.services)

    def _team(self, labels: Mapping[str, str]) -> str:
        return self._labelled("teams", labels["team"], "labels.team", self.context.program.teams) if "team" in labels else ""

    def _labelled(self, kind: str, label: str, field: str, known: Mapping[str, Any]) -> str:
        """A name that is the value of a label, so it must be one that the spec may have."""
        if label not in known and (kind, label) not in self.others:
            if name_of(label) != label or self.context.names.take(kind, label) != label:
                raise Inexpressible(f"'{label}' cannot be a name in the spec", field)
            self._other(kind, label, {})
        return label

    def _runbook(self, annotations: Mapping[str, str], title: str) -> str:
        url = annotations.get("runbook_url", "")
        if not url or "{{" in url:
            if url:
                raise Inexpressible("a text of the spec has no templates", "annotations.runbook_url")
            return ""
        if url not in self._runbooks:
            known = (one.name for one in self.context.program.runbooks.values() if one.url == url)
            name = next(known, "")
            if not name:
                name = self.context.names.take("runbooks", title)
                self._other("runbooks", name, told({"title": title if title != name else "", "url": url}))
            self._runbooks[url] = name
        return self._runbooks[url]

    def _other(self, kind: str, name: str, spec: Mapping[str, Json]) -> None:
        self.others[kind, name] = SaidObject(kind, name, spec, support=True)


def _plain(annotations: Mapping[str, str], name: str) -> str:
    text = annotations.get(name, "")
    if "{{" in text:
        raise Inexpressible("a text of the spec has no templates", f"annotations.{name}")
    return text


def _duration(text: Json) -> str:
    seconds = durations.read(str(text or "0s")) or 0
    return str(Duration.of(seconds)) if seconds else ""


def _sentence(rule: Mapping[str, Any]) -> str:
    """The threshold of a rule that has one, on the last figure of its query. Raises Inexpressible for any other condition."""
    models: Mapping[str, Mapping[str, Any]] = {one["refId"]: one for one in rule["data"]}
    decides = models.get(str(rule["condition"]), {}).get("model", {})
    conditions = decides.get("conditions") or []
    if decides.get("type") != "threshold" or len(conditions) != 1:
        raise Inexpressible("a monitor compares a figure with a limit, and this one decides by something else", "condition")
    if conditions[0].get("unloadEvaluator"):
        raise Inexpressible("a limit of its own for the end of an alert has no word", "condition")
    asked = models.get(str(decides.get("expression")), {})
    if (reduce := asked.get("model", {})).get("type") == "reduce":
        if reduce.get("reducer") != "last":
            raise Inexpressible(f"a monitor looks at the last figure, not at the {reduce.get('reducer')}: say that in the query", "data")
    elif asked.get("model", {}).get("type") or asked.get("model", {}).get("range"):
        raise Inexpressible("a monitor compares a figure with a limit, and this one decides by something else", "data")
    evaluator = conditions[0].get("evaluator") or {}
    kind, limits = str(evaluator.get("type")), evaluator.get("params") or []
    held = _duration(rule.get("for"))
    tail = f" for {held}" if held else ""
    if kind in _OPERATORS and limits:
        return f"{_OPERATORS[kind]} {show_number(limits[0])}{tail}"
    if kind in _RANGES and len(limits) == 2:
        return f"{_RANGES[kind]} {show_number(limits[0])} and {show_number(limits[1])}{tail}"
    raise Inexpressible(f"a threshold has no comparison '{kind}'", "condition")
