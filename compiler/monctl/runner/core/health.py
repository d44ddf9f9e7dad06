"""Whether a monitor can be evaluated at all: bad for long enough makes one incident, with the monitor's own labels, that ends with the first answer."""

from __future__ import annotations

import dataclasses

from monctl.runner.core.judge import Turn, told
from monctl.runner.core.state import Health, Incident, Instance
from monctl.runner.outcome import Failed, Fault, Missed, Nothing, Outcome


def examined(turn: Turn, before: Health, outcome: Outcome) -> Health:
    """The health after an outcome."""
    match outcome:
        case Missed():
            incident = before.incident
            return before if incident is None else dataclasses.replace(before, incident=told(turn, whole(before), incident, None))
        case Nothing(note=note) if turn.watch.nothing_is_bad:
            return _bad(turn, before, f"no data: {turn.watch.name}", note)
        case Failed(cause=cause, note=note) if turn.watch.failed_is_bad:
            return _bad(turn, before, cause, note)
        case Fault(cause=cause, note=note):
            return _bad(turn, before, f"runner: {cause}", note)
        case _:
            return _good(turn, before)


def whole(health: Health) -> Instance:
    """A health incident belongs to the monitor, not to one of its instances; its cause is a label, so that equal ones make one message."""
    return Instance({"kind": "health", "cause": health.cause}, incident=health.incident)


def _good(turn: Turn, before: Health) -> Health:
    incident = before.incident
    if incident is None:
        return before if before.bad_since is None else Health()
    if incident.over is None:
        incident = dataclasses.replace(incident, over=turn.slot, reason="can be evaluated again")
    after = told(turn, whole(before), incident, turn.slot)
    return Health() if after is None else Health(cause=before.cause, incident=after)


def _bad(turn: Turn, before: Health, cause: str, note: str) -> Health:
    pace, incident = turn.watch.pace, before.incident
    since = before.bad_since if before.bad_since is not None else turn.slot
    if before.bad_since is not None and (gap := turn.slot - before.seen) > pace.max_gap_s:
        since += gap - pace.interval_s
    health = Health(since, turn.slot, before.cause if incident is not None else cause, note, incident)
    if incident is None:
        if turn.slot - since < turn.watch.health_after_s:
            return health
        turn.count += 1
        rank = turn.watch.health.severity.rank
        incident = Incident(turn.count, turn.slot, rank, began=since, worst=rank, kind="health", text=turn.watch.health.text)
    incident = dataclasses.replace(incident, over=None, reason=f"cannot evaluate: {note or cause}")
    return dataclasses.replace(health, incident=told(turn, whole(health), incident, turn.slot))
