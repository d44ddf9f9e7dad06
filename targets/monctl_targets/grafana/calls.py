"""How many requests a change needs at Grafana."""

from __future__ import annotations

from collections.abc import Iterable

from monctl.order import Asked, Verb
from monctl.resource import Live, Resource


def calls(asked: Iterable[Asked]) -> list[int]:
    """One number for each step."""
    return [_one(*one) for one in asked]


def _one(verb: Verb, resource: Resource | None, live: Live | None) -> int:
    """A contact point is written receiver by receiver; a folder is looked into before it is deleted."""
    one = resource or live
    if one is None:
        return 1
    if one.kind == "contact_point":
        return max(1, len(one.body.get("receivers") or ()))
    return 2 if one.kind == "folder" and verb is Verb.DELETE else 1
