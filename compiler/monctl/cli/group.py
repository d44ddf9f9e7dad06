"""The commands: one lazy group, one place where errors become exit codes."""

from __future__ import annotations

import errno
import os
from importlib import import_module

import click

from monctl import __version__
from monctl.errors import MonctlError

COMMANDS: dict[str, tuple[str, str]] = {
    "ack": ("ack", "Take an incident: nobody else is called."),
    "apply": ("apply", "Carry out a plan: a saved one, or plan and ask."),
    "compile": ("compile", "Write what each target would hold, as files."),
    "completion": ("completion", "Print the completion script of a shell."),
    "demo": ("demo", "Everything on loopback, in a minute."),
    "destroy": ("destroy", "Remove what we own."),
    "diff": ("diff", "Show what would change, and for whom."),
    "doctor": ("doctor", "Who am I, what may I do, what is missing."),
    "drift": ("drift", "Find what was changed outside since the last apply."),
    "fmt": ("fmt", "Lay YAML specs out in the one style."),
    "import": ("import_", "Write specs for what is at a provider already."),
    "init": ("init", "Begin an estate: a monitor, a rotation, a CI file."),
    "lint": ("lint", "Find monitors that cannot work."),
    "lsp": ("lsp", "Answer an editor: findings, meanings, names, renames."),
    "plan": ("diff", "The same as diff."),
    "notify-test": ("notify_test", "Send a test message through channels."),
    "report": ("report", "How a month of alerting went."),
    "rule": ("rule", "Explain one lint rule."),
    "run": ("runner", "The standalone runner: measure, decide, tell."),
    "sandbox": ("sandbox", "Serve stand-ins of the providers on loopback."),
    "schema": ("schema", "Print or write the JSON Schemas."),
    "silence": ("silence", "Be quiet about some alerts for a while."),
    "snapshot": ("snapshot", "Write down what the targets hold, for plans without credentials."),
    "status": ("status", "What is firing, who was told, who has it."),
    "targets": ("targets", "What each target can hold."),
    "validate": ("validate", "Check specs: types, references, units, SQL. Offline."),
}
"""Command → module in this package, and its line in `--help`. The module is loaded when the command is run."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What only writing gives, and no program is to blame for: to standard output, or to a file for which nobody said more."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run; `--help` imports none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Sorted names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported now."""
        if name not in COMMANDS:
            return None
        command = import_module(f"monctl.cli.{COMMANDS[name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name when there is no such command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            from monctl.suggest import closest

            near = closest(args[0], COMMANDS)
            if near is None:
                raise
            raise click.UsageError(f"no such command '{args[0]}'; did you mean '{near}'?", ctx) from None


def _help_width() -> int:
    """Of help, in columns, as click finds it: but click loads `shutil` for that, with all its compressors (2 ms of 50, measured 2026-11-21)."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        width = int(columns)
    else:
        try:
            width = os.get_terminal_size(1).columns or 80
        except OSError:
            width = 80
    return max(min(width, 80) - 2, 50)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _help_width()})
@click.version_option(__version__, "-V", "--version", prog_name="monctl", message="%(prog)s %(version)s")
def root() -> None:
    """monctl: a compiler for monitoring.

    Monitors, thresholds, severities, escalations and dashboards are declared once, checked, and applied to Sentry, UptimeRobot,
    Grafana, PagerDuty and a standalone runner.
    """


def run(args: list[str] | None = None) -> int:
    """Run a command line. Gives 0 done, 1 no, 2 changes, 3 could not ask, 4 partial, 5 refused, 64 usage, 70 bug, 130 interrupted.

    Raises OSError where there is no room for the answer.
    """
    try:
        forced = bool(os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR"))
        result = root.main(args, prog_name="monctl", standalone_mode=False, color=True if forced else None)  # else click takes colours out
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return 130
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 64
    except click.UsageError as error:
        where = f"\nTry '{error.ctx.command_path} --help'." if error.ctx is not None else ""
        click.echo(f"monctl: {_sentence(error.format_message())}{where}", err=True)
        return 64
    except click.ClickException as error:
        click.echo(f"monctl: {_sentence(error.format_message())}", err=True)
        return 64
    except MonctlError as error:
        click.echo(f"monctl: {error}" + (f"\n  help: {error.hint}" if error.hint else ""), err=True)
        return error.exit_code
    except BrokenPipeError:
        return 0
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise
        return _bug(error)
    except Exception as error:  # noqa: BLE001  # a bug must end in a sentence and exit 70, with the traceback in a file for the report
        return _bug(error)


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".") if text else text


def _bug(error: Exception) -> int:
    """Say that it is our fault, and keep the traceback where it can be sent from."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="monctl-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(f"monctl {__version__}\n")
        traceback.print_exception(error, file=file)
    click.echo(f"monctl: a bug in monctl: {type(error).__name__}; what was found out is in {file.name}", err=True)
    return 70
