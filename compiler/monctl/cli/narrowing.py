"""Which findings `monctl lint` shows: of some rules, of a change, beyond a baseline. Every rule still sees the whole estate."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
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
Before = Mapping[Path, "Sequence[Finding] | None"]
"""Root of an estate → what was found there at the commit of `--base`; None where that cannot be said."""


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
        click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Leave out the findings that FILE knows, by code, object and message; say which entries have nothing left to leave out."),
        click.option("--base", metavar="REF", help="Only findings in lines, and about objects, changed since the branch left this git commit, branch or tag, and those that were not there before. Rules see the whole estate."),
        click.option("--select-rule", "rules", multiple=True, metavar="CODE", help="Only this rule, by its code or name, or all whose code begins so: SQL007, SQL. May be repeated, and hold several with commas."),
    ):  # fmt: skip
        function = option(function)
    return function


def checked_rules(said: Sequence[str], targets: Mapping[str, Target]) -> tuple[str, ...]:
    """Codes and prefixes, in capitals, of what was said: codes, prefixes and names, with commas or each for itself.

    Raises UsageError for one that no rule and no target has.
    """
    from monctl.lint import all_rules
    from monctl.suggest import did_you_mean

    by_name = {rule.name: rule.code for rule in all_rules()}
    codes = {*by_name.values(), "SQL001"}
    uncounted = {*(name.upper() for name in targets), "SPEC"}
    """Areas whose codes are in no list."""
    wanted = []
    for word in (part.strip() for one in said for part in one.split(",")):
        one = by_name.get(word.lower(), word.upper())
        if not one or not (any(code.startswith(one) for code in codes | uncounted) or one.rstrip("0123456789") in uncounted):
            areas = {rule.area for rule in all_rules()} | uncounted
            near = did_you_mean(one, codes | areas, limit=0) or did_you_mean(word, by_name, limit=0)
            raise UsageError(f"no rule is called '{word}', and no code begins so", hint=near or "`monctl lint --rules` lists them")
        wanted.append(one)
    return tuple(wanted)


def before(base: str | None, estates: Sequence[Checked], lint: Callable[[Path], Sequence[Finding] | None]) -> Before:
    """What `lint` finds in each estate as it was at `base`; nothing is known of one that cannot be read as it was.

    Raises UsageError for a commit that is none.
    """
    from monctl.discover import SETTINGS
    from monctl.earlier import as_of
    from monctl.errors import EstateError

    known: dict[Path, Sequence[Finding] | None] = {}
    for one in estates if base is not None else ():
        refused = one.loaded.settings is not None and not one.loaded.settings.python
        known[one.root] = None
        with suppress(EstateError), as_of(base or "", one.root, without=".py" if refused else "") as root:
            known[one.root] = lint(root) if (root / SETTINGS).is_file() else ()
    return known


def narrow(found: Sequence[tuple[Checked, Sequence[Finding]]], asked: Narrowing, earlier: Before) -> Shown:
    """What is left of the findings of each valid estate; a baseline is written where one was asked for. `earlier` is what `before` gave.

    Raises UsageError for a baseline that is none or cannot be written, and for a commit that is none.
    """
    from monctl import baseline, changed

    known = baseline.read(asked.baseline) if asked.baseline is not None else None
    by_estate: dict[str, list[Finding]] = {}
    for one, findings in found:
        by_estate.setdefault(one.program.estate, []).extend(findings)
    compared = baseline.compare(by_estate, known) if known is not None else None
    changes = changed.since(asked.base, [one.root for one, _ in found]) if asked.base is not None else None
    chosen = [(one, [each for each in findings if _selected(each, asked.rules)]) for one, findings in found]
    shown = [(one, _of_changes(one, findings, changes, earlier.get(one.root))) for one, findings in chosen]
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
    checked: Checked, findings: Sequence[Finding], changes: Changes | None, earlier: Sequence[Finding] | None
) -> Sequence[Finding]:
    """The findings in changed lines, those about objects of which a line has changed (of a Python spec, any line of its file), and new ones."""
    if changes is None or not findings:
        return findings
    new = _new(findings, earlier)
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


def _new(findings: Sequence[Finding], earlier: Sequence[Finding] | None) -> set[int]:
    """Which of some findings were not there earlier, wherever their lines are; none where that is not known."""
    from monctl.baseline import known

    if earlier is None:
        return set()
    left = Counter(known("", each) for each in earlier)
    new = set()
    for each in findings:
        one = known("", each)
        left[one] -= 1
        if left[one] < 0:
            new.add(id(each))
    return new


def _of_base(
    base: str,
    found: Sequence[tuple[Checked, Sequence[Finding]]],
    shown: Sequence[tuple[Checked, Sequence[Finding]]],
    earlier: Before,
) -> tuple[str, ...]:
    """How many findings `--base` left out, and of which estates it is not known what was wrong before."""
    told = [
        f"'{one.program.estate}' cannot be read as it was at {base}: only findings in changed lines and about changed objects are shown"
        for one, findings in found
        if earlier.get(one.root) is None
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
