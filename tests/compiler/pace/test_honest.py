"""Ten requests a minute at UptimeRobot: no 429 when we are alone, none that hurts when we are not, and an estimate that comes true."""

from __future__ import annotations

import pytest

from monctl.plan import Plan
from monctl.receipt import Outcome, Receipt
from monctl.sandbox.emulator import Request
from monctl.testing import plan_for
from monctl_targets.uptimerobot import target
from tests.compiler.pace.conftest import Account, Clock, carried_out, forecast, monitor

TOLERANCE = 0.05
"""Of what is left, or two seconds."""


def empty(plan: Plan) -> bool:
    return not plan.changes


@pytest.mark.parametrize("takes_s", [0.0, 0.4], ids=["at-once", "400-ms"])
@pytest.mark.parametrize("count", [1, 6, 37])
def test_alone_there_is_no_429_and_the_estimate_comes_true(clock: Clock, count: int, takes_s: float) -> None:
    account = Account(clock, takes_s=takes_s)
    plan, side = account.planned(count)
    one = forecast(plan, side)
    assert one.requests == count + 1  # the list before the first is made
    begun = clock.now
    foretold = {"": one.seconds}
    when = {"": begun}

    def each(receipt: Receipt) -> None:
        left = sum(requests for step, requests in one.steps.items() if step not in when and step != receipt.step.id)
        when[receipt.step.id] = clock.now
        foretold[receipt.step.id] = one.pace.estimate(left)

    receipts = carried_out(plan, side, each)

    assert {receipt.outcome for receipt in receipts} == {Outcome.DONE}
    assert 429 not in account.line.statuses
    for step, seconds in foretold.items():
        assert seconds == pytest.approx(clock.now - when[step], rel=TOLERANCE, abs=2.0)
    assert clock.now - begun > (count - 10) / 10 * 60 - 1
    assert empty(plan_for(target, side.client, side.resources)[0])
    assert 429 not in account.line.statuses


def test_the_budget_is_used_and_not_spared(clock: Clock) -> None:
    """41 requests in windows of ten are four waits of a minute, not forty of six seconds."""
    account = Account(clock)
    plan, side = account.planned(37)
    asked = len(account.line.statuses)
    carried_out(plan, side)

    assert len([wait for wait in clock.slept if wait > 0]) == (asked + 37) // 10


def test_another_client_that_spends_from_the_same_account_costs_a_wait_and_nothing_else(clock: Clock) -> None:
    account = Account(clock, before=lambda number: eat() if number in {7, 20} else None)

    def eat() -> None:
        for _ in range(10):
            account.emulator.handle(Request("GET", "/user/me", headers={"authorization": "Bearer another"}))

    plan, side = account.planned(20)
    receipts = carried_out(plan, side)

    assert {receipt.outcome for receipt in receipts} == {Outcome.DONE}
    assert 1 <= account.line.statuses.count(429) <= 2
    assert empty(plan_for(target, side.client, [monitor(number) for number in range(20)])[0])


def test_an_account_that_allows_more_than_the_plan_says_is_asked_faster(clock: Clock) -> None:
    account = Account(clock, limit=200)
    plan, side = account.planned(37)

    assert forecast(plan, side).said(forecast(plan, side).seconds) == "38 requests at 200 a minute, a few seconds"
    carried_out(plan, side)
    assert clock.slept == []


def test_it_is_said_in_words(clock: Clock) -> None:
    plan, side = Account(clock).planned(37)
    one = forecast(plan, side)

    assert one.said(one.seconds) == "38 requests at 10 a minute, about 4 min"
