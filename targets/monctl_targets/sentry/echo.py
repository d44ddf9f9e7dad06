"""Gives a body that is about to be written the child ids of the live object, so that Sentry keeps the children that did not change.

Every array of a PUT is authoritative: an item without its id is made anew, and a new action has forgotten whom it told
(its throttle is kept by action id). getsentry/sentry src/sentry/workflow_engine/endpoints/validators (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monctl.resource import Json
from monctl_targets.sentry.normalize import Record, action, canonical, condition


def workflow(body: Mapping[str, Json], live: Mapping[str, Json]) -> Record:
    """The body of a workflow with the ids of its triggers, filters, conditions and actions."""
    triggers = live.get("triggers") or {}
    made = dict(body)
    made["triggers"] = _group(body["triggers"], triggers) if triggers else body["triggers"]
    made["actionFilters"] = _filters(body["actionFilters"], live.get("actionFilters") or [])
    return made


def detector(body: Mapping[str, Json], live: Mapping[str, Json]) -> Record:
    """The body of a detector with the ids of its condition group and conditions."""
    group = live.get("conditionGroup") or {}
    return {**body, "conditionGroup": _group(body["conditionGroup"], group) if group else body["conditionGroup"]}


def _filters(wanted: list[Json], live: list[Json]) -> list[Json]:
    """Each filter beside the live one it shares most with; each live one once."""
    left = list(live)
    made = []
    for group in wanted:
        best = max(left, key=lambda other: _shared(group, other), default=None)
        if best is None or _shared(group, best) == 0:
            made.append(dict(group))
            continue
        left.remove(best)
        made.append(_group(group, best))
    return made


def _shared(group: Mapping[str, Json], other: Mapping[str, Json]) -> int:
    """How much two filters have in common; actions count double, for they hold the throttle."""
    return 2 * _common(group, other, "actions", _action) + _common(group, other, "conditions", _condition)


def _common(group: Mapping[str, Json], other: Mapping[str, Json], name: str, content: Callable[[Json], str]) -> int:
    return len({content(one) for one in group.get(name) or []} & {content(one) for one in other.get(name) or []})


def _group(group: Mapping[str, Json], live: Mapping[str, Json]) -> Record:
    made = {**group, "id": int(live["id"])}  # a number in the published schema, text in reads
    made["conditions"] = _children(group.get("conditions") or [], live.get("conditions") or [], (_condition, _type))
    if group.get("actions"):
        made["actions"] = _children(group["actions"], live.get("actions") or [], (_action, _receiver))
    return made


def _children(wanted: list[Json], live: list[Json], sames: tuple[Callable[[Json], str], ...]) -> list[Json]:
    """The children with the ids of their like: first those of equal content, then those that are the same thing changed."""
    left = list(live)
    ids: dict[int, Json] = {}
    for same in sames:
        for place, one in enumerate(wanted):
            match = next((other for other in left if place not in ids and same(other) == same(one)), None)
            if match is not None:
                left.remove(match)
                ids[place] = match["id"]
    return [{**one, "id": ids[place]} if place in ids else dict(one) for place, one in enumerate(wanted)]


def _condition(one: Json) -> str:
    return canonical(condition(one))


def _type(one: Json) -> str:
    return canonical([one.get("type"), one.get("conditionResult")])


def _action(one: Json) -> str:
    return canonical(action(one))


def _receiver(one: Json) -> str:
    read = action(one)
    return canonical([read["type"], read["integrationId"], read["config"]])
