"""What a person on call looks at first: what fires, who was really told, who is next. Read from the store; `monctl status` and the page show the same."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monctl.bundle import Bundle
from monctl.decode import from_json
from monctl.program import Recipient, to_json
from monctl.resource import Json
from monctl.runner import pulse
from monctl.runner.core.say import instance_name, key
from monctl.runner.core.state import Health, Incident, Instance, MonitorState
from monctl.runner.core.step import standing
from monctl.runner.core.tell import Teller
from monctl.runner.core.watch import Watch, watch
from monctl.runner.core.who import on_call
from monctl.runner.core.world import Silence, Standing, Ties, World, ties
from monctl.runner.posted import Deliveries, deliveries, letters
from monctl.runner.store.store import Store
from monctl.status_report import (
    FORMAT_VERSION,
    Shown,
    ShownLetter,
    ShownMonitor,
    ShownRunner,
    ShownSilence,
    StatusReport,
)

__all__ = ["Board", "Reader", "board"]

_AT_ONCE = 250
"""Monitors that are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Board:
    """How one estate stands."""

    bundle: Bundle
    at: float
    runners: tuple[ShownRunner, ...]
    incidents: tuple[Shown, ...]
    """Most severe first, then the oldest; those that are over come last."""
    standings: Mapping[str, Standing]
    states: Mapping[str, MonitorState]
    """Of monitors that have one in the store: those of which something is, or was, not fine."""
    silences: tuple[ShownSilence, ...]
    letters: tuple[ShownLetter, ...]

    @property
    def firing(self) -> tuple[Shown, ...]:
        """Incidents that are on."""
        return tuple(one for one in self.incidents if one.over is None)

    @property
    def well(self) -> int:
        """Monitors that are neither firing nor unknown."""
        return sum(one.state in {"ok", "pending"} for one in self.standings.values())

    @property
    def unknown(self) -> int:
        """Monitors nothing is known of now."""
        return sum(one.state == "unknown" for one in self.standings.values())

    @property
    def working(self) -> bool:
        """Whether a runner is at work."""
        return any(one.working for one in self.runners)

    def monitor(self, name: str) -> ShownMonitor:
        """How one monitor stands, in words."""
        stands, state = self.standings[name], self.states.get(name)
        severity = next((one.name for one in self.bundle.severities.values() if one.rank == stands.rank), "")
        return ShownMonitor(stands.state, severity if stands.state in {"firing", "pending"} else "", note(stands, state))

    def record(self) -> dict[str, Json]:
        """As JSON: `schemas/status.schema.json`."""
        found: dict[str, Json] = to_json(
            StatusReport(
                FORMAT_VERSION, self.bundle.estate, self.bundle.title, self.bundle.environment, self.at, self.runners, self.incidents,
                {name: self.monitor(name) for name in self.standings}, self.silences, self.letters,
            )
        )  # fmt: skip
        return found


def note(stands: Standing, state: MonitorState | None) -> str:
    """Why a monitor stands as it does, as far as a result or a failure said."""
    if state is None:
        return "no result yet" if stands.state == "unknown" else ""
    if stands.state == "unknown":
        return state.health.note or next((one.note for one in state.instances.values() if one.note), "") or "nobody has looked for a while"
    return next((one.note for one in state.instances.values() if one.note), "") if stands.state != "ok" else ""


class Reader:
    """Reads the board of one bundle. What follows from the bundle alone is made once."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.watches: Mapping[str, Watch] = {name: watch(bundle, monitor) for name, monitor in bundle.monitors.items() if monitor.active}
        self.ties: Ties = ties(bundle)
        self._read: dict[str, tuple[Json, MonitorState]] = {}

    async def read(self, store: Store, now: float, *, own: Mapping[str, MonitorState] | None = None) -> Board:
        """How everything stands. `own`: states that a runner in this process holds, newer than the store's. Raises StoreLost."""
        states = await self._states(store, own or {})
        silences = [from_json(Silence, body) for body in (await store.values("silence:")).values()]
        alive = pulse.pulses(await store.values(pulse.PREFIX))
        look = pulse.Looks(alive, now)
        standings: dict[str, Standing] = {}
        for number, (name, one) in enumerate(self.watches.items()):
            standings[name] = _standing(one, states.get(name), look)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)  # the checks of a runner go on in between
        world = World(self.bundle, self.ties, tuple(silences), standings)
        posted = await deliveries(self.bundle, store)
        found: list[Shown] = []
        for name, state in states.items():
            if on := incidents_of(self.watches[name], state):
                found += [_incident(self.watches[name], instance, incident, world, posted, now) for instance, incident in on]
                await asyncio.sleep(0)
        runners = tuple(ShownRunner(one.id, one.at, one.started, one.working(now), dict(one.wrong)) for one in alive)
        return Board(
            self.bundle,
            now,
            runners,
            tuple(sorted(found, key=lambda one: (one.over is not None, one.rank, one.since, one.key))),
            standings,
            states,
            tuple(sorted((_silence(one) for one in silences if one.end > now), key=lambda one: (one.end, one.id))),
            letters(self.bundle, posted, now, keys={one.key for one in found}),
        )

    async def _states(self, store: Store, own: Mapping[str, MonitorState]) -> dict[str, MonitorState]:
        """Of every monitor that has one. What the store holds is read again only where it has changed."""
        states = {name: own[name] for name in self.watches if name in own}
        wanted = [name for name in self.watches if name not in own]
        found = await store.states(wanted) if wanted else {}
        for number, (name, body) in enumerate(found.items()):
            known = self._read.get(name)
            if known is None or known[0] != body:
                self._read[name] = known = (body, from_json(MonitorState, body))
            states[name] = known[1]
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        self._read = {name: self._read[name] for name in found}
        return states


