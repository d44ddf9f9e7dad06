"""[I/O through the store] What comes from outside: orders of people, and in company what other runners heard, forwarded and left behind."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from monctl.decode import from_json
from monctl.runner.beats import Beat
from monctl.runner.checks import SHARDS, shard
from monctl.runner.core.event import Removed
from monctl.runner.core.state import MonitorState
from monctl.runner.core.step import standing
from monctl.runner.core.watch import gone
from monctl.runner.store.store import Order, StoreLost

if TYPE_CHECKING:
    from monctl.runner.engine import Engine

LOG = logging.getLogger("monctl.runner")
_ORDERS = 200
_LATE_S = 120.0
"""Acknowledgements of so long ago are carried out by who takes a shard over, if its last runner did not."""
ALL: Mapping[int, int] = dict.fromkeys(range(SHARDS), 0)


class Company:
    """The outside of one engine."""

    def __init__(self, engine: Engine, every_s: float) -> None:
        self._engine, self._every_s = engine, every_s
        self._ordered = 0
        self.held: Mapping[int, int] = {}
        """Shards whose part of the store was read, and the epoch it was read in."""

    async def load(self) -> None:
        """Everything that is ours. Raises StoreLost."""
        said = (await self._engine.store.values("orders:done")).get("orders:done")
        self._ordered = said if isinstance(said, int) else 0
        self.held = {}
        await self._take_over(self._engine.shards())
        await self._listen()

    def forget(self) -> None:
        """What we hold is not what the store has: read it all anew at the next poll."""
        self.held = {}
        self._engine.post.unhear()

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self.poll()
            except StoreLost:
                pass  # the writer says so, and it is asked again
            except Exception:  # a bug: orders must be heard for as long as the runner lives
                LOG.exception("polling raised")
            await asyncio.sleep(self._every_s)

    async def poll(self) -> None:
        """Orders; in company also shards that came or went, heartbeats, notices for our groups, and how others' monitors stand."""
        engine = self._engine
        if (held := engine.shards()) != self.held:
            await self._take_over(held)
        for order in await engine.store.orders(self._ordered):
            try:
                engine.obey(order)
            except (KeyError, TypeError, ValueError):
                LOG.warning("an order could not be understood", extra={"order": order.id, "kind": order.kind})
            self._ordered = order.id
            engine.post.value("orders:done", order.id)
            part = _part(order)
            if part is not None and engine.holds(part):
                engine.post.value(f"orders:{part}", order.id)
        engine.end_silences()
        if engine.in_company:
            await self._listen()

    async def _take_over(self, held: Mapping[int, int]) -> None:
        """Read what came to us, forget what went to others."""
        engine = self._engine
        if self.held:
            await engine.write()  # what was decided before, at the epochs it was decided in
        came = {part for part, epoch in held.items() if self.held.get(part, -1) != epoch}
        names = [name for name in engine.watches if shard(name) in came]
        states, groups = await engine.store.states(names), await engine.store.groups()
        listed = await engine.store.values("monitors:")
        left = {part: _names(listed.get(f"monitors:{part}")) - engine.watches.keys() for part in came}
        done, orders = await engine.store.values("orders:"), await engine.store.orders(max(0, self._ordered - _ORDERS))
        await engine.read_on(came, held.keys() - came)
        ghosts = await engine.store.states(sorted(name for found in left.values() for name in found))
        self.held = held
        engine.keep(held.keys() - came)
        for name, body in states.items():
            engine.adopt_state(name, from_json(MonitorState, body))
        for key, body in groups.items():
            if shard(key) in came:
                engine.adopt_group(key, body)
        for name, body in ghosts.items():
            engine.step_once(name, gone(engine.bundle, name), from_json(MonitorState, body), Removed())
        for part in came:
            now_there = sorted(name for name in engine.watches if shard(name) == part)
            if _names(listed.get(f"monitors:{part}")) != set(now_there):
                engine.post.value(f"monitors:{part}", now_there or None)

        for order in orders:  # the last runner of a shard may have died before it carried them out
            own = _part(order)
            fresh = order.id <= self._ordered and engine.now() - order.at < _LATE_S
            if fresh and own in came and order.id > int(done.get(f"orders:{own}") or 0):
                with contextlib.suppress(KeyError, TypeError, ValueError):  # said when it was read first
                    engine.obey(order)
                engine.post.value(f"orders:{own}", order.id)

    async def _listen(self) -> None:
        engine, store = self._engine, self._engine.store
        engine.hear_forwarded(await store.forwarded() if engine.in_company else [])
        for name, body in (await store.values("beat:")).items():
            with contextlib.suppress(ValueError):
                engine.heartbeats.hear(name.removeprefix("beat:"), from_json(Beat, body), engine.now())
        others = [name for name in engine.asked_for if not engine.holds(shard(name))]
        for name, body in (await store.states(others)).items():
            found = standing(engine.watches[name], from_json(MonitorState, body))
            engine.standings[name] = dataclasses.replace(found, at=None)


def _part(order: Order) -> int | None:
    """The shard whose runner alone carries an order out; None: every runner does."""
    return shard(str(order.body.get("monitor", ""))) if order.kind in {"ack", "unack"} else None


def _names(listed: object) -> set[str]:
    return {str(name) for name in listed} if isinstance(listed, list) else set()
