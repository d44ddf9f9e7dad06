"""A small estate whose monitors do what a test says, a clock that stands still, and a post office that keeps every message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from monctl.bundle import Bundle
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Delivered, Receiver, Sent
from monctl.runner.reading import compiled

_SETTINGS = "estate: shop\ndescription: A shop.\ntargets:\n  runner: {fallback: mail}\n"
_SPEC = """
severities:
  critical: {description: Bad., notify: [hook]}
channels:
  hook: {webhook: {url: "http://127.0.0.1:9/hook"}}
  mail: {email: {to: [ana@example.com]}}
  chat: {slack: {channel: "#ops", webhook: "${env:CHAT}"}}
  pager: {pagerduty: {service: Shop, integration_key: "${env:KEY}", owned: false}}
people:
  ana: {title: Ana, email: ana@example.com}
teams:
  ops: {title: Ops, members: [ana]}
services:
  web: {title: Web, description: Web., team: ops}
monitors:
"""
_MONITOR = """
  m{number}: {{title: M{number}, service: web, every: {every}, http: "http://127.0.0.1:9/{number}", alert: {{critical: down}}, action: Look.}}
"""


def write(folder: Path, *, monitors: int = 1, every: str = "30s", more: Mapping[str, str] | None = None) -> Path:
    """The estate in a folder. `more`: text to replace in its spec."""
    text = _SPEC + "".join(_MONITOR.format(number=number, every=every) for number in range(monitors))
    for old, new in (more or {}).items():
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "monctl.yaml").write_text(_SETTINGS)
    (folder / "shop.yaml").write_text(text)
    return folder


def bundle(folder: Path, *, monitors: int = 1, every: str = "30s") -> Bundle:
    """It, compiled."""
    return compiled(write(folder, monitors=monitors, every=every), None)


@dataclass
class Still:
    """A clock that is moved by who waits on it, and by the test."""

    at: float

    def wall(self) -> float:
        return self.at

    def mono(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        await asyncio.sleep(0)


Answer = Delivered | Callable[[], Awaitable[Delivered]]


@dataclass
class PostOffice:
    """Takes every message, unless it was told what to say to the next ones for a receiver."""

    said: dict[str, list[Answer]] = field(default_factory=dict)
    """Receiver → answers, in their order; then all is taken. The last answer is kept when it is alone in `always`."""
    always: dict[str, Answer] = field(default_factory=dict)
    tried: list[tuple[str, Message]] = field(default_factory=list)
    taken: list[tuple[str, Message]] = field(default_factory=list)

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        self.tried.append((receiver.name, message))
        waiting = self.said.get(receiver.name)
        answer: Answer = waiting.pop(0) if waiting else self.always.get(receiver.name, Sent())
        found = await answer() if callable(answer) else answer
        if isinstance(found, Sent):
            self.taken.append((receiver.name, message))
        return found

    async def close(self) -> None:
        """Nothing is held."""

    def kinds(self, receiver: str) -> list[str]:
        """What a receiver took, in order."""
        return [message.kind for name, message in self.taken if name == receiver]


def rated(found: Bundle, channel: str, rate: tuple[int, float]) -> Bundle:
    """The bundle with another rate for a channel."""
    return replace(found, channels={**found.channels, channel: replace(found.channels[channel], rate=rate)})
