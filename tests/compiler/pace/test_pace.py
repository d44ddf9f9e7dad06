"""A budget is kept in every window, whatever the vendor's clock; what the vendor says corrects it."""

from __future__ import annotations

import random
from email.utils import formatdate

import pytest

from monctl.pace import Budget, Pace, Paces, slack
from monctl.target import Settings
from tests.compiler.pace.conftest import Clock

TEN = Budget(10, 60.0, "a page")
SECOND = Budget(3, 1.0, "a page", per_endpoint=True)


def ask(pace: Pace, clock: Clock, headers: dict[str, str] | None = None, takes_s: float = 0.0) -> float:
    """One request; when it went out."""
    slot, wait = pace.take()
    if wait > 0:
        clock.sleep(wait)
    sent = clock.now
    clock.now += takes_s
    pace.done(slot, headers)
    return sent


def test_a_burst_is_let_through_and_the_next_one_waits_for_the_window(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)

    sent = [ask(pace, clock) - 1_000.0 for _ in range(21)]

    assert sent == [0.0] * 10 + [61.0] * 10 + [122.0]


def test_no_window_of_the_vendors_length_ever_holds_more_than_the_budget(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)
    chance = random.Random(7)
    sent: list[float] = []
    for _ in range(300):
        clock.now += chance.choice((0.0, 0.0, 0.1, 3.0, 40.0))
        sent.append(ask(pace, clock, takes_s=chance.uniform(0, 2)))

    assert min(later - sooner for sooner, later in zip(sent, sent[10:], strict=False)) >= 60.0


def test_a_slow_answer_counts_from_when_it_came(clock: Clock) -> None:
    pace = Pace("memory", Budget(1, 60.0, "a page"), clock=clock)
    ask(pace, clock, takes_s=20.0)

    assert ask(pace, clock) == 1_000.0 + 20.0 + 61.0


def test_what_another_client_spent_is_not_spent_again(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)
    ask(pace, clock, {"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "30"})

    assert ask(pace, clock) == 1_000.0
    assert ask(pace, clock) == 1_031.0


def test_a_new_window_of_the_vendor_frees_all_of_it(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)
    for left in range(9, -1, -1):
        ask(pace, clock, {"ratelimit-limit": "10", "ratelimit-remaining": str(left), "ratelimit-reset": "5"})

    assert [ask(pace, clock) for _ in range(10)] == [1_006.0] * 10


def test_the_vendor_knows_the_size_of_the_budget_better(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)
    ask(pace, clock, {"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "199", "X-RateLimit-Reset": "60"})

    assert str(pace.budget) == "200 a minute"
    assert pace.estimate(150) == 0.0
    assert pace.estimate(200) == 61.0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Limit": "nonsense", "X-RateLimit-Remaining": "nan", "X-RateLimit-Reset": "soon"},
        {"X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "60"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1763651234"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1763651234", "Date": "yesterday"},
    ],
)
def test_headers_that_say_nothing_change_nothing(clock: Clock, headers: dict[str, str]) -> None:
    pace = Pace("memory", TEN, clock=clock)
    ask(pace, clock, headers)

    assert pace.budget == TEN
    assert ask(pace, clock) == 1_000.0


def test_a_unix_time_is_held_against_the_vendors_own_clock(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)
    told = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1763651234", "Date": formatdate(1763651200, usegmt=True)}
    ask(pace, clock, told)

    assert ask(pace, clock) == 1_035.0


def test_a_window_is_never_believed_to_be_longer_than_it_is(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)
    ask(pace, clock, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "86400"})

    assert ask(pace, clock) == 1_061.0


def test_of_a_vendor_that_counts_endpoints_one_that_is_used_up_holds_and_the_others_say_nothing(clock: Clock) -> None:
    pace = Pace("memory", SECOND, clock=clock)
    date = formatdate(1763651233, usegmt=True)
    family = "X-Sentry-Rate-Limit-"
    ask(pace, clock, {f"{family}Limit": "5", f"{family}Remaining": "4", f"{family}Reset": "1763651234", "Date": date})
    assert pace.budget == SECOND

    ask(pace, clock, {f"{family}Limit": "1", f"{family}Remaining": "0", f"{family}Reset": "1763651234", "Date": date})
    assert pace.budget == SECOND
    assert ask(pace, clock) == 1_001.0 + slack(SECOND)


def test_a_refused_request_holds_the_others_until_it_was_answered(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)
    slot, _ = pace.take()
    pace.done(slot)
    pace.again(slot, 7.0)
    other, wait = pace.take()

    assert wait == 7.0

    clock.sleep(7.0)
    pace.done(slot)
    pace.done(other)
    assert ask(pace, clock) == 1_007.0


def test_without_a_budget_nothing_waits_but_for_what_the_vendor_says(clock: Clock) -> None:
    pace = Pace("memory", clock=clock)

    assert [ask(pace, clock) for _ in range(500)] == [1_000.0] * 500
    ask(pace, clock, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9"})
    assert ask(pace, clock) == 1_009.0


def test_an_estimate_is_what_comes_to_pass_and_spends_nothing(clock: Clock) -> None:
    pace = Pace("memory", TEN, clock=clock)
    for _ in range(4):
        ask(pace, clock, takes_s=0.5)

    foretold = pace.estimate(37)
    assert pace.estimate(37) == foretold
    begun = clock.now
    for _ in range(37):
        ask(pace, clock, takes_s=0.5)

    assert foretold == pytest.approx(clock.now - begun)
    assert foretold > 240


def test_listeners_hear_of_waits_and_answers(clock: Clock) -> None:
    heard: list[tuple[int, float]] = []
    pace = Pace("memory", Budget(1, 60.0, "a page"), clock=clock, told=lambda pace, wait: heard.append((pace.made, wait)))
    ask(pace, clock)
    ask(pace, clock)

    assert heard == [(1, 0.0), (1, 61.0), (2, 0.0)]


def test_two_clients_of_one_account_keep_one_budget_and_two_accounts_two() -> None:
    paces = Paces()
    one = Settings("https://api.example.com", {}, paces=paces)
    two = Settings("https://api.example.com", {}, estate="other", paces=paces)

    assert one.pace("uptimerobot", "key", TEN) is two.pace("uptimerobot", "key", TEN)
    assert one.pace("uptimerobot", "key", TEN) is not two.pace("uptimerobot", "another", TEN)
    assert one.pace("uptimerobot", "key", TEN) is not one.pace("pagerduty", "key", TEN)
    assert "key" not in repr(one)


@pytest.mark.parametrize(("url", "held"), [("https://api.example.com", True), (None, True), ("http://127.0.0.1:8080/x", False)])
def test_what_answers_on_this_machine_has_no_vendors_budget(url: str | None, held: bool) -> None:
    assert Settings(url, {}).pace("uptimerobot", "key", TEN).budget == (TEN if held else None)
    assert Settings(url, {}, paces=Paces(stand_ins=True)).pace("uptimerobot", "key", TEN).budget == TEN


@pytest.mark.parametrize(
    ("budget", "said"),
    [(TEN, "10 a minute"), (SECOND, "3 a second"), (Budget(100, 3600, ""), "100 an hour"), (Budget(5, 10, ""), "5 in 10 s")],
)
def test_a_budget_in_words(budget: Budget, said: str) -> None:
    assert str(budget) == said
