"""How many requests an apply was said to need, against how many it made: for every estate and every provider."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from monctl.apply import apply
from monctl.cli.checked import checked_or_none, known_targets
from monctl.cli.deploying import make_plans
from monctl.deploy import Planned, sides
from monctl.destroy import undone
from monctl.discover import estates
from monctl.forecast import forecasts
from monctl.receipt import Outcome
from monctl.sandbox.place import Sandbox

MONITORS = Path(__file__).resolve().parents[2] / "monitors"
NEARLY = 0.1
"""Share of the requests, or one of them, by which a forecast may be wrong."""


def carried_out(planned: Planned) -> list[tuple[str, int, int]]:
    """(target, requests foretold, requests made) of an apply in which nothing fails."""
    foretold = forecasts(planned.plan, sides(planned.reached))
    before = {one.target: one.pace.made for one in foretold}
    receipts = list(apply(planned.plan, sides(planned.reached), secrets=planned.secrets))
    assert {receipt.outcome for receipt in receipts} == {Outcome.DONE}
    return [(one.target, one.requests, one.pace.made - before[one.target]) for one in foretold]


@pytest.mark.parametrize("root", estates(MONITORS), ids=lambda root: root.name)
def test_the_requests_of_an_apply_and_of_a_destroy_are_foretold(root: Path, tmp_path: Path) -> None:
    known = known_targets(())
    checked = checked_or_none([root], None, only=())
    assert checked is not None
    with Sandbox(tmp_path, known.values()) as sandbox:

        def plans() -> Sequence[Planned]:
            return make_plans(checked, known, only=(), sandbox=sandbox)

        made = [("apply", *one) for planned in plans() for one in carried_out(planned)]
        made += [("destroy", *one) for planned in plans() for one in carried_out(undone(planned, selection=None, allow_delete=True))]

    assert len(made) >= 2
    wrong = [one for one in made if abs(one[2] - one[3]) > max(1, NEARLY * one[3])]
    assert wrong == []