def _standing(one: Watch, state: MonitorState | None, look: pulse.Looks) -> Standing:
    """What is simply fine is not written at each result, so it is a runner's sign of life that tells it from what nobody looks at."""
    said = standing(one, state) if state is not None else None
    if said is not None and said.state == "firing":
        return said
    if not look.fresh(one.name, one.monitor.every_s) or (said is None and look.waiting(one.name)):
        return Standing("unknown", 0, at=said.at if said is not None else None)
    return said if said is not None else Standing("ok", 0)


async def board(bundle: Bundle, store: Store, now: float) -> Board:
    """Read how everything stands, once. Raises StoreLost."""
    return await Reader(bundle).read(store, now)


def incidents_of(one: Watch, state: MonitorState) -> list[tuple[Instance, Incident]]:
    """The incidents of a monitor, each with its instance; that it cannot be evaluated comes last."""
    found = [(instance, instance.incident) for instance in state.instances.values() if instance.incident is not None]
    return found + ([(_whole(state.health), state.health.incident)] if state.health.incident is not None else [])


def _whole(health: Health) -> Instance:
    return Instance(incident=health.incident)


def _incident(one: Watch, instance: Instance, incident: Incident, world: World, posted: Deliveries, now: float) -> Shown:
    health = incident.kind == "health"
    rung = one.health if health else one.rung(incident.rank)
    title = one.monitor.title
    if health:
        title += ": cannot be evaluated"
    elif instance.labels:
        title += f" ({instance_name(instance.labels)})"
    named = key(one, instance, incident)
    next_at, _ = following = Teller(one, instance, incident, now, world).following()
    ack = incident.ack
    return Shown(
        named,
        one.name,
        title,
        rung.severity.name,
        rung.severity.rank,
        rung.severity.color,
        rung.severity.emoji,
        one.monitor.service or "",
        one.monitor.team or "",
        incident.opened,
        incident.over,
        incident.value,
        incident.text,
        incident.reason,
        incident.held,
        posted.of(named, incident.told),
        ack.by if ack is not None else "",
        ack.at if ack is not None else None,
        ack.until if ack is not None else None,
        next_at,
        _called(incident, world.bundle, *following),
        incident.kind,
    )


def _called(incident: Incident, bundle: Bundle, at: float | None, names: str) -> tuple[str, ...]:
    """Whom the next step calls: a rotation with whoever has it then."""
    steps = [
        step for climb in incident.climbs for step in bundle.escalations[climb.escalation].steps if climb.escalation in bundle.escalations
    ]
    step = next((one for one in steps if ", ".join(recipient.name for recipient in one.recipients) == names), None)
    if at is None or step is None:
        return (names,) if names else ()
    return tuple(_recipient(one, bundle, at) for one in step.recipients)


def _recipient(one: Recipient, bundle: Bundle, at: float) -> str:
    match one.kind:
        case "rotation" if one.name in bundle.rotations:
            rotation = bundle.rotations[one.name]
            person = bundle.people.get(on_call(rotation, one.layer, at) or "")
            return f"{person.title} ({rotation.title})" if person is not None else f"{rotation.title}, where nobody is on call"
        case "person" if one.name in bundle.people:
            return bundle.people[one.name].title
        case "team" if one.name in bundle.teams:
            return bundle.teams[one.name].title
        case "channel" if one.name in bundle.channels:
            return bundle.channels[one.name].title
        case _:
            return one.name


def _silence(one: Silence) -> ShownSilence:
    return ShownSilence(one.id, matched(one), one.start, one.end, one.by, one.comment, one.maintenance)


def matched(one: Silence) -> str:
    """The matchers of a silence as people write them."""
    return ", ".join(f"{matcher.label}{matcher.op}{matcher.value}" for matcher in one.matchers) or "everything"


def named(incidents: Sequence[Shown], what: str) -> list[Shown]:
    """The incidents that are on and that somebody means: by key, or by monitor."""
    return [one for one in incidents if one.over is None and what in {one.key, one.monitor, f"monitor.{one.monitor}"}]
