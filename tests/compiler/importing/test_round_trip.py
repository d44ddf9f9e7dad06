"""What one owner applied, with every mark taken off, is imported by another: adopted, its plan changes nothing and is then empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from monctl.apply import Side, apply
from monctl.project import build, check
from monctl.receipt import Outcome
from monctl.resource import Json
from monctl.sandbox.store import Store
from monctl.target import discover
from monctl.testing import connected, plan_for
from monctl.testing_import import assert_imports
from monctl_targets.uptimerobot.mark import unsigned

ESTATES = Path(__file__).resolve().parents[3] / "monitors"
KEPT = {
    ("tracks-posts", "pagerduty"): (7, 0),
    ("not-a-label", "pagerduty"): (6, 0),
    ("not-a-label", "uptimerobot"): (6, 0),
    ("tradosphere", "uptimerobot"): (8, 0),
    ("ai-music-community", "uptimerobot"): (8, 0),
    ("tracks-posts", "sentry"): (6, 2),
    ("not-a-label", "sentry"): (2, 0),
    ("tradosphere", "sentry"): (5, 0),
    ("ai-music-community", "sentry"): (4, 0),
}
"""(estate, target) → objects that are taken over, and those without words (Sentry writes to a team beside a PagerDuty service)."""


@pytest.mark.parametrize(("estate", "name"), KEPT, ids=[f"{estate}-{name}" for estate, name in KEPT])
def test_an_estate_of_somebody_else_comes_back(estate: str, name: str, tmp_path: Path) -> None:
    targets = discover()
    target, store = targets[name], Store.memory(name)
    checked = check(ESTATES / estate, targets=targets)
    options = {key: value for key, value in checked.program.targets[name].items() if key != "project"}
    resources = build(checked, only=(name,), targets=targets)[name].resources
    client = connected(target, estate=estate, environment=checked.program.environment, options=options, store=store)
    plan, state = plan_for(target, client, resources, estate=estate, environment=checked.program.environment)
    receipts = list(
        apply(plan, [Side(target, client, resources, state)], secrets=lambda secret: f"https://secret.invalid/{secret.reference[4:]}")
    )
    assert {receipt.outcome for receipt in receipts} == {Outcome.DONE}
    for kind, id, body in list(store.items()):
        store.put(kind, id, _unmarked(body))

    found = assert_imports(
        target, store, tmp_path / "estate", options={key: value for key, value in options.items() if key == "organization"}
    )

    assert (len(found.adopt), len(found.unsaid)) == KEPT[estate, name]
    assert not any("monctl:" in path.read_text(encoding="utf-8") for path in (tmp_path / "estate").rglob("*.yaml"))


def _unmarked(value: Json) -> Json:
    """The value without marks: in texts, as custom field, as tag."""
    if isinstance(value, str):
        return unsigned(value) if "monctl:" in value else value
    if isinstance(value, dict):
        return {name: _unmarked(item) for name, item in value.items() if name != "monctl"}
    if isinstance(value, list):
        return [_unmarked(item) for item in value]
    return value
