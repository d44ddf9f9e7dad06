"""For tests of ours and of third-party targets: the proof that an import settles.

from monctl.testing_import import assert_imports

def test_imports(tmp_path: Path) -> None:
    found = assert_imports(target, store_with_foreign_objects, tmp_path)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from monctl import diff as differ
from monctl.apply import Side, apply
from monctl.import_files import Layout
from monctl.importing import Imported, run
from monctl.live import read_all
from monctl.plan import Action, assemble
from monctl.project import Checked, check
from monctl.receipt import Outcome
from monctl.resource import Json
from monctl.sandbox.store import Store
from monctl.target import Client, Target, discover
from monctl.testing import connected, plan_for
from monctl.workshop import Place

ESTATE = "imported"


def assert_imports(
    target: Target, store: Store, folder: Path, *, options: Mapping[str, Json] | None = None, selected: Sequence[str] = ()
) -> Imported:
    """Imports what an emulator over this store holds, adopts all of it, and proves that the plan is what the import says, and then empty.

    The estate is written to `folder`. Raises AssertionError with what would not settle.
    """

    def connect(checked: Checked) -> Client:
        said = {**(options or {}), **checked.program.targets[target.name]}
        return connected(target, estate=checked.program.estate, options=said, store=store)

    targets = discover()
    place = Place(Layout(folder), None, ESTATE, options=options or {})
    found = run(target, place, connect, targets=targets, selected=selected)
    found.layout.save()
    checked = check(folder, targets=targets)
    _none([f"{one.code} {one.address}: {one.message}" for one in checked.findings if one.level.value == "error"])
    client = connect(checked)
    resources = target.build(checked.program).resources
    state = read_all(client, target.name, resources)
    plan = assemble([differ.diff(target, resources, state, estate=ESTATE, adopt=found.adopt)], estate=ESTATE)
    _none([f"{error.address}: {error.message}" for error in plan.errors])
    made = {id for id, _ in found.settled.made}
    touched = {(one.remote_id, one.path) for one in found.settled.touched}
    _none([f"{change.action} {change.id}" for change in plan.changes if change.action is not Action.ADOPT and change.id not in made])
    _none(
        [
            f"{change.id} {one.path}: {one.before!r} → {one.after!r}"
            for change in plan.changes
            if change.action is Action.ADOPT
            for one in change.fields
            if (change.remote_id, one.path) not in touched
        ]
    )
    receipts = list(
        apply(plan, [Side(target, client, resources, state)], secrets=lambda secret: f"https://secret.invalid/{secret.reference[4:]}")
    )
    _none([f"{receipt.step.id}: {receipt.reason}" for receipt in receipts if receipt.outcome is not Outcome.DONE])
    again, _ = plan_for(target, client, resources, estate=ESTATE)
    _none([f"{change.action} {change.id}: {[one.path for one in change.fields]}" for change in again.changes])
    return found


def _none(faults: Sequence[str]) -> None:
    if faults:
        raise AssertionError("\n".join(faults))
