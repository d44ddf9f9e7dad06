"""`monctl compile`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from monctl.cli import options


@click.command("compile")
@options.estate
@options.targets
@click.option(
    "--out",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the files: DIR/ESTATE/TARGET/KIND/KEY.json.",
)
@click.option("--report", is_flag=True, help="Say what is exact, approximated or dropped, per field and target.")
@options.output("text", "json")
@options.cached
def command(folder: Path | None, environment: str | None, targets: tuple[str, ...], out: Path | None, report: bool, output: str) -> int:
    """Write what each target would hold, as files. Offline, deterministic, fit to be committed.

    Exit 0 when everything was written, 1 when the specs have errors.
    """
    from monctl.ahead import reading

    if out is None and not report:
        raise click.UsageError("say where to write with --out DIR, or ask for --report")
    roots = options.roots(folder)
    with reading(roots) as ahead:
        from monctl import output as files
        from monctl.cli.checked import checked_or_none, known_targets
        from monctl.project import build
        from monctl.recording import follows
        from monctl.render import fidelity

        known = known_targets(targets)
        checked = checked_or_none(roots, environment, only=targets, ahead=ahead)
    if checked is None:
        return 1
    told: list[dict[str, object]] = []
    as_found = []
    for one in checked:
        built = build(one, only=targets, targets=known)
        name = one.program.estate + (f"-{one.program.environment}" if one.program.environment else "")
        if out is not None:
            written, removed = files.write(out / name, files.rendered(built))
            if not written and not removed:
                as_found.append(out / name)
            count = sum(len(each.resources) for each in built.values())
            options.note(f"{name}: {count} resources for {len(built)} targets in {out / name} ({written} files written, {removed} removed)")
        if report and output == "text":
            click.echo(("\n" if told else "") + f"{name}\n" + fidelity.text(built, color=options.color()), nl=False)
        told.append({"estate": one.program.estate, "environment": one.program.environment, "fidelity": fidelity.records(built)})
    if report and output == "json":
        click.echo(json.dumps({"format_version": 1, "estates": told}, indent=2, ensure_ascii=False))
    if out is None or len(as_found) == len(checked):  # what was written just now has to be found as it should be, once, to be known
        follows([one.root for one in checked], named=[path for one in checked for path in one.named_files], written=as_found)
    return 0
