"""`monctl init`."""

from __future__ import annotations

import re
from pathlib import Path

import click

_TARGETS = {
    "monctl.yaml": "monctl.yaml",
    "monitors.yaml": "monitors.yaml",
    "people.yaml": "people.yaml",
}


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("monitors"), required=False)
@click.option("--name", metavar="NAME", help="Name of the estate; the folder's name when left out.")
@click.option("--url", metavar="URL", default="https://example.com", show_default=True, help="What the first monitor watches.")
@click.option("--ci/--no-ci", default=True, show_default=True, help="Also write .github/workflows/monctl.yaml.")
def command(folder: Path, name: str | None, url: str, ci: bool) -> int:
    """Begin an estate: settings, a monitor, somebody on call, a CI file.

    FOLDER is made when it is not there (default: monitors). Nothing that exists is overwritten.
    """
    from monctl import schema
    from monctl.errors import UsageError

    estate = name or _slug(folder.resolve().name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", estate):
        raise UsageError(f"'{estate}' cannot be the name of an estate", hint="lower case letters, digits and dashes; say one with --name")
    if not re.fullmatch(r"https?://[^\s\"'{}]+", url):
        raise UsageError(f"'{url}' is not a URL", hint="begin with http:// or https://")
    wanted = {folder / path: _render(template, estate=estate, url=url) for template, path in _TARGETS.items()}
    wanted |= {folder / path: text for path, text in schema.for_editors().items()}
    if ci:
        wanted[Path(".github/workflows/monctl.yaml")] = _render("ci.yaml", estate=estate, url=url, folder=folder.as_posix())
    there = [path for path in wanted if path.exists()]
    if folder / "monctl.yaml" in there:
        raise UsageError(f"{folder / 'monctl.yaml'} is there already", hint="name another folder: monctl init FOLDER")
    for path, text in wanted.items():
        if path in there:
            click.echo(f"kept     {path}", err=True)
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {path}: {(error.strerror or '').lower()}", hint="name another folder") from None
        click.echo(f"written  {path}", err=True)
    where = "" if folder == Path("monitors") else f" -C {folder}"
    click.echo(
        f"\nNext:\n  monctl validate{where}\n  monctl lint{where}\n  monctl diff{where} --sandbox .monctl/sandbox\n  monctl apply{where} --sandbox .monctl/sandbox",
        err=True,
    )
    return 0


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40] or "estate"


def _render(template: str, **values: str) -> str:
    """A template of `cli/templates` with each `<<name>>` filled."""
    text = (Path(__file__).parent / "templates" / template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"<<{name}>>", value)
    return text
