"""What Grafana should hold for a program: folders, dashboards, rule groups, contact points, mute timings. Pure."""

from __future__ import annotations

from monctl.program import Program
from monctl.resource import Lookup, Ref, Resource, lookup
from monctl.target import Built
from monctl_targets.grafana.dashboards import Seen, dashboard
from monctl_targets.grafana.delivery import Deliveries
from monctl_targets.grafana.given import Given, given
from monctl_targets.grafana.identity import slug, uid
from monctl_targets.grafana.report import TARGET, Report
from monctl_targets.grafana.rules import rule_groups

_TITLE_ROOM = 5000


def build(program: Program) -> Built:
    """Resources, fidelity and findings. The options of `targets.grafana` are in `given`."""
    report = Report()
    said = given(program.targets.get(TARGET, {}))
    folders = _Folders(program, said)
    dashboards: list[Resource] = []
    seen: Seen = {}
    for wanted in program.dashboards.values():
        if len(wanted.title) > _TITLE_ROOM:
            message = f"the title of dashboard '{wanted.name}' has more than {_TITLE_ROOM} characters"
            report.find("GRAFANA102", message, wanted.origin.at("title"), help="shorten it", address=f"dashboard.{wanted.name}")
            continue
        made, shown = dashboard(program, wanted, folders.ref(wanted.folder), report, editable=said.editable)
        dashboards.append(made)
        seen = {**shown, **seen}
    deliveries = Deliveries(program, report, said)
    alerting = any(True for _ in program.placed(TARGET))
    groups = rule_groups(program, folders.ref(program.title), seen=seen, deliveries=deliveries, report=report) if alerting else []
    resources = (*folders.made.values(), *deliveries.timings.values(), *deliveries.points.values(), *dashboards, *groups)
    return Built(tuple(_used(resources)), tuple(report.fidelity), tuple(report.findings))


class _Folders:
    """Folders by title, made when something goes into them. The estate's own has the estate's name as its key, so its title may change."""

    def __init__(self, program: Program, said: Given) -> None:
        self._program = program
        self._there = said.folders
        self.made: dict[str, Resource] = {}

    def ref(self, title: str) -> Ref | Lookup | str:
        """The folder of this title: the one that is there, where the estate names its uid, else one of ours."""
        program = self._program
        if title in self._there:
            return self._there[title] and lookup("folder", uid=self._there[title])
        own = slug(program.estate)
        key = own if title == program.title else slug(title)
        if title != program.title and key == own:
            key = slug(f"{title} folder")
        if key not in self.made:
            body = {"uid": uid("folder", program.estate, program.environment, key), "title": title}
            self.made[key] = Resource(TARGET, "folder", key, title, body, f"folder.{key}")
        return Ref("folder", key)


def _used(resources: tuple[Resource, ...]) -> list[Resource]:
    """Without a folder that nothing ended up in."""
    folders = (resource.body["folderUid"] for resource in resources if resource.kind in {"dashboard", "rule_group"})
    wanted = {folder.key for folder in folders if isinstance(folder, Ref)}
    return [resource for resource in resources if resource.kind != "folder" or resource.key in wanted]
