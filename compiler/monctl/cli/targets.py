"""`monctl targets`."""

from __future__ import annotations

import json

import click

from monctl.cli import options


@click.group("targets")
def command() -> None:
    """What each target can hold."""


@command.command("matrix")
@options.targets
@options.output("text", "json", "markdown")
def matrix(targets: tuple[str, ...], output: str) -> int:
    """The support matrix, from the code: every feature and target, with how it fits and the vendor's page."""
    from monctl.cli.checked import known_targets
    from monctl.render import support

    known = known_targets(targets)
    chosen = {name: target.capabilities for name, target in known.items() if not targets or name in targets}
    match output:
        case "json":
            click.echo(json.dumps(support.records(chosen), indent=2, ensure_ascii=False))
        case "markdown":
            click.echo(support.markdown(chosen), nl=False)
        case _:
            click.echo(support.text(chosen, color=options.color()), nl=False)
    return 0
