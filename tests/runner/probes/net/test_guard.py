"""The connectivity guard."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from aiohappyeyeballs import AddrInfoType

from monctl.errors import UsageError
from monctl.runner.outcome import Failed, Fault, Measured, Outcome, Reading
from monctl.runner.probes.dial import Line
from monctl.runner.probes.guard import Guard, place_of
from tests.runner.probes.net.servers import closed_port, speaking

DOWN = Measured((Reading({"up": 0.0}, note="the connection was refused"),))


async def judged(guard: Guard, *outcomes: Outcome) -> list[Outcome]:
    try:
        return [await guard.judge(outcome) for outcome in outcomes]
    finally:
        await guard.close()


def test_a_target_is_not_blamed_while_nothing_outside_answers() -> None:
    place = f"127.0.0.1:{closed_port()}"
    (fault,) = asyncio.run(judged(Guard([place]), DOWN))

    assert fault == Fault("guard", f"none of the guard's places answers ({place}): this machine seems to be cut off")


def test_one_place_that_answers_is_enough() -> None:
    async def run() -> list[Outcome]:
        async with speaking() as (port, _):
            return await judged(Guard([f"127.0.0.1:{closed_port()}", f"127.0.0.1:{port}"]), DOWN)

    assert asyncio.run(run()) == [DOWN]


def test_only_bad_news_is_asked_about() -> None:
    up = Measured((Reading({"up": 1.0}),))
    value = Measured((Reading({"value": 0.0}),))
    failed = Failed("x", "x")

    assert asyncio.run(judged(Guard([f"127.0.0.1:{closed_port()}"]), up, value, failed)) == [up, value, failed]


def test_without_places_the_guard_is_never_red() -> None:
    assert asyncio.run(judged(Guard([]), DOWN)) == [DOWN]


def test_a_crowd_of_failures_asks_once_and_each_gets_an_answer_that_began_after_it_asked() -> None:
    asked: list[str] = []

    async def run() -> list[Fault | None]:
        open_now, began = asyncio.Event(), asyncio.Event()

        async def lookup(host: str, port: int) -> Sequence[AddrInfoType]:
            asked.append(host)
            began.set()
            await open_now.wait()
            raise OSError("no")

        guard = Guard(["outside.example:443"], line=Line(lookup=lookup))
        first = [asyncio.ensure_future(guard.red()) for _ in range(50)]
        await began.wait()
        later = [asyncio.ensure_future(guard.red()) for _ in range(50)]
        await asyncio.sleep(0)
        open_now.set()
        found = await asyncio.gather(*first, *later)
        await guard.close()
        return found

    found = asyncio.run(run())

    assert asked == ["outside.example", "outside.example"]
    assert all(one is not None for one in found)


@pytest.mark.parametrize(
    ("text", "port", "place"),
    [
        ("host:443", None, ("host", 443)),
        ("[2001:db8::1]:443", None, ("2001:db8::1", 443)),
        ("192.0.2.1", 53, ("192.0.2.1", 53)),
        ("2001:db8::1", 53, ("2001:db8::1", 53)),
        ("[::1]", 53, ("::1", 53)),
        ("host:5353", 53, ("host", 5353)),
    ],
)
def test_places_are_read(text: str, port: int | None, place: tuple[str, int]) -> None:
    assert place_of(text, port) == place


@pytest.mark.parametrize("text", ["host", "", ":443", "host:", "host:0", "host:70000", "host:x", "::1", "[::1]", "[::1]x:1", "[]:53"])
def test_a_place_without_host_or_port_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is not a host and port"):
        Guard([text])
