"""The shell around the state machine: runs checks at their slots, steps their outcomes, and writes what follows. All state changes in one thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping

from monctl.bundle import Bundle
from monctl.decode import from_json
from monctl.measure import Composite
from monctl.program import to_json
from monctl.resource import Json
from monctl.runner.agenda import Due
from monctl.runner.asking import Asker, Limits
from monctl.runner.beats import Beat
from monctl.runner.checks import Check, by_monitor, checks, in_order, shard
from monctl.runner.clock import Clock
from monctl.runner.company import ALL, Company
from monctl.runner.core.carry import carried
from monctl.runner.core.event import Removed, Result
from monctl.runner.core.state import MonitorState
from monctl.runner.core.world import Silence
from monctl.runner.gauges import Gauges
from monctl.runner.heartbeats import Heartbeats
from monctl.runner.orders import event_of, silence_of
from monctl.runner.outcome import Fault, Outcome
from monctl.runner.probes.probe import Probe
from monctl.runner.stepper import Stepper, settles
from monctl.runner.store.store import Fenced, Leases, Order, Store, StoreLost
from monctl.runner.timekeeper import Timekeeper
from monctl.runner.writer import Writer

LOG = logging.getLogger("monctl.runner")


class Engine(Stepper):
    """One runner of one bundle: `load()`, then `run()` until `stop()`."""

    def __init__(
        self,
        bundle: Bundle,
        store: Store,
        clock: Clock,
        probe: Callable[[Check], Probe],
        *,
        leases: Leases | None = None,
        gauges: Gauges | None = None,
        limits: Limits | None = None,
        page: str = "",
        poll_s: float = 1.0,
    ) -> None:
        """`poll_s`: how often at least to look at the clocks, whether one jumped, and at the store, for orders and what others left there."""
        super().__init__(bundle, gauges or Gauges(), page)
        self.store, self.clock = store, clock
        self.places: dict[str, Json] = {}
        """How far logs and their like were read, by check."""
        self.last_round = clock.mono()
        """When the loop last went round, on the monotonic clock: a health check sees a stuck one."""
        self._leases = leases
        self._time = Timekeeper(clock)
        self.heartbeats = Heartbeats(self._agenda, clock.wall())
        self._asker = Asker(probe, self._arrived, self.gauges, limits or Limits(), self.now)
        self._inbox: deque[tuple[Check, float, Outcome]] = deque()
        self._woken = asyncio.Event()
        self._stopping = False
        self._poll_s = poll_s
        self._company = Company(self, poll_s)
        self._writer = Writer(store, self.post, self._figures, self.gauges, clock, self._company, poll_s)
        self._adopt(bundle)

    def _adopt(self, bundle: Bundle) -> None:
        """All that follows from a bundle."""
        self._watch(bundle)
        self.checks = checks(bundle)
        self._check_of = by_monitor(self.checks)
        self._figures.adopt(bundle, self.checks, self.now())
        parts = {one.monitor for check in self.checks.values() if isinstance(check.source, Composite) for one in check.source.members}
        burned = {slo.monitor for slo in bundle.slos.values()}
        parents = {name for names in self._ties.parents.values() for name in names}
        self.asked_for = {name for name in parents | parts | burned if name is not None and name in self.watches}

    def now(self) -> float:
        """Seconds since the epoch; never decreases but for a jump of the clock."""
        return self._time.now()

    @property
    def written_at(self) -> float:
        """When the store last took what there was, on the monotonic clock."""
        return self._writer.written_at

    @property
    def beats(self) -> dict[str, Beat]:
        """What each job that calls has said."""
        return self.heartbeats.beats

    @property
    def in_company(self) -> bool:
        """Several runners share the work."""
        return self._leases is not None

    def shards(self) -> Mapping[int, int]:
        """What is ours now, each with its epoch."""
        return ALL if self._leases is None else self._leases.held()

    def holds(self, part: int) -> bool:
        """Whether a shard is ours, and what the store has of it was read."""
        return self._leases is None or self._company.held.get(part, -1) == self._leases.held().get(part)

    # life

    async def load(self) -> None:
        """Read everything back. Nothing is told because of a restart. Raises StoreLost."""
        for name, body in (await self.store.values("silence:")).items():
            self.silences[name.removeprefix("silence:")] = from_json(Silence, body)
        await self._company.load()
        await self._figures.load(self.store, self.now())
        self._schedule(self.now())

    async def run(self) -> None:
        """Until `stop()`."""
        self._writer.start()
        polling = asyncio.create_task(self._company.run())
        try:
            while not self._stopping:
                self._look_at_clocks()
                self._work()
                self._writer.wake()
                self.last_round = self.clock.mono()
                await self._rest()
        finally:
            await self._asker.close()
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
            self._drain()
            with contextlib.suppress(StoreLost, Fenced):
                await self._writer.close()

    def stop(self) -> None:
        """End: what was decided is written, checks in flight are given up."""
        self._stopping = True
        self._woken.set()

    async def close(self) -> None:
        """Give back what probes hold, and write the rest. For who moves the clock himself; `run()` and `once()` do it themselves."""
        await self._asker.close()
        self._drain()
        await self._writer.close()

    async def once(self) -> None:
        """Ask every check once, step what it says, write, and close. Raises StoreLost."""
        await self._company.poll()
        now = self.now()
        asked = [check for check in self.checks.values() if not check.derived and not check.heartbeat]
        for check, found in zip(asked, await asyncio.gather(*(self._asker.ask(check, now) for check in asked)), strict=True):
            self._arrived(check, now, found)
        self._drain()
        for check in self.checks.values():
            if check.heartbeat:
                self._beat(check.id, self.now())
        for check in in_order(self.checks, self.bundle):
            self._arrive(check, now, self._derived(check, now))
        await self._writer.write()
        await self._asker.forget()

    async def reload(self, bundle: Bundle) -> None:
        """Go on with another bundle. States stay: what fires keeps firing, what was removed is over. Raises StoreLost, and nothing changed."""
        await self.write()
        new = [name for name, one in bundle.monitors.items() if one.active and name not in self.watches]
        found = await self.store.states(new)
        before = self.watches
        self._adopt(bundle)
        for name in before.keys() - self.watches.keys():
            if (state := self.states.pop(name, None)) is not None and self.holds(shard(name)):
                self.step_once(name, before[name], state, Removed())
            self.standings.pop(name, None)
        for name in before.keys() & self.watches.keys() & self.states.keys():
            self.states[name] = carried(self.watches[name], self.states[name])
        for part in {shard(name) for name in before.keys() ^ self.watches.keys()}:
            if self.holds(part):
                self.post.value(f"monitors:{part}", sorted(name for name in self.watches if shard(name) == part) or None)
        for name, body in found.items():
            if self.holds(shard(name)) and name not in self.states:
                self.adopt_state(name, from_json(MonitorState, body))
        self._agenda.keep(lambda due: due.kind in {"group", "beat"})
        self._look_at_all()
        self._schedule(self.now())
        self._woken.set()
        await self._asker.forget()

    def _schedule(self, now: float) -> None:
        for check in self.checks.values():
            if check.heartbeat:
                self.heartbeats.look_at(check.id, now)
            else:
                self._agenda.put(check.next_slot(now), "slot", check.id)

    # what the store has

    async def write(self) -> None:
        """What was decided so far, or nothing of it where a shard is another's by now. Raises StoreLost."""
        try:
            for _ in range(2):  # what could not be written before goes first, alone
                await self._writer.write()
        except Fenced:
            self._writer.drop()

    async def read_on(self, came: Collection[int], kept: Collection[int]) -> None:
        """Checks that came to us with these shards go on where their last runner was."""
        parts = {check.id: {shard(name) for name in check.monitors} for check in self.checks.values()}
        found = [name for name, own in parts.items() if not own & set(kept) and (own & set(came) or not own)]
        places = await self.store.values("cursor:")
        self.places |= {name: places[key] for name in found if (key := f"cursor:{name}") in places}
        await self._asker.forget(found)

    # one round

    def next_at(self) -> float | None:
        """When something is due next, on the wall clock; None when nothing is."""
        return self._agenda.next_at()

    async def round(self) -> None:
        """All that is due now, to its end: asked, stepped, written. For who moves the clock himself instead of `run()`. Raises StoreLost."""
        await self._company.poll()
        self._look_at_clocks()
        self._work()
        while self._asker.busy:
            await self._asker.idle()
            self._drain()
        self.last_round = self.clock.mono()
        await self._writer.write()

    def _work(self) -> None:
        """Everything that is due, and everything that has come in. What raises is a bug of ours: it is logged, and the rest goes on."""
        self._drain()
        now = self.now()
        while (due := self._agenda.pop(now)) is not None:
            try:
                self._do(due, now)
            except Exception:
                LOG.exception("what was due raised", extra={"due": due.kind, "of": due.name})
                self.gauges.steps.inc()
        self._drain()

    def _do(self, due: Due, now: float) -> None:
        match due.kind:
            case "slot":
                self._slot(due, now)
            case "tick":
                self._tick(due)
            case "group":
                self._flush(due, now)
            case "beat" if self.heartbeats.due(due.name, due.at):
                self._beat(due.name, now)
            case _:
                pass  # a timer that was moved

    async def _rest(self) -> None:
        """Until something is due or comes in."""
        at = self._agenda.next_at()
        wait = self._poll_s if at is None else min(at - self.clock.wall(), self._poll_s)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), max(wait, 0.0))
        self._woken.clear()

    def _look_at_clocks(self) -> None:
        """After a jump slots begin anew. Forward, what lies between is unknown time; back, all that was stored moves along."""
        by_s = self._time.jumped()
        if not by_s:
            return
        self.gauges.jumps.inc()
        LOG.warning("the clock jumped", extra={"by_s": round(by_s, 1)})
        now = self.now()
        self._agenda.keep(lambda due: by_s > 0 and due.kind != "slot")
        if by_s < 0:
            self._shift(by_s)
            self._figures.shift(by_s)
            self.heartbeats.shift(by_s)
        for check in self.checks.values():
            if not check.heartbeat:
                self._agenda.put(check.next_slot(now), "slot", check.id)

    def _slot(self, due: Due, now: float) -> None:
        check = self.checks.get(due.name)
        if check is None:
            return
        newest = check.slot(now)
        if (passed := round((newest - due.at) / check.every_s)) > 0:  # slots that have passed are never caught up
            self.gauges.missed.labels("late").inc(passed)
        self._agenda.put(newest + check.every_s, "slot", check.id)
        if check.monitors and not any(self.holds(shard(name)) for name in check.monitors):
            return
        if check.derived:
            self._arrive(check, newest, self._derived(check, newest))
        elif not self._asker.begin(check, newest):
            self._asker.miss(check, newest, "overlap")

    def _derived(self, check: Check, slot: float) -> Outcome:
        try:
            return self._figures.derive(check, slot, self.standings)
        except Exception as error:
            LOG.exception("a derived check raised", extra={"check": check.id})
            return Fault("bug", f"it could not be computed: {type(error).__name__}")

    def _arrived(self, check: Check, slot: float, found: Outcome) -> None:
        self._inbox.append((check, slot, found))
        self._woken.set()

    def _drain(self) -> None:
        while self._inbox:
            check, slot, found = self._inbox.popleft()
            self._arrive(check, min(slot, self.now()), found)  # asked before the clock was set back: it counts for now

    def _arrive(self, check: Check, slot: float, found: Outcome) -> None:
        self.gauges.checks.labels(type(found).__name__.lower()).inc()
        self._figures.add(check, slot, found)
        for name in check.monitors:
            if name in self.watches and self.holds(shard(name)):
                self._event(name, Result(slot, found))

    # heartbeats

    def call(self, name: str, word: str, *, code: str = "") -> bool:
        """A job calls: `start`, `fail`, or anything else for success. False: no monitor waits for it."""
        check = self._check_of.get(name)
        if check is None or not check.heartbeat:
            return False
        self.post.value(f"beat:{check.id}", to_json(self.heartbeats.call(check.id, word, self.now(), code=code)))
        self._woken.set()
        return True

    def _beat(self, name: str, now: float) -> None:
        """Look at one job: when it calls, at its deadline, while it is late at each interval, and when a `for` is over."""
        check = self.checks.get(name)
        if check is None or not check.heartbeat:
            return
        world = self.world()
        ends = [world.in_maintenance(one, self.watches[one].labels, now) for one in check.monitors if one in self.watches]
        said = self.heartbeats.said(check, now, quiet_until=max((at for at in ends if at is not None), default=None))
        if said is None:
            return
        newest = max((self.states[one].slot for one in check.monitors if one in self.states), default=0.0)
        self._arrive(check, now if now > newest else newest + 0.001, said)
        found = [at for one in check.monitors if one in self.states for at in settles(self.watches[one], self.states[one]) if at > now]
        if found:
            self.heartbeats.look_at(name, min(*found, self.heartbeats.next_look(name, now + check.every_s)))

    def _recheck(self, name: str) -> None:
        """Ask a monitor's check now, not at its next slot; the answer counts for this moment."""
        check = self._check_of.get(name)
        if check is not None and not check.derived and not check.heartbeat:
            self._asker.begin(check, self.now())

    # what people ask for

    def obey(self, order: Order) -> None:
        """Carry out what a person asked for. What concerns monitors of another runner is that one's."""
        if order.kind in {"ack", "unack"}:
            name = str(order.body.get("monitor", ""))
            if name in self.watches and self.holds(shard(name)):
                self._event(name, event_of(order))
        elif order.kind in {"silence", "maintenance"}:
            silence = silence_of(order)
            self.silences[silence.id] = silence
            self.post.value(f"silence:{silence.id}", to_json(silence))
        elif order.kind == "unsilence":
            self._unsilence(str(order.body.get("id", "")))
        else:
            self._recheck(str(order.body.get("monitor", "")))
        self._woken.set()

    def end_silences(self) -> None:
        """Forget those whose time is over."""
        for name in [name for name, one in self.silences.items() if one.end <= self.now()]:
            self._unsilence(name)

    def _unsilence(self, name: str) -> None:
        found = self.silences.pop(name, None)
        if found is None:
            return
        self.post.value(f"silence:{name}", None)
        if found.maintenance:  # deadlines that waited for its end begin anew
            for check in self.checks.values():
                if check.heartbeat:
                    self.heartbeats.look_at(check.id, self.now())
