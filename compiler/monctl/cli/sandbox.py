"""`monctl sandbox`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from monctl.cli import options


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 takes a free one.")
@click.option(
    "--data",
    "data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".monctl/sandbox"),
    show_default=True,
    metavar="DIR",
    help="Where it keeps what it holds.",
)
def command(port: int, data: Path) -> int:
    """Serve stand-ins of the providers on loopback: /sentry /uptimerobot /grafana /pagerduty, and a page of all they hold.

    Prints the environment that points monctl and other tools at them. Stops on Ctrl-C.
    """
    from monctl.errors import UsageError
    from monctl.sandbox.place import Sandbox
    from monctl.sandbox.server import Server
    from monctl.target import discover

    try:
        sandbox = Sandbox(data, discover().values())
    except OSError as error:
        raise UsageError(f"cannot keep data in {data}: {(error.strerror or '').lower()}", hint="name another folder with --data") from None
    with sandbox:
        server = Server(sandbox, port=port, on_fault=lambda line, error: options.note(f"monctl: a bug in the sandbox at {line}: {error!r}"))
        for name, value in sorted(sandbox.environment(server.url).items()):
            click.echo(f"export {name}={shlex.quote(value)}")
        options.note(f"\nThe sandbox is at {server.url} with its data in {data}; Ctrl-C stops it.")
        server.run()
    return 0
