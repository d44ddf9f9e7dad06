"""Several real runners on one PostgreSQL, one killed and one frozen: the short form of `bench.chaos`, and what its judge notices."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.chaos import Arrival, Company, Decided, Receiver, Strike, judge, until

MONITORS = 12
BOUND_S = 60.0
"""Nothing waits for a time, only for something to be so; a test that waits longer has failed."""


def test_alertmanager_1718_2222_2447_4008_4108_4179_elastalert_393_478_508_2835_elastalert2_541_gatus_538_kuma_3164_one_runner_dies_and_nothing_is_lost(
    postgres: str, tmp_path: Path
) -> None:
    async def work() -> None:
        async with Receiver(random.Random(3), refuses=0.1, loses=0.1) as receiver:
            company = Company(tmp_path, postgres, receiver.port, monitors=MONITORS, every_s=0.5, ttl_s=2.0)
            try:
                first, _ = company.start(), company.start()
                assert await until(lambda: len(company.owners()) == 2, within_s=BOUND_S), company.log
                company.down(company.names)
                assert await until(lambda: receiver.kinds("firing") == MONITORS, within_s=BOUND_S), company.log

                company.kill(first)
                company.down(())
                assert await until(lambda: receiver.kinds("resolved") == MONITORS, within_s=BOUND_S), company.log

                third = company.start()
                assert await until(lambda: sorted(company.owners().values()) == [32, 32], within_s=BOUND_S), company.log
                async with company.frozen(third):
                    company.down(company.names)
                    assert await until(lambda: receiver.kinds("firing") == 2 * MONITORS, within_s=BOUND_S), company.log
                company.down(())
                assert await until(lambda: receiver.kinds("resolved") == 2 * MONITORS, within_s=BOUND_S), company.log
                assert await until(lambda: not company.open() and not company.unsent(), within_s=BOUND_S), company.log
                assert company.alive()
            finally:
                statuses = company.stop()
            found = company.judge(receiver.arrivals)

            assert found.faults == []
            assert statuses == [0, 0]
            assert company.owners() == {}, "a clean stop gives everything back"

    asyncio.run(work())


# the judge

TURNS = [Decided("m", "m#1", True), Decided("m", "m#1", False)]
HEARD = [
    Arrival(10.0, "a", "m#1", "firing", runner=1, lost=False),
    Arrival(20.0, "b", "m#1", "resolved", runner=1, lost=False),
]


def test_what_is_right_is_not_blamed() -> None:
    assert judge(TURNS, HEARD, []).faults == []
    assert judge(TURNS, [], [], superseded=["m#1"]).faults == []


@pytest.mark.parametrize(
    ("turns", "heard", "fault"),
    [
        (TURNS, HEARD[:1], "'resolved' never arrived"),
        (TURNS, HEARD[1:], "'firing' never arrived"),
        (TURNS, HEARD[::-1], "arrived before its start"),
        (TURNS, [*HEARD, replace(HEARD[0], key="other")], "went out under 2 keys"),
        (TURNS, [*HEARD, HEARD[1]], "came twice"),
        ([*TURNS, TURNS[0]], HEARD, "decision 3 is 'began' of #1"),
        ([TURNS[1]], HEARD, "decision 1 is 'over' of #1"),
    ],
)
def test_the_judge_notices(turns: Sequence[Decided], heard: Sequence[Arrival], fault: str) -> None:
    heard = [replace(one, at=float(place)) for place, one in enumerate(heard)]

    assert any(fault in one for one in judge(turns, heard, []).faults)


def test_the_judge_notices_what_was_left_over() -> None:
    assert judge(TURNS, HEARD, [], unsent=3).faults == ["3 messages were never sent"]


def test_a_message_may_come_twice_when_its_sender_never_saw_the_reply() -> None:
    again = replace(HEARD[1], at=25.0)
    lost = judge(TURNS, [HEARD[0], replace(HEARD[1], lost=True), again], [])
    killed = judge(TURNS, [*HEARD, again], [Strike(1, 21.0, 21.0, killed=True)])
    another = judge(TURNS, [*HEARD, again], [Strike(2, 21.0, 21.0, killed=True)])

    assert (lost.faults, dict(lost.duplicates)) == ([], {"the reply was lost": 1})
    assert (killed.faults, list(killed.duplicates)) == ([], ["its sender was killed before it wrote that down"])
    assert another.faults != []
