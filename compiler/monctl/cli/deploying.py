"""What `diff` and `apply` share: estates made ready, the sandbox opened, plans made, problems told."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options
from monctl.deploy import Planned, Request, plan, state_of
from monctl.project import Checked
from monctl.target import Target

if TYPE_CHECKING:
    from monctl.plan import Plan
    from monctl.receipt import Receipt
    from monctl.sandbox.place import Sandbox


@contextmanager
def sandbox_in(folder: Path | None, targets: dict[str, Target]) -> Iterator[Sandbox | None]:
    """The sandbox of `--sandbox DIR`, open; None without it."""
    if folder is None:
        yield None
        return
    from monctl.sandbox.place import Sandbox

    with Sandbox(folder, targets.values()) as opened:
        yield opened


def make_plans(
    checked: Sequence[Checked],
    known: dict[str, Target],
    *,
    only: tuple[str, ...],
    selected: tuple[str, ...] = (),
    excluded: tuple[str, ...] = (),
    adopt: tuple[str, ...] = (),
    allow_delete: bool = False,
    resend_secrets: bool = False,
    sandbox: Sandbox | None = None,
    resume: bool = False,
) -> list[Planned]:
    """A plan per estate; with `resume` one that also takes away what a broken-off replacement left behind.

    Raises UsageError when `--adopt` or `--select` name nothing at all, JournalError when the journal to resume from cannot be read.
    """
    from monctl.adoption import unmatched
    from monctl.deploy import resources
    from monctl.errors import UsageError
    from monctl.selector import selection

    planned = []
    for one in checked:
        request = Request(
            environ=os.environ,
            only=only,
            adopt=adopt,
            selection=selection(one.program, selected, excluded),
            allow_delete=allow_delete,
            resend_secrets=resend_secrets,
            sandbox=sandbox,
            on_wait=options.note,
        )
        if resume:
            request = replace(request, leftovers=_leftovers(one, request))
        planned.append(plan(one, known, request))
    strange = unmatched(adopt, [resource for one in planned for resource in resources(one)])
    if strange and not any(one.unreached for one in planned):
        raise UsageError(
            f"--adopt: nothing in the specs is '{strange[0]}'", hint="name an address such as monitor.site, or target/kind/key"
        )
    return planned


def _leftovers(checked: Checked, request: Request) -> Mapping[str, frozenset[tuple[str, str]]]:
    from monctl.journal import read_journal
    from monctl.plan_file import journal_of

    progress = read_journal(journal_of(state_of(checked, request), checked.program.estate, checked.program.environment))
    return {target: progress.leftovers(target) for target in checked.program.targets}


@contextmanager
def locked(checked: Sequence[Checked], *, sandbox: Sandbox | None) -> Iterator[None]:
    """Nobody else applies to these estates meanwhile. Raises PlanRefused when somebody does already."""
    from monctl.lock import all_held, lock_path

    request = Request(environ=os.environ, sandbox=sandbox)
    places = []
    for one in checked:
        estate, environment = one.program.estate, one.program.environment
        what = f"estate '{estate}'" + (f" in environment '{environment}'" if environment else "")
        places.append((lock_path(state_of(one, request), estate, environment), what))
    with all_held(places):
        yield


def command_line(*words: str, folder: Path | None, environment: str | None, sandbox: Path | None) -> str:
    """A command for the person to type next, with the options that say where."""
    where = [("-C", folder), ("-e", environment), ("--sandbox", sandbox)]
    return shlex.join(["monctl", *words, *(part for flag, value in where if value is not None for part in (flag, str(value)))])


def carry_out(planned: Planned, going: Plan, *, told: Callable[[Receipt], None] | None = None, resume: bool = False) -> list[Receipt]:
    """Carry out what is permitted of a plan, with its journal; `told` hears of each step as it ends. `resume` goes on where the journal stops."""
    from monctl.apply import Side, apply
    from monctl.journal import Journal, read_journal
    from monctl.plan_file import default_journal

    path = default_journal(planned.state, going)
    progress = read_journal(path) if resume else None
    sides = [Side(one.target, one.client, one.resources, one.state) for one in planned.reached.values()]
    receipts = []
    with Journal(path) as journal:
        for receipt in apply(going, sides, secrets=planned.secrets, journal=journal, progress=progress):
            receipts.append(receipt)
            if told is not None:
                told(receipt)
    return receipts


def tell_receipt(receipt: Receipt) -> None:
    """Say what became of one step."""
    from monctl.render.plans import receipt_line

    click.echo(receipt_line(receipt, color=options.color()), err=True)


def tell_unreached(planned: Sequence[Planned]) -> bool:
    """Say which targets could not be asked; True when there was one."""
    told = False
    for one in planned:
        for target, error in one.unreached.items():
            told = True
            where = f"{one.checked.program.estate}: " if len(planned) > 1 else ""
            sentence = str(error) if str(error).startswith(target) else f"{target}: {error}"
            options.note(f"monctl: {where}{sentence}" + (f"\n  help: {error.hint}" if error.hint else ""))
    if told:
        options.note("monctl: nothing is known of what could not be asked; that is not the same as no changes")
    return told


def tell_refusals(planned: Sequence[Planned]) -> bool:
    """Say what the safety rules refuse; True when there is something."""
    told = False
    for one in planned:
        for refusal in one.refusals:
            told = True
            options.note(f"refused: {refusal.message}\n  help: {refusal.help}")
    return told


def agreed(question: str, *, yes: bool) -> bool:
    """Whether to go on: `--yes`, or a person at a terminal who says so. Without a terminal nobody is asked, and the answer is no."""
    if yes:
        return True
    if not os.isatty(0):
        options.note("monctl: not applied: there is nobody to ask here; say --yes, or apply a saved plan with --yes")
        return False
    return click.confirm(question, err=True)
