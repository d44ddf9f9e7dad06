"""What a person asked for, as an event or a silence. Pure. Raises KeyError, TypeError or ValueError for what makes no sense."""

from __future__ import annotations

import re

from monctl.decode import from_json
from monctl.runner.core.event import Acked, Unacked
from monctl.runner.core.world import Matcher, Silence
from monctl.runner.store.store import Order


def event_of(order: Order) -> Acked | Unacked:
    """Of an `ack` or `unack`."""
    incident, until = order.body.get("incident"), order.body.get("until")
    named = str(incident) if incident is not None else None
    if order.kind == "unack":
        return Unacked(order.by, named)
    return Acked(order.by, named, float(until) if until is not None else None)


def silence_of(order: Order) -> Silence:
    """Of a `silence` or `maintenance`. Raises ValueError for an expression that is none."""
    body = order.body
    matchers = tuple(from_json(Matcher, one) for one in body["matchers"])
    for matcher in matchers:
        if matcher.op in {"=~", "!~"}:
            try:
                re.compile(matcher.value)
            except re.error as fault:
                raise ValueError(f"'{matcher.value}' is not a regular expression: {fault}") from None
    return Silence(
        str(body["id"]),
        matchers,
        float(body["start"]),
        float(body["end"]),
        order.by,
        str(body.get("comment", "")),
        order.kind == "maintenance",
    )
