"""[I/O] One running runner: engine, sender, page and external heartbeat, from the start to a graceful stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monctl.bundle import Bundle
from monctl.errors import MonctlError, UsageError
from monctl.resource import SecretRef
from monctl.runner import machine, pulse
from monctl.runner.asking import Limits
from monctl.runner.board import incidents_of
from monctl.runner.checks import Check, shard
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.core.state import MonitorState
from monctl.runner.core.watch import Watch
from monctl.runner.core.world import Overlay
from monctl.runner.engine import Engine
from monctl.runner.gauges import Gauges
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Delivered, Notifier, Receiver, Sent
from monctl.runner.options import Options, notifiers, options, page_url, templates, told
from monctl.runner.outcome import Outcome
from monctl.runner.preflight import unusable
from monctl.runner.probes.guard import Guard
from monctl.runner.probes.probe import Ask, Means, Probe
from monctl.runner.probes.registry import probe
from monctl.runner.sender import Sender
from monctl.runner.store.store import Commit, Leases, Store, StoreLost
from monctl.runner.strain import Strain, sentence

LOG = logging.getLogger("monctl.runner")
_ROUND_S = 10.0
"""The loop went round this long ago at most, or the runner is stuck."""
_WRITTEN_S = 60.0
_OUTBOX_S = 600.0
_PULSE_S = 60.0
_PRUNE_S = 3600.0
_MIND_S = 5.0
_STRAIN_S = 60.0
_FIRST_S = 2.0
"""Between signs of life while some monitors have no result yet."""
_DOWN_S = 20.0
"""How long a graceful stop may take."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a runner is started with."""

    load: Callable[[], Bundle]
    """Reads the bundle, again at each reload. Raises a MonctlError."""
    secrets: Callable[[SecretRef], str]
    root: Path
    """What relative paths of options and secrets are relative to."""
    store: Store
    leases: Leases | None = None
    clock: Clock | None = None
    dry_run: Callable[[Message], None] | None = None
    """Called instead of sending."""


