"""`monctl silence`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options, running

if TYPE_CHECKING:
    from monctl.resource import Json
    from monctl.runner.board import Board


@click.command("silence")
@click.argument("matchers", nargs=-1, metavar="[LABEL=VALUE | MONITOR]...")
@running.meant
@click.option("--for", "length", metavar="DURATION", help="How long: 2h, 3d. Needed to begin one.")
@click.option("--comment", default="", help="Why; everybody sees it.")
@click.option("--by", metavar="NAME", help="Who asks. Default: the user of this session.")
@click.option("--maintenance", is_flag=True, help="As maintenance: heartbeats wait as well, and the time does not count against uptime.")
@click.option("--end", "ended", metavar="ID", help="End a silence now; `monctl status` shows their ids.")
def command(
    matchers: tuple[str, ...],
    folder: Path | None,
    environment: str | None,
    bundle: Path | None,
    store: str | None,
    length: str | None,
    comment: str,
    by: str | None,
    maintenance: bool,
    ended: str | None,
) -> int:
    """Be quiet about some alerts for a while. They are still measured; what fires when it ends is told then.

    Every LABEL=VALUE must hold: monitor, service, team, severity, or any label; also !=, =~ and !~ (whole-value regular expressions).
    A bare word is a monitor.
    """
    import asyncio
    import secrets
    import time

    from monctl.errors import UsageError
    from monctl.program import to_json
    from monctl.runner.board import board
    from monctl.runner.matching import doubts
    from monctl.runner.matching import matchers as read

    if ended is not None and (matchers or length is not None):
        raise UsageError("--end ends a silence and begins none", hint="leave out the rest: monctl silence --end ID")
    if ended is None and (not matchers or length is None):
        raise UsageError("say what to silence, and for how long", hint="monctl silence service=database --for 2h --comment 'upgrade'")
    meant = running.found(None, folder, environment, bundle, store)
    now = time.time()
    name = ended or secrets.token_hex(3)
    wanted = read(matchers, meant.bundle.monitors)
    body: dict[str, Json] = {"id": name}
    if length is not None:
        end = now + running.seconds(length, "--for")
        body |= {"matchers": to_json(wanted), "start": now, "end": end, "comment": comment}

    async def work() -> Board:
        held, _ = meant.store()
        try:
            if ended is not None and not await held.values(f"silence:{ended}"):
                raise UsageError(f"no silence is called '{ended}'", hint="monctl status shows them")
            await held.order("unsilence" if ended else "maintenance" if maintenance else "silence", running.who(by), now, body)
            return await board(meant.bundle, held, now)
        finally:
            await held.close()

    found = asyncio.run(work())
    for doubt in doubts(wanted, meant.bundle):
        options.note(f"note: {doubt}")
    options.note(f"silence {name} ends now" if ended else f"silence {name} for {length}")
    running.note_idle(found)
    return 0
