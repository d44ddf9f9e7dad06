"""One monitor played through: made-up measurements stepped in made-up time, and who would have been told of it when. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monctl.bundle import Bundle
from monctl.decode import from_json
from monctl.program import to_json
from monctl.runner.core.carry import carried
from monctl.runner.core.effect import Notice, Recheck, Transition
from monctl.runner.core.event import Acked, Event, Removed, Result, Tick, Unacked
from monctl.runner.core.group import Group
from monctl.runner.core.state import MonitorState
from monctl.runner.core.step import held, step, wake
from monctl.runner.core.watch import Watch, watch
from monctl.runner.core.world import Silence, Standing, Ties, World, ties
from monctl.runner.post import Post
from monctl.runner.series import Sample
from monctl.runner.store.store import Letter


@dataclass(frozen=True, slots=True)
class Unsilenced:
    """A silence taken back before its end."""

    id: str


@dataclass(frozen=True, slots=True)
class Stands:
    """Another monitor stands so from now on."""

    monitor: str
    standing: Standing


Happening = Acked | Unacked | Removed | Silence | Unsilenced | Stands | Bundle
"""What can happen besides measurements; a bundle: the runner goes on with that one."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that happens at an instant."""

    at: float
    """Seconds since the epoch."""
    what: Happening


@dataclass(frozen=True, slots=True)
class Said:
    """One message, and when it would have gone out."""

    at: float
    letter: Letter


@dataclass(frozen=True, slots=True)
class Played:
    """All that came of it."""

    said: tuple[Said, ...]
    transitions: tuple[Transition, ...]
    state: MonitorState
    rechecks: tuple[tuple[float, str], ...] = ()
    """When a monitor it depends on would have been asked at once."""


def play(
    bundle: Bundle,
    monitor: str,
    samples: Sequence[Sample],
    *,
    start: float,
    actions: Iterable[Action] = (),
    until: float | None = None,
) -> Played:
    """Step a monitor through samples at its own interval from `start` on, and whatever falls due between them, up to `until`."""
    stage = _Stage(bundle, monitor, start)
    every_s = bundle.monitors[monitor].every_s
    events: list[tuple[float, int, Sample | Action]] = [(action.at, 1, action) for action in actions]
    slot = start
    for sample in samples:
        events.append((slot, 0 if sample == "restart" else 2, sample))
        slot += 0.0 if sample == "restart" else every_s
    for instant, _, what in sorted(events, key=lambda event: event[:2]):
        stage.wait(instant)
        stage.take(what)
    stage.wait(until if until is not None else slot)
    return Played(tuple(stage.said), tuple(stage.transitions), stage.state, tuple(stage.rechecks))


@dataclass(slots=True)
class _Stage:
    """A state, a post, and a clock that only goes forward."""

    bundle: Bundle
    monitor: str
    now: float
    state: MonitorState = MonitorState()
    silences: dict[str, Silence] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    rechecks: list[tuple[float, str]] = field(default_factory=list)
    down: bool = False
    post: Post = field(init=False)
    watch: Watch = field(init=False)
    ties: Ties = field(init=False)

    def __post_init__(self) -> None:
        self.post = Post(self.bundle)
        self._adopt(self.bundle)

    def wait(self, until: float) -> None:
        """Whatever falls due up to an instant, itself included."""
        while not self.down:
            wakes = wake(self.watch, self.state, self.now, self._world())
            at = min([*(group.flush_at for group in self.post.groups.values()), *([wakes] if wakes is not None else [])], default=None)
            if at is None or at > until:
                break
            self.now = max(self.now, at)
            for key in [key for key, group in self.post.groups.items() if group.flush_at <= self.now]:
                self.post.flush(key, self.now, muted=self._muted)
            if wakes is not None and wakes <= self.now:
                self._step(Tick())
            self._collect()
        self.now = max(self.now, until)

    def take(self, what: Sample | Action) -> None:
        """One thing that happens now."""
        match what:
            case "restart":
                self._restart()
            case "down":
                self.down = True
            case Action(what=thing):
                self._act(thing)
            case _:
                if self.down:
                    self.down = False
                    self._restart()
                    self._step(Tick())
                self._step(Result(self.now, what))
        self._collect()

    def _act(self, what: Happening) -> None:
        match what:
            case Silence():
                self.silences[what.id] = what
            case Unsilenced():
                self.silences.pop(what.id, None)
            case Stands(monitor=name, standing=standing):
                self.standings[name] = standing
                self._step(Tick())
            case Bundle():
                self._adopt(what)
                self.state = carried(self.watch, self.state)
            case _:
                self._step(what)

    def _adopt(self, bundle: Bundle) -> None:
        self.bundle = self.post.bundle = bundle
        self.watch, self.ties = watch(bundle, bundle.monitors[self.monitor]), ties(bundle)

    def _restart(self) -> None:
        """Nothing survives but what the store has: JSON."""
        self.state = from_json(MonitorState, json.loads(json.dumps(to_json(self.state))))
        groups = {key: from_json(Group, json.loads(json.dumps(to_json(group)))) for key, group in self.post.groups.items()}
        self.post = Post(self.bundle)
        self.post.groups = groups

    def _world(self) -> World:
        return World(self.bundle, self.ties, tuple(self.silences.values()), self.standings)

    def _step(self, event: Event) -> None:
        self.state, effects = step(self.watch, self.state, event, self.now, self._world())
        self.post.effects(effects, self.now, recheck=self._recheck, holds=lambda _: True)

    def _collect(self) -> None:
        found = self.post.take()
        self.said += [Said(self.now, letter) for letter in found.letters]
        self.transitions += found.transitions

    def _recheck(self, wanted: Recheck) -> None:
        if wanted.ask:
            self.rechecks.append((self.now, wanted.monitor))

    def _muted(self, notice: Notice) -> bool:
        overlay = self._world().overlay(notice.item.monitor, notice.item.labels, self.now)
        return overlay is not None or held(self.watch, self.state, notice.incident)
