"""How many requests a change needs at UptimeRobot."""

from __future__ import annotations

from collections.abc import Container, Iterable

from monctl.order import Asked, Verb
from monctl.resource import Live, Resource

_LOOKED_FOR = frozenset({"monitor", "maintenance_window"})
"""Kinds that are listed once more before the first of them is made: the vendor would take a second one."""


def calls(asked: Iterable[Asked], looked: Container[str] = ()) -> list[int]:
    """One number for each step; `looked` are the kinds that were listed for it already."""
    counts, seen = [], set()
    for one in asked:
        count = _one(*one)
        kind = one.resource.kind if one.resource is not None else ""
        if one.verb is Verb.CREATE and kind in _LOOKED_FOR and kind not in looked and kind not in seen:
            seen.add(kind)
            count += 1
        counts.append(count)
    return counts


def _one(verb: Verb, resource: Resource | None, live: Live | None) -> int:
    """What a call cannot say is said in a second one: a pause, the events a contact wants. A contact is taken off our monitors before it goes."""
    if resource is None or verb is Verb.DELETE:
        return 2 if live is not None and live.kind in {"integration", "alert_contact"} else 1
    if resource.kind == "monitor":
        paused = resource.body.get("status") == "PAUSED"
        if verb is Verb.UPDATE:
            return 1 + int(live is not None and paused != (live.body.get("status") == "PAUSED"))
        # in the place of another one of the same URL: refused, looked for, deleted, made
        return 1 + int(paused) + (3 if live is not None and live.body.get("url") == resource.body.get("url") else 0)
    return 2 if verb is Verb.CREATE and resource.kind in {"integration", "alert_contact"} else 1
