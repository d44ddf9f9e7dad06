"""Conditions and actions of types nobody has told us of: Sentry adds some without notice, and every array of a PUT is authoritative. Pure.

To write such an alert would delete what we cannot say, so the change is refused; the official provider skips it silently
(jianyuan/terraform-provider-sentry#857, #950, read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monctl.plan import Action, Change, Problem
from monctl.resource import Json, Live
from monctl_targets.sentry import vocabulary as words

_KEPT = frozenset({Action.UPDATE, Action.ADOPT})


def objections(changes: Iterable[Change], lives: Iterable[Live]) -> Iterator[Problem]:
    """One for each alert that would be written over something of an unknown type."""
    by_id = {live.remote_id: live for live in lives if live.kind == "workflow"}
    for change in changes:
        live = by_id.get(change.remote_id or "")
        if change.kind != "workflow" or change.action not in _KEPT or live is None:
            continue
        for what, type in dict.fromkeys(_unknown(live.body)):
            message = f"it has {what} of the type '{type}' at Sentry, which monctl does not know; to write the alert would delete it"
            yield Problem("sentry", change.address, message, "take it out in Sentry, or use a monctl that knows it", change.id)


def _unknown(body: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for group in (body.get("triggers") or {}, *(body.get("actionFilters") or [])):
        for condition in group.get("conditions") or []:
            if condition.get("type") not in words.CONDITIONS:
                yield "a condition", str(condition.get("type"))
        for action in group.get("actions") or []:
            if action.get("type") not in words.ACTIONS:
                yield "an action", str(action.get("type"))
