"""Steps monitors, keeps their timers, and collects what is to be written: what the engine does to states, apart from asking and from the store."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable

from monctl.bundle import Bundle
from monctl.decode import from_json
from monctl.program import to_json
from monctl.resource import Json
from monctl.runner.agenda import Agenda, Due
from monctl.runner.checks import shard
from monctl.runner.core.carry import carried, shifted
from monctl.runner.core.effect import Notice, Recheck
from monctl.runner.core.event import Event, Removed, Tick
from monctl.runner.core.group import Group
from monctl.runner.core.level import Phase
from monctl.runner.core.state import MonitorState
from monctl.runner.core.step import held, standing, step, wake
from monctl.runner.core.watch import Watch, watch
from monctl.runner.core.world import Silence, Standing, World, ties
from monctl.runner.figures import Figures
from monctl.runner.gauges import Gauges
from monctl.runner.post import Post
from monctl.runner.store.store import Forwarded

LOG = logging.getLogger("monctl.runner")


class Stepper:
    """The states of one runner. Time, leases and asking are its engine's."""

    def __init__(self, bundle: Bundle, gauges: Gauges, page: str) -> None:
        self.gauges, self.page = gauges, page
        self.states: dict[str, MonitorState] = {}
        self.silences: dict[str, Silence] = {}
        self.standings: dict[str, Standing] = {}
        """Of the monitors others ask for: parents, parts of composites, what objectives count."""
        self.asked_for: set[str] = set()
        """Those monitors."""
        self.post = Post(bundle, page)
        self._agenda = Agenda()
        self._figures = Figures()
        self._ticks: dict[str, float] = {}
        self._flushes: dict[str, float] = {}
        self._waiting: dict[str, set[str]] = {}
        self._rechecked: dict[str, float] = {}

    def now(self) -> float:
        """Seconds since the epoch."""
        raise NotImplementedError

    def holds(self, part: int) -> bool:
        """Whether a shard is ours."""
        raise NotImplementedError

    def _recheck(self, name: str) -> None:
        raise NotImplementedError

    def world(self) -> World:
        """What steps may know at this moment."""
        return World(self.bundle, self._ties, tuple(self.silences.values()), self.standings, self.page)

    def _watch(self, bundle: Bundle) -> None:
        """What follows from a bundle for steps."""
        self.bundle = self.post.bundle = bundle
        self.watches: dict[str, Watch] = {name: watch(bundle, one) for name, one in bundle.monitors.items() if one.active}
        self._ties = ties(bundle)

    def keep(self, held: Collection[int]) -> None:
        """Forget what is of other shards than these."""
        self.states = {name: state for name, state in self.states.items() if shard(name) in held}
        self.post.groups = {key: group for key, group in self.post.groups.items() if shard(key) in held}

    def adopt_state(self, name: str, state: MonitorState) -> None:
        """A state from the store: of another spec perhaps, and perhaps of a clock that was ahead of ours."""
        state = carried(self.watches[name], state)
        ahead = state.slot - self.now()
        self.states[name] = shifted(state, -ahead) if ahead > 0 else state
        self._stand(name)
        if _on(self.states[name]):
            self._tick_now(name)  # steps of an escalation may have fallen due while nobody ran

    def adopt_group(self, key: str, body: Json) -> None:
        """A group from the store."""
        self.post.groups[key] = from_json(Group, body)
        self._await_flush(key)

    def hear_forwarded(self, found: Iterable[Forwarded]) -> None:
        """Notices of other runners for groups of ours."""
        for key in self.post.forwarded(found, self.now(), holds=self.holds):
            self._await_flush(key)

    def _shift(self, by_s: float) -> None:
        """The clock was set back, and the agenda is empty."""
        self._ticks.clear()
        self._flushes.clear()
        self.states = {name: shifted(state, by_s) for name, state in self.states.items()}
        for name, state in self.states.items():
            if _matters(state):
                self.post.state(name, to_json(state))
            self._stand(name)
            self._await_tick(name)
        for key in self.post.groups:
            self._await_flush(key)

    def _look_at_all(self) -> None:
        """There are new deliveries, new hours."""
        self._ticks.clear()
        for name, state in self.states.items():
            if _on(state):
                self._tick_now(name)

    def _tick(self, due: Due) -> None:
        if self._ticks.get(due.name) == due.at:
            del self._ticks[due.name]
            if due.name in self.watches and self.holds(shard(due.name)):
                self._event(due.name, Tick())

    def _flush(self, due: Due, now: float) -> None:
        if self._flushes.get(due.name) == due.at:
            del self._flushes[due.name]
            if self.holds(shard(due.name)):
                self.post.flush(due.name, now, muted=self._muted)
                self._await_flush(due.name)

    def _event(self, name: str, event: Event) -> None:
        before = self.states.get(name, MonitorState())
        after = self.step_once(name, self.watches[name], before, event)
        if after is None:
            return
        self.states[name] = after
        self._stand(name)
        self._await_tick(name)

    def step_once(self, name: str, one: Watch, state: MonitorState, event: Event) -> MonitorState | None:
        """Step a monitor and collect what is to be written. None: the step raised, a bug of ours; the monitor goes on as it was."""
        now = self.now()
        try:
            after, effects = step(one, state, event, now, self.world())
            touched = self.post.effects(effects, now, recheck=lambda wanted: self._wait_for(wanted, name), holds=self.holds)
        except Exception:
            LOG.exception("a step raised", extra={"monitor": name})
            self.gauges.steps.inc()
            return None
        for key in touched:
            self._await_flush(key)
        if isinstance(event, Removed):
            self.post.state(name, to_json(after) if after.count else None)
        elif effects or _matters(after) or _matters(state) or after.outcome != state.outcome:
            self.post.state(name, to_json(after))
        return after

    def _stand(self, name: str) -> None:
        """How a monitor stands, where others ask; those that waited for it are looked at again."""
        if name not in self.asked_for:
            return
        self.standings[name] = found = standing(self.watches[name], self.states[name])
        self._figures.stood(name, self.states[name].slot, found)
        for child in self._waiting.pop(name, ()):
            self._tick_now(child)

    def _tick_now(self, name: str) -> None:
        self._ticks[name] = now = self.now()
        self._agenda.put(now, "tick", name)

    def _await_tick(self, name: str) -> None:
        """Keep the timer of a monitor at what is due next."""
        state = self.states[name]
        at = wake(self.watches[name], state, self.now(), self.world()) if _on(state) and name in self.watches else None
        if at is None:
            self._ticks.pop(name, None)
        elif self._ticks.get(name) != at:
            self._ticks[name] = at
            self._agenda.put(at, "tick", name)

    def _await_flush(self, key: str) -> None:
        group = self.post.groups.get(key)
        if group is not None and self._flushes.get(key) != group.flush_at:
            self._flushes[key] = group.flush_at
            self._agenda.put(group.flush_at, "group", key)

    def _muted(self, notice: Notice) -> bool:
        """Whether a message that waits in a group must go on waiting."""
        name = notice.item.monitor
        if self.world().overlay(name, notice.item.labels, self.now()) is not None:
            return True
        return name in self.watches and name in self.states and held(self.watches[name], self.states[name], notice.incident)

    def _wait_for(self, wanted: Recheck, child: str) -> None:
        """A child's message waits for a monitor it depends on: the child is looked at when that has answered, and it is asked at once.

        Once in its time-out at most: one that cannot answer must not be asked without end.
        """
        self._waiting.setdefault(wanted.monitor, set()).add(child)
        now, timeout_s = self.now(), self.watches[wanted.monitor].monitor.timeout_s
        if wanted.ask and not 0 <= now - self._rechecked.get(wanted.monitor, 0.0) < timeout_s:
            self._rechecked[wanted.monitor] = now
            self._recheck(wanted.monitor)


def _on(state: MonitorState) -> bool:
    """Whether there is an incident."""
    return state.health.incident is not None or any(one.incident is not None for one in state.instances.values())


def settles(one: Watch, state: MonitorState) -> Iterable[float]:
    """When a level that is on its way in or out gets there if nothing changes."""
    predicates = [found for rung in one.rungs for found in rung.predicates]
    for instance in state.instances.values():
        for found, level in zip(predicates, instance.levels, strict=False):
            if level.phase is Phase.PENDING:
                yield level.at + found.for_s
            elif level.phase is Phase.RECOVERING:
                yield level.at + one.pace.recover_s


def _matters(state: MonitorState) -> bool:
    """Whether losing this state would lose evidence: something is not simply fine."""
    if state.health.bad_since is not None or state.health.incident is not None:
        return True
    return any(
        one.incident is not None or one.flapping or one.samples or any(level.phase is not Phase.INACTIVE for level in one.levels)
        for one in state.instances.values()
    )
