"""`monctl demo`."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import click

from monctl import discover
from monctl.cli import options


@click.command("demo")
@click.option(
    "-C",
    "--dir",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Estates to show. Default: monitors/, else a new one as `monctl init` writes it.",
    cls=options.Once,
    instead="name a folder that holds both",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the providers' data in DIR, to look at with `monctl sandbox --data DIR`.",
)
def command(folder: Path | None, keep: Path | None) -> int:
    """Everything on loopback, in a minute: check, compile, plan, apply, find nothing left to do; then run, and break something.

    Uses stand-ins of the providers in this process: no account, no network, nothing of yours is touched.
    """
    from monctl.cli.demonstration import show

    data = keep.resolve() if keep is not None else Path("providers")
    with tempfile.TemporaryDirectory(prefix="monctl-demo-") as scratch:
        _estates(folder, Path(scratch))
        with contextlib.chdir(scratch):
            code = show(discover.estates(Path("monitors")), data, options.color())
    if keep is not None:
        options.note(f"\nLook at what the providers hold: monctl sandbox --data {keep}")
    return code


def _estates(folder: Path | None, scratch: Path) -> None:
    """Copies of the estates in `monitors/` below `scratch`, so that the demo can edit them."""
    source = folder or (Path("monitors") if Path("monitors").is_dir() else None)
    if source is None:
        from monctl.cli.init import command as init

        init.main([str(scratch / "monitors"), "--name", "first", "--no-ci"], standalone_mode=False)
        return
    discover.estates(source)  # says so when there is none
    shutil.copytree(source, scratch / "monitors", ignore=shutil.ignore_patterns(".monctl", "__pycache__"))
