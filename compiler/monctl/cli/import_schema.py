"""`monctl import schema`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options
from monctl.errors import EstateError, ProviderError, UsageError, reason
from monctl.number import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from monctl.catalogue import Catalogue
    from monctl.program import Datasource
    from monctl.project import Checked

_MOST_ROWS = 200_000
_MOST_NAMED = 5
_TIMEOUT_S = 60.0
_INSTALL = "pip install 'monctl-compiler[runner,more]'"


@click.command("import schema")
@click.argument("name", metavar="DATASOURCE")
@options.estate
@click.option(
    "--tables", "names", multiple=True, metavar="GLOB", help="Only tables of such names; may be repeated. Others stay as they are written."
)
@click.option(
    "--schema",
    "schemas",
    multiple=True,
    metavar="NAME",
    help="Of this schema, instead of the usual one, also one of the database's own such as pg_catalog; may be repeated.",
)
@click.option(
    "--large",
    "large",
    type=click.IntRange(min=1),
    default=1_000_000,
    show_default=True,
    metavar="ROWS",
    help="Mark tables with so many rows as large.",
)
@click.option("--check", "checking", is_flag=True, help="Write nothing; exit 1 if what is written is not what is there.")
def command(
    name: str, folder: Path | None, environment: str | None, names: tuple[str, ...], schemas: tuple[str, ...], large: int, checking: bool
) -> int:
    """Write the tables and columns of a database under `tables:` of its datasource, where the queries are checked against them.

    Without --schema it is the schema that is meant when a query names none; the others are named, for of their tables nothing is checked.
    The catalogue of the database is read, nothing else, with the `dsn` of the datasource and in a transaction that only reads. A type is
    followed by `not null` where the database lets no NULL in. Tables are
    written by name and columns in the database's order, so that nothing changes when nothing has. Tables of many rows, by the database's own
    estimate, are added to `large:`; none is taken from it. Comments stay.

    \b
    Exit 0: done, or with --check: as written. 1: the estate has errors,
    or with --check: not as written. 3: the database could not be asked.
    """
    from monctl.cli.checked import checked_or_none

    roots = options.roots(folder)
    if len(roots) != 1:
        raise UsageError(f"there are {len(roots)} estates in {folder or 'this folder'}", hint="name one with -C")
    estates = checked_or_none(roots, environment)
    if estates is None:
        return 1
    checked = estates[0]
    datasource = _datasource(checked, name)
    file = _file(checked, datasource)
    found = _asked(checked, datasource, names, schemas, large)
    tables, added, gone = _merged(datasource, found, names, schemas)
    if not names and not schemas:
        _tell_left_out(datasource, found)
    marked = tuple(datasource.large_tables) + tuple(one for one in found.large if one not in datasource.large_tables)
    differs = tables != {table: dict(columns) for table, columns in datasource.schema.items()}
    if checking:
        options.note(f"{datasource.name}: {_told(added, gone, differs)}")
        return 1 if differs else 0
    if not differs and marked == datasource.large_tables:
        options.note(f"{datasource.name}: {len(tables)} tables, as written")
        return 0
    _write(file, datasource, tables, marked if marked != datasource.large_tables else ())
    shown = Path(os.path.relpath(file)).as_posix()
    click.echo(f"{shown}: {len(tables)} tables of {datasource.name}; {_told(added, gone, differs)}")
    return 0


def _tell_left_out(datasource: Datasource, found: Catalogue) -> None:
    """Say which schemas of the database are neither written now nor were before: of their tables the checks know nothing."""
    written = {table.rpartition(".")[0] for table in datasource.schema}
    left = {schema: count for schema, count in found.left_out.items() if schema not in written}
    if left:
        shown = [f"{schema} ({counted(count, 'table')})" for schema, count in list(left.items())[:_MOST_NAMED]]
        more = f" and {len(left) - _MOST_NAMED} more" if len(left) > _MOST_NAMED else ""
        options.note(
            f"{datasource.name}: left out {'the schema' if len(left) == 1 else 'the schemas'} {', '.join(shown)}{more};"
            f" `--schema {next(iter(left))}` writes its tables too"
        )


def _write(file: Path, datasource: Datasource, tables: Mapping[str, Mapping[str, str]], large: Sequence[str]) -> None:
    """Put the tables into the file. Its lines go on to end as they do."""
    from monctl.atomic import rewrite
    from monctl.tables_text import NotThere, written

    try:
        text = file.read_bytes().decode("utf-8")
        ending = "\r\n" if "\r\n" in text else "\n"
        new = written(text.replace("\r\n", "\n"), datasource.origin.path, tables, large)
        rewrite(file, new.replace("\n", ending).encode())
    except NotThere as error:
        raise UsageError(
            f"datasource '{datasource.name}' is not written out in {file.name}: {error}", hint="write it out as one object"
        ) from None
    except OSError as error:
        raise EstateError(
            f"{Path(os.path.relpath(file)).as_posix()} cannot be written: {reason(error)}",
            hint="check that it is yours",
        ) from None


def _datasource(checked: Checked, name: str) -> Datasource:
    from monctl.catalogue import QUERIES
    from monctl.suggest import did_you_mean

    known = checked.program.datasources
    if name not in known:
        fitting = [one.name for one in known.values() if one.type in QUERIES]
        raise UsageError(f"no datasource is called '{name}'", hint=did_you_mean(name, fitting, noun="datasources"))
    if known[name].type not in QUERIES:
        raise UsageError(
            f"datasource '{name}' is of type {known[name].type}, which has no tables", hint=f"import schema reads {', '.join(QUERIES)}"
        )
    return known[name]


def _file(checked: Checked, datasource: Datasource) -> Path:
    """The YAML file that declares it."""
    if datasource.origin.line is not None:
        raise UsageError(
            f"datasource '{datasource.name}' is declared in {datasource.origin.file}, and only YAML is written",
            hint="declare it in a YAML file",
        )
    return next(path for path in checked.loaded.files if Path(os.path.relpath(path)).as_posix() == datasource.origin.file)


def _asked(checked: Checked, datasource: Datasource, names: Sequence[str], schemas: Sequence[str], large: int) -> Catalogue:
    from monctl.catalogue import catalogue

    rows = _rows(checked, datasource, schemas)
    lacking = [one for one in schemas if one not in {str(row[0]) for row in rows}]
    if lacking:
        raise UsageError(
            f"the database of '{datasource.name}' shows no table of the schema '{lacking[0]}'",
            hint=f"there are the schemas {', '.join(sorted({str(row[0]) for row in rows}))}" if rows else "may the role see any?",
        )
    found = catalogue(rows, schemas=schemas, names=names, large=large)
    if not found.tables:
        there = sorted({str(row[0]) for row in rows})
        hint = f"there are the schemas {', '.join(there)}; name one with --schema" if there else "may the role see any?"
        raise UsageError(f"the database of '{datasource.name}' shows no {'such ' if names or schemas else ''}table", hint=hint)
    return found


def _rows(checked: Checked, datasource: Datasource, schemas: Sequence[str]) -> Sequence[tuple[Any, ...]]:
    """The catalogue of the database. Raises UsageError without the driver or secret, ProviderError when it cannot be asked."""
    from monctl.catalogue import question

    try:
        from monctl.runner.probes.engine import QueryFailed
        from monctl.runner.probes.query_probe import engine

        if datasource.type == "sqlite":
            return _sqlite(checked, datasource)
        asked = engine(_placed(checked, datasource), _means(checked))
    except ModuleNotFoundError as error:
        raise UsageError(
            f"reading a {datasource.type} database needs the runner's packages, and not all of them are installed", hint=_INSTALL
        ) from error
    import asyncio

    async def ask() -> Sequence[tuple[Any, ...]]:
        try:
            found = await asked.run(question(datasource.type, schemas), limit=_MOST_ROWS, timeout_s=_TIMEOUT_S)
        finally:
            await asked.close()
        if found.more:
            raise UsageError(f"'{datasource.name}' has more than 4 MiB of columns", hint="declare the tables that matter by hand")
        return found.rows

    from monctl.runner.probes.secret import Unknown

    try:
        return asyncio.run(ask())
    except QueryFailed as error:
        raise ProviderError(f"{datasource.name}: {error.words}" + (f": {error}" if str(error) else "")) from None
    except Unknown as error:
        raise UsageError(f"datasource '{datasource.name}': {error}") from None


def _sqlite(checked: Checked, datasource: Datasource) -> Sequence[tuple[Any, ...]]:
    """By the standard library: the runner's engine lets no statement see what a table consists of."""
    import sqlite3
    from contextlib import closing
    from urllib.parse import quote

    from monctl.catalogue import SQLITE
    from monctl.runner.probes.engine_sqlite import file_of
    from monctl.runner.probes.secret import Unknown, secret_of

    placed = _placed(checked, datasource)
    try:
        path = checked.root / file_of(
            secret_of(placed, _means(checked)) if placed.dsn else str(placed.options.get("path") or placed.url or "")
        )
    except Unknown as error:
        raise UsageError(f"datasource '{datasource.name}': {error}") from None
    if not path.is_file():
        raise ProviderError(f"{datasource.name}: cannot be reached: its file is not there")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)) as connection:
            return connection.execute(SQLITE).fetchall()
    except sqlite3.Error as error:
        raise ProviderError(f"{datasource.name}: {error}") from None


