"""Sentry's monitors and alerts in the words of the spec: the inverse of `build`. Pure.

A metric detector with the alerts on it is a monitor with thresholds; an alert on the errors of a project is a monitor that says
"first seen", "regression" or "any". Whom Sentry tells without a name (the suggested assignees of an issue) has no words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monctl.ladder import Ladder
from monctl.resource import Json, Live
from monctl.saying import PAUSED, Context, Holding, Inexpressible, Said, SaidObject, Touch, Unsaid, each_said, paused_phases, told
from monctl_targets.sentry import vocabulary as words
from monctl_targets.sentry.issues import frequency_min
from monctl_targets.sentry.monitor import key_of
from monctl_targets.sentry.normalize import detector as plain_detector
from monctl_targets.sentry.normalize import workflow as plain_workflow
from monctl_targets.sentry.say_actions import Tellers
from monctl_targets.sentry.say_query import breach, figure, issue_source, when

_NAMED = re.compile(r"(\S+) · (.+)", re.DOTALL)
"""How `texts.workflow_name` calls an alert."""
_NAME = Touch("workflow", "name", "an alert is called by its severity and its monitor's title")
_DESCRIPTION = Touch("detector", "description", "the description also tells when the monitor fires")
_NOTES = Touch("workflow", "actionFilters*data.notes", "the note under a Slack message begins with the severity")
_TAGS = Touch("workflow", "actionFilters*data.tags", "a Slack message shows the environment, the level and the tags that are filtered by")
_LOGIC = Touch("workflow", "actionFilters*logicType", "of one condition, all and any are the same")


def say(lives: Sequence[Live], context: Context) -> Said:
    """Specs for the live objects that are nobody's."""
    return _Speaker(lives, context).said()


