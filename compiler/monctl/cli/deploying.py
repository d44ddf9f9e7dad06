"""What `diff` and `apply` share: estates made ready, the sandbox opened, plans made, problems told."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options
from monctl.cli.progress import in_order, screen
from monctl.deploy import Planned, Request, plan, sides, state_of
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
    now: datetime | None = None,
) -> list[Planned]:
    """A plan per estate; with `resume` one that also takes away what a broken-off replacement left behind.

    Raises UsageError when `--adopt` or `--select` name nothing at all, JournalError when the journal to resume from cannot be read.
    """
    from monctl.adoption import unmatched
    from monctl.deploy import resources
    from monctl.errors import UsageError
    from monctl.selector import selection

    planned = []
    asks = screen.asks()
    for one in checked:
        request = Request(
            environ=os.environ,
            only=only,
            adopt=adopt,
            selection=selection(one.program, selected, excluded),
            allow_delete=allow_delete,
            resend_secrets=resend_secrets,
            sandbox=sandbox,
            now=now or datetime.now(UTC),
            **asks,
        )
        if resume:
            request = replace(request, leftovers=_leftovers(one, request))
        with screen.reading():
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
    """Carry out what is permitted of a plan, with its journal; `told` hears of each step. `resume` goes on where the journal stops.

    The receipts are in the order of the steps, whichever target was faster; see `monctl.cli.progress.in_order` for when they are told.
    """
    from monctl.apply import apply
    from monctl.forecast import forecasts
    from monctl.journal import Journal, read_journal
    from monctl.order import steps
    from monctl.plan_file import default_journal

    path = default_journal(planned.state, going)
    progress = read_journal(path) if resume else None
    every = sides(planned.reached)
    done = progress.done if progress is not None and progress.plan == going.fingerprint else frozenset()
    place = {step.id: number for number, step in enumerate(steps(going.changes))}
    receipts = []
    with Journal(path) as journal, screen.applying(forecasts(going, every, done=done), len(place)):
        heard = screen.heard(apply(going, every, secrets=planned.secrets, journal=journal, progress=progress))
        for receipt in in_order(heard, place):
            receipts.append(receipt)
            if told is not None:
                told(receipt)
    _tell_afterwards(planned, receipts)
    return sorted(receipts, key=lambda receipt: place[receipt.step.id])


def _tell_afterwards(planned: Planned, receipts: Sequence[Receipt]) -> None:
    """Say what is left to do by hand, where a target knows."""
    from monctl.order import Verb
    from monctl.receipt import Outcome

    for name, one in planned.reached.items():
        made = [
            receipt.step.change
            for receipt in receipts
            if receipt.outcome is Outcome.DONE and receipt.step.verb is Verb.CREATE and receipt.step.change.target == name
        ]
        if (afterwards := getattr(one.target, "afterwards", None)) is not None:
            for said in afterwards(made, program=planned.checked.program):
                options.note(f"next: {said.address}: {said.message}\n  {said.help}")


def looked_again(going: Sequence[tuple[Planned, Plan]]) -> tuple[list[tuple[Planned, Plan]], bool]:
    """The plans without what moved at a provider while somebody read them, told; and whether something did.

    Whoever applies from another checkout holds another lock. Raises the ProviderErrors of reading.
    """
    from monctl.live import read_all
    from monctl.refuse import permitted, stale

    still, moved = [], False
    for planned, whole in going:
        refused = []
        for name in sorted({change.target for change in whole.changes}):
            one = planned.reached[name]
            with screen.reading():
                state = read_all(one.client, name, one.resources)
            refused += stale(whole, one.target, state, since="the plan was shown")
        moved = tell_refusals([replace(planned, refusals=tuple(refused))]) or moved
        still.append((planned, permitted(whole, refused)))
    return still, moved


def tell_forecasts(going: Sequence[tuple[Planned, Plan]]) -> None:
    """Say of each target how long it takes, where that is long. The targets are written side by side, the estates one after the other."""
    from monctl.forecast import SLOW_S, forecasts

    for one, whole in going:
        for forecast in forecasts(whole, sides(one.reached)):
            seconds = forecast.seconds
            if seconds >= SLOW_S:
                where = f"{whole.estate}: " if len(going) > 1 else ""
                options.note(f"{where}{forecast.target}: {forecast.said(seconds)}")


def tell_receipt(receipt: Receipt) -> None:
    """Say what became of one step."""
    from monctl.render.plans import receipt_line

    screen.note(receipt_line(receipt, color=options.color()))


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
