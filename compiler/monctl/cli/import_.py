"""`monctl import`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monctl.cli import options

if TYPE_CHECKING:
    from monctl.workshop import Place


class _Import(click.Command):
    """`import TARGET`; `import schema DATASOURCE` is another command, since no target has that name."""

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> click.Context:
        if args[:1] != ["schema"]:
            return super().make_context(info_name, args, parent, **extra)
        from monctl.cli.import_schema import command as schema

        return schema.make_context("import schema", args[1:], parent, **extra)


@click.command("import", cls=_Import)
@click.argument("name", metavar="TARGET")
@options.estate
@click.option("--out", "out", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Make a new estate in this folder.")
@click.option("--name", "estate", metavar="NAME", help="Name of the new estate; the folder's name when left out.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="OPTION=VALUE",
    help="Option of the target in the new estate (organization=acme); may be repeated.",
)
@click.option(
    "--select", "selected", multiple=True, metavar="GLOB", help="Only objects of such a name or title, and what they name; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Write nothing, only report.")
@options.sandbox
@options.output("text", "json")
def command(
    name: str,
    folder: Path | None,
    environment: str | None,
    out: Path | None,
    estate: str | None,
    given: tuple[str, ...],
    selected: tuple[str, ...],
    dry_run: bool,
    sandbox: Path | None,
    output: str,
) -> int:
    """Write specs for what is at a provider and nobody's: into a new estate (--out), or beside those of one (-C).

    Nothing is changed at the provider. What the spec cannot say faithfully is left out, with the reason. The specs are planned before
    they are written: taking the objects over with the command at the end changes nothing that they do.

    `monctl import schema DATASOURCE` is another matter: it writes down the tables of a database, for the checks of queries.

    \b
    Exit 0: done. 1: the estate has errors. 3: the provider could not be asked.
    """
    from monctl.cli.checked import checked_or_none, known_targets
    from monctl.cli.deploying import sandbox_in
    from monctl.deploy import Request, settings_for
    from monctl.importing import run
    from monctl.render import imported as render

    known = known_targets((name,))
    target = known[name]
    place = _place(name, folder, environment, out, estate, given)
    if place.base is not None and checked_or_none([place.base], environment) is None:
        return 1
    with sandbox_in(sandbox, known) as opened:
        request = Request(environ=os.environ, sandbox=opened, on_wait=options.note)
        found = run(target, place, lambda checked: target.connect(settings_for(checked, target, request)), targets=known, selected=selected)
    more = [*(["-e", environment] if environment else []), *(["--sandbox", str(sandbox)] if sandbox else [])]
    line = render.adopt_command(found, options=more)
    if not dry_run:
        found.layout.save()
    if output == "json":
        click.echo(render.json_text(found, command=line, saved=not dry_run), nl=False)
    else:
        click.echo(render.text(found, command=line, saved=not dry_run), nl=False)
    return 1 if found.settled.unfit else 0


def _place(
    target: str, folder: Path | None, environment: str | None, out: Path | None, estate: str | None, given: tuple[str, ...]
) -> Place:
    """A new estate, or a folder `imported/TARGET` in the one that is meant."""
    from monctl.discover import SETTINGS
    from monctl.errors import UsageError
    from monctl.import_files import Layout
    from monctl.saying import slug
    from monctl.workshop import Place
    from monctl.yaml_reader import plain_value

    about = f"Imported from {target}."
    if out is not None:
        if folder is not None or environment is not None:
            raise UsageError("--out makes a new estate; -C and -e mean one that is there", hint="leave one of them out")
        if (out / SETTINGS).exists():
            raise UsageError(f"{out} is an estate already", hint=f"import into it with: monctl import {target} -C {out}")
        name = estate or slug(out.resolve().name)[:40].rstrip("-")
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
            raise UsageError(f"'{name}' cannot be the name of an estate", hint="lower case letters, digits and dashes; say one with --name")
        wrong = next((one for one in given if not re.fullmatch(r"[a-z_]+=.+", one)), None)
        if wrong is not None:
            raise UsageError(f"'{wrong}' is no option", hint="write it as organization=acme")
        said = {key: plain_value(value) for key, _, value in (one.partition("=") for one in given)}
        return Place(Layout(out, about=about), None, name, options=said)
    if estate is not None or given:
        raise UsageError("--name and --set are for a new estate", hint="say where with --out DIR, or write them into monctl.yaml")
    roots = options.roots(folder)
    if len(roots) != 1:
        raise UsageError(
            f"there are {len(roots)} estates in {folder or 'this folder'}", hint="name one with -C, or a new folder with --out"
        )
    return Place(Layout(roots[0], f"imported/{target}/", about), roots[0], "", environment)
