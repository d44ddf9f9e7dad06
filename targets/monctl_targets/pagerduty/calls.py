"""How many requests a change needs at PagerDuty."""

from __future__ import annotations

from collections.abc import Iterable

from monctl.order import Asked, Verb
from monctl.resource import Live, Resource


def calls(asked: Iterable[Asked]) -> list[int]:
    """One number for each step."""
    return [_one(*one) for one in asked]


def _one(verb: Verb, resource: Resource | None, live: Live | None) -> int:
    """Members of a team are read, put one by one and read again; a schedule that changes is read once more, and who stands in is put one by one.

    A new integration is read once more only where the answer lacks its key, which no answer seen did.
    """
    if resource is None or verb is Verb.DELETE:
        return 1
    if resource.kind == "team" and "members" in resource.body:
        there = len(live.body.get("members") or ()) if live is not None else 0
        return 3 + abs(len(resource.body["members"]) - there)
    if resource.body.get("type") == "schedule_v3":
        rotations = [len(rotation["events"]) for rotation in resource.body["rotations"]]
        # made one by one and read at the end; where it changes, read first, and each event that differs ended and succeeded
        return 2 + len(rotations) + sum(rotations) if verb is Verb.CREATE else 3 + 2 * sum(rotations)
    if resource.kind == "schedule":
        overrides = len(resource.body.get("overrides") or ())
        return (2 if verb is Verb.UPDATE else 1) + (overrides + 1 if overrides else 0)
    return 1
