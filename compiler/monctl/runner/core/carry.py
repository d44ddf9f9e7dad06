"""States that outlive what they were made under: another spec, another clock."""

from __future__ import annotations

import dataclasses

from monctl.runner.core.level import Level
from monctl.runner.core.state import Health, Incident, Instance, MonitorState
from monctl.runner.core.watch import Watch


def carried(watch: Watch, state: MonitorState) -> MonitorState:
    """The state of a monitor whose spec has changed: terms that are still there keep where they stand, and a firing alert keeps firing."""
    if state.shape == watch.shape:
        return state
    return dataclasses.replace(
        state,
        shape=watch.shape,
        instances={
            name: dataclasses.replace(one, levels=_levels(watch, state.shape, one.levels) if one.levels else (), ring=())
            for name, one in state.instances.items()
        },
    )


def _levels(watch: Watch, shape: tuple[str, ...], levels: tuple[Level, ...]) -> tuple[Level, ...]:
    """Each term takes the level of the one like it; a severity that was on and lost that term hands it to its first."""
    left = list(zip(shape, levels, strict=False))

    def take(wanted: str) -> Level | None:
        found = next((place for place, (word, _) in enumerate(left) if word == wanted), None)
        return left.pop(found)[1] if found is not None else None

    found = [take(word) for word in watch.shape]
    for rung in watch.rungs:
        own = range(rung.first, rung.first + len(rung.predicates))
        orphan = next((level for word, level in left if word.startswith(f"{rung.severity.name} ") and level.active), None)
        if orphan is not None and not any((level := found[place]) is not None and level.active for place in own):
            found[own[0]] = orphan
    return tuple(level or Level() for level in found)


def shifted(state: MonitorState, by_s: float) -> MonitorState:
    """The state with every instant moved: what the clock said before it was set back, in the clock's new words (as Nagios, `base/events.c`)."""

    def at(instant: float) -> float:
        return instant + by_s if instant else instant

    def maybe(instant: float | None) -> float | None:
        return None if instant is None else at(instant)

    def incident(one: Incident | None) -> Incident | None:
        if one is None:
            return None
        return dataclasses.replace(
            one,
            opened=at(one.opened),
            began=at(one.began),
            told_at=maybe(one.told_at),
            acked_at=maybe(one.acked_at),
            over=maybe(one.over),
            told={name: dataclasses.replace(told, at=at(told.at)) for name, told in one.told.items()},
            ack=dataclasses.replace(one.ack, at=at(one.ack.at), until=at(one.ack.until)) if one.ack is not None else None,
            climbs=tuple(dataclasses.replace(climb, started=at(climb.started)) for climb in one.climbs),
            held_at=at(one.held_at),
            held_seen=at(one.held_seen),
        )

    def instance(one: Instance) -> Instance:
        return dataclasses.replace(
            one,
            levels=tuple(Level(level.phase, at(level.at), at(level.seen)) for level in one.levels),
            samples=tuple(dataclasses.replace(sample, slot=at(sample.slot)) for sample in one.samples),
            incident=incident(one.incident),
        )

    health: Health = state.health
    return dataclasses.replace(
        state,
        slot=at(state.slot),
        known=at(state.known),
        instances={name: instance(one) for name, one in state.instances.items()},
        health=dataclasses.replace(health, bad_since=maybe(health.bad_since), seen=at(health.seen), incident=incident(health.incident)),
    )
