"""`monctl apply`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options
from monctl.number import counted

if TYPE_CHECKING:
    from monctl.deploy import Planned
    from monctl.receipt import Receipt


@click.command("apply")
@click.argument("saved", metavar="[PLAN]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@options.estate
@options.targets
@options.selection
@click.option("--adopt", multiple=True, metavar="ADDRESS[=ID]", help="Take over an object that is there and is nobody's; may be repeated.")
@click.option(
    "--resend-secrets", is_flag=True, help="Send every secret again: a value that changed behind the same reference cannot be seen."
)
@click.option("--allow-delete", is_flag=True, help="Do not hold deletions to the limit of monctl.yaml.")
@click.option("--yes", is_flag=True, help="Do not ask. Widens nothing: deletions beyond the limit and takeovers still need their own flag.")
@click.option("--resume", is_flag=True, help="Go on where a broken-off apply of the same plan stopped.")
@options.sandbox
@options.output("text", "json")
def command(
    saved: Path | None,
    folder: Path | None,
    environment: str | None,
    targets: tuple[str, ...],
    selected: tuple[str, ...],
    excluded: tuple[str, ...],
    adopt: tuple[str, ...],
    resend_secrets: bool,
    allow_delete: bool,
    yes: bool,
    resume: bool,
    sandbox: Path | None,
    output: str,
) -> int:
    """Carry out a plan: a saved one, or plan and ask.

    \b
    Exit 0: done. 1: the specs have errors, or nobody agreed. 3: a provider could not be asked.
    4: some done, some not; the journal tells, and --resume goes on. 5: refused for safety.
    """
    from monctl.cli.checked import checked_or_none, known_targets
    from monctl.cli.deploying import command_line, locked, sandbox_in
    from monctl.errors import UsageError

    if saved is not None and (targets or selected or excluded or adopt or resend_secrets):
        raise UsageError("a saved plan is carried out as it is", hint="make another plan with these options")
    known = known_targets(targets)
    checked = checked_or_none(options.roots(folder), environment, only=targets)
    if checked is None:
        return 1
    with sandbox_in(sandbox, known) as opened, locked(checked, sandbox=opened):
        if saved is not None:
            from monctl.cli.apply_saved import planned_again

            planned = planned_again(saved, checked, known, sandbox=opened, allow_delete=allow_delete, resume=resume)
        else:
            from monctl.cli.deploying import make_plans

            planned = make_plans(
                checked,
                known,
                only=targets,
                selected=selected,
                excluded=excluded,
                adopt=adopt,
                allow_delete=allow_delete,
                resend_secrets=resend_secrets,
                sandbox=opened,
                resume=resume,
            )
        words = ["apply", *([str(saved)] if saved is not None else []), "--resume"]
        again = command_line(*words, folder=folder, environment=environment, sandbox=sandbox)
        return _carry_out(planned, yes=yes, resume=resume, output=output, again=again)


def _carry_out(planned: Sequence[Planned], *, yes: bool, resume: bool, output: str, again: str) -> int:
    from monctl.cli.deploying import agreed, carry_out, looked_again, tell_forecasts, tell_receipt, tell_refusals, tell_unreached
    from monctl.refuse import permitted
    from monctl.render import plans as render

    whole = [one.plan for one in planned]
    if output == "text":
        click.echo(render.text(whole, color=options.color(), full=False), nl=False)
    if tell_unreached(planned):
        return 3
    refused = tell_refusals(planned)
    going = [(one, permitted(one.plan, one.refusals)) for one in planned]
    count = sum(plan.summary.changes for _, plan in going)
    if refused and not count:
        options.note("monctl: nothing was done")
        return 5
    tell_forecasts(going)
    if count and not agreed(f"Carry out {counted(count, 'change')}?", yes=yes):
        return 1
    if count and not (yes or resume):
        going, moved = looked_again(going)  # a person may have read for an hour
        refused = refused or moved
        if not any(plan.changes for _, plan in going):
            options.note("monctl: nothing was done")
            return 5
    told = tell_receipt if output == "text" else None
    receipts = [receipt for one, plan in going if plan.changes for receipt in carry_out(one, plan, told=told, resume=resume)]
    if output == "json":
        click.echo(render.receipts_json(receipts), nl=False)
    return _told(receipts, refused=refused, again=again)


def _told(receipts: Sequence[Receipt], *, refused: bool, again: str) -> int:
    from monctl.receipt import Outcome

    counts = {outcome: sum(1 for receipt in receipts if receipt.outcome is outcome) for outcome in Outcome}
    if receipts:
        rest = ", ".join(
            f"{counts[outcome]} {word}" for outcome, word in ((Outcome.FAILED, "failed"), (Outcome.UNTRIED, "not tried")) if counts[outcome]
        )
        options.note(f"{counts[Outcome.DONE]} done" + (f", {rest}; when the cause is mended: {again}" if rest else ""))
    if counts[Outcome.FAILED] or counts[Outcome.UNTRIED]:
        return 4
    return 5 if refused else 0
