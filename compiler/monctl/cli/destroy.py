"""`monctl destroy`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options
from monctl.number import counted

if TYPE_CHECKING:
    from monctl.deploy import Planned
    from monctl.plan import Plan
    from monctl.receipt import Receipt


@click.command("destroy")
@options.estate
@options.targets
@options.selection
@click.option("--allow-delete", is_flag=True, help="Do not hold deletions to the limit of monctl.yaml.")
@click.option("--yes", is_flag=True, help="Do not ask; then --confirm says the name.")
@click.option("--confirm", metavar="ESTATE", help="With --yes: the name of the estate, as it would be typed.")
@options.sandbox
@options.output("text", "json")
def command(
    folder: Path | None,
    environment: str | None,
    targets: tuple[str, ...],
    selected: tuple[str, ...],
    excluded: tuple[str, ...],
    allow_delete: bool,
    yes: bool,
    confirm: str | None,
    sandbox: Path | None,
    output: str,
) -> int:
    """Remove what we own of one estate in one environment: users of a thing before the thing, nothing of others, nothing protected.

    The plan is always shown, and the name of the estate must be typed.

    \b
    Exit 0: done, or nothing to do. 1: the specs have errors, or nobody agreed. 3: a provider could not be asked.
    4: some removed, some not. 5: refused: more than the limit, without --allow-delete.
    """
    from monctl.cli.checked import checked_or_none, known_targets
    from monctl.cli.deploying import locked, make_plans, sandbox_in
    from monctl.destroy import undone
    from monctl.errors import UsageError
    from monctl.selector import selection

    roots = options.roots(folder)
    if len(roots) > 1:
        raise UsageError(f"{len(roots)} estates are here, and destroy takes one", hint=f"name it: -C {roots[0]}")
    if yes and confirm is None:
        raise UsageError("--yes alone does not destroy", hint="say the name of the estate as well: --yes --confirm ESTATE")
    known = known_targets(targets)
    checked = checked_or_none(roots, environment, only=targets)
    if checked is None:
        return 1
    estate = checked[0].program.estate
    if confirm is not None and confirm != estate:
        raise UsageError(f"--confirm names '{confirm}', and the estate here is '{estate}'", hint="check -C, or the name")
    with sandbox_in(sandbox, known) as opened, locked(checked, sandbox=opened):
        (before,) = make_plans(checked, known, only=targets, sandbox=opened)
        planned = undone(before, selection=selection(checked[0].program, selected, excluded), allow_delete=allow_delete)
        return _carry_out(planned, yes=yes, output=output)


def _carry_out(planned: Planned, *, yes: bool, output: str) -> int:
    from monctl.cli.deploying import carry_out, tell_forecasts, tell_receipt, tell_refusals, tell_unreached
    from monctl.refuse import permitted
    from monctl.render import plans as render

    if output == "text":
        click.echo(render.text([planned.plan], color=options.color(), full=True) if planned.plan.changes else _nothing(planned), nl=False)
    else:
        options.note(render.text([planned.plan], color=False, full=True).rstrip())
    if tell_unreached([planned]):
        return 3
    refused = tell_refusals([planned])
    going = permitted(planned.plan, planned.refusals)
    if not going.changes:
        if refused:
            options.note("monctl: nothing was removed")
        if output == "json":
            click.echo(render.receipts_json([]), nl=False)
        return 5 if refused else 0
    tell_forecasts([(planned, going)])
    if not _agreed(going, yes=yes):
        return 1
    receipts = carry_out(planned, going, told=tell_receipt if output == "text" else None)
    if output == "json":
        click.echo(render.receipts_json(receipts), nl=False)
    return _told(receipts, refused=refused)


def _nothing(planned: Planned) -> str:
    if planned.unreached and not planned.reached:
        return "Nothing could be asked; nothing is known.\n"
    seen = " in what could be asked" if planned.unreached else ""
    kept = planned.plan.summary.unchanged
    rest = f"; {kept} of ours {'stay' if kept != 1 else 'stays'}" if kept else ""
    notes = "".join(f"note: {note.address or note.target}: {note.message}\n" for note in planned.plan.notes)
    return f"{notes}Nothing to remove{seen}{rest}.\n"


def _agreed(plan: Plan, *, yes: bool) -> bool:
    """Whether the name of the estate was typed; with `--yes --confirm` it was already."""
    if yes:
        return True
    if not os.isatty(0):
        options.note(f"monctl: nothing was removed: there is nobody to ask here; say --yes --confirm {plan.estate}")
        return False
    count = len(plan.changes)
    where = f" in environment '{plan.environment}'" if plan.environment else ""
    options.note(f"{counted(count, 'object')} will be removed{where}, with their history at the provider.")
    typed = click.prompt(f"Type the name of the estate ({plan.estate}) to go on", default="", show_default=False, err=True)
    if typed.strip() == plan.estate:
        return True
    options.note("monctl: nothing was removed: that is not its name")
    return False


def _told(receipts: Sequence[Receipt], *, refused: bool) -> int:
    from monctl.receipt import Outcome

    done = sum(receipt.outcome is Outcome.DONE for receipt in receipts)
    left = len(receipts) - done
    options.note(f"{done} removed" + (f", {left} not; when the cause is mended, run it again" if left else ""))
    return 4 if left else 5 if refused else 0
