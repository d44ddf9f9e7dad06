"""`monctl doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from monctl.cli import options


@click.command("doctor")
@options.estate
@options.targets
@click.option(
    "--round-trip",
    "trip",
    is_flag=True,
    help="Also create, read, update and delete one small object there, under the estate name monctl-doctor.",
)
@options.sandbox
@options.output("text", "json")
def command(
    folder: Path | None,
    environment: str | None,
    targets: tuple[str, ...],
    trip: bool,
    sandbox: Path | None,
    output: str,
) -> int:
    """Examine the targets: addresses, credentials, scopes, limits, and what the specs name.

    Who are we there, which scopes are missing, what does the plan allow, which channels and people are not there? Only reads, unless
    --round-trip is given.

    \b
    Exit 0: all is well, or only worth a look. 1: something is missing, or the specs have errors.
    3: a provider could not be asked.
    """
    import os

    from monctl.cli.checked import checked_or_none, known_targets
    from monctl.cli.deploying import sandbox_in
    from monctl.deploy import Request
    from monctl.doctor import examine
    from monctl.examination import Verdict
    from monctl.render import doctor as render

    known = known_targets(targets)
    checked = checked_or_none(options.roots(folder), environment, only=targets)
    if checked is None:
        return 1
    with sandbox_in(sandbox, known) as opened:
        request = Request(environ=os.environ, only=targets, sandbox=opened, on_wait=options.note)
        every = [found for one in checked for found in examine(one, known, request, trip=trip)]
    click.echo(render.json_text(every) if output == "json" else render.text(every, color=options.color()), nl=False)
    if any(one.has(Verdict.UNASKED) for one in every):
        return 3
    return 1 if any(one.has(Verdict.FAILED) for one in every) else 0
