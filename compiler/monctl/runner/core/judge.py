"""An instance after an answer: its incident opened, moved or ended, everybody told who is to be, and history written."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from monctl.runner.core.effect import Chronicle, Effect, Transition
from monctl.runner.core.level import Phase
from monctl.runner.core.say import instance_name, key, measured
from monctl.runner.core.standing import rank_of, word_of
from monctl.runner.core.state import Incident, Instance
from monctl.runner.core.tell import Teller
from monctl.runner.core.watch import NONE, Rung, Watch
from monctl.runner.core.world import World


@dataclass(slots=True)
class Turn:
    """One step of one monitor: what it may know, and what it leaves to be done. Lives for one call."""

    watch: Watch
    now: float
    world: World
    slot: float
    """What this step's answer counts for; `now` where it brought none."""
    count: int
    """Incidents of this monitor so far."""
    effects: list[Effect] = field(default_factory=list)


def judged(turn: Turn, before: Instance, after: Instance, fresh: float | None) -> Instance:
    """The instance with its incident. `fresh`: the slot, where this step's answer tells something about this instance."""
    incident = after.incident
    rank = rank_of(turn.watch, after.levels)
    if rank == NONE and after.flapping:
        rank = min(after.ring)
    if rank < NONE:
        incident = _on(turn, before, after, incident, rank, fresh)
    elif incident is None:
        moved(turn, before, after)
        return after
    elif incident.over is None:
        value = _why(turn.watch, turn.watch.rung(incident.rank), after)[1]
        incident = dataclasses.replace(incident, over=turn.slot, reason=after.note, value=value)
    moved(turn, before, after, incident)
    return dataclasses.replace(after, incident=told(turn, after, incident, fresh))


def _on(turn: Turn, before: Instance, after: Instance, incident: Incident | None, rank: int, fresh: float | None) -> Incident:
    """The incident of an instance some alert of which is on."""
    reason, value, text = _why(turn.watch, turn.watch.rung(rank), after)
    if incident is None:
        turn.count += 1
        begun = min((level.at for level in before.levels if level.phase is Phase.PENDING), default=turn.slot)
        return Incident(turn.count, turn.slot, rank, began=begun, worst=rank, reason=reason, value=value, text=text)
    if incident.over is not None or rank != incident.rank:
        worse = rank < incident.rank
        return dataclasses.replace(
            incident,
            rank=rank,
            over=None,
            worst=min(rank, incident.worst),
            ack=None if incident.ack is not None and rank < incident.ack.rank else incident.ack,
            reason=reason,
            value=value,
            text=text,
            dropped=() if worse else incident.dropped,
        )
    return dataclasses.replace(incident, value=value) if fresh is not None and value and value != incident.value else incident


def told(turn: Turn, instance: Instance, incident: Incident, fresh: float | None, *, acknowledged: bool = False) -> Incident | None:
    """The incident after everybody was told who is to be; None when it is over and nobody is left to tell.

    `instance` still has the incident as it was before; `acknowledged`: somebody has just taken it.
    """
    before = instance.incident
    if incident.ack is not None and turn.now >= incident.ack.until:
        incident = dataclasses.replace(incident, ack=None)
    teller = Teller(turn.watch, instance, incident, turn.now, turn.world)
    if acknowledged and incident.ack is not None:
        teller.acknowledged()
    if not teller.overlaid(fresh=fresh, stable=_stable(instance)):
        teller.tell()
    turn.effects += teller.effects
    found = teller.incident
    done = found.over is not None and (not found.held or not found.told)
    if done or before is None or _shown(before) != _shown(found):
        turn.effects.append(chronicle(turn.watch, instance, found))
    return None if done else found


def moved(turn: Turn, before: Instance, after: Instance, incident: Incident | None = None) -> None:
    """A line of history where the instance stands elsewhere than before."""
    if before.levels == after.levels:
        return
    was, is_ = word_of(turn.watch, before.levels), word_of(turn.watch, after.levels)
    if was != is_:
        named = key(turn.watch, after, incident) if incident is not None else ""
        value = incident.value if incident is not None else ""
        turn.effects.append(Transition(turn.watch.name, instance_name(after.labels), named, turn.slot, was, is_, after.note, value))


def chronicle(watch: Watch, instance: Instance, incident: Incident) -> Chronicle:
    """The incident as reports count it."""
    return Chronicle(
        key(watch, instance, incident),
        watch.name,
        instance_name(instance.labels),
        watch.monitor.service or "",
        (watch.health if incident.kind == "health" else watch.rung(incident.worst)).severity.name,
        incident.kind,
        incident.opened,
        incident.began,
        incident.told_at,
        incident.acked_at,
        incident.acked_by,
        incident.over,
        incident.reason,
        suppressed=incident.over is not None and not incident.told,
    )


def _stable(instance: Instance) -> bool:
    """Neither on its way in nor out: firing, or nothing at all. What is on its way to something worse fires all the same."""
    return any(level.phase is Phase.FIRING for level in instance.levels) or all(level.phase is Phase.INACTIVE for level in instance.levels)


def _shown(incident: Incident) -> tuple[object, ...]:
    """What a chronicle shows of an incident that lasts."""
    return (incident.rank, incident.over, incident.told_at, incident.acked_at, incident.ack)


def _why(watch: Watch, rung: Rung, instance: Instance) -> tuple[str, str, str]:
    """(reason, value, condition) of a rung, of the first of its terms that is on."""
    levels = instance.levels[rung.first : rung.first + len(rung.predicates)]
    on = [one for one, level in zip(rung.predicates, levels, strict=False) if level.active]
    shown = on[0] if on else rung.predicates[0] if rung.predicates else None
    value = measured(watch, shown, instance.values) if shown is not None else ""
    return instance.note or ("flapping" if instance.flapping and not on else ""), value, rung.text
