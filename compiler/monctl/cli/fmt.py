"""`monctl fmt`."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from monctl.cli import options
from monctl.errors import UsageError, reason

if TYPE_CHECKING:
    from monctl.discover import Files
    from monctl.formatting import Formatted

STDIN = "-"
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    file: str
    status: str
    """`unchanged`, `changed`, `invalid` (not YAML), `kept` (left as it is, for safety), `unreadable` or `failed` (cannot be written)."""
    message: str = ""
    diff: str = ""
    """What changes, without colours."""


@click.command("fmt")
@options.estate_folder
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--check", "checking", is_flag=True, help="Write nothing: name the files that are not formatted, and exit 1 when there are some."
)
@click.option("--diff", "diffing", is_flag=True, help="Write nothing: show what would change, and exit 1 when something would.")
@options.output("text", "json")
def command(folder: Path | None, paths: tuple[Path, ...], checking: bool, diffing: bool, output: str) -> int:
    """Lay YAML specs out in the one style: indentation, spaces, empty lines, quotes.

    Of PATHs, files or folders, else of the estates of -C; `-` reads standard input and writes standard output. Order, text and comments
    stay, and so does what a file says: this is proved for each file before it is written. Python specs are left to a formatter of Python.

    Exit 0 when all is formatted, 1 when --check or --diff found something, or a file is no YAML or cannot be read, 3 when one cannot be
    written, 5 when one is left as it is because in the style it would not say the same.
    """
    if STDIN in map(str, paths):
        if len(paths) > 1:
            raise click.BadParameter("'-' stands alone", param_hint="PATH")
        if output == "json" and _is_said("output"):
            raise click.UsageError("'-' writes the YAML itself, or its diff: -o json does not go with it")
        return _standard_input(checking=checking, diffing=diffing)
    writing = not checking and not diffing
    outcomes = []
    for path, fault in _files(folder, paths).items():
        one = _unreadable(_shown(path), fault) if fault else _one(path, writing=writing, diffing=diffing)
        outcomes.append(one)
        if output == "text" and one.status == "changed":
            click.echo(_painted(one.diff) if diffing else one.file, nl=not diffing)
    if output == "json":
        _json(outcomes, diffing=diffing)
    options.note(_summary(outcomes, writing=writing))
    return _status(outcomes, writing=writing)


def _is_said(option: str) -> bool:
    """Whether an option stands on the command line, and not in a variable that is meant for every command."""
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _files(folder: Path | None, paths: Iterable[Path]) -> dict[Path, str]:
    """The YAML files that are meant, each once, and why some of them cannot be read. Raises UsageError for a path that is none."""
    found: dict[Path, str] = {}
    if not (given := list(paths)):
        for root in options.roots(folder):
            found.update(_of_estate(root))
    for path in given:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a zero byte
            raise UsageError(f"{path} does not exist", hint="name files or folders, or `-` for standard input") from None
        except OSError as error:
            found[path] = reason(error)
            continue
        if is_folder:
            found.update(_of_folder(path))
        elif path.suffix not in _ENDINGS:
            raise UsageError(
                f"{path} is no YAML file: its name ends in {path.suffix or 'nothing'}", hint="name files that end in .yaml or .yml"
            )
        else:
            found[path] = ""
    return found


def _of_folder(folder: Path) -> dict[Path, str]:
    """The specs of the estates of a folder; where there are none, all its YAML files."""
    from monctl import discover
    from monctl.errors import EstateError

    try:
        roots = discover.estates(folder)
    except EstateError:
        return _in(discover.files(folder))
    return {path: fault for root in roots for path, fault in _of_estate(root).items()}


def _of_estate(root: Path) -> dict[Path, str]:
    from monctl import discover
    from monctl.ahead import left_out

    found = _in(discover.files(root, left_out(root)))
    return found if root in found else {root / discover.SETTINGS: "", **found}


def _in(found: Files) -> dict[Path, str]:
    """The YAML files of a folder, and what in it cannot be read: folders, and what is no file."""
    closed = {path: f"the folder cannot be read: {why}" for path, why in found.unreadable}
    odd = {path: f"it is {what}" for path, what in found.irregular if path.suffix in _ENDINGS}
    return dict.fromkeys((path for path in found.specs if path.suffix in _ENDINGS), "") | closed | odd


def _one(path: Path, *, writing: bool, diffing: bool) -> Outcome:
    """What becomes of one file; written where `writing`, with its permissions, and through a symbolic link to where it leads."""
    from monctl import atomic
    from monctl.irregular import irregular
    from monctl.render.text_diff import text_diff

    shown = _shown(path)
    if what := irregular(path):
        return _unreadable(shown, f"it is {what}")
    try:
        data = path.read_bytes()
    except OSError as error:
        return _unreadable(shown, reason(error))
    if (old := _decoded(shown, data)) is None:
        return Outcome(shown, "invalid", "the file is not UTF-8")
    result = _formatted(shown, old)
    if isinstance(result, Outcome):
        return result
    if result.text == old:
        return Outcome(shown, "unchanged")
    if writing:
        try:
            atomic.rewrite(path, result.text.encode())
        except OSError as error:
            why = reason(error)
            options.note(f"{shown}: {why}")
            return Outcome(shown, "failed", why)
    return Outcome(shown, "changed", diff=text_diff(shown, old, result.text) if diffing else "")


def _decoded(shown: str, data: bytes) -> str | None:
    """The text of some bytes; None where they are not UTF-8, which has been told."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        options.note(f"{shown}: the byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8; save it as UTF-8")
        return None


