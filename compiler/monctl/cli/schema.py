"""`monctl schema`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("schema")
@click.argument("name", required=False)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write all of them to a folder.")
@click.option("--check", "checking", is_flag=True, help="With --out: only say which are stale; exit 1 when one is.")
@click.option(
    "--validate", "document", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Say whether a JSON or YAML document is as the schema says; exit 1 when it is not.",
)  # fmt: skip
def command(name: str | None, out: Path | None, checking: bool, document: Path | None) -> int:
    """Print or write the JSON Schemas of specs, monctl.yaml, findings, plans and bundles.

    Without a name, lists them. An editor with yaml-language-server completes and explains specs with `spec.schema.json`. --validate is for
    programs that write or read these documents: specs are checked, with better words, by `monctl validate`.
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
    if document is not None and name is None:
        raise UsageError("say which schema the document is of", hint=f"monctl schema plan --validate {document}")
    if name is None:
        for one, schema in schemas.items():
            click.echo(f"{one:10} {schema['title']}")
        return 0
    if name not in schemas:
        raise UsageError(f"no schema is called '{name}'", hint=did_you_mean(name, schemas, noun="schemas"))
    if document is not None:
        return _validate(document, schemas[name])
    click.echo(generated.text(schemas[name]), nl=False)
    return 0


def _validate(document: Path, schema: dict[str, object]) -> int:
    """Every place where a document is not as the schema says, by its JSON pointer."""
    from jsonschema import Draft202012Validator

    from monctl.errors import UsageError
    from monctl.yaml_reader import read_yaml

    try:
        body, faults = read_yaml(document.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
        raise UsageError(f"'{document}' cannot be read: {why}", hint="give a file of JSON or YAML") from None
    if faults:
        raise UsageError(f"'{document}' is neither JSON nor YAML: {faults[0].message}", hint="give a file of JSON or YAML")
    found = sorted(Draft202012Validator(schema).iter_errors(body), key=lambda one: [str(part) for part in one.absolute_path])
    for one in found:
        click.echo(f"{document}: /{'/'.join(map(str, one.absolute_path))}: {one.message[:300]}", err=True)
    return int(bool(found))
