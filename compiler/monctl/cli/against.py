"""`monctl diff --against SNAPSHOT`: plans made from what was written down."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from click.core import ParameterSource

from monctl.cli import options
from monctl.deploy import Planned, Request, plan
from monctl.errors import UsageError
from monctl.plan import Problem
from monctl.project import Checked
from monctl.selector import selection
from monctl.snapshot import STALE, Snapshot, age
from monctl.snapshot_file import read
from monctl.snapshot_target import frozen
from monctl.target import Target
from monctl.veil import Veil


def refuse_options(*, out: Path | None, sandbox: Path | None, adopt: tuple[str, ...], resend_secrets: bool) -> None:
    """Raises UsageError for what has no meaning against a snapshot."""
    if out is not None:
        message = "a plan made against a snapshot is for reading: what it saw may have changed since, and it cannot be carried out"
        raise UsageError(message, hint="leave --out away, or make the plan without --against")
    asked = click.get_current_context().get_parameter_source("sandbox") is ParameterSource.COMMANDLINE
    if sandbox is not None and asked:  # MONCTL_SANDBOX in the environment gives way to the flag
        raise UsageError("--against reads a file and --sandbox asks the stand-ins", hint="say one of them")
    if resend_secrets:
        raise UsageError("a plan made against a snapshot sends nothing, so no secret can be sent again", hint="plan without --against")
    if adopt:
        raise UsageError("a snapshot only counts what is not ours, so nothing in it can be adopted", hint="plan without --against to adopt")


def plans_against(
    path: Path,
    checked: Sequence[Checked],
    known: Mapping[str, Target],
    *,
    now: datetime,
    only: tuple[str, ...],
    selected: tuple[str, ...],
    excluded: tuple[str, ...],
    allow_delete: bool,
) -> list[Planned]:
    """A plan per estate, each with a note that says what it was made against. Asks nobody."""
    snapshot = read(path)
    targets = frozen(known, snapshot, Veil.of(os.environ))
    planned = []
    for one in checked:
        request = Request(environ={}, only=only, selection=selection(one.program, selected, excluded), allow_delete=allow_delete, now=now)
        made = plan(one, targets, request)
        planned.append(replace(made, plan=replace(made.plan, notes=(_note(snapshot, one, now), *made.plan.notes))))
    _tell(snapshot, now)
    return planned


def _note(snapshot: Snapshot, checked: Checked, now: datetime) -> Problem:
    estate, environment = checked.program.estate, checked.program.environment
    said = f"made against a snapshot of {_when(snapshot)}, {age(snapshot.taken_at, now)}"
    help = "what was changed since is not in it"
    if not snapshot.environments(estate):
        said, help = f"{said}, which does not know estate '{estate}'", "so all of it is shown as new"
    elif (found := snapshot.find(estate, environment)) is not None and (new := sorted(set(checked.program.targets) - set(found.targets))):
        said += f"; the estate did not use {', '.join(new)} then" if not found.partial else ""
    return Problem("", "snapshot", said, help)


def _tell(snapshot: Snapshot, now: datetime) -> None:
    options.note(f"against the snapshot of {_when(snapshot)}, {age(snapshot.taken_at, now)}")
    if now - snapshot.taken_at > STALE:
        options.note("warning: the snapshot is older than a day; take a new one with `monctl snapshot` where the credentials are")


def _when(snapshot: Snapshot) -> str:
    return snapshot.taken_at.strftime("%Y-%m-%d %H:%M UTC")
