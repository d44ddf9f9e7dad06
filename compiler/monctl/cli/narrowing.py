"""Which findings `monctl lint` shows: of some rules, of what has changed, beyond a baseline. Every rule still sees the whole estate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monctl.errors import UsageError
from monctl.number import counted

if TYPE_CHECKING:
    from monctl.baseline import Document, Entry
    from monctl.changed import Changes
    from monctl.finding import Finding
    from monctl.project import Checked
    from monctl.target import Target

F = TypeVar("F", bound=Callable[..., Any])


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
    """For the person, about the baseline."""


def options(function: F) -> F:
    """`--select-rule`, `--base`, `--baseline`, `--write-baseline`."""
    for option in (
        click.option("--write-baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write what would be shown to FILE, as known from now on, and show nothing."),
        click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Leave out the findings that FILE knows, by code, object and message; say which entries have nothing left to leave out."),
        click.option("--base", metavar="REF", help="Only findings in lines, and about objects, changed since the branch left this git commit, branch or tag. Rules see the whole estate."),
        click.option("--select-rule", "rules", multiple=True, metavar="CODE", help="Only this rule, or all whose code begins so: SQL007, SQL. May be repeated."),
    ):  # fmt: skip
        function = option(function)
    return function


def checked_rules(said: Sequence[str], targets: Mapping[str, Target]) -> tuple[str, ...]:
    """Codes and prefixes in capitals. Raises UsageError for one that no rule and no target has."""
    from monctl.lint import all_rules
    from monctl.suggest import did_you_mean

    codes = [rule.code for rule in all_rules()]
    areas = sorted({rule.area for rule in all_rules()} | {name.upper() for name in targets})
    wanted = tuple(one.strip().upper() for one in said)
    for one in wanted:
        if not one or not (
            any(code.startswith(one) for code in (*codes, *areas, "SPEC"))
            or one.rstrip("0123456789") in {*(name.upper() for name in targets), "SPEC"}
        ):
            near = did_you_mean(one, [*codes, *areas], limit=0) if one else None
            raise UsageError(f"no rule is called '{one}', and none begins so", hint=near or "`monctl lint --rules` lists them")
    return wanted


def narrow(found: Sequence[tuple[Checked, Sequence[Finding]]], asked: Narrowing) -> Shown:
    """What is left of the findings of each valid estate; a baseline is written where one was asked for.

    Raises UsageError for a baseline that is none or cannot be written, and for a commit that is none.
    """
    from monctl import baseline, changed

    known = baseline.read(asked.baseline) if asked.baseline is not None else None
    by_estate: dict[str, list[Finding]] = {}
    for one, findings in found:
        by_estate.setdefault(one.program.estate, []).extend(findings)
    compared = baseline.compare(by_estate, known) if known is not None else None
    changes = changed.since(asked.base, [one.root for one, _ in found]) if asked.base is not None else None
    shown = [
        (one, [each for each in findings if _selected(each, asked.rules)])
        for one, findings in ((one, _of_changes(one, findings, changes)) for one, findings in found)
    ]
    if asked.write_baseline is not None:
        return _written(asked.write_baseline, shown, by_estate, known)
    if compared is None:
        return Shown([each for _, findings in shown for each in findings])
    new = {id(each) for each in compared.new}
    left = [each for _, findings in shown for each in findings if id(each) in new]
    return Shown(left, _told(asked, compared.old, compared.stale))


def _selected(found: Finding, rules: Sequence[str]) -> bool:
    return not rules or found.code.startswith(tuple(rules))


def _of_changes(checked: Checked, findings: Sequence[Finding], changes: Changes | None) -> Sequence[Finding]:
    """The findings in changed lines, and those about objects of which a line has changed; of a Python spec, any line of its file."""
    if changes is None or not findings:
        return findings
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
        if each.address in touched or (each.span and changes.touch(each.span.file, each.span.line, each.span.end_line))
    ]


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
