"""Options that several commands share, and what they mean. Imports nothing heavy."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from click.core import ParameterSource

F = TypeVar("F", bound=Callable[..., Any])


class Once(click.Option):
    """An option of one value that is refused when it is given twice: click alone takes the last one without a word.

    `instead` is what to do when both are meant.
    """

    def __init__(self, *args: Any, instead: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._instead = instead

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Have all values gathered."""
        parser.add_option(obj=self, opts=self.opts, dest=self.name, action="append", nargs=self.nargs)

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """The one value. Raises UsageError for several."""
        said = opts.get(self.name or "")
        if isinstance(said, list):
            if len(said) > 1 and not ctx.resilient_parsing:
                raise click.UsageError(f"{self.opts[0]} was given twice; {self._instead}", ctx)
            opts = {**opts, self.name or "": said[-1]}
        return super().consume_value(ctx, opts)


def estate(function: F) -> F:
    """`-C DIR` and `-e ENV`."""
    function = click.option(
        "-e", "--env", "environment", envvar="MONCTL_ENV", metavar="NAME", help="The environment; else the estate's default.",
        cls=Once, instead="name one environment, and run the command for each",
    )(function)  # fmt: skip
    return estate_folder(function)


def estate_folder(function: F) -> F:
    """`-C DIR`."""
    return click.option(
        "-C", "--dir", "folder", envvar="MONCTL_DIR", metavar="DIR", type=click.Path(path_type=Path),
        help="An estate, or a folder of estates. Default: the current folder, monitors/, or the nearest above.",
        cls=Once, instead="name a folder that holds both estates, or run the command for each",
    )(function)  # fmt: skip


def output(*formats: str) -> Callable[[F], F]:
    """`-o FORMAT`; the first is the default."""
    return click.option(
        "-o",
        "--output",
        "output",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        envvar="MONCTL_OUTPUT",
        help="How to print the result.",
        cls=Once,
        instead="name one form",
    )


def targets(function: F) -> F:
    """`--target NAME`, repeatable."""
    return click.option("--target", "targets", multiple=True, metavar="NAME", help="Only this back end; may be repeated.")(function)


def cached(function: F) -> F:
    """`--no-cache`, and the command's answer kept to be given again while nothing has changed (`monctl.cache`)."""

    @wraps(function)
    def recorded(*args: Any, **kwargs: Any) -> int:
        from monctl import recording

        return recording.recorded(lambda: function(*args, **kwargs))

    option = click.option(
        "--no-cache", is_flag=True, expose_value=False, help="Find the answer anew even when nothing has changed. Also: MONCTL_NO_CACHE=1."
    )
    return cast("F", option(recorded))


def selection(function: F) -> F:
    """`--select` and `--exclude`, repeatable."""
    help = "objects: a name glob, team:NAME, service:NAME, severity:NAME or path:GLOB; may be repeated."
    function = click.option("--exclude", "excluded", multiple=True, metavar="WHAT", help=f"Leave out these {help}")(function)
    return click.option("--select", "selected", multiple=True, metavar="WHAT", help=f"Only these {help}")(function)


def sandbox(function: F) -> F:
    """`--sandbox DIR`."""
    return click.option(
        "--sandbox", "sandbox", envvar="MONCTL_SANDBOX", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
        help="Use stand-ins of the providers in this process, with their data in DIR: no account, no network.",
        cls=Once, instead="name one folder",
    )(function)  # fmt: skip


def roots(folder: Path | None) -> list[Path]:
    """The estates meant by `-C`: the folder, or those below it; without it the current folder, else `monitors/`, what is below, the nearest above.

    Raises EstateError when there is none.
    """
    from monctl import discover
    from monctl.errors import EstateError

    if folder is not None:
        return discover.estates(folder)
    here = Path()
    if os.path.isfile(discover.SETTINGS):  # noqa: PTH113  # Path.is_file raises where the folder may be listed and not entered
        return [here]
    if os.path.isdir("monitors"):  # noqa: PTH112  # the same
        return discover.estates(here / "monitors")
    try:
        return discover.estates(here)
    except EstateError:
        above = _above(discover.SETTINGS)
        if above is not None:
            return [above]
        raise EstateError(
            "no estate here: there is no monctl.yaml in this folder, below it, or above it in its repository",
            hint="run `monctl init` to begin one, or name a folder with -C",
        ) from None


def _above(settings: str) -> Path | None:
    """The nearest folder above the current one that is an estate, as git finds its repository: not beyond the top of that."""
    from monctl.repository import top_of

    here = Path.cwd()
    top = top_of(here)
    for folder in here.parents if top is not None and top != here else ():
        if (folder / settings).is_file():
            return Path(os.path.relpath(folder))
        if folder == top:
            break
    return None


def color(stream: Any = None) -> bool:
    """Whether to paint: a terminal, and NO_COLOR not set (https://no-color.org)."""
    out = sys.stdout if stream is None else stream
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return bool(getattr(out, "isatty", lambda: False)())


def note(text: str) -> None:
    """A message for the person, on standard error."""
    click.echo(text, err=True)
