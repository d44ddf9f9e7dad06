"""`monctl completion`."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script of a shell.

    \b
    bash: monctl completion bash > ~/.local/share/bash-completion/completions/monctl
    zsh:  monctl completion zsh > ~/.zfunc/_monctl
    fish: monctl completion fish > ~/.config/fish/completions/monctl.fish
    """
    from click.shell_completion import get_completion_class

    from monctl.cli.group import root

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(root, {}, "monctl", "_MONCTL_COMPLETE").source())
    return 0
