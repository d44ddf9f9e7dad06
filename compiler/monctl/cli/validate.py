"""`monctl validate`."""

from __future__ import annotations

from pathlib import Path

import click

from monctl.cli import options


@click.command("validate")
@options.estate
@options.output("text", "json", "github", "sarif", "junit", "concise")
@options.cached
def command(folder: Path | None, environment: str | None, output: str) -> int:
    """Check specs: syntax, types, references, units, SQL. Offline; needs no credentials.

    Exit 0 when there is no error, 1 when there is.
    """
    from monctl.ahead import reading

    roots = options.roots(folder)
    with reading(roots) as ahead:
        from monctl.cli.findings import show
        from monctl.project import check_all
        from monctl.target import discover

        checked = check_all(roots, environment, targets=discover(), ahead=ahead)
    return show(checked, [found for one in checked for found in one.findings], output=output, fail_on="error")
