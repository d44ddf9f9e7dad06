"""`monctl run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options, running

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from monctl.runner.message import Message
    from monctl.runner.serve import Runner


@click.command("run")
@click.argument("what", required=False, metavar="[BUNDLE|ESTATE]", type=click.Path(path_type=Path))
@running.meant
@click.option("--once", is_flag=True, help="Ask every check once, tell what follows, print how everything stands, and end.")
@click.option("--dry-run", is_flag=True, help="Send nothing and remember nothing: print what would be sent.")
@click.option(
    "--log-level", type=click.Choice(("debug", "info", "warning", "error")), default="info", show_default=True, help="What is logged."
)
@click.option("--hash-password", is_flag=True, help="Ask for a password and print its hash, for `targets.runner.page.users`.")
def command(
    what: Path | None,
    folder: Path | None,
    environment: str | None,
    bundle: Path | None,
    store: str | None,
    once: bool,
    dry_run: bool,
    log_level: str,
    hash_password: bool,
) -> int:
    """Measure, decide and tell what a bundle says, until it is stopped.

    WHAT is a bundle (a file of `monctl compile` or `monctl apply`) or an estate; without it the estate of -C. SIGHUP reads it again,
    SIGTERM stops gracefully. Logs are JSON lines on standard error.

    Exit 0 when it was stopped; with --once 1 when something fires or cannot be evaluated.
    """
    if hash_password:
        return _hash_password()
    running.needs_runner()
    import asyncio

    from monctl.runner import logs
    from monctl.runner.serve import Given, Runner
    from monctl.runner.store.sqlite import SqliteStore

    meant = running.found(what, folder, environment, bundle, store)
    logs.to_stderr("warning" if once and log_level == "info" else log_level)
    held, leases = (SqliteStore(None), None) if dry_run else meant.store(runner=True)

    async def work() -> int:
        runner = Runner(Given(meant.load, meant.secrets, meant.root, held, leases, dry_run=_show if dry_run else None))
        if not once:
            await runner.run()
            return 0
        await runner.once()
        return _standing(runner)

    with asyncio.Runner(loop_factory=_loop()) as loop:
        return loop.run(work())


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The loop of uvloop, where it is installed: half the processor time for plain requests (docs/performance.md)."""
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    return uvloop.new_event_loop


def _show(message: Message) -> None:
    for item in message.items:
        options.note(
            f"would send to {message.channel or message.person}: {message.kind} {item.severity}: {item.title} {item.value} ({item.threshold})"
        )


def _standing(runner: Runner) -> int:
    """How every monitor stands, worst first; 1 when one is not well."""
    from monctl.measure import Heartbeat
    from monctl.runner.core.step import standing

    engine = runner.engine
    order = {"firing": 0, "unknown": 1, "pending": 2, "new": 3, "ok": 4}
    rows = []
    for name, watch in engine.watches.items():
        state = engine.states.get(name)
        stands = standing(watch, state) if state is not None else None
        called = stands is not None or not isinstance(watch.monitor.source, Heartbeat)
        word: str = stands.state if stands is not None else "unknown" if called else "new"
        notes = [one.note for one in state.instances.values() if one.note] if state is not None else []
        notes += [state.health.note] if state is not None and state.health.note else []
        notes += [] if called else ["it was never called"]
        shown = watch.rung(stands.rank).severity.name if stands is not None and word in {"firing", "pending"} else ""
        rows.append((order[word], name, " ".join(part for part in (word, shown) if part), notes[0] if notes else ""))
    width = max((len(row[1]) for row in rows), default=0)
    for _, name, word, note in sorted(rows):
        click.echo(f"{name:{width}}  {word}{'  ' + note if note else ''}")
    return int(any(row[0] < order["pending"] for row in rows))


_SHORTEST = 10


def _hash_password() -> int:
    """Without a terminal one line of standard input is the password: nobody is asked anything."""
    import sys

    from monctl.errors import UsageError

    running.needs_runner()
    from argon2 import PasswordHasher

    if sys.stdin.isatty():
        password = click.prompt("password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < _SHORTEST:
        raise UsageError(f"a password has at least {_SHORTEST} characters", hint="three or four words do well")
    click.echo(PasswordHasher().hash(password))
    return 0
