"""`monctl notify-test`."""

from __future__ import annotations

from pathlib import Path

import click

from monctl.cli import options, running


@click.command("notify-test")
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...")
@running.meant
@click.option("--all", "every", is_flag=True, help="Every channel of the estate.")
def command(
    channels: tuple[str, ...], folder: Path | None, environment: str | None, bundle: Path | None, store: str | None, every: bool
) -> int:
    """Send a test message through channels, exactly as an alert would go. PagerDuty gets an alert that is resolved at once.

    Exit 0 when every channel took it, 1 when one did not.
    """
    import asyncio

    from monctl.errors import UsageError
    from monctl.suggest import did_you_mean

    meant = running.found(None, folder, environment, bundle, store)
    known = meant.bundle.channels
    for name in channels:
        if name not in known:
            raise UsageError(f"no channel is called '{name}'", hint=did_you_mean(name, known, noun="channels"))
    wanted = list(known) if every else list(channels)
    if not wanted:
        raise UsageError("say which channel to test, or --all", hint=f"channels here: {', '.join(known)}")
    from monctl.runner.trial import trial

    failed = False
    for name, why in asyncio.run(trial(meant.bundle, wanted, secrets=meant.secrets, root=meant.root)):
        failed |= why is not None
        options.note(f"{name}: {'took it' if why is None else why}")
    return int(failed)
