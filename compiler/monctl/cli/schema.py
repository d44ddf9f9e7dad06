"""`monctl schema`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("schema")
@click.argument("name", required=False)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write all of them to a folder.")
@click.option("--check", "checking", is_flag=True, help="With --out: only say which are stale; exit 1 when one is.")
def command(name: str | None, out: Path | None, checking: bool) -> int:
    """Print or write the JSON Schemas of specs, monctl.yaml, findings, plans and bundles.

    Without a name, lists them. An editor with yaml-language-server completes and explains specs with `spec.schema.json`.
    """
    from monctl import schema as generated
    from monctl.errors import UsageError
    from monctl.suggest import did_you_mean

    if out is not None:
        if checking:
            old = generated.stale(out)
            for file in old:
                click.echo(f"{out / file} is stale: run `monctl schema --out {out}`", err=True)
            return 1 if old else 0
        generated.write(out)
        return 0
    schemas = generated.schemas()
    if name is None:
        for one, schema in schemas.items():
            click.echo(f"{one:10} {schema['title']}")
        return 0
    if name not in schemas:
        raise UsageError(f"no schema is called '{name}'", hint=did_you_mean(name, schemas, noun="schemas"))
    click.echo(generated.text(schemas[name]), nl=False)
    return 0
