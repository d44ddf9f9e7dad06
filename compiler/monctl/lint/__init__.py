"""Pure: a program to findings. Monitors that cannot work, caught before anything is applied."""

from __future__ import annotations

import pickle  # what is read was written by this program a moment ago
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from monctl.finding import Finding, located
from monctl.halves import LEAST, beside
from monctl.lint.catalog import all_rules
from monctl.lint.context import Context
from monctl.lint.ignores import apply, hiding, ignores
from monctl.lint.levels import Levels, lower
from monctl.lint.rule import Rule, failed, found, query_rule, rule
from monctl.lint.walk import Walker
from monctl.program import Program
from monctl.query import Query
from monctl.source import Origin, Sources

__all__ = ["Context", "Levels", "Rule", "all_rules", "found", "query_rule", "rule", "run"]

Job = Callable[[], Iterable[Finding]]
_QUERY_JOBS = 80
"""Pieces that the queries of a large estate are cut into."""


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

    `others` are findings made elsewhere (a target's limits) that levels and ignores apply to as well; in a large estate they are asked for while a
    second process is busy with the rules. `only` narrows the rules.
    With `syntax`, SQL that does not parse is told as well.
    """
    levels = context.levels
    chosen = all_rules() if only is None else only
    comments = ignores(context.texts)
    context = replace(context, ignores=tuple(comments), hiding=hiding(comments, context.today))
    wanted = [one for one in chosen if levels.of(one.code, one.level) is not None]
    jobs = [*_of_program(wanted, program, context), *_of_queries(wanted, program, context, syntax=syntax)]
    is_large = len(program.monitors) + len(program.metrics) >= LEAST
    with beside(lambda some: [_packed(job(), sources, context) for job in some], jobs, least=0 if is_large else len(jobs) + 1) as rest:
        outside = _fitted([lowered for one in others if (lowered := lower(one, levels)) is not None], context)
        made = [*outside, *(finding for packed in rest() if packed for finding in pickle.loads(packed))]  # noqa: S301  # from our own process
    remaining, hidden = apply(located(made, sources), context.hiding)
    context = replace(context, hidden=hidden, remaining=remaining)
    after = [finding for one in wanted if one.last for finding in _of_rule(one, program, context)]
    return located([*remaining, *after], sources) if after else remaining


def _of_program(wanted: Sequence[Rule], program: Program, context: Context) -> Iterator[Job]:
    """One job for each rule about the whole program."""
    for one in wanted:
        if one.check is not None and not one.last:
            yield partial(_of_rule, one, program, context)


def _of_queries(wanted: Sequence[Rule], program: Program, context: Context, *, syntax: bool) -> Iterator[Job]:
    """The rules about SQL, which share one walk over each query: some queries a job."""
    about_sql = [one for one in wanted if one.node_check is not None]
    if not about_sql and not syntax:
        return
    walker = Walker(about_sql, context)
    groups = walker.groups(program)
    if not groups:
        return
    from monctl.lint.queries import Views  # sqlglot is loaded where there is SQL

    views, keep = Views(program), len(groups) < LEAST
    size = -(-len(groups) // _QUERY_JOBS)

    def told(some: Sequence[list[Query]]) -> Iterator[Finding]:
        for by, finding in walker.judged(views, some, keep=keep):
            if by is not None:
                yield _finished(by, finding, context)
            elif syntax:
                yield finding

    for at in range(0, len(groups), size):
        yield partial(told, groups[at : at + size])


def _packed(findings: Iterable[Finding], sources: Sources, context: Context) -> bytes:
    """Findings with their places, for another process. Nothing is packed as nothing: there is nearly always nothing to tell."""
    told = located(_fitted(findings, context), sources)
    return pickle.dumps(told) if told else b""


def _of_rule(one: Rule, program: Program, context: Context) -> Iterator[Finding]:
    context = replace(context, rule=one.code)
    try:
        for finding in one.check(program, context) if one.check is not None else ():
            yield _finished(one, finding, context)
    except (Exception, SystemExit) as error:
        raise failed(one, error) from error


def _finished(one: Rule, finding: Finding, context: Context) -> Finding:
    if not isinstance(finding, Finding):  # types are not checked in code that packages bring
        raise failed(one, TypeError(f"it gave {finding!r:.60}, which is no finding: make one with monctl.lint.found"))
    return replace(finding, code=one.code, level=context.levels.of(one.code, one.level) or one.level)


def _is_filled(origin: Origin, context: Context) -> bool:
    """Whether the text at an origin is another one than the rules saw."""
    if "${" not in context.texts.get(origin.file, ""):
        return False  # nearly always, and reading the file again is dear
    written = context.raw(origin)
    return isinstance(written, str) and "${" in written


def _fitted(findings: Iterable[Finding], context: Context) -> Iterator[Finding]:
    """Offsets are of the text after variables were filled; where the written text is another one, they are dropped."""
    for finding in findings:
        if finding.fix is not None and any(_is_filled(edit.origin or finding.origin, context) for edit in finding.fix.edits if edit.within):
            finding = replace(finding, fix=None)  # noqa: PLW2901  # the same finding from here on
        is_filled = finding.within is not None and finding.origin.line is None and _is_filled(finding.origin, context)
        yield replace(finding, within=None) if is_filled else finding
