"""`monctl snapshot`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import moment, options
from monctl.number import counted

if TYPE_CHECKING:
    from monctl.deploy import Planned
    from monctl.snapshot import EstateState, Snapshot
    from monctl.veil import Veil


@click.command("snapshot")
@options.estate
@options.targets
@click.option("--out", "out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to write it.")
@click.option("--all", "everything", is_flag=True, help="Also name the objects of others; what is in them is never written.")
@moment.now
@options.sandbox
@options.output("text", "json")
def command(
    folder: Path | None,
    environment: str | None,
    targets: tuple[str, ...],
    out: Path,
    everything: bool,
    now: str | None,
    sandbox: Path | None,
    output: str,
) -> int:
    """Write down what the targets hold now, for plans without credentials: monctl diff --against FILE.

    Objects of ours are kept normalised, those of others are only counted. Secrets are left out; with MONCTL_SNAPSHOT_KEY set (16 characters
    or more, kept away from the file) they are HMACs by that key, so that a changed secret shows.

    \b
    Exit 0: written. 1: the specs have errors. 3: a target could not be asked; then nothing is written.
    """
    import os

    from monctl.cli.checked import checked_or_none, known_targets
    from monctl.cli.deploying import make_plans, sandbox_in, tell_unreached
    from monctl.snapshot import snapshot
    from monctl.snapshot_file import write
    from monctl.veil import Veil

    veil = Veil.of(os.environ)
    taken_at = moment.time(now)
    known = known_targets(targets)
    checked = checked_or_none(options.roots(folder), environment, only=targets)
    if checked is None:
        return 1
    with sandbox_in(sandbox, known) as opened:
        planned = make_plans(checked, known, only=targets, sandbox=opened)
        if tell_unreached(planned):
            options.note(f"monctl: {out} was not written: a snapshot is whole or it is none")
            return 3
    taken = snapshot((_state(one, veil, partial=bool(targets), everything=everything) for one in planned), taken_at=taken_at, veil=veil)
    write(out, taken)
    _tell(taken, planned, out, output)
    return 0


def _state(planned: Planned, veil: Veil, *, partial: bool, everything: bool) -> EstateState:
    from monctl.snapshot import EstateState, target_state

    estate, environment = planned.plan.estate, planned.plan.environment
    states = {
        name: target_state(one.target, one.resources, one.state, estate=estate, environment=environment, veil=veil, everything=everything)
        for name, one in sorted(planned.reached.items())
    }
    return EstateState(estate, environment, states, partial)


def _tell(taken: Snapshot, planned: Sequence[Planned], out: Path, output: str) -> None:
    import json

    rows = [(one, target, state) for one in taken.estates for target, state in one.targets.items()]
    if output == "json":
        told = [
            {"estate": one.estate, "environment": one.environment, "target": target, "objects": len(state.objects), "lookups": len(state.lookups), "foreign": sum(state.foreign.values())}
            for one, target, state in rows
        ]  # fmt: skip
        click.echo(
            json.dumps(
                {"format_version": 1, "file": str(out), "taken_at": taken.taken_at.isoformat(), "targets": told},
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    for one, target, state in rows:
        where = f"{one.estate} · {one.environment}" if one.environment else one.estate
        click.echo(f"{where} · {target}: {len(state.objects)} objects of ours, {sum(state.foreign.values())} of others")
    changes = sum(one.plan.summary.changes for one in planned)
    if changes:
        options.note(
            f"note: {counted(changes, 'change')} of the specs {'are' if changes != 1 else 'is'} not applied; plans against this snapshot show them too"
        )
    options.note(f"wrote {out}; secrets {'hashed by MONCTL_SNAPSHOT_KEY' if taken.secrets != 'left out' else 'left out'}")
