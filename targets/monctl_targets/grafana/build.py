"""What Grafana should hold for a program: folders, dashboards, rule groups, contact points, mute timings. Pure."""

from __future__ import annotations

from monctl.program import Program
from monctl.resource import Ref, Resource
from monctl.target import Built
from monctl_targets.grafana.dashboards import Seen, dashboard
from monctl_targets.grafana.delivery import Deliveries
from monctl_targets.grafana.identity import slug, uid
from monctl_targets.grafana.report import TARGET, Report
from monctl_targets.grafana.rules import rule_groups

_TITLE_ROOM = 5000


def build(program: Program) -> Built:
    """Resources, fidelity and findings. Option `editable` (of `targets.grafana`) leaves dashboards and alerting open to edits in the UI."""
    report = Report()
    folders = _Folders(program)
    editable = bool(program.targets.get(TARGET, {}).get("editable"))
    dashboards: list[Resource] = []
    seen: Seen = {}
    for said in program.dashboards.values():
        if len(said.title) > _TITLE_ROOM:
            message = f"the title of dashboard '{said.name}' has more than {_TITLE_ROOM} characters"
            report.find("GRAFANA102", message, said.origin.at("title"), help="shorten it", address=f"dashboard.{said.name}")
            continue
        made, shown = dashboard(program, said, folders.ref(said.folder), report, editable=editable)
        dashboards.append(made)
        seen = {**shown, **seen}
    deliveries = Deliveries(program, report)
    alerting = any(True for _ in program.placed(TARGET))
    groups = rule_groups(program, folders.ref(program.title), seen=seen, deliveries=deliveries, report=report) if alerting else []
    resources = (*folders.made.values(), *deliveries.timings.values(), *deliveries.points.values(), *dashboards, *groups)
    return Built(tuple(_used(resources)), tuple(report.fidelity), tuple(report.findings))


class _Folders:
    """Folders by title, made when something goes into them. The estate's own has the estate's name as its key, so its title may change."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.made: dict[str, Resource] = {}

    def ref(self, title: str) -> Ref:
        program = self._program
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
    wanted = {resource.body["folderUid"].key for resource in resources if resource.kind in {"dashboard", "rule_group"}}
    return [resource for resource in resources if resource.kind != "folder" or resource.key in wanted]
