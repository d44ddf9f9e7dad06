"""Pure: a program to findings. Monitors that cannot work, caught before anything is applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from monctl.finding import Finding, located
from monctl.lint.catalog import all_rules
from monctl.lint.context import Context
from monctl.lint.ignores import apply, ignores
from monctl.lint.levels import Levels, lower
from monctl.lint.rule import Rule, found, query_rule, rule
from monctl.lint.walk import Walker
from monctl.program import Program
from monctl.source import Origin, Sources

__all__ = ["Context", "Levels", "Rule", "all_rules", "found", "query_rule", "rule", "run"]


def run(
    program: Program,
    sources: Sources,
    context: Context,
    *,
    others: Iterable[Finding] = (),
    only: Sequence[Rule] | None = None,
    syntax: bool = False,
) -> list[Finding]:
    """Every finding of the rules, located, at its configured level, without those that comments ignore.

    `others` are findings made elsewhere (a target's limits) that levels and ignores apply to as well. `only` narrows the rules.
    With `syntax`, SQL that does not parse is told as well.
    """
    levels = context.levels
    chosen = all_rules() if only is None else only
    comments = ignores(context.texts)
    context = replace(context, ignores=tuple(comments))
    made = [*_made(chosen, program, context, syntax=syntax), *(lowered for one in others if (lowered := lower(one, levels)) is not None)]
    remaining, hidden = apply(located(_fitted(made, context), sources), comments, context.today)
    context = replace(context, hidden=hidden)
    after = [finding for one in chosen if one.last for finding in _of_rule(one, program, context)]
    return located([*remaining, *after], sources) if after else remaining


def _made(chosen: Sequence[Rule], program: Program, context: Context, *, syntax: bool) -> Iterator[Finding]:
    wanted = [one for one in chosen if context.levels.of(one.code, one.level) is not None]
    for one in wanted:
        if not one.last:
            yield from _of_rule(one, program, context)
    about_sql = [one for one in wanted if one.node_check is not None]
    if about_sql or syntax:
        for by, finding in Walker(about_sql, context).findings(program):
            if by is not None:
                yield _finished(by, finding, context)
            elif syntax:
                yield finding


def _of_rule(one: Rule, program: Program, context: Context) -> Iterator[Finding]:
    if one.check is None or context.levels.of(one.code, one.level) is None:
        return
    for finding in one.check(program, context):
        yield _finished(one, finding, context)


def _finished(one: Rule, finding: Finding, context: Context) -> Finding:
    return replace(finding, code=one.code, level=context.levels.of(one.code, one.level) or one.level)


def _is_filled(origin: Origin, context: Context) -> bool:
    """Whether the text at an origin is another one than the rules saw."""
    written = context.raw(origin)
    return isinstance(written, str) and "${" in written


def _fitted(findings: Iterable[Finding], context: Context) -> Iterator[Finding]:
    """Offsets are of the text after variables were filled; where the written text is another one, they are dropped."""
    for finding in findings:
        if finding.fix is not None and any(_is_filled(edit.origin or finding.origin, context) for edit in finding.fix.edits if edit.within):
            finding = replace(finding, fix=None)  # noqa: PLW2901  # the same finding from here on
        is_filled = finding.within is not None and finding.origin.line is None and _is_filled(finding.origin, context)
        yield replace(finding, within=None) if is_filled else finding
