"""`monctl report`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import moment, options, running

if TYPE_CHECKING:
    from datetime import datetime

    from monctl.runner.review import Review


@click.command("report")
@running.meant
@click.option("--month", metavar="YYYY-MM", help="The month, in UTC. Default: the last whole one.")
@moment.now
@options.output("text", "json")
def command(
    folder: Path | None, environment: str | None, bundle: Path | None, store: str | None, month: str | None, now: str | None, output: str
) -> int:
    """How a month of alerting went: time to detect, to acknowledge, to resolve; noise; what is still open. Markdown, or JSON."""
    import asyncio

    from monctl.errors import UsageError
    from monctl.program import to_json
    from monctl.runner.render_review import goals_of, markdown
    from monctl.runner.review import month_of, report, review

    today: datetime = moment.time(now)
    try:
        since, until = month_of(month, today.timestamp())
    except ValueError as error:
        raise UsageError(str(error), hint="write it as 2026-10") from None
    if since > today.timestamp():
        raise UsageError(f"{month} has not begun", hint=f"today is {today:%Y-%m-%d}")
    meant = running.found(None, folder, environment, bundle, store)
    complete = until <= today.timestamp()

    async def work() -> Review:
        held, _ = meant.store()
        try:
            end = min(until, today.timestamp())
            return review(await held.chronicles(since, end), since, end)
        finally:
            await held.close()

    found = asyncio.run(work())
    if output == "json":
        document = report(found, meant.bundle.estate, complete=complete, goals=goals_of(meant.bundle))
        click.echo(json.dumps(to_json(document), indent=2, ensure_ascii=False))
    else:
        click.echo(markdown(found, meant.bundle, complete=complete), nl=False)
    return 0