@dataclass
class _Speaker:
    lives: Sequence[Live]
    context: Context
    unsaid: list[Unsaid] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    """Project id → name of its datasource."""
    teams: dict[str, str] = field(default_factory=dict)
    """Team id → name."""
    others: list[SaidObject] = field(default_factory=list)
    """Datasources and teams."""
    paused: bool = False

    def said(self) -> Said:
        self.ladder = Ladder(self.context.program, self.context.fresh)
        self.tellers = Tellers(self.context, self._team)
        self.alerts: dict[str, list[Live]] = {}
        """Detector id → the alerts on it alone."""
        issues = []
        for live in self.lives:
            if live.kind == "workflow":
                on = [str(id) for id in live.body.get("detectorIds") or []]
                if len(on) == 1 and on[0] in self.context.around["error_detectors"]:
                    issues.append(live)
                elif len(on) == 1:
                    self.alerts.setdefault(on[0], []).append(live)
                else:
                    why = (
                        "an alert belongs to one monitor, and this one hears of none"
                        if not on
                        else f"an alert belongs to one monitor, and this one hears of {len(on)}"
                    )
                    self.unsaid.append(Unsaid("workflow", live.remote_id, live.name, why, "detectorIds"))
        detectors = [live for live in self.lives if live.kind == "detector"]
        monitors = [*each_said(detectors, self._detector, self.unsaid), *each_said(issues, self._issues, self.unsaid)]
        for id, alerts in self.alerts.items():
            self.unsaid += [Unsaid("workflow", live.remote_id, live.name, f"its monitor ({id}) has no words") for live in alerts]
        phases = paused_phases(self.context.program) if self.paused else []
        options = (
            {}
            if self.context.program.targets.get("sentry", {}).get("organization")
            else {"organization": self.context.around["organization"]}
        )
        return Said((*self.ladder.objects(), *self.tellers.objects(), *self.others, *phases, *monitors), tuple(self.unsaid), options)

    def _detector(self, live: Live) -> SaidObject:
        """A monitor with a threshold for each priority, and what the alerts on it tell."""
        body = plain_detector(live.body)
        if body["type"] != "metric_issue" or body["config"].get("detectionType", "static") != "static":
            said = body["config"].get("detectionType") or body["type"]
            raise Inexpressible(
                f"a threshold is a limit; the spec has no '{said}' monitors of Sentry",
                "type" if said == body["type"] else "config.detectionType",
            )
        if len(body["dataSources"]) != 1:
            raise Inexpressible(f"a monitor has one source, here are {len(body['dataSources'])}", "dataSources")
        measured, unit, query = figure(body["dataSources"][0])
        limits = breach(body["conditionGroup"]["conditions"])
        alerts = self.alerts.get(live.remote_id, [])
        severities = self._severities([priority for priority, _, _ in limits], alerts)
        window_s = body["dataSources"][0]["timeWindow"]
        name = self.context.names.take("monitors", live.name)
        holds = [Holding("detector", key_of(name, severities[limits[0][0]]), live.remote_id)]
        thresholds: dict[str, Json] = {
            severities[priority]: {"when": when(side, limit, unit, window_s), "notify": []} for priority, side, limit in limits
        }
        for alert in alerts:
            priority, conditions = self._figure_alert(alert, severities)
            severity = severities[priority]
            if len(thresholds[severity]) > 2 or thresholds[severity]["notify"]:
                raise Inexpressible("two alerts tell of the same priority", "actionFilters")
            thresholds[severity] |= conditions
            holds.append(Holding("workflow", key_of(name, severity), alert.remote_id))
        self.alerts.pop(live.remote_id, None)
        texts = [f"{severity}: {said['when']}" for severity, said in thresholds.items()]
        spec = _titled(live.name, name) | self._belonging(body, live) | _described(str(body["description"]), texts)
        spec["sentry"] = (
            {"datasource": self._source(str(body["projectId"]))} | query | ({} if measured == "events" else {"measure": measured})
        )
        spec["alert"] = {severity: _short(said) for severity, said in thresholds.items()}
        return self._object(name, spec, live, str(body["projectId"]), holds)

    def _severities(self, priorities: Sequence[int], alerts: Sequence[Live]) -> dict[int, str]:
        """A severity for each priority: by the names of the alerts where they tell, else by urgency."""
        given: dict[int, str] = {}
        for alert in alerts:
            named = _NAMED.fullmatch(alert.name)
            priority = _priority(plain_workflow(alert.body))
            if (
                named
                and priority in priorities
                and (found := self.ladder.named(named[1], _urgency(priority) if len(priorities) == 1 else None))
            ):
                given[priority] = found
        if len(given) == len(priorities):
            return given
        high = self.ladder.urgent("high")
        low = self.ladder.urgent("low") if len(priorities) == 1 or high is None else self.ladder.step(1, below=high)
        found_all = {words.HIGH: high, words.MEDIUM: low}
        chosen = {priority: found_all.get(priority) for priority in priorities}
        if None in chosen.values():
            raise Inexpressible("the estate has no severity for its priority", "conditionGroup")
        return {priority: name for priority, name in chosen.items() if name is not None}

    def _figure_alert(self, live: Live, severities: Mapping[int, str]) -> tuple[int, dict[str, Json]]:
        """The priority an alert tells of, and whom it tells: of breach and recovery, or of the breach alone."""
        body = plain_workflow(live.body)
        priority = _priority(body)
        if priority not in severities or body["triggers"]["conditions"]:
            raise Inexpressible(f"the alert '{live.name}' is no alert on the priority of a monitor", "triggers")
        notify: list[str] = []
        escalation = None
        for group in body["actionFilters"]:
            types = {one["type"] for one in group["conditions"]}
            if not types <= words.PRIORITY_FILTERS or "issue_priority_greater_or_equal" not in types:
                raise Inexpressible(f"the alert '{live.name}' has conditions that a threshold cannot say", "actionFilters")
            found = self.tellers.told(group["actions"], resolved="issue_priority_deescalating" in types)
            notify += found.channels
            escalation = escalation or found.escalation
        return priority, told({"notify": sorted(notify), "escalation": escalation or ""})

    def _issues(self, live: Live) -> SaidObject:
        """A monitor on the errors of a project."""
        body = plain_workflow(live.body)
        project = self.context.around["error_detectors"][str(live.body["detectorIds"][0])]
        if len(body["actionFilters"]) != 1:
            raise Inexpressible(f"an alert on issues has one group of filters, here are {len(body['actionFilters'])}", "actionFilters")
        group = body["actionFilters"][0]
        touches = [_LOGIC] if len(group["conditions"]) < 2 else []
        if not touches and group["logicType"] != "all":
            raise Inexpressible(f"all filters of an alert must hold, not '{group['logicType']}'", "actionFilters")
        source = {"datasource": self._source(project)} | issue_source(group["conditions"], body["environment"])
        sentence = _issue_sentence(body["triggers"])
        frequency = body["config"]["frequency"]
        named = _NAMED.fullmatch(live.name)
        urgency = _urgency(words.HIGH if frequency == frequency_min(True, None) else words.MEDIUM)  # the parameter is one flag
        severity = (self.ladder.named(named[1], urgency) if named else None) or self.ladder.urgent(urgency)
        if severity is None:
            raise Inexpressible(f"the estate has no severity of {urgency} urgency")
        repeat = None if frequency == frequency_min(self.ladder.pages(severity), None) else frequency
        found = self.tellers.told(group["actions"], resolved=True, repeat_min=repeat)
        if repeat is not None and not found.channels:
            raise Inexpressible("how often is told again is a channel's, and it tells no channel", "config.frequency")
        title = named[2] if named and severity == named[1] else live.name
        name = self.context.names.take("monitors", title)
        spec = _titled(title, name) | self._belonging(body, live)
        spec["sentry"] = source
        spec["alert"] = {severity: _short({"when": sentence} | told({"notify": found.channels, "escalation": found.escalation or ""}))}
        return self._object(name, spec, live, project, [Holding("workflow", f"{key_of(name, severity)}-issues", live.remote_id)], touches)

    def _belonging(self, body: Mapping[str, Any], live: Live) -> dict[str, Json]:
        """Team and phase."""
        spec: dict[str, Json] = {}
        if owner := body["owner"]:
            kind, _, id = str(owner).partition(":")
            if kind != "team":
                raise Inexpressible("a monitor belongs to a team, not to one person", "owner")
            spec["team"] = self._team(id)
        if not body["enabled"]:
            self.paused = True
            spec["phases"] = [PAUSED]
        return spec

    def _team(self, id: str) -> str:
        """The name of the team with this id: the estate's own, or a new one."""
        if id not in self.teams:
            slug = self.context.around["teams"].get(id)
            if slug is None:
                raise Inexpressible(f"the team {id} is not there any more", "owner")
            known = (team.name for team in self.context.program.teams.values() if (team.sentry or team.name) == slug)
            name = next(known, "")
            if not name:
                name = self.context.names.take("teams", slug)
                self.others.append(SaidObject("teams", name, {} if name == slug else {"sentry": slug}, f"Sentry team {id}", support=True))
            self.teams[id] = name
        return self.teams[id]

    def _source(self, project: str) -> str:
        """The datasource of a project: the estate's own, or a new one."""
        if project not in self.sources:
            slug = self.context.around["projects"].get(project)
            if slug is None:
                raise Inexpressible(f"the project {project} is not there any more", "projectId")
            program = self.context.program
            default = program.targets.get("sentry", {}).get("project")
            known = (
                one.name for one in program.datasources.values() if one.type == "sentry" and (one.options.get("project") or default) == slug
            )
            name = next(known, "")
            if not name:
                name = self.context.names.take("datasources", slug)
                spec = {"type": "sentry", "project": slug}
                self.others.append(SaidObject("datasources", name, spec, f"Sentry project {project}", support=True))
            self.sources[project] = name
        return self.sources[project]

    def _object(
        self, name: str, spec: Mapping[str, Json], live: Live, project: str, holds: Sequence[Holding], touches: Sequence[Touch] = ()
    ) -> SaidObject:
        note = f"Sentry {'monitor' if live.kind == 'detector' else 'alert'} {live.remote_id}"
        group = self.context.around["projects"].get(project, "")
        return SaidObject("monitors", name, spec, note, group, tuple(holds), (_NAME, _DESCRIPTION, _NOTES, _TAGS, *touches))


