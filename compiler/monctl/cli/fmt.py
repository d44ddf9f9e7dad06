"""`monctl fmt`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options
from monctl.errors import UsageError

if TYPE_CHECKING:
    from monctl.formatting import Formatted

STDIN = "-"
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    file: str
    status: str
    """`unchanged`, `changed`, `invalid` (not YAML), `kept` (left as it is, for safety) or `failed` (cannot be read or written)."""
    message: str = ""


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

    Exit 0 when all is formatted, 1 when --check or --diff found something, or a file is no YAML, 3 when one cannot be read or written,
    5 when one is left as it is because in the style it would not say the same.
    """
    if STDIN in map(str, paths):
        if len(paths) > 1:
            raise click.BadParameter("'-' stands alone", param_hint="PATH")
        return _standard_input(checking=checking, diffing=diffing)
    outcomes = [_one(path, writing=not checking and not diffing, diffing=diffing) for path in _files(folder, paths)]
    writing = not checking and not diffing
    if output == "json":
        _json(outcomes)
    elif not diffing:
        for one in outcomes:
            if one.status == "changed":
                click.echo(one.file)
    options.note(_summary(outcomes, writing=writing))
    return _status(outcomes, writing=writing)


def _files(folder: Path | None, paths: Iterable[Path]) -> list[Path]:
    """The YAML files that are meant, each once. Raises UsageError for a path that is none."""
    found: dict[Path, None] = {}
    if not (given := list(paths)):
        for root in options.roots(folder):
            found.update(dict.fromkeys(_of_estate(root)))
    for path in given:
        if path.is_dir():
            found.update(dict.fromkeys(_of_folder(path)))
        elif not path.exists():
            raise UsageError(f"{path} does not exist", hint="name files or folders, or `-` for standard input")
        elif path.suffix not in _ENDINGS:
            raise UsageError(
                f"{path} is no YAML file: its name ends in {path.suffix or 'nothing'}", hint="name files that end in .yaml or .yml"
            )
        else:
            found[path] = None
    return list(found)


def _of_folder(folder: Path) -> Iterator[Path]:
    """The specs of the estates of a folder; where there are none, all its YAML files."""
    from monctl import discover
    from monctl.errors import EstateError

    try:
        roots = discover.estates(folder)
    except EstateError:
        yield from (path for path in discover.files(folder).specs if path.suffix in _ENDINGS)
        return
    for root in roots:
        yield from _of_estate(root)


def _of_estate(root: Path) -> Iterator[Path]:
    from monctl import discover
    from monctl.document import load_file

    settings = root / discover.SETTINGS
    said = load_file(settings, discover.SETTINGS).value.get("exclude")
    exclude = tuple(one for one in said if isinstance(one, str)) if isinstance(said, list) else ()
    yield settings
    yield from (path for path in discover.files(root, exclude).specs if path.suffix in _ENDINGS)


def _one(path: Path, *, writing: bool, diffing: bool) -> Outcome:
    """What becomes of one file; written where `writing`, with its permissions, and through a symbolic link to where it leads."""
    from monctl import atomic

    shown = Path(os.path.relpath(path)).as_posix()
    try:
        data = path.read_bytes()
    except OSError as error:
        return _failed(shown, error)
    if (old := _decoded(shown, data)) is None:
        return Outcome(shown, "invalid", "the file is not UTF-8")
    result = _formatted(shown, old)
    if isinstance(result, Outcome):
        return result
    if result.text == old:
        return Outcome(shown, "unchanged")
    if diffing:
        _show(shown, old, result.text)
    if writing:
        try:
            atomic.rewrite(path, result.text.encode())
        except OSError as error:
            return _failed(shown, error)
    return Outcome(shown, "changed")


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


def _failed(shown: str, error: OSError) -> Outcome:
    reason = (error.strerror or type(error).__name__).lower()
    options.note(f"{shown}: {reason}")
    return Outcome(shown, "failed", reason)


def _standard_input(*, checking: bool, diffing: bool) -> int:
    old = _decoded("standard input", sys.stdin.buffer.read())
    if old is None:
        return 1
    result = _formatted("standard input", old)
    if isinstance(result, Outcome):
        return _status([result], writing=True)
    if diffing:
        _show("stdin", old, result.text)
    elif not checking:
        click.echo(result.text.encode(), nl=False)
    return 1 if (checking or diffing) and result.text != old else 0


def _show(file: str, old: str, new: str) -> None:
    from monctl.render.style import Style
    from monctl.render.text_diff import text_diff

    click.echo(text_diff(file, old, new, Style(options.color())), nl=False)


def _json(outcomes: Iterable[Outcome]) -> None:
    import json

    files = [{"file": one.file, "status": one.status, "message": one.message or None} for one in outcomes]
    click.echo(json.dumps({"format_version": 1, "files": files}, indent=2, ensure_ascii=False))


def _summary(outcomes: list[Outcome], *, writing: bool) -> str:
    counts = {status: sum(one.status == status for one in outcomes) for status in ("changed", "unchanged", "invalid", "kept", "failed")}
    words = {
        "changed": "formatted" if writing else "to be formatted",
        "unchanged": "already formatted",
        "invalid": "no YAML",
        "kept": "left as they are",
        "failed": "not read or written",
    }
    told = [f"{count} {'file' if count == 1 else 'files'} {words[status]}" for status, count in counts.items() if count]
    return ", ".join(told) or "no files"


def _status(outcomes: Iterable[Outcome], *, writing: bool) -> int:
    found = {one.status for one in outcomes}
    if "kept" in found:
        return 5
    if "failed" in found:
        return 3
    return 1 if "invalid" in found or ("changed" in found and not writing) else 0
