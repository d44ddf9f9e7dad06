"""Grafana's objects in the words of the spec: rule groups as monitors, dashboards, contact points as channels, folders by uid. Pure.

What has a place for a mark (a rule group in its rules' annotations, a dashboard in its description) is taken over and keeps its uid, its
folder and its name. What has none (a folder, a contact point, a mute timing) is used as it is: the options of `targets.grafana` name it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from monctl.ladder import Ladder
from monctl.resource import Json, Live
from monctl.saying import Context, Said, Unsaid, paused_phases
from monctl_targets.grafana.given import FOLDERS, given
from monctl_targets.grafana.say_channels import Tellers
from monctl_targets.grafana.say_dashboard import Dashboards
from monctl_targets.grafana.say_rule import Rules
from monctl_targets.grafana.say_sources import Sources
from monctl_targets.grafana.staying import NO_PLACE, use, use_folder


def say(lives: Sequence[Live], context: Context) -> Said:
    """Specs for the live objects that are nobody's."""
    unsaid: list[Unsaid] = []
    told = given(context.program.targets.get("grafana", {}))
    sources, ladder = Sources(context, unsaid), Ladder(context.program, context.fresh)
    tellers, dashboards = Tellers(context, told, unsaid), Dashboards(context, sources, unsaid)
    rules = Rules(context, sources, tellers, ladder, unsaid)
    by_kind: dict[str, list[Live]] = {}
    for live in lives:
        by_kind.setdefault(live.kind, []).append(live)
    groups = by_kind.get("rule_group", [])
    for live in by_kind.get("contact_point", []):
        tellers.point(live, (rule for group in groups for rule in group.body["rules"]))
    for live in by_kind.get("mute_timing", []):
        tellers.timing(live)
    titles = _titles(by_kind.get("folder", []))
    for live in groups:
        rules.group(live, titles.get(live.body["folderUid"], ""))
    for live in by_kind.get("dashboard", []):
        uid = live.body.get("folderUid") or ""
        named = next((title for title, known in told.folders.items() if known == uid), None)
        if named is None and not context.fresh:
            why = f"it lies in a folder of Grafana's: {use_folder(titles.get(uid, _ROOT), uid)}, and import again"
            unsaid.append(Unsaid("dashboard", live.remote_id, live.name, why, "folderUid"))
        else:
            dashboards.say(live, titles.get(uid, _ROOT) if named is None else named)
    folders = dict(told.folders) if not context.fresh else _used(context.program.title, titles, dashboards, rules)
    for live in by_kind.get("folder", []):
        taken = live.remote_id in folders.values()
        why = "what is imported stays in it" if taken else use(live)
        unsaid.append(Unsaid("folder", live.remote_id, live.name, f"the folder stays Grafana's: {NO_PLACE['folder']}; {why}"))
    options: dict[str, Json] = ({FOLDERS: folders} if folders else {}) | tellers.options()
    objects = (
        *ladder.objects(),
        *tellers.objects,
        *sources.objects,
        *rules.others.values(),
        *(paused_phases(context.program) if rules.paused else ()),
        *rules.objects,
        *dashboards.objects,
    )
    return Said(objects, tuple(unsaid), options, tellers.secrets, tuple(rules.reread))


_ROOT = "General"
"""The title Grafana shows for what is in no folder."""


def _titles(folders: Sequence[Live]) -> dict[str, str]:
    """Title by uid; one that several folders have is followed by the uid."""
    often = Counter(live.name for live in folders)
    return {live.remote_id: live.name if often[live.name] == 1 else f"{live.name} ({live.remote_id})" for live in folders}


def _used(title: str, titles: dict[str, str], dashboards: Dashboards, rules: Rules) -> dict[str, str]:
    """Title in the specs → uid, of the folders that hold what is imported. What has no folder of its own goes to that of the rules."""
    uids = {title: uid for uid, title in titles.items()} | {_ROOT: ""}
    found = {one.group: uids[one.group] for one in dashboards.objects}
    if rules.reread:
        home = Counter(live.body["folderUid"] for live in rules.reread).most_common(1)[0][0]
        found = {title: home, **found}
    return found
