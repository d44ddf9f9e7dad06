"""Every request asks its pace first, tries included; and where nobody shows progress, a wait is said."""

from __future__ import annotations

import pytest

from monctl.errors import RateLimited, Unreachable
from monctl.pace import Budget, Pace
from monctl.rest import Http
from monctl.sandbox.emulator import Held, Request, Response
from monctl.sandbox.transport import EmulatorAdapter
from tests.compiler.pace.conftest import Clock

TWO = Budget(2, 60.0, "a page", concurrent=2)


class Script:
    """Answers from a list, the last one again and again."""

    name = "script"

    def __init__(self, clock: Clock, *answers: Response) -> None:
        self.answers, self.clock = list(answers), clock
        self.asked: list[float] = []

    def handle(self, request: Request) -> Response:
        self.asked.append(self.clock.now - 1_000.0)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def held(self) -> list[Held]:
        return []

    def environment(self, base_url: str) -> dict[str, str]:
        return {}


def client(script: Script, clock: Clock, said: list[str], budget: Budget | None = TWO) -> Http:
    pace = Pace("script", budget, clock=clock)
    return Http(
        "https://api.example.com", target="script", transport=EmulatorAdapter(script), on_wait=said.append, sleep=clock.sleep, pace=pace
    )


def test_tries_spend_the_budget_too(clock: Clock) -> None:
    said: list[str] = []
    script = Script(clock, Response(503), Response(503), Response(200, {}))
    client(script, clock, said).get("/monitors")

    assert script.asked[1] < 1.0
    assert script.asked[2] == 61.0
    assert said[-1].startswith("script: 2 a minute is used up, waiting ")


def test_a_request_that_gets_no_answer_is_spent(clock: Clock) -> None:
    http = client(Script(clock, Response(500)), clock, [])
    for _ in range(2):
        with pytest.raises(Unreachable):
            http.request("POST", "/monitors", json={})

    assert http.pace.made == 2
    assert http.pace.estimate(1) == 61.0


def test_a_429_that_says_nought_is_not_asked_again_at_once(clock: Clock) -> None:
    script = Script(clock, Response(429, None, {"Retry-After": "0"}))

    with pytest.raises(RateLimited):
        client(script, clock, [], None).get("/monitors")
    assert len(script.asked) == 361
    assert clock.now == 1_360.0


@pytest.mark.parametrize("budget", [None, TWO])
def test_single_objects_come_in_the_order_they_were_asked_for(budget: Budget | None, clock: Clock) -> None:
    http = client(Script(clock, Response(200, {"n": 1})), clock, [], budget)

    assert http.several(lambda number: (number, http.get(f"/{number}").json["n"]), [3, 1, 2]) == [(3, 1), (1, 1), (2, 1)]
