"""How many requests a plan needs of each target, and how long they take by its budget. Pure, but for the clock of the paces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monctl.apply_target import Side
from monctl.number import counted
from monctl.order import Asked, Step, Verb, steps
from monctl.pace import Pace
from monctl.plan import Plan

SLOW_S = 10.0
"""From here on it is worth a word."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What carrying out a plan asks of one target."""

    target: str
    steps: Mapping[str, int]
    """Id of a step → requests it needs when nothing goes wrong."""
    pace: Pace

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(self.steps.values())

    @property
    def seconds(self) -> float:
        """From now on, with what was spent of the budget just before."""
        return self.pace.estimate(self.requests)

    def said(self, seconds: float) -> str:
        """`37 requests at 10 a minute, about 3 min 10 s`."""
        count = f"{counted(self.requests, 'request')}"
        return f"{count} at {self.pace.budget}, {about(seconds)}" if self.pace.budget is not None else f"{count}, {about(seconds)}"


def forecasts(plan: Plan, sides: Iterable[Side], *, done: frozenset[str] = frozenset()) -> tuple[Forecast, ...]:
    """One for each target whose client keeps a pace and that has something to do. `done` are ids of steps that a broken-off run has done."""
    every = [step for step in steps(plan.changes) if step.id not in done]
    found = []
    for side in sides:
        pace = getattr(side.client, "pace", None)
        own = _counted(side, every)
        if isinstance(pace, Pace) and own:
            found.append(Forecast(side.target.name, own, pace))
    return tuple(found)


def _counted(side: Side, every: Iterable[Step]) -> dict[str, int]:
    own = [step for step in every if step.change.target == side.target.name]
    wanted = {(resource.kind, resource.key): resource for resource in side.resources}
    lives = {(live.kind, live.remote_id): live for live in side.state.lives}
    asked = [
        Asked(
            step.verb,
            None if step.verb is Verb.DELETE else wanted.get((step.change.kind, step.change.key)),
            lives.get((step.change.kind, step.change.remote_id or "")),
        )
        for step in own
    ]
    calls = getattr(side.client, "calls", None)
    counts = [1] * len(asked) if calls is None else calls(asked)
    return dict(zip((step.id for step in own), counts, strict=True))


def about(seconds: float) -> str:
    """`about 45 s`, `about 3 min 10 s`, `about 1 h 5 min`: not more exact than it can be."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 57.5:
        return f"about {round(seconds / 5) * 5} s"
    if seconds < 3570:
        minutes, rest = divmod(round(seconds / 10) * 10, 60)
        return f"about {minutes} min" + (f" {rest} s" if rest else "")
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"about {hours} h" + (f" {minutes} min" if minutes else "")
