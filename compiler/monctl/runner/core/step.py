"""`step(watch, state, event, now, world) -> (state, effects)`: one thing happens to one monitor. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping

from monctl.runner.core.carry import carried
from monctl.runner.core.effect import Effect, Transition
from monctl.runner.core.event import Acked, Event, Removed, Result, Tick, Unacked
from monctl.runner.core.flap import flaps, push
from monctl.runner.core.health import examined, whole
from monctl.runner.core.judge import Turn, chronicle, judged, told
from monctl.runner.core.level import Level, Phase, advance
from monctl.runner.core.say import instance_name, key
from monctl.runner.core.standing import standing, word_of
from monctl.runner.core.state import Ack, Incident, Instance, MonitorState
from monctl.runner.core.tell import Teller
from monctl.runner.core.truth import Sample, of_outcome, of_reading
from monctl.runner.core.watch import NONE, Watch
from monctl.runner.core.world import World
from monctl.runner.outcome import Failed, Fault, Measured, Missed, Nothing, Outcome, Reading

__all__ = ["carried", "held", "standing", "step", "wake"]

ACK_S = 86_400.0
"""An acknowledgement lapses after a day (goalert #3378, oncall #1792: forgotten ones)."""
ABSENT = 2
"""Evaluations without an instance, while others are there, after which it is over."""
FORGET = 6
"""Evaluations after which what is over and gone is forgotten: what comes back sooner may flap."""
MOST_INSTANCES = 500
"""Instances of one monitor; more of them are a mistake in the query, and are told as one."""

Stepped = tuple[MonitorState, tuple[Effect, ...]]


def step(watch: Watch, state: MonitorState, event: Event, now: float, world: World) -> Stepped:
    """The state after an event, and what is to be done. `now` is the time of deciding; a result counts at its own slot."""
    if state.shape != watch.shape:
        state = carried(watch, state)
    match event:
        case Result(slot=slot, outcome=outcome):
            if slot <= state.slot:  # late, or the clock went back: stored time never decreases
                return state, ()
            return _result(Turn(watch, now, world, slot, state.count), state, outcome)
        case Tick():
            return _each(Turn(watch, now, world, now, state.count), state, lambda incident: incident)
        case Acked():
            return _each(Turn(watch, now, world, now, state.count), state, _taken(event, now), only=event.incident, acknowledged=True)
        case Unacked(incident=only):
            return _each(
                Turn(watch, now, world, now, state.count), state, lambda incident: dataclasses.replace(incident, ack=None), only=only
            )
        case Removed():
            return _removed(Turn(watch, now, world, now, state.count), state)


def wake(watch: Watch, state: MonitorState, now: float, world: World) -> float | None:
    """When a Tick is due; None when only a result can change anything."""
    found = [at for instance, incident in _incidents(state) if (at := Teller(watch, instance, incident, now, world).wake()) is not None]
    return min(found, default=None)


def held(watch: Watch, state: MonitorState, incident: str) -> bool:
    """Whether something holds the incident of this key, or held it and no result has come since."""
    return any(one.held != "" and key(watch, instance, one) == incident for instance, one in _incidents(state))


def _result(turn: Turn, state: MonitorState, outcome: Outcome) -> Stepped:
    watch, slot = turn.watch, turn.slot
    instances = dict(state.instances)
    match outcome:
        case Measured(readings=readings):
            there = {instance_name(reading.labels): reading for reading in readings}
            for name, reading in _first_ones(there, instances).items():
                before = instances.get(name) or Instance(reading.labels)
                instances[name] = judged(turn, before, _read(watch, before, reading, outcome, slot), slot)
            if len(there) != len(instances):
                _missing(turn, instances, there)
            if len(there) > MOST_INSTANCES:
                outcome = Failed(f"too many instances of {watch.name}", f"{len(there)} rows or series, {MOST_INSTANCES} at most")
        case Nothing() | Failed():
            false = (watch.monitor.no_data if isinstance(outcome, Nothing) else watch.monitor.on_error) == "ok"
            for name in {**instances, "": None} if watch.speaks_of_source or not instances else instances:
                before = instances.get(name) or Instance()
                levels, speaks = _silent(watch, before, outcome, slot, own=name == "", false=false)
                after = dataclasses.replace(before, levels=levels, note=outcome.note)
                instances[name] = judged(turn, before, after, slot if speaks else None)
        case Fault() | Missed():
            for name, before in instances.items():
                if before.incident is not None:
                    instances[name] = judged(turn, before, before, None)
    health = examined(turn, state.health, outcome)
    # a slot that was not run leaves room for the run before it, which may still be under way
    newest = state.slot if isinstance(outcome, Missed) else slot
    known = slot if isinstance(outcome, Measured | Nothing) else state.known
    word = type(outcome).__name__.lower()
    return MonitorState(newest, known, instances, health, word, turn.count, watch.shape), tuple(turn.effects)


def _first_ones(there: Mapping[str, Reading], instances: Mapping[str, Instance]) -> Mapping[str, Reading]:
    """What was read, or of too much as much as is kept: those known already first, so that the order of rows ends nothing."""
    if len(there) <= MOST_INSTANCES:
        return there
    names = [*(name for name in there if name in instances), *(name for name in there if name not in instances)]
    return {name: there[name] for name in names[:MOST_INSTANCES]}


def _read(watch: Watch, before: Instance, reading: Reading, outcome: Outcome, slot: float) -> Instance:
    """The instance after one reading: levels, samples, ring."""
    samples: tuple[Sample, ...] = ()
    if watch.keeps_s:
        oldest = slot - watch.keeps_s
        kept = [one for place, one in enumerate(before.samples) if one.slot > oldest or _last_before(before.samples, place, oldest)]
        samples = (*kept, Sample(slot, reading.values))
    levels = before.levels or (Level(),) * watch.terms
    found: list[Level] = []
    raw = NONE
    for rung in watch.rungs:
        for place, one in enumerate(rung.predicates, rung.first):
            true = of_outcome(one.term, outcome) if one.term.kind in {"no data", "error"} else of_reading(one, reading, samples)
            if true:
                raw = min(raw, rung.severity.rank)
            found.append(levels[place] if true is None else advance(levels[place], true, slot, for_s=one.for_s, pace=watch.pace))
    ring = push(before.ring, raw)
    flapping = before.flapping if ring is before.ring else flaps(ring, before=before.flapping)
    # all by place: `dataclasses.replace` costs as much as the rest of a step
    return Instance(before.labels, tuple(found), samples, ring, flapping, 0, before.incident, reading.note, reading.values)


def _last_before(samples: tuple[Sample, ...], place: int, oldest: float) -> bool:
    """The newest sample at or before the beginning of the longest window: a trend needs one that old."""
    return samples[place].slot <= oldest and (place + 1 == len(samples) or samples[place + 1].slot > oldest)


def _silent(watch: Watch, before: Instance, outcome: Outcome, slot: float, *, own: bool, false: bool) -> tuple[tuple[Level, ...], bool]:
    """(levels where nothing was measured, whether any of them learned something).

    Only what speaks of the source itself moves, on the instance without labels; and all else where silence means that all is well.
    """
    levels = before.levels or (Level(),) * watch.terms
    found: list[Level] = []
    for rung in watch.rungs:
        for place, one in enumerate(rung.predicates, rung.first):
            true = of_outcome(one.term, outcome)
            if one.term.kind in {"no data", "error"}:
                true = true if own else None
            elif false:
                true = False
            found.append(levels[place] if true is None else advance(levels[place], true, slot, for_s=one.for_s, pace=watch.pace))
    return tuple(found), any(level.seen == slot for level in found)


def _missing(turn: Turn, instances: dict[str, Instance], there: Mapping[str, Reading]) -> None:
    """Instances without a reading: a row that is gone is over at once; a series after two evaluations, as missing."""
    watch, slot = turn.watch, turn.slot
    for name in [name for name in instances if name not in there]:
        before = instances[name]
        after = dataclasses.replace(before, absent=before.absent + 1)
        series = not watch.rows and name != ""
        if series and after.absent < ABSENT:
            instances[name] = judged(turn, before, after, None)
            continue
        ring = push(before.ring, NONE)
        levels = tuple(Level(seen=slot) for _ in before.levels) if series else _emptied(watch, before, slot)
        after = dataclasses.replace(
            after,
            levels=levels,
            samples=(),
            ring=ring,
            flapping=flaps(ring, before=before.flapping),
            note="missing" if series else "",
            values={},
        )
        after = judged(turn, before, after, slot)
        if after.absent >= FORGET and after.incident is None and all(level.phase is Phase.INACTIVE for level in after.levels):
            del instances[name]
        else:
            instances[name] = after


def _emptied(watch: Watch, before: Instance, slot: float) -> tuple[Level, ...]:
    """Every term is false: the row is not there any more, or the source speaks again."""
    levels = before.levels or (Level(),) * watch.terms
    predicates = [one for rung in watch.rungs for one in rung.predicates]
    return tuple(advance(level, False, slot, for_s=one.for_s, pace=watch.pace) for level, one in zip(levels, predicates, strict=True))


def _incidents(state: MonitorState) -> Iterable[tuple[Instance, Incident]]:
    for instance in state.instances.values():
        if instance.incident is not None:
            yield instance, instance.incident
    if state.health.incident is not None:
        yield whole(state.health), state.health.incident


def _each(
    turn: Turn,
    state: MonitorState,
    change: Callable[[Incident], Incident],
    *,
    only: str | None = None,
    acknowledged: bool = False,
) -> Stepped:
    """Every incident of a monitor (or the one with this key), changed and told of."""

    def moved(instance: Instance) -> Incident | None:
        incident = instance.incident
        if incident is None or only not in {None, key(turn.watch, instance, incident)}:
            return incident
        return told(turn, instance, change(incident), None, acknowledged=acknowledged and incident.ack is None)

    instances = {name: dataclasses.replace(one, incident=moved(one)) if one.incident else one for name, one in state.instances.items()}
    health = dataclasses.replace(state.health, incident=moved(whole(state.health)))
    return dataclasses.replace(state, instances=instances, health=health), tuple(turn.effects)


def _taken(event: Acked, now: float) -> Callable[[Incident], Incident]:
    def take(incident: Incident) -> Incident:
        if incident.over is not None:
            return incident
        first = incident.acked_at is None
        return dataclasses.replace(
            incident,
            ack=Ack(event.by, now, event.until if event.until is not None else now + ACK_S, incident.rank),
            acked_at=now if first else incident.acked_at,
            acked_by=event.by if first else incident.acked_by,
        )

    return take


def _removed(turn: Turn, state: MonitorState) -> Stepped:
    """Its incidents are over, and those who were told of them are told so, whatever mutes. What is left is their number."""
    for instance, incident in _ended(state, turn.now):
        teller = Teller(turn.watch, instance, incident, turn.now, turn.world)
        teller.tell()
        turn.effects += teller.effects
        before = "ok" if incident.kind == "health" else word_of(turn.watch, instance.levels)
        named = key(turn.watch, instance, incident)
        turn.effects.append(Transition(turn.watch.name, instance_name(instance.labels), named, turn.now, before, "ok", "removed"))
        turn.effects.append(chronicle(turn.watch, instance, teller.incident))
    return MonitorState(count=state.count), tuple(turn.effects)


def _ended(state: MonitorState, now: float) -> Iterator[tuple[Instance, Incident]]:
    for instance, incident in _incidents(state):
        over = incident.over if incident.over is not None else now
        yield instance, dataclasses.replace(incident, over=over, reason="removed", held="")