class Runner:
    """Made of a bundle; `run()` until a signal, `once()` for one round."""

    def __init__(self, given: Given) -> None:
        """Raises UsageError for options that cannot be read."""
        self.given = given
        self.bundle = given.load()
        self.options: Options = options(self.bundle.options)
        self.clock = given.clock or SystemClock()
        self.gauges = Gauges()
        self._guard = Guard(self.options.guard) if self.options.guard else None
        self._notifiers = self._tell()
        self._at_once = machine.at_once(machine.take_files(), self.options.at_once)
        self._strain, self._strained = Strain(), ""
        self.engine = Engine(
            self.bundle, given.store, self.clock, self._probe, leases=given.leases, gauges=self.gauges,
            limits=Limits(at_once=self._at_once), page=page_url(self.options),
        )  # fmt: skip
        self.sender = Sender(self.bundle, given.store, self.clock, lambda: self._notifiers, gauges=self.gauges, muted=self._muted)
        self._cursors = _Cursors(self.engine)
        self._means = self._share()
        self._id = pulse.new_id()
        self._started = self.clock.wall()
        self._seen_all = False
        self._stays = False
        """This process is the runner's alone, and for long."""
        self._reloading = asyncio.Lock()

    def well(self) -> dict[str, str]:
        """What is wrong with the runner itself; empty: it is well. For `/healthz` and the external heartbeat."""
        now = self.clock.mono()
        found = {}
        if now - self.engine.last_round > _ROUND_S:
            found["scheduler"] = f"the loop has not gone round for {now - self.engine.last_round:.0f} s"
        if now - self.engine.written_at > _WRITTEN_S:
            found["store"] = f"nothing could be written for {now - self.engine.written_at:.0f} s"
        if self.sender.oldest_due_s > _OUTBOX_S:
            found["outbox"] = f"a message has been due for {self.sender.oldest_due_s:.0f} s"
        return found

    def strained(self) -> dict[str, str]:
        """What the runner cannot keep up with, though it is well; empty: it keeps up. For `/healthz` and the page."""
        return {"checks": self._strained} if self._strained else {}

    async def once(self) -> None:
        """Every check once, then what follows is sent. Raises StoreLost."""
        await self._begin()
        try:
            await self.engine.once()
            await self._alive(ended=True)
            while await self.sender.send_due():
                pass
        finally:
            await self._close()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; SIGHUP reads the bundle again. Raises StoreLost when it cannot even begin."""
        machine.take_threads()
        await self._begin()
        machine.settle()
        self._stays = True
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        tasks: list[asyncio.Task[None]] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: tasks.append(asyncio.create_task(self.reload())))
        LOG.info("started", extra={"estate": self.bundle.estate, "checks": len(self.engine.checks), "monitors": len(self.engine.watches)})
        self._warn()
        engine = asyncio.create_task(self.engine.run())
        sender = asyncio.create_task(self.sender.run())
        tasks += [asyncio.create_task(work()) for work in (self._pulse, self._prune, self._renew, self._live, self._mind)]
        page = asyncio.create_task(self._serve_page())
        waiting = asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait({engine, sender, page, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            LOG.info("stopping")
            self.engine.stop()
            self.sender.stop()
            for task in (*tasks, page, waiting):
                task.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DOWN_S):
                    await asyncio.gather(engine, return_exceptions=True)
                    await self._release()  # others go on at once, while what is being sent here is finished
                    await asyncio.gather(sender, return_exceptions=True)
            await asyncio.gather(*tasks, page, waiting, return_exceptions=True)
            with contextlib.suppress(StoreLost):
                await self._alive(ended=True)
            await self._close()
        for task in (engine, sender, page):
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error
        LOG.info("stopped")

    def _warn(self) -> None:
        """Channels that could not be used now: better read here than found out at night."""
        for name, why in unusable(self.bundle, self.options, self.given.secrets):
            LOG.warning("a channel cannot be used", extra={"channel": name, "why": why})

    async def reload(self) -> None:
        """Read the bundle again. One that cannot be read, or whose options make no sense, changes nothing."""
        async with self._reloading:
            try:
                bundle = await asyncio.to_thread(self.given.load)
                said = options(bundle.options)
                templates(said.templates, self.given.root)
                await self.engine.reload(bundle)
            except MonctlError as error:
                LOG.error("the bundle was not read again; the old one stays", extra={"why": str(error)})
                return
            except Exception:
                LOG.exception("reading the bundle again raised; the old one stays")
                return
            if said.page.listen != self.options.page.listen or said.store != self.options.store:
                LOG.warning("another `store` or `page.listen` takes effect when the runner is started anew")
            self.bundle, self.options = bundle, said
            self._means = self._share()
            self.engine.page = self.engine.post.page = page_url(said)
            await self._notifiers.close()
            self._notifiers = self._tell()
            self.sender.adopt(bundle)
            LOG.info("read again", extra={"checks": len(self.engine.checks), "monitors": len(self.engine.watches)})
            self._warn()

    async def _begin(self) -> None:
        """Read everything back; what was opened for it is closed when that fails."""
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise

    async def _live(self) -> None:
        """A sign of life in the store, for `monctl status` and other runners' pages."""
        with contextlib.suppress(StoreLost):
            old = pulse.gone(await self.given.store.values(pulse.PREFIX), self.clock.wall())
            if old:
                await self.given.store.commit(Commit(values=old))
        while True:
            with contextlib.suppress(StoreLost):
                await self._alive()
            await asyncio.sleep(pulse.EVERY_S if self._seen_all else _FIRST_S)

    async def _alive(self, *, ended: bool = False) -> None:
        """Raises StoreLost."""
        held = None if self.given.leases is None else tuple(sorted(self.given.leases.held()))
        engine = self.engine
        waiting = tuple(
            name
            for name in sorted(engine.watches)
            if engine.holds(shard(name)) and (name not in engine.states or not engine.states[name].slot)
        )
        if self._stays and not waiting and not self._seen_all:
            machine.settle(search=False)  # every probe and every first state is there now
        self._seen_all = not waiting
        on = Counter(
            one.rung(each.rank).severity.name for one, state in self._own() for _, each in incidents_of(one, state) if each.over is None
        )
        for severity in self.bundle.severities:
            self.gauges.firing.labels(severity).set(on[severity])
        found = pulse.Pulse(self._id, self.clock.wall(), self._started, held, waiting, {} if ended else self.well(), ended)
        await self.given.store.commit(Commit(values=pulse.record(found)))

    def _own(self) -> Iterator[tuple[Watch, MonitorState]]:
        """The monitors this runner looks after, as far as something is known of them."""
        engine = self.engine
        return (
            (engine.watches[name], state) for name, state in engine.states.items() if name in engine.watches and engine.holds(shard(name))
        )

    async def _mind(self) -> None:
        """Say so, once a minute, while the runner misses slots of its checks because it is too busy."""
        said_at = -_STRAIN_S
        while True:
            now = self.clock.mono()
            missed = self._strain.look(self.gauges.missed_by_cause(), self.gauges.stood_s(), now)
            self.gauges.strain.set(sum(missed.values()))
            if self._strained and not missed:
                LOG.info("the runner keeps up again")
            self._strained = sentence(missed, self._at_once, slow=self._strain.slow)
            if self._strained and now - said_at >= _STRAIN_S:
                LOG.warning(self._strained, extra={"missed": missed})
                said_at = now
            await asyncio.sleep(_MIND_S)

    async def _open(self) -> None:
        if self.given.leases is not None:
            await self.given.leases.renew()
        await self.engine.load()

    async def _release(self) -> None:
        if self.given.leases is not None:
            with contextlib.suppress(StoreLost):
                await self.given.leases.release()

    async def _close(self) -> None:
        await self._release()
        await self._notifiers.close()
        if self._guard is not None:
            await self._guard.close()
        await self.given.store.close()

    def _tell(self) -> Notifier:
        if self.given.dry_run is not None:
            return _Printed(self.given.dry_run)
        return notifiers(self.options, self.given.secrets, self.given.root)

    def _share(self) -> Means:
        """One for all probes of a bundle: a pool for each would be a connection for each monitor."""
        return Means(self.given.secrets, self.bundle.datasources, self.options.network, self._cursors)

    def _probe(self, check: Check) -> Probe:
        made = probe(check.source, self._means)
        return made if self._guard is None else _Guarded(made, self._guard)

    def _muted(self, message: Message, now: float) -> bool:
        """Whether every alert of a message is muted now."""
        world = self.engine.world()

        def muted(monitor: str, labels: Mapping[str, str]) -> Overlay | None:
            return world.overlay(monitor, labels, now)

        return bool(message.items) and all(item.monitor and muted(item.monitor, item.labels) for item in message.items)

    async def _serve_page(self) -> None:
        from monctl.runner.page.serving import serve_page

        await serve_page(self)

    async def _renew(self) -> None:
        """Leases of shards, a third of their time before they end."""
        if self.given.leases is None:
            return
        while True:
            try:
                self.gauges.shards.set(len(await self.given.leases.renew()))
            except StoreLost as error:
                LOG.warning("the leases could not be renewed", extra={"why": str(error)})
            except Exception:  # a bug: without leases this runner would be there and do nothing
                LOG.exception("renewing raised")
            await asyncio.sleep(self.given.leases.renew_s)

    async def _prune(self) -> None:
        while True:
            with contextlib.suppress(StoreLost):
                await self.given.store.prune(self.clock.wall(), results_s=self.options.results, history_s=self.options.history)
            await asyncio.sleep(_PRUNE_S)

    async def _pulse(self) -> None:
        """Somebody else learns that the runner is well, each minute; when it is not, or dead, they hear nothing."""
        if self.options.heartbeat is None:
            return
        import aiohttp

        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            while True:
                if wrong := self.well():
                    LOG.warning("the external heartbeat is held back", extra={"wrong": wrong})
                else:
                    try:
                        async with session.get(told(self.options.heartbeat, self.given.secrets) or "") as answer:
                            await answer.read()
                    except (aiohttp.ClientError, TimeoutError, UsageError, ValueError) as error:
                        LOG.warning("the external heartbeat could not be sent", extra={"why": type(error).__name__})
                await asyncio.sleep(_PULSE_S)


class _Cursors:
    """Places of logs, kept in the store with everything else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, check: str) -> object | None:
        return self._engine.places.get(check)

    def save(self, check: str, place: object) -> None:
        self._engine.places[check] = place
        self._engine.post.value(f"cursor:{check}", place)


class _Printed:
    """Shows messages instead of sending them."""

    def __init__(self, show: Callable[[Message], None]) -> None:
        self._show = show

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        self._show(message)
        return Sent()

    async def close(self) -> None:
        """Nothing is held."""


class _Guarded:
    """A probe whose bad news counts only while the runner's own network is up."""

    def __init__(self, made: Probe, guard: Guard) -> None:
        self._made, self._guard = made, guard

    async def ask(self, ask: Ask) -> Outcome:
        return await self._guard.judge(await self._made.ask(ask))

    async def close(self) -> None:
        await self._made.close()
