"""A clock that only sleeping moves, and a UptimeRobot account that keeps its ten requests a minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from monctl.apply import Side, apply
from monctl.forecast import Forecast, forecasts
from monctl.pace import Paces
from monctl.plan import Plan
from monctl.receipt import Receipt
from monctl.resource import Json, Resource
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Settings
from monctl.testing import plan_for
from monctl_targets.uptimerobot import target
from monctl_targets.uptimerobot.emulator import UptimeRobotEmulator


class Clock:
    """Seconds, and who slept how long."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Line(BaseAdapter):
    """The way to an emulator: takes time, and tells what came back. `before` is called with the number of each request."""

    def __init__(self, inner: BaseAdapter, clock: Clock, takes_s: float, before: Callable[[int], None]) -> None:
        super().__init__()
        self._inner, self._clock, self._takes_s, self._before = inner, clock, takes_s, before
        self.statuses: list[int] = []

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        self._before(len(self.statuses))
        self._clock.now += self._takes_s / 2
        answer = self._inner.send(request)
        self._clock.now += self._takes_s / 2
        self.statuses.append(answer.status_code)
        return answer

    def close(self) -> None:
        """Nothing is held open."""


class Account:
    """A free account, and an apply of some monitors to it."""

    def __init__(self, clock: Clock, *, limit: int = 10, takes_s: float = 0.0, before: Callable[[int], None] = lambda _: None) -> None:
        self.clock = clock
        self.emulator = UptimeRobotEmulator(Store.memory("uptimerobot"), plan="free", rate_limit=limit, clock=clock)
        self.line = Line(EmulatorAdapter(self.emulator), clock, takes_s, before)

    def planned(self, count: int) -> tuple[Plan, Side]:
        settings = Settings(
            "http://uptimerobot.invalid",
            {"UPTIMEROBOT_API_KEY": "k"},
            {"plan": "free"},
            "estate",
            transport=self.line,
            sleep=self.clock.sleep,
            paces=Paces(clock=self.clock, stand_ins=True),
        )
        client = target.connect(settings)
        wanted = [monitor(number) for number in range(count)]
        plan, state = plan_for(target, client, wanted)
        return plan, Side(target, client, wanted, state)


def monitor(number: int) -> Resource:
    """One of many."""
    name = f"site-{number:02}"
    body: dict[str, Json] = {"type": "HTTP", "friendlyName": name, "url": f"https://{name}.example/", "interval": 300, "timeout": 30}
    return Resource("uptimerobot", "monitor", name, name, body, f"monitor.{name}")


def carried_out(plan: Plan, side: Side, each: Callable[[Receipt], None] = lambda _: None) -> list[Receipt]:
    """The receipts; `each` hears of them as they come."""
    receipts = []
    for receipt in apply(plan, [side], secrets=str):
        each(receipt)
        receipts.append(receipt)
    return receipts


def forecast(plan: Plan, side: Side) -> Forecast:
    """Of the one target."""
    (one,) = forecasts(plan, [side])
    return one


@pytest.fixture
def clock() -> Clock:
    return Clock()
