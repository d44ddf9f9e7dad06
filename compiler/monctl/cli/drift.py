"""`monctl drift`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options

if TYPE_CHECKING:
    from monctl.deploy import Planned
    from monctl.drift_report import Report
    from monctl.selection import Selection
    from monctl.snapshot import Snapshot


@click.command("drift")
@options.estate
@options.targets
@options.selection
@click.option(
    "--since",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="SNAPSHOT",
    help="A snapshot taken after the last apply: it tells what was deleted from what was never made.",
)
@options.sandbox
@options.output("text", "json", "markdown")
def command(
    folder: Path | None,
    environment: str | None,
    targets: tuple[str, ...],
    selected: tuple[str, ...],
    excluded: tuple[str, ...],
    since: Path | None,
    sandbox: Path | None,
    output: str,
) -> int:
    """Find what was changed outside since our last apply: in a provider's page, by a script, by another tool.

    What only the specs changed is no drift and is counted. An object that is not there was deleted when the journal beside the estate
    (.monctl), a snapshot, or another object that refers to it says that it was there, and is no drift when a journal or a snapshot says
    that it never was. Where nothing tells, it counts as drift: deleted outside, or never applied.

    \b
    Exit 0: no drift. 1: drift, or the specs have errors. 3: a provider could not be asked.
    """
    from monctl.cli.checked import checked_or_none, known_targets
    from monctl.cli.deploying import make_plans, sandbox_in, tell_unreached
    from monctl.render import drift as render
    from monctl.selector import selection
    from monctl.snapshot_file import read

    snapshot = None if since is None else read(since)
    known = known_targets(targets)
    checked = checked_or_none(options.roots(folder), environment, only=targets)
    if checked is None:
        return 1
    with sandbox_in(sandbox, known) as opened:
        planned = make_plans(checked, known, only=targets, selected=selected, excluded=excluded, sandbox=opened)
        reports = [_report(one, snapshot, selection(one.checked.program, selected, excluded)) for one in planned]
    match output:
        case "json":
            shown = render.json_text(reports)
        case "markdown":
            shown = render.markdown(reports)
        case _:
            shown = render.text(reports, color=options.color())
    click.echo(shown, nl=False)
    if tell_unreached(planned):
        return 3
    return 1 if any(one.drifted for one in reports) else 0


def _report(planned: Planned, snapshot: Snapshot | None, chosen: Selection | None) -> Report:
    from monctl.drift import drift
    from monctl.drift_report import report
    from monctl.plan_file import default_journal
    from monctl.remembered import from_journal, from_snapshot

    estate, environment = planned.plan.estate, planned.plan.environment
    memory = from_journal(default_journal(planned.state, planned.plan))
    if snapshot is not None:
        memory = memory | from_snapshot(snapshot, estate, environment)
    program, sources = planned.checked.program, planned.checked.loaded.sources
    found = [
        drift(
            one.target,
            one.resources,
            one.state,
            estate=estate,
            environment=environment,
            moved=program.moved,
            selection=chosen,
            sources=sources,
            memory=memory,
            elsewhere=any(planned.plan.owned.values()),
        )
        for one in planned.reached.values()
    ]
    unasked: Mapping[str, str] = {target: str(error) for target, error in planned.unreached.items()}
    return report(found, estate=estate, environment=environment, unasked=unasked)
