"""`monctl lint --fix`: what can be mended for certain, shown as a diff, then written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options
from monctl.number import counted

if TYPE_CHECKING:
    from monctl.finding import Finding
    from monctl.lint.mending import Taken
    from monctl.mend import Mended
    from monctl.project import Checked
    from monctl.target import Target

Lint = Callable[["Checked"], "Sequence[Finding]"]
_MARK = b"\xef\xbb\xbf"


def refuse_nonsense(*, fixing: bool, diffing: bool, yes: bool, write_baseline: Path | None) -> None:
    """Raises UsageError for options that mean nothing together."""
    if diffing and not fixing:
        raise click.UsageError("--diff shows what --fix would write: say --fix --diff")
    if yes and not fixing:
        raise click.UsageError("--yes answers what --fix asks: say --fix --yes")
    if fixing and write_baseline is not None:
        raise click.UsageError("--fix and --write-baseline do not go together: mend first, then write what is left")


def refuse_beside_rules(output: str, *, fixing: bool, narrowed: bool, statistics: bool) -> None:
    """Raises UsageError for what means nothing beside --rules, which lists them and reads no specs."""
    if output not in {"text", "json"}:
        raise click.BadParameter(f"--rules are text or json, not {output}", param_hint="--output")
    for given, names in ((fixing, "--fix, --diff and --yes"), (narrowed, "--base and baselines"), (statistics, "--statistics")):
        if given:
            raise click.UsageError(f"--rules only lists the rules: {names} do not go with it")


def mended(checked: Sequence[Checked], environment: str | None, targets: Mapping[str, Target], *, wanted: Lint, once: bool) -> list[Mended]:
    """Each estate with its fixes taken, nothing written yet. `once`: what is wanted depends on the lines of the disk, which move."""
    from monctl.mend import ROUNDS, mend

    return [mend(one, environment, targets, wanted=wanted, rounds=1 if once else ROUNDS) for one in checked]


def carried_out(
    estates: Sequence[Mended], checked: Sequence[Checked], *, writing: bool, yes: bool, err: bool
) -> tuple[list[Checked], bool]:
    """Show what mending changes, and write it where that is asked for: the estates as they are then, and whether anything was to be changed."""
    show(estates, err=err)
    differs = any(estate.texts for estate in estates)
    if writing and write(estates, yes=yes):
        return [estate.checked for estate in estates], differs
    return list(checked), differs


def show(estates: Sequence[Mended], *, err: bool) -> None:
    """The diffs, and what was left out, on standard output or standard error."""
    from monctl.render.style import Style
    from monctl.render.text_diff import text_diff

    for estate in estates:
        for file, (old, new) in estate.texts.items():
            click.echo(text_diff(file, old, new, Style(options.color())), nl=False, err=err)
    for one in (one for estate in estates for one in estate.refused):
        options.note(f"not taken, since the specs would not be valid: {one.finding.code} {one.fix.title} ({_place(one)})")


def write(estates: Sequence[Mended], *, yes: bool) -> bool:
    """Write what was shown; a person at a terminal is asked first. Gives whether it is written.

    Raises EstateError for a file that cannot be written, or is not as it was read any more: no file is written then.
    """
    from monctl import atomic
    from monctl.errors import EstateError, reason

    texts = {file: both for estate in estates for file, both in estate.texts.items()}
    if not texts:
        return False
    told = summary([one for estate in estates for one in estate.taken])
    if not yes and os.isatty(0) and not click.confirm(f"Write {told} to {counted(len(texts), 'file')}?", err=True):
        options.note("nothing is written")
        return False
    try:
        held = {file: Path(file).resolve().read_bytes() for file in texts}
        moved = [file for file, data in held.items() if data.removeprefix(_MARK) != texts[file][0].encode()]
        if moved:
            raise EstateError(f"{moved[0]} has changed since it was read; nothing is written", hint="run the command again")
        for file in texts:
            atomic.may_rewrite(Path(file))
        for file, (_, new) in texts.items():
            mark = _MARK if held[file].startswith(_MARK) else b""
            atomic.rewrite(Path(file), mark + new.encode())
    except OSError as error:
        raise EstateError(f"{error.filename or 'a file'} cannot be written: {reason(error)}", hint="check that it is yours") from None
    options.note(f"mended: {told}, in {counted(len(texts), 'file')}")
    return True


def summary(taken: Sequence[Taken]) -> str:
    """`3 fixes (1 SQL005, 2 SQL006)`."""
    counts = Counter(one.finding.code for one in taken)
    codes = ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
    return f"{counted(len(taken), 'fix', 'fixes')} ({codes})"


def _place(one: Taken) -> str:
    span = one.spans[0]
    return f"{span.file}:{span.line}:{span.column}"