def _formatted(shown: str, old: str) -> Formatted | Outcome:
    """The text in the style; an outcome where it stays as it is, whose reason has been told."""
    from monctl.formatting import formatted

    result = formatted(shown, old)
    if result.fault is not None:
        from monctl.render.findings_text import one
        from monctl.render.style import Style
        from monctl.source_map import SourceMap

        body = old.removeprefix("\ufeff")
        options.note(one(result.fault, SourceMap({shown: body}), Style(options.color(sys.stderr))))
        return Outcome(shown, "invalid", result.fault.message)
    if result.reason:
        options.note(f"{shown} is left as it is: {result.reason}")
        return Outcome(shown, "kept", result.reason)
    return result


def _shown(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()


def _unreadable(shown: str, why: str) -> Outcome:
    options.note(f"{shown}: {why}")
    return Outcome(shown, "unreadable", why)


def _standard_input(*, checking: bool, diffing: bool) -> int:
    old = _decoded("standard input", sys.stdin.buffer.read())
    if old is None:
        return 1
    result = _formatted("standard input", old)
    if isinstance(result, Outcome):
        return _status([result], writing=True)
    if diffing:
        from monctl.render.text_diff import text_diff

        click.echo(_painted(text_diff("stdin", old, result.text)), nl=False)
    elif not checking:
        click.echo(result.text.encode(), nl=False)
    return 1 if (checking or diffing) and result.text != old else 0


def _painted(diff: str) -> str:
    """With colours where the terminal has them."""
    from monctl.render.style import Style
    from monctl.render.text_diff import painted

    return painted(diff, Style(options.color()))


def _json(outcomes: Iterable[Outcome], *, diffing: bool) -> None:
    import json

    files = [
        {"file": one.file, "status": one.status, "message": one.message or None, **({"diff": one.diff or None} if diffing else {})}
        for one in outcomes
    ]
    click.echo(json.dumps({"format_version": 1, "files": files}, indent=2, ensure_ascii=False))


def _summary(outcomes: list[Outcome], *, writing: bool) -> str:
    words = {
        "changed": "formatted" if writing else "to be formatted",
        "unchanged": "already formatted",
        "invalid": "no YAML",
        "kept": "left as they are",
        "unreadable": "not read",
        "failed": "not written",
    }
    counts = {status: sum(one.status == status for one in outcomes) for status in words}
    told = [f"{count} {'file' if count == 1 else 'files'} {words[status]}" for status, count in counts.items() if count]
    return ", ".join(told) or "no files"


def _status(outcomes: Iterable[Outcome], *, writing: bool) -> int:
    found = {one.status for one in outcomes}
    if "kept" in found:
        return 5
    if "failed" in found:
        return 3
    return 1 if found & {"invalid", "unreadable"} or ("changed" in found and not writing) else 0
