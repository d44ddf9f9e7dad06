"""One estate rehearsed: stand-ins all around its runner, nothing wrong at first, then what somebody breaks and mends, and who was told when."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

import yaml

from monctl.bundle import Bundle
from monctl.errors import UsageError
from monctl.quantity import Duration
from monctl.resource import Json
from monctl.runner.accelerated import Accelerated
from monctl.runner.message import Item
from monctl.runner.standins.act import Action, act
from monctl.runner.standins.around import Around
from monctl.runner.standins.pagerduty import PagerDutyAccount
from monctl.runner.standins.postgres import PostgresStandin


@dataclass(frozen=True, slots=True)
class Scene:
    """What is around a runner while nothing is wrong."""

    baseline: Sequence[Action] = ()
    """Once, before it starts."""
    life: Sequence[tuple[float, Action]] = ()
    """(seconds, what happens so often)."""
    story: Mapping[str, Json] = field(default_factory=dict)
    """What the demo breaks: `title`, `break`, `mend`, `minutes`, perhaps `phase` and `ack`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a timeline."""

    at: float
    """Seconds since the epoch."""
    receiver: str
    """A channel, `person:NAME/KIND`, or `pagerduty:PERSON`."""
    kind: str
    """Of the message; `called` for whom PagerDuty calls."""
    level: int
    """Of the escalation; 0 where it is none."""
    titles: tuple[str, ...]
    finding: str = ""
    """Of the first: its value and the threshold."""


class Rehearsal:
    """`async with`; then `do`, `until`, and look at `timeline`."""

    def __init__(
        self,
        bundle: Bundle,
        scene: Scene,
        at: float,
        *,
        server: PostgresStandin | None = None,
        account: PagerDutyAccount | None = None,
        endpoints: Mapping[str, str] | None = None,
    ) -> None:
        """`account` is the PagerDuty the estate was applied to, `endpoints` where its Events API stands."""
        self.around = Around(bundle, at, server, endpoints=endpoints)
        if account is not None:
            keys = account.keys()
            for channel in bundle.channels.values():
                reference = channel.settings.get("integration_key")
                if channel.kind == "pagerduty" and reference is not None:
                    self.around.secret[getattr(reference, "reference", "")] = keys.get(str(channel.settings["service"]), "")
        self.runner = Accelerated(bundle, self.around, at)
        self._scene, self._account = scene, account
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with self._stack as stack:
            await stack.enter_async_context(self.around)
            await stack.enter_async_context(self.runner)
            for action in self._scene.baseline:
                await self.do(action)
            for every_s, action in self._scene.life:
                self.runner.each.append((every_s, partial(self._live, action)))
            if (account := self._account) is not None:
                self.runner.each.append((0.0, partial(self._look, account)))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.runner.now

    async def do(self, action: Action) -> None:
        """Around the runner, or as a person: `call: MONITOR`, `ack: MONITOR`, `silence: MONITOR` with `minutes`."""
        match action:
            case {"call": str(monitor)}:
                self.runner.engine.call(monitor, "success")
            case {"ack": str(monitor)}:
                await self.runner.order("ack", {"monitor": monitor, "incident": None, "until": None}, by=str(action.get("by", "somebody")))
            case {"silence": str(monitor)}:
                matchers = [{"label": "monitor", "op": "=", "value": monitor}]
                end = self.now + 60 * float(action.get("minutes", 60))
                body = {"id": monitor, "matchers": matchers, "start": self.now, "end": end, "comment": str(action.get("comment", ""))}
                await self.runner.order("silence", body)
            case _:
                await act(self.around, action, self.now)

    async def until(self, at: float) -> None:
        """All that is due until then."""
        await self.runner.until(at)

    async def minutes(self, count: float) -> None:
        """So much later."""
        await self.until(self.now + count * 60)

    def timeline(self, since: float = 0.0) -> list[Line]:
        """Who was told what, in order."""
        found = [
            Line(
                one.at,
                one.receiver,
                one.kind,
                one.message.level,
                tuple(dict.fromkeys(item.title for item in items)),
                _finding(items[0]),
            )
            for one in self.runner.told
            if (items := one.message.items) and one.at >= since
        ]
        if self._account is not None:
            found += [
                Line(one.at, f"pagerduty:{one.person}", "called", one.level, (one.title,))
                for one in self._account.called
                if one.at >= since
            ]
        return sorted(found, key=lambda line: line.at)

    async def _live(self, action: Action, at: float) -> None:
        await self.do(action)

    async def _look(self, account: PagerDutyAccount, at: float) -> None:
        account.look(at)


def scene(path: Path) -> Scene:
    """From a file. Raises UsageError when it is none."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(said, dict):
        raise UsageError(f"'{path}' is not a scene")
    life = [
        (Duration.parse(one["every"]).seconds, {name: value for name, value in one.items() if name != "every"})
        for one in said.get("life", ())
    ]
    return Scene(said.get("baseline", ()), life, said.get("story", {}))


def _finding(item: Item) -> str:
    return ", ".join(part for part in (item.value, item.threshold and f"threshold {item.threshold}") if part)
