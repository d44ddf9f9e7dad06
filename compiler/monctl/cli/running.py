"""What the commands around the runner share: the bundle they mean, its store, who asks."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monctl.cli import options
from monctl.errors import EstateError, UsageError

if TYPE_CHECKING:
    from monctl.bundle import Bundle
    from monctl.resource import SecretRef
    from monctl.runner.board import Board
    from monctl.runner.store.store import Leases, Store

F = TypeVar("F", bound=Callable[..., Any])


def meant(function: F) -> F:
    """`-C`, `-e`, `--bundle` and `--store`."""
    function = click.option(
        "--store", "store", envvar="MONCTL_STORE", metavar="WHERE",
        help="Where the runner remembers: a folder, or postgresql://… . Default: the option `store`, else .monctl/store.",
    )(function)  # fmt: skip
    function = click.option(
        "--bundle", "bundle", envvar="MONCTL_BUNDLE", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
        help="A compiled bundle, instead of an estate.",
    )(function)  # fmt: skip
    return options.estate(function)


@dataclass(frozen=True)
class Meant:
    """A bundle, and where it stands."""

    load: Callable[[], Bundle]
    bundle: Bundle
    root: Path
    """What relative paths are relative to: the estate's folder, or the bundle's."""
    said: str | None
    """`--store`."""

    @property
    def secrets(self) -> Callable[[SecretRef], str]:
        """Reads a secret."""
        from monctl.secret import reader

        return reader(os.environ, self.root)

    def store(self, *, runner: bool = False) -> tuple[Store, Leases | None]:
        """The store: `--store`, else the option `store`, else the folder. Raises UsageError."""
        from monctl.runner.options import options as read
        from monctl.runner.options import told
        from monctl.runner.stores import opened

        # a path on the command line is relative to where one stands, one in monctl.yaml to the estate
        if self.said is not None:
            return opened(self.said, self.bundle, Path.cwd(), runner=runner)
        return opened(told(read(self.bundle.options).store, self.secrets), self.bundle, self.root, runner=runner)


def found(given: Path | None, folder: Path | None, environment: str | None, bundle: Path | None, store: str | None) -> Meant:
    """What a command is about: `given` (a bundle or an estate), `--bundle`, else the estate of `-C`. Raises UsageError."""
    needs_runner()
    from monctl.runner.reading import compiled, read

    path = given or bundle
    if path is not None and path.is_file():
        return _made(lambda: read(path), path.parent, store)
    if path is not None and path.is_dir() and given is not None and (one := _only_bundle(path)) is not None:
        return _made(lambda: read(one), path, store)
    if path is not None and not path.exists() and (given is not None and path.suffix == ".json"):
        raise UsageError(f"there is no bundle '{path}'", hint="compile it: monctl compile --target runner --out DIR")
    if bundle is not None:
        raise UsageError(f"there is no bundle '{bundle}'", hint="compile it: monctl compile --target runner --out DIR")
    roots = options.roots(given or folder)
    if len(roots) != 1:
        names = ", ".join(root.name for root in roots)
        raise UsageError(f"a runner runs one estate, and there are {len(roots)} here: {names}", hint="name one: -C DIR")
    try:
        return _made(lambda: compiled(roots[0], environment), roots[0], store)
    except EstateError as fault:  # of these commands 1 says that something fires
        raise UsageError(str(fault), hint=fault.hint) from None


def _only_bundle(folder: Path) -> Path | None:
    """The bundle of a folder that is no estate and holds none; None when it holds none. Raises UsageError for several."""
    from monctl import discover

    if any(folder.rglob(discover.SETTINGS)):
        return None
    held = sorted(folder.glob("*.json"))
    if len(held) > 1:
        names = ", ".join(path.name for path in held)
        raise UsageError(f"a runner runs one bundle, and there are {len(held)} here: {names}", hint=f"name one: monctl run {held[0]}")
    return held[0] if held else None


def needs_runner() -> None:
    """Raises UsageError when the runner's packages are not installed."""
    try:
        import aiohttp  # noqa: F401 - without these nothing of it works
        import argon2  # noqa: F401
        import prometheus_client  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise UsageError(f"the runner needs the package {error.name}", hint="pip install 'monctl-compiler[runner]'") from error


def seconds(text: str, option: str) -> float:
    """A length of time from the command line. Raises UsageError."""
    from monctl.quantity import BadQuantity, Duration

    try:
        found = Duration.parse(text).seconds
    except BadQuantity as error:
        raise UsageError(f"{option}: {error}", hint=error.help or "write it as 30m, 4h or 2d") from None
    if found <= 0:
        raise UsageError(f"{option}: '{text}' is no time at all", hint="write it as 30m, 4h or 2d")
    return found


def note_idle(found: Board) -> None:
    """Who asks for something learns that nobody is there to carry it out."""
    if not found.working:
        options.note("no runner is at work: it is carried out when one begins")


def who(by: str | None) -> str:
    """Whose name stands beside an acknowledgement or silence: `--by`, else the user of this session."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, in a container
        return "somebody"


def _made(load: Callable[[], Bundle], root: Path, store: str | None) -> Meant:
    return Meant(load, load(), root, store)
