"""Prints findings in the wanted form and gives the exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import click

from monctl.cli import options
from monctl.finding import Finding, Level
from monctl.project import Checked
from monctl.recording import follows

_OF_REPOSITORY = {"github", "sarif"}
"""What holds paths from the top of the repository."""


def show(
    checked: Sequence[Checked],
    findings: Sequence[Finding],
    *,
    output: str,
    fail_on: str,
    kept: bool = True,
    named: Sequence[Path] = (),
    scope: str = "",
    statistics: bool = False,
) -> int:
    """Findings on standard output, a summary on standard error; 1 when one is at `fail_on` or worse.

    With `statistics` the number of findings of each rule stands there instead, most frequent first. The answer is not `kept` where it follows from
    more than the specs, the files they name, and the `named`, such as where the repository begins. `scope` is what was looked at, as the end of `12 files, nothing wrong`.
    """
    if statistics:
        from monctl.render.findings_statistics import as_json, as_text

        click.echo(as_json(findings) if output == "json" else as_text(findings), nl=False)
    else:
        _print(checked, findings, output, fail_on)
    worst = Level(fail_on).rank
    from monctl.render.findings_text import summary

    options.note(summary(findings, sum(len(one.loaded.files) for one in checked), scope))
    if kept and output not in _OF_REPOSITORY:
        follows([one.root for one in checked], named=[*named, *(path for one in checked for path in one.named_files)])
    return 1 if any(found.level.rank <= worst for found in findings) else 0


def _print(checked: Sequence[Checked], findings: Sequence[Finding], output: str, fail_on: str) -> None:
    match output:
        case "json":
            from monctl.render.findings_json import document

            click.echo(document(findings), nl=False)
        case "github":
            from monctl.render.findings_json import github
            from monctl.repository import from_top

            click.echo(github(findings, cache(from_top)), nl=False)
        case "sarif":
            from monctl.render import findings_sarif
            from monctl.repository import from_top

            click.echo(findings_sarif.document(findings, cache(from_top)), nl=False)
        case "junit":
            from monctl.render import findings_junit

            click.echo(findings_junit.document(findings, _files(checked), fail_on=fail_on), nl=False)
        case "concise":
            from monctl.render.findings_text import concise

            click.echo(concise(findings), nl=False)
        case _:
            _text(checked, findings)


def _files(checked: Sequence[Checked]) -> list[str]:
    """The files that were read, as spans name them."""
    return [Path(os.path.relpath(path)).as_posix() for one in checked for path in one.loaded.files]


def _text(checked: Sequence[Checked], findings: Sequence[Finding]) -> None:
    from monctl.render.findings_text import one
    from monctl.render.style import Style

    style = Style(options.color())
    held = [each.loaded.sources for each in checked]
    for index, found in enumerate(findings):
        file = found.span.file if found.span else found.origin.file
        sources = next((sources for sources in held if sources.text(file) is not None), held[0])
        click.echo(("\n" if index else "") + one(found, sources, style), nl=False)
    if findings:
        click.echo()