def _priority(body: Mapping[str, Any]) -> int:
    """The priority from which up an alert tells; 0 when its groups do not agree on one."""
    found = {
        one["comparison"]
        for group in body["actionFilters"]
        for one in group["conditions"]
        if one["type"] in words.PRIORITY_FILTERS and isinstance(one["comparison"], int)
    }
    return found.pop() if len(found) == 1 else 0


def _urgency(priority: int) -> Any:
    return "high" if priority == words.HIGH else "low"


def _issue_sentence(triggers: Mapping[str, Any]) -> str:
    said = {"first_seen_event": "first seen", "regression_event": "regression"}
    types = [one["type"] for one in triggers["conditions"]]
    if unknown := [one for one in types if one not in said]:
        raise Inexpressible(f"an alert on issues says first seen, regression or any, not '{unknown[0]}'", "triggers")
    return " or ".join(sentence for type, sentence in said.items() if type in types) or "any"


def _described(description: str, texts: Sequence[str]) -> dict[str, Json]:
    """The description without the lines that `texts.description` writes from other fields, and the action among them."""
    action = ""
    kept = []
    for line in description.splitlines():
        if line.startswith("What to do: ") and not action:
            action = line.removeprefix("What to do: ")
        elif line not in texts:
            kept.append(line)
    return told({"description": "\n".join(kept).strip(), "action": action})


def _titled(title: str, name: str) -> dict[str, Json]:
    return {} if title == name else {"title": title}


def _short(said: Mapping[str, Json]) -> Json:
    """An alert that says nothing but when as its sentence; nobody told stays said, so that no default steps in."""
    return said["when"] if len(said) == 1 else dict(said)