def _placed(checked: Checked, datasource: Datasource) -> Datasource:
    """The datasource with the path of its file as it is from here: what is written is relative to the estate."""
    from dataclasses import replace

    path = datasource.options.get("path")
    if datasource.dsn is not None or not isinstance(path, str):
        return datasource
    return replace(datasource, options={**datasource.options, "path": str((checked.root / path).absolute())})


def _means(checked: Checked) -> Any:
    from monctl.runner.probes.probe import Means
    from monctl.secret import reader

    return Means(reader(os.environ, checked.root), checked.program.datasources)


def _merged(
    datasource: Datasource, found: Catalogue, names: Sequence[str], schemas: Sequence[str]
) -> tuple[dict[str, dict[str, str]], list[str], list[str]]:
    """What is to be written, and which tables are new, and gone. Tables that were not asked for stay."""
    from monctl.catalogue import is_meant

    def asked_for(table: str) -> bool:
        schema, dot, _ = table.rpartition(".")
        return is_meant(table, names) and ((schema in schemas) if schemas and dot else not schemas and not dot)

    old = {table: dict(columns) for table, columns in datasource.schema.items()}
    stay = {table: columns for table, columns in old.items() if table not in found.tables and not asked_for(table)}
    new = {table: dict(columns) for table, columns in found.tables.items()}
    tables = dict(sorted({**stay, **new}.items()))
    return tables, [table for table in tables if table not in old], [table for table in old if table not in tables]


def _told(added: Sequence[str], gone: Sequence[str], differs: bool) -> str:
    parts = [f"{len(added)} new" if added else "", f"{len(gone)} gone ({', '.join(gone)})" if gone else ""]
    said = ", ".join(filter(None, parts))
    return said or ("columns have changed" if differs else "as written")
