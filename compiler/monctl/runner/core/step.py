"""`step(watch, state, event, now, world) -> (state, effects)`: one thing happens to one monitor. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from monctl.runner.core.effect import Chronicle, Effect, Transition
from monctl.runner.core.event import Acked, Event, Removed, Result, Tick, Unacked
from monctl.runner.core.flap import flaps, push
from monctl.runner.core.level import Level, Phase, advance
from monctl.runner.core.say import instance_name, key, measured
from monctl.runner.core.state import Ack, Health, Incident, Instance, MonitorState
from monctl.runner.core.tell import Teller
from monctl.runner.core.truth import Sample, of_outcome, of_reading
from monctl.runner.core.watch import NONE, Rung, Watch
from monctl.runner.core.world import Standing, World
from monctl.runner.outcome import Failed, Fault, Measured, Missed, Nothing, Outcome, Reading

ACK_S = 86_400.0
"""An acknowledgement lapses after a day (goalert #3378, oncall #1792: forgotten ones)."""
ABSENT = 2
"""Evaluations without an instance, while others are there, after which it is over."""
MOST_INSTANCES = 500
"""Instances of one monitor; more of them are a mistake in the query, and are told as one."""

Stepped = tuple[MonitorState, tuple[Effect, ...]]


def step(watch: Watch, state: MonitorState, event: Event, now: float, world: World) -> Stepped:
    """The state after an event, and what is to be done. `now` is the time of deciding; a result counts at its own slot."""
    match event:
        case Result(slot=slot, outcome=outcome):
            if slot <= state.slot:  # late, or the clock went back: stored time never decreases
                return state, ()
            return _measure(watch, state, slot, outcome, now, world)
        case Tick():
            return _each(watch, state, now, world, lambda incident: incident)
        case Acked():
            return _acked(watch, state, event, now, world)
        case Unacked(incident=only):
            return _each(watch, state, now, world, lambda incident: dataclasses.replace(incident, ack=None), only=only)
        case Removed():
            return _removed(watch, state, now, world)


def wake(watch: Watch, state: MonitorState, now: float, world: World) -> float | None:
    """When a Tick is due; None when only a result can change anything."""
    found = [at for instance, incident in _incidents(state) if (at := Teller(watch, instance, incident, now, world).wake()) is not None]
    return min(found, default=None)


def standing(watch: Watch, state: MonitorState) -> Standing:
    """How the monitor stands, for those that depend on it, composites and the page."""
    if state.outcome in {"", "nothing", "failed", "fault"} and not any(_rank(watch, one.levels) < NONE for one in state.instances.values()):
        return Standing("unknown", NONE)
    rank = min((_rank(watch, instance.levels) for instance in state.instances.values()), default=NONE)
    if rank < NONE:
        return Standing("firing", rank)
    pending = min((_rank(watch, instance.levels, Phase.PENDING) for instance in state.instances.values()), default=NONE)
    return Standing("pending", pending) if pending < NONE else Standing("ok", NONE)


def carried(watch: Watch, before: Watch, state: MonitorState) -> MonitorState:
    """The state of a monitor whose spec has changed: alerts of the same severity keep where they stand, a firing one keeps firing."""
    if [(rung.severity.name, rung.predicates) for rung in watch.rungs] == [(rung.severity.name, rung.predicates) for rung in before.rungs]:
        return state
    old = {rung.severity.name: rung for rung in before.rungs}

    def levels(instance: Instance) -> tuple[Level, ...]:
        found: list[Level] = []
        for rung in watch.rungs:
            was = old.get(rung.severity.name)
            had = instance.levels[was.first : was.first + len(was.predicates)] if was else ()
            best = next((level for level in had if level.active), next((level for level in had if not level.settled), Level()))
            same = len(had) == len(rung.predicates)
            found += had if same else (best, *(Level() for _ in rung.predicates[1:]))
        return tuple(found)

    instances = {name: dataclasses.replace(one, levels=levels(one), ring=()) for name, one in state.instances.items()}
    return dataclasses.replace(state, instances=instances)


def _measure(watch: Watch, state: MonitorState, slot: float, outcome: Outcome, now: float, world: World) -> Stepped:
    effects: list[Effect] = []
    instances = dict(state.instances)
    fresh: float | None = None
    match outcome:
        case Measured(readings=readings):
            fresh = slot
            seen = {instance_name(reading.labels): reading for reading in readings[:MOST_INSTANCES]}
            for name, reading in seen.items():
                before = instances.get(name) or Instance(reading.labels)
                instances[name] = _judged(watch, before, _read(watch, before, reading, outcome, slot), slot, fresh, now, world, effects)
            _missing(watch, instances, seen, slot, now, world, effects)
            if len(readings) > MOST_INSTANCES:
                outcome = Failed(f"too many instances of {watch.name}", f"{len(readings)} rows or series, {MOST_INSTANCES} at most")
        case Nothing() | Failed():
            false = (watch.monitor.no_data if isinstance(outcome, Nothing) else watch.monitor.on_error) == "ok"
            for name in {**instances, "": None} if watch.speaks_of_source or not instances else instances:
                before = instances.get(name) or Instance()
                levels = _silent(watch, before, outcome, slot, own=name == "", false=false)
                after = dataclasses.replace(before, levels=levels, note=outcome.note)
                instances[name] = _judged(watch, before, after, slot, slot if false else None, now, world, effects)
        case Fault() | Missed():
            for name, before in instances.items():
                if before.incident is not None:
                    instances[name] = _judged(watch, before, before, slot, None, now, world, effects)
    health = _health(watch, state.health, outcome, slot, now, world, effects)
    known = slot if isinstance(outcome, Measured | Nothing) else state.known
    return MonitorState(slot, known, instances, health, type(outcome).__name__.lower()), tuple(effects)


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
    return dataclasses.replace(
        before,
        levels=tuple(found),
        samples=samples,
        ring=ring,
        flapping=flaps(ring, before=before.flapping),
        absent=0,
        note=reading.note,
        values=reading.values,
    )


def _last_before(samples: tuple[Sample, ...], place: int, oldest: float) -> bool:
    """The newest sample at or before the beginning of the longest window: a trend needs one that old."""
    return samples[place].slot <= oldest and (place + 1 == len(samples) or samples[place + 1].slot > oldest)


def _silent(watch: Watch, before: Instance, outcome: Outcome, slot: float, *, own: bool, false: bool) -> tuple[Level, ...]:
    """Levels where nothing was measured: only what speaks of the source itself moves, on the instance without labels."""
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
    return tuple(found)


def _missing(
    watch: Watch, instances: dict[str, Instance], seen: Mapping[str, Reading], slot: float, now: float, world: World, effects: list[Effect]
) -> None:
    """Instances without a reading: a row that is gone is over at once; a series after two evaluations, as missing."""
    for name in [name for name in instances if name not in seen]:
        before = instances[name]
        absent = before.absent + 1
        gone = watch.rows or name == "" or absent >= ABSENT
        after = dataclasses.replace(before, absent=absent)
        if gone:
            levels = tuple(Level(seen=slot) for _ in before.levels) if not watch.rows and name else _emptied(watch, before, slot)
            reason = "" if watch.rows or name == "" else "missing"
            after = dataclasses.replace(after, levels=levels, ring=push(before.ring, NONE), flapping=False, note=reason)
        judged = _judged(watch, before, after, slot, slot, now, world, effects)
        if gone and judged.incident is None and all(level.phase is Phase.INACTIVE for level in judged.levels):
            del instances[name]
        else:
            instances[name] = judged


def _emptied(watch: Watch, before: Instance, slot: float) -> tuple[Level, ...]:
    """Every term is false: the row is not there any more, or the source speaks again."""
    levels = before.levels or (Level(),) * watch.terms
    predicates = [one for rung in watch.rungs for one in rung.predicates]
    return tuple(advance(level, False, slot, for_s=one.for_s, pace=watch.pace) for level, one in zip(levels, predicates, strict=True))


def _rank(watch: Watch, levels: tuple[Level, ...], phase: Phase | None = None) -> int:
    """Rank of the most severe alert that is on (or in this phase); NONE when none is."""
    if not levels:
        return NONE
    for rung in watch.rungs:
        for level in levels[rung.first : rung.first + len(rung.predicates)]:
            if level.active if phase is None else level.phase is phase:
                return rung.severity.rank
    return NONE


def _judged(
    watch: Watch, before: Instance, after: Instance, slot: float, fresh: float | None, now: float, world: World, effects: list[Effect]
) -> Instance:
    """The instance with its incident opened, moved or ended, and everybody told who is to be."""
    rank = _rank(watch, after.levels)
    if rank == NONE and after.flapping:
        rank = min(after.ring)
    incident = after.incident
    if incident is None and rank == NONE:
        _moved(watch, before, after, slot, effects)
        return after
    if rank < NONE:
        rung = watch.rung(rank)
        reason, value, text = _why(watch, rung, after)
        if incident is None:
            after = dataclasses.replace(after, count=after.count + 1)
            begun = min((level.at for level in before.levels if level.phase is Phase.PENDING), default=slot)
            incident = Incident(after.count, slot, rank, began=begun or slot, worst=rank, reason=reason, value=value, text=text)
        elif incident.over is not None or rank != incident.rank:
            worse = rank < incident.rank
            ack = None if incident.ack is not None and rank < incident.ack.rank else incident.ack
            incident = dataclasses.replace(
                incident, rank=rank, over=None, worst=min(rank, incident.worst), ack=ack, reason=reason, value=value, text=text,
                waits={} if worse else incident.waits,
            )  # fmt: skip
        elif fresh is not None and value:
            incident = dataclasses.replace(incident, value=value)
    elif incident is not None and incident.over is None:
        value = _why(watch, watch.rung(incident.rank), after)[1]
        incident = dataclasses.replace(incident, over=slot, reason=after.note, value=value)
    assert incident is not None
    _moved(watch, before, after, slot, effects, incident)
    told = _told(watch, after, incident, fresh, now, world, effects)
    return dataclasses.replace(after, incident=told)


def _told(
    watch: Watch,
    instance: Instance,
    incident: Incident,
    fresh: float | None,
    now: float,
    world: World,
    effects: list[Effect],
    *,
    acknowledged: bool = False,
) -> Incident | None:
    """The incident after everybody was told who is to be; None when it is over and nobody is left to tell.

    `instance` still has the incident as it was before; `acknowledged`: somebody has just taken it.
    """
    before = instance.incident
    if incident.ack is not None and now >= incident.ack.until:
        incident = dataclasses.replace(incident, ack=None)
    teller = Teller(watch, instance, incident, now, world)
    stable = all(level.settled for level in instance.levels)
    if acknowledged and incident.ack is not None:
        teller.acknowledged()
    if not teller.overlaid(fresh=fresh, stable=stable):
        teller.tell()
    effects += teller.effects
    found = teller.incident
    done = found.over is not None and (not found.held or not found.told)
    if done or before is None or _told_of(before) != _told_of(found):
        effects.append(_chronicle(watch, instance, found))
    return None if done else found


def _told_of(incident: Incident) -> tuple[object, ...]:
    return (incident.rank, incident.over, incident.told_at, incident.acked_at, incident.ack)


def _chronicle(watch: Watch, instance: Instance, incident: Incident) -> Chronicle:
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


def _why(watch: Watch, rung: Rung, instance: Instance) -> tuple[str, str, str]:
    """(reason, value, condition) of a rung, of the first of its terms that is on."""
    on = [
        one
        for one, level in zip(rung.predicates, instance.levels[rung.first : rung.first + len(rung.predicates)], strict=True)
        if level.active
    ]
    shown = on[0] if on else rung.predicates[0] if rung.predicates else None
    value = measured(watch, shown, instance.values) if shown is not None else ""
    reason = instance.note or ("flapping" if instance.flapping and not on else "")
    return reason, value, rung.text


def _stands(watch: Watch, instance: Instance) -> str:
    rank = _rank(watch, instance.levels)
    if rank < NONE:
        return watch.rung(rank).severity.name
    return "pending" if any(level.phase is Phase.PENDING for level in instance.levels) else "ok"


def _moved(watch: Watch, before: Instance, after: Instance, slot: float, effects: list[Effect], incident: Incident | None = None) -> None:
    """A line of history where the instance stands elsewhere than before."""
    if before.levels == after.levels:
        return
    was, is_ = _stands(watch, before), _stands(watch, after)
    if was != is_:
        named = key(watch, after, incident) if incident is not None else ""
        value = incident.value if incident is not None else ""
        effects.append(Transition(watch.name, instance_name(after.labels), named, slot, was, is_, after.note, value))


def _health(watch: Watch, before: Health, outcome: Outcome, slot: float, now: float, world: World, effects: list[Effect]) -> Health:
    """Whether the monitor can be evaluated: bad for long enough makes one incident, with its own labels, that ends with the first answer."""
    match outcome:
        case Nothing(note=note) if watch.nothing_is_bad:
            cause = f"no data: {watch.name}"
        case Failed(cause=cause, note=note) if watch.failed_is_bad:
            pass
        case Fault(cause=cause, note=note):
            cause = f"runner: {cause}"
        case Missed():
            return before
        case _:
            incident = before.incident
            if incident is None:
                return before if before.bad_since is None else Health(count=before.count)
            ended = dataclasses.replace(incident, over=incident.over or slot, reason="can be evaluated again")
            told = _told(watch, _whole(before), ended, slot, now, world, effects)
            return Health(incident=told, count=before.count)
    since = before.bad_since if before.bad_since is not None else slot
    health = dataclasses.replace(before, bad_since=since, cause=cause, note=note)
    incident = before.incident
    if incident is None and slot - since >= watch.health_after_s:
        rank = watch.health.severity.rank
        health = dataclasses.replace(health, count=before.count + 1)
        incident = Incident(health.count, slot, rank, began=since, worst=rank, kind="health", text=watch.health.text)
    if incident is None:
        return health
    incident = dataclasses.replace(incident, over=None, reason=f"cannot evaluate: {note or cause}")
    return dataclasses.replace(health, incident=_told(watch, _whole(health), incident, slot, now, world, effects))


def _whole(health: Health) -> Instance:
    """A health incident belongs to the monitor, not to one of its instances; its cause is a label, so that equal ones make one message."""
    return Instance({"kind": "health", "cause": health.cause}, incident=health.incident)


def _incidents(state: MonitorState) -> Iterable[tuple[Instance, Incident]]:
    for instance in state.instances.values():
        if instance.incident is not None:
            yield instance, instance.incident
    if state.health.incident is not None:
        yield _whole(state.health), state.health.incident


def _each(
    watch: Watch,
    state: MonitorState,
    now: float,
    world: World,
    change: Callable[[Incident], Incident],
    *,
    only: str | None = None,
    acknowledged: bool = False,
) -> Stepped:
    """Every incident of a monitor (or the one with this key), changed and told of."""
    effects: list[Effect] = []

    def moved(instance: Instance) -> Incident | None:
        incident = instance.incident
        if incident is None or only not in {None, key(watch, instance, incident)}:
            return incident
        return _told(watch, instance, change(incident), None, now, world, effects, acknowledged=acknowledged and incident.ack is None)

    instances = {name: dataclasses.replace(one, incident=moved(one)) if one.incident else one for name, one in state.instances.items()}
    health = dataclasses.replace(state.health, incident=moved(_whole(state.health)))
    return dataclasses.replace(state, instances=instances, health=health), tuple(effects)


def _acked(watch: Watch, state: MonitorState, event: Acked, now: float, world: World) -> Stepped:
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

    return _each(watch, state, now, world, take, only=event.incident, acknowledged=True)


def _removed(watch: Watch, state: MonitorState, now: float, world: World) -> Stepped:
    """Its incidents are over, and those who were told of them are told so, whatever mutes."""
    effects: list[Effect] = []
    for instance, incident in _incidents(state):
        ended = dataclasses.replace(incident, over=incident.over or now, reason="removed", held="")
        teller = Teller(watch, instance, ended, now, world)
        teller.tell()
        effects += teller.effects
        before = "ok" if incident.kind == "health" else _stands(watch, instance)
        effects.append(Transition(watch.name, instance_name(instance.labels), key(watch, instance, ended), now, before, "ok", "removed"))
        effects.append(_chronicle(watch, instance, teller.incident))
    return MonitorState(slot=state.slot), tuple(effects)
