"""Messages from `cases.yaml`, receivers with secrets by reference, and settings that point at stand-ins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

from monctl.errors import UsageError
from monctl.resource import SecretRef
from monctl.runner.message import Item, Message
from monctl.runner.notifiers.notifier import Receiver, Tools

HERE = Path(__file__).parent
CASES: dict[str, Any] = yaml.safe_load((HERE / "cases.yaml").read_text(encoding="utf-8"))


def message_of(name: str) -> Message:
    case = {**CASES["defaults"], **CASES["cases"][name]}
    reason = case.pop("reason", None)
    items = [_item(CASES["items"][item]) for item in case.pop("items") * case.pop("repeat", 1)]
    if reason is not None:
        items = [replace(item, reason=reason) for item in items]
    return Message(**{**case, "items": tuple(items), "told": tuple(case.get("told", ()))})


def _item(fields: Mapping[str, Any]) -> Item:
    return Item(**{**fields, "affected": tuple(fields.get("affected", ()))})


@pytest.fixture
def message() -> Callable[[str], Message]:
    """A message of `cases.yaml` by name."""
    return message_of


@pytest.fixture(params=sorted(CASES["cases"]))
def case(request: pytest.FixtureRequest) -> tuple[str, Message]:
    """Every case, with its name."""
    return request.param, message_of(request.param)


@pytest.fixture
def golden() -> Path:
    return HERE / "golden"


@pytest.fixture
def tools() -> Callable[..., Tools]:
    """Tools whose secrets are a map: `tools({"env:TOKEN": "s3cret"}, endpoints=…)`."""

    def made(secrets: Mapping[str, str] | None = None, **fields: Any) -> Tools:
        def read(secret: SecretRef) -> str:
            if secret.reference not in (secrets or {}):
                raise UsageError(f"the secret {secret.reference} is not set", hint="export it")
            return (secrets or {})[secret.reference]

        return Tools(read, **fields)

    return made


@pytest.fixture
def receiver() -> Callable[..., Receiver]:
    """`receiver("slack", webhook=SecretRef("env:HOOK"))`."""

    def made(kind: str, **settings: object) -> Receiver:
        return Receiver(f"the-{kind}", kind, kind.title(), settings)

    return made


class Starts(Protocol):
    """Any stand-in."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Closes(Protocol):
    """Any notifier."""

    async def close(self) -> None: ...


@pytest.fixture
def within() -> Callable[..., Any]:
    """`within(standin, lambda: go())`: runs a coroutine while the stand-in serves; closes the notifiers it is given."""

    def run(standin: Starts, work: Callable[[], Coroutine[Any, Any, Any]], *closes: Closes) -> Any:
        async def inside() -> Any:
            await standin.start()
            try:
                return await work()
            finally:
                for one in closes:
                    await one.close()
                await standin.stop()

        return asyncio.run(inside())

    return run


@dataclass
class Wall:
    """A clock that stands."""

    at: float = 1_795_262_700.0

    def wall(self) -> float:
        return self.at

    def mono(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        return None


@pytest.fixture
def clock() -> Wall:
    return Wall()
