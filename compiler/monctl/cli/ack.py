"""`monctl ack`."""

from __future__ import annotations

from pathlib import Path

import click

from monctl.cli import options, running


@click.command("ack")
@click.argument("what", metavar="INCIDENT|MONITOR")
@running.meant
@click.option("--for", "length", metavar="DURATION", help="It lapses after this long. Default: 24h.")
@click.option("--by", metavar="NAME", help="Who has it. Default: the user of this session.")
@click.option("--undo", is_flag=True, help="Give it back: escalations go on.")
def command(
    what: str,
    folder: Path | None,
    environment: str | None,
    bundle: Path | None,
    store: str | None,
    length: str | None,
    by: str | None,
    undo: bool,
) -> int:
    """Take an incident: nobody else is called, no reminder comes; that it is over is still told.

    WHAT is an incident's key (`monctl status` shows it), or a monitor for all of its. The runner carries it out within a second or two.
    """
    import asyncio
    import time

    from monctl.errors import UsageError
    from monctl.runner.board import Board, board, named
    from monctl.suggest import did_you_mean

    if undo and length is not None:
        raise UsageError("--for says how long somebody has it, and --undo gives it back", hint="leave one of them out")
    lasts = running.seconds(length, "--for") if length is not None else None
    meant = running.found(None, folder, environment, bundle, store)
    now = time.time()

    async def work() -> tuple[Board, list[str]]:
        held, _ = meant.store()
        try:
            found = await board(meant.bundle, held, now)
            wanted = named(found.incidents, what)
            if not wanted:
                known = [*(one.key for one in found.firing), *meant.bundle.monitors]
                name = what.removeprefix("monitor.")
                said = f"'{name}' is not firing" if name in meant.bundle.monitors else f"nothing called '{what}' is firing"
                near = did_you_mean(what, known) if name not in meant.bundle.monitors else None
                raise UsageError(said, hint=near or "monctl status shows what is")
            for one in wanted:
                body = {"monitor": one.monitor, "incident": one.key, "until": now + lasts if lasts is not None else None}
                await held.order("unack" if undo else "ack", running.who(by), now, body)
            return found, [one.key for one in wanted]
        finally:
            await held.close()

    found, keys = asyncio.run(work())
    for key in keys:
        options.note(f"{key}: {'given back' if undo else 'acknowledged'}")
    running.note_idle(found)
    return 0
