"""Where a monitor lives in Sentry: organisation, project, and the look-ups that need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monctl.measure import Sentry
from monctl.program import Program
from monctl.resource import Json, Lookup, lookup
from monctl_targets.sentry.report import Notes


@dataclass(frozen=True, slots=True)
class Scope:
    """One project of one organisation, and what the target's options say of its integrations."""

    organization: str
    project: str
    options: Mapping[str, Json]

    @property
    def project_id(self) -> Lookup:
        """The project."""
        return self.lookup("project", slug=self.project)

    @property
    def error_detector(self) -> Lookup:
        """The system detector every error of the project goes through."""
        return self.lookup("detector", slug=self.project, type="error")

    def lookup(self, kind: str, *, field: str = "id", **query: str) -> Lookup:
        """A look-up in this organisation."""
        return lookup(kind, field=field, organization=self.organization, **query)

    def slack(self) -> Lookup:
        """The Slack workspace: the only one, or the one `slack_workspace` names."""
        return self._named("integration", "slack_workspace", "name", provider="slack")

    def pagerduty(self, kind: str, service: str) -> Lookup:
        """A service of the PagerDuty integration, or its account: the only one, or the one `pagerduty_account` names."""
        return self._named(kind, "pagerduty_account", "account", service=service)

    def channel_id(self, channel: str) -> str | None:
        """The id of a Slack channel where `slack_channels` gives it."""
        given = self.options.get("slack_channels")
        if not isinstance(given, Mapping):
            return None
        bare = channel.removeprefix("#")
        id = given.get(channel) or given.get(bare) or given.get(f"#{bare}")
        return str(id) if id else None

    def owner(self, program: Program, team: str | None) -> Lookup | None:
        """A team of the program as `team:1`."""
        return None if team is None else self.team(program, team, field="owner")

    def team(self, program: Program, team: str, *, field: str = "id") -> Lookup:
        """A team of the program, by its slug at Sentry."""
        return self.lookup("team", field=field, slug=program.teams[team].sentry or team)

    def _named(self, kind: str, option: str, name: str, **query: str) -> Lookup:
        given = self.options.get(option)
        return self.lookup(kind, **query, **({name: str(given)} if given else {}))


def scope_of(program: Program, source: Sentry, notes: Notes) -> Scope | None:
    """The scope of a source: its datasource's organisation and project, else the target's. None, with a finding, where one is missing."""
    options = program.targets.get("sentry", {})
    datasource = program.datasources[source.datasource]
    organization = datasource.options.get("organization") or options.get("organization")
    project = datasource.options.get("project") or options.get("project")
    if not organization:
        notes.finding(
            "SENTRY101",
            f"datasource '{datasource.name}' names no Sentry organization",
            help=f"set `organization` in `targets.sentry`, or in datasource '{datasource.name}'",
            origin=datasource.origin,
        )
    if not project:
        notes.finding(
            "SENTRY102",
            f"datasource '{datasource.name}' names no Sentry project",
            help=f"set `project` in datasource '{datasource.name}', or in `targets.sentry`",
            origin=datasource.origin,
        )
    return Scope(str(organization), str(project), options) if organization and project else None
