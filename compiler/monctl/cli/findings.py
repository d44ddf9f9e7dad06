"""Prints findings in the wanted form and gives the exit code."""

from __future__ import annotations

from collections.abc import Sequence

import click

from monctl.cli import options
from monctl.finding import Finding, Level
from monctl.project import Checked
from monctl.recording import follows


def show(checked: Sequence[Checked], findings: Sequence[Finding], *, output: str, fail_on: str) -> int:
    """Findings on standard output, a summary on standard error; 1 when one is at `fail_on` or worse."""
    match output:
        case "json":
            from monctl.render.findings_json import document

            click.echo(document(findings), nl=False)
        case "github":
            from monctl.render.findings_json import github

            click.echo(github(findings), nl=False)
        case "concise":
            from monctl.render.findings_text import concise

            click.echo(concise(findings), nl=False)
        case _:
            _text(checked, findings)
    worst = Level(fail_on).rank
    from monctl.render.findings_text import summary

    options.note(summary(findings, sum(len(one.loaded.files) for one in checked)))
    follows([one.root for one in checked], named=[path for one in checked for path in one.named_files])
    return 1 if any(found.level.rank <= worst for found in findings) else 0


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
