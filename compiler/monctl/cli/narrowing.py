"""Which findings `monctl lint` shows: of some rules, of a change, beyond a baseline. Every rule still sees the whole estate."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monctl.errors import UsageError
from monctl.number import counted
from monctl.source import Span

if TYPE_CHECKING:
    from monctl.baseline import Document, Entry
    from monctl.changed import Changes
    from monctl.finding import Finding
    from monctl.project import Checked
    from monctl.target import Target

F = TypeVar("F", bound=Callable[..., Any])
Before = Mapping[Path, "Sequence[Finding] | str"]
"""Root of an estate → what was found there at the commit of `--base`, or why that cannot be said."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the command line asked for."""

    rules: tuple[str, ...] = ()
    """Codes or prefixes; empty: all."""
    base: str | None = None
    baseline: Path | None = None
    write_baseline: Path | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is left to show."""

    findings: list[Finding]
    notes: tuple[str, ...] = ()
    """For the person, about what is left out."""
    scope: str = ""
    """What was looked at, as the end of `12 files, nothing wrong`."""


def options(function: F) -> F:
    """`--select-rule`, `--base`, `--baseline`, `--write-baseline`."""
    for option in (
        click.option("--write-baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write what would be shown to FILE, as known from now on, and show nothing. Its folders are made."),
        click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Leave out the findings that FILE knows, by code, object and what they say; tell which entries have nothing left to leave out."),
        click.option("--base", metavar="REF", help="Only findings in lines, and about objects, changed since the branch left this git commit, branch or tag, and those that were not there before. Rules see the whole estate."),
        click.option("--select-rule", "rules", multiple=True, metavar="CODE", help="Only this rule, by its code or name, or all whose code begins so: SQL007, SQL. May be repeated, and hold several with commas."),
    ):  # fmt: skip
        function = option(function)
    return function


def checked_rules(said: Sequence[str], targets: Mapping[str, Target]) -> tuple[str, ...]:
    """Codes and prefixes, in capitals, of what was said: codes, prefixes and names, with commas or each for itself.

    Raises UsageError for one that no rule and no target has.
    """
    from monctl.lint.known import known

    codes = known(targets)
    wanted = []
    for word in (part.strip() for one in said for part in one.split(",")):
        one = codes.names.get(word.lower(), word.upper())
        if not codes.begins(one):
            raise UsageError(
                f"no rule is called '{word}', and no code begins so",
                hint=codes.meant(word, names=True) or "`monctl lint --rules` lists them",
            )
        wanted.append(one)
    return tuple(wanted)


def before(base: str | None, estates: Sequence[Checked], lint: Callable[[Path], Sequence[Finding] | str]) -> Before:
    """What `lint` finds in each estate as it was at `base`, or why nothing can be said of it: the estate was not valid, or is not all in git.

    Raises UsageError for a commit that is none.
    """
    from monctl.discover import SETTINGS
    from monctl.earlier import as_of
    from monctl.errors import EstateError

    known: dict[Path, Sequence[Finding] | str] = {}
    for one in estates if base is not None else ():
        refused = one.loaded.settings is not None and not one.loaded.settings.python
        try:
            with as_of(base or "", one.root, without=".py" if refused else "") as root:
                known[one.root] = lint(root) if (root / SETTINGS).is_file() else ()
        except EstateError as error:
            known[one.root] = str(error)
    return known


def as_found(was: Checked, lint: Callable[[], list[Finding]]) -> list[Finding] | str:
    """What `lint` finds in an estate as it was, or what was not valid in it."""
    found = lint() if was.valid else list(was.findings)
    fault = next((one for one in found if (one.code == "SQL001" if was.valid else one.level.rank == 0)), None)
    if fault is None:
        return found
    span = fault.span or Span(fault.origin.file)
    place = f"{os.path.relpath(os.path.realpath(span.file), os.path.realpath(was.root))}:{span.line}"
    return f"it was not valid: {fault.message} ({fault.code}, {place})"


def narrow(found: Sequence[tuple[Checked, Sequence[Finding]]], asked: Narrowing, earlier: Before, *, only_certain: bool = False) -> Shown:
    """What is left of the findings of each valid estate; a baseline is written where one was asked for. `earlier` is what `before` gave.

    Where it is not known what was found earlier nothing is left out, or with `only_certain`, as for what is to be mended, all but what has changed.

    Raises UsageError for a baseline that is none or cannot be written, and for a commit that is none.
    """
    from monctl import baseline, changed

    known = baseline.read(asked.baseline) if asked.baseline is not None else None
    by_estate: dict[str, list[Finding]] = {}
    for one, findings in found:
        by_estate.setdefault(one.program.estate, []).extend(findings)
    compared = baseline.compare(by_estate, known) if known is not None else None
    changes = changed.since(asked.base, {one.root: one.loaded.files for one, _ in found}) if asked.base is not None else None
    chosen = [(one, [each for each in findings if _selected(each, asked.rules)]) for one, findings in found]
    shown = [(one, _of_changes(one, findings, changes, earlier.get(one.root, ()), only_certain)) for one, findings in chosen]
    notes = _of_base(asked.base, chosen, shown, earlier) if asked.base is not None else ()
    if asked.write_baseline is not None:
        written = _written(asked.write_baseline, shown, by_estate, known)
        return replace(written, notes=(*notes, *written.notes), scope=_scope(asked, asked.write_baseline))
    scope = _scope(asked, asked.baseline)
    if compared is None:
        return Shown([each for _, findings in shown for each in findings], notes, scope)
    new = {id(each) for each in compared.new}
    left = [each for _, findings in shown for each in findings if id(each) in new]
    return Shown(left, (*notes, *_told(asked, compared.old, compared.stale)), scope)


def _scope(asked: Narrowing, baseline: Path | None) -> str:
    """What was looked at, in brackets; empty where it was everything."""
    rules = f"only {', '.join(asked.rules)}" if asked.rules else ""
    base = f"only what came since {asked.base}" if asked.base is not None else ""
    beyond = f"beyond {baseline}" if baseline is not None else ""
    said = "; ".join(filter(None, (rules, base, beyond)))
    return f" ({said})" if said else ""


def _selected(found: Finding, rules: Sequence[str]) -> bool:
    return not rules or found.code.startswith(tuple(rules))


def _of_changes(
    checked: Checked, findings: Sequence[Finding], changes: Changes | None, earlier: Sequence[Finding] | str, only_certain: bool
) -> Sequence[Finding]:
    """The findings in changed lines, those about objects of which a line has changed (of a Python spec, any line of its file), and new ones.

    All of them where it is not known what was found earlier, unless they have to be certain.
    """
    if changes is None or not findings or (isinstance(earlier, str) and not only_certain):
        return findings
    new = set() if isinstance(earlier, str) else _new(findings, earlier)
    sources = checked.loaded.sources
    touched = set()
    for item in checked.loaded.items:
        key, value = sources.span(item.origin, key=True), sources.span(item.origin)
        if item.origin.line is not None:  # a Python spec: the line is that of a call, whose arguments may come from any other
            first, last = 1, sys.maxsize
        else:
            first, last = min(key.line, value.line), max(key.end_line, value.end_line)
        if changes.touch(key.file, first, last):
            touched.add(item.address)
    return [
        each
        for each in findings
        if each.address in touched or id(each) in new or (each.span and changes.touch(each.span.file, each.span.line, each.span.end_line))
    ]


def _new(findings: Sequence[Finding], earlier: Sequence[Finding]) -> set[int]:
    """Which of some findings were not there earlier, wherever their lines are."""
    from monctl.baseline import Memory, known

    memory = Memory(Counter(known("", each) for each in earlier))
    return {id(each) for each in memory.new("", findings)}


def _of_base(
    base: str,
    found: Sequence[tuple[Checked, Sequence[Finding]]],
    shown: Sequence[tuple[Checked, Sequence[Finding]]],
    earlier: Before,
) -> tuple[str, ...]:
    """How many findings `--base` left out, and of which estates it is not known what was wrong before."""
    told = [
        f"'{one.program.estate}' cannot be read as it was at {base}, so all of its findings are shown: {why}"
        for one, _ in found
        if isinstance(why := earlier.get(one.root), str)
    ]
    left_out = sum(len(findings) for _, findings in found) - sum(len(findings) for _, findings in shown)
    return (*told, f"--base {base} leaves out {counted(left_out, 'finding')}") if left_out else tuple(told)


def _written(
    path: Path, shown: Sequence[tuple[Checked, Sequence[Finding]]], everything: Mapping[str, Sequence[Finding]], known: Document | None
) -> Shown:
    """The baseline of what is shown, and of what an earlier one knows outside of that."""
    from monctl import baseline

    chosen: dict[str, list[Finding]] = {}
    for one, findings in shown:
        chosen.setdefault(one.program.estate, []).extend(findings)
    others: list[Entry] = []
    if known is not None:
        taken = {id(each) for findings in chosen.values() for each in findings}
        beyond = {estate: [each for each in findings if id(each) not in taken] for estate, findings in everything.items()}
        kept = {id(each) for each in baseline.compare(beyond, known).old}
        for estate, findings in beyond.items():
            chosen.setdefault(estate, []).extend(each for each in findings if id(each) in kept)
        others = [entry for entry in known.findings if entry.estate not in everything]
    baseline.write(path, baseline.document(chosen, others=others))
    count = sum(len(findings) for findings in chosen.values())
    return Shown([], (f"{path}: {counted(count, 'finding')} known from now on",))


def _told(asked: Narrowing, old: Sequence[Finding], stale: Sequence[Entry]) -> tuple[str, ...]:
    """How many findings the baseline left out, and the entries it no longer needs."""
    told = [f"{asked.baseline} leaves out {counted(len(old), 'finding')}"] if old else []
    if stale:
        told.append(f"{asked.baseline} knows what is no longer found; write it anew with --write-baseline {asked.baseline}:")
        told += [f"  {' '.join(filter(None, (entry.code, entry.address)))}: {entry.message or entry.digest}" for entry in stale]
    return tuple(told)
