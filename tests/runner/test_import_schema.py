"""`monctl import schema`: the tables of real databases, written beside the comments that are there, and read again by the checks of queries."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg
import pytest

from monctl.catalogue import catalogue, short
from monctl.cli import run
from monctl.project import check

Out = pytest.CaptureFixture[str]
SHOP = """\
datasources:
  # the shop's own database
  shop:
    type: postgresql              # 15
    dsn: "${env:SHOP_DSN}"
    lag: 30s

metrics:
  stuck:
    sql: {datasource: shop, query: "SELECT COUNT(*) AS stuck FROM jobs WHERE stat = 'stuck'", values: {stuck: jobs}}
"""


def estate(folder: Path, text: str) -> Path:
    (folder / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    (folder / "sources.yaml").write_text(text, encoding="utf-8")
    return folder / "sources.yaml"


def imported(folder: Path, *more: str) -> int:
    return run(["import", "schema", "shop", "-C", str(folder), *more])


@pytest.fixture
def shop(postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A PostgreSQL database with tables of many kinds; the datasource's secret names it."""
    monkeypatch.setenv("SHOP_DSN", postgres)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(
            """
            CREATE TABLE jobs (id uuid PRIMARY KEY, state text, tries smallint, cost numeric(10,2), tags text[], made timestamptz, "order" varchar(20));
            CREATE TABLE events (at timestamp NOT NULL, kind text) PARTITION BY RANGE (at);
            CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
            CREATE VIEW stuck AS SELECT id, made FROM jobs WHERE state = 'stuck';
            CREATE SCHEMA other;
            CREATE TABLE other.notes (body text)
            """
        )
    return postgres


def test_tables_of_postgresql_are_written_and_the_rest_of_the_file_stays(shop: str, tmp_path: Path, capsys: Out) -> None:
    file = estate(tmp_path, SHOP)

    assert imported(tmp_path) == 0
    assert "3 tables of shop; 3 new" in capsys.readouterr().out
    expected = SHOP.replace(
        "    lag: 30s\n",
        """\
    lag: 30s
    tables:
      events: {at: timestamp not null, kind: text}
      jobs:
        id: uuid not null
        state: text
        tries: smallint
        cost: "numeric(10,2)"
        tags: "text[]"
        made: timestamptz
        order: varchar(20)
      stuck: {id: uuid, made: timestamptz}
""",
    )

    assert expected == file.read_text(encoding="utf-8")


def test_queries_are_checked_against_what_was_written(shop: str, tmp_path: Path, capsys: Out) -> None:
    estate(tmp_path, SHOP)
    assert run(["lint", "-C", str(tmp_path), "--select-rule", "SQL010"]) == 0
    assert imported(tmp_path) == 0
    capsys.readouterr()

    assert run(["lint", "-C", str(tmp_path), "--select-rule", "SQL010"]) == 1
    assert "no table of the query has a column 'stat'" in capsys.readouterr().out


def test_a_second_import_changes_nothing_and_check_says_so(shop: str, tmp_path: Path, capsys: Out) -> None:
    file = estate(tmp_path, SHOP)
    assert imported(tmp_path, "--check") == 1
    assert file.read_text(encoding="utf-8") == SHOP
    assert imported(tmp_path) == 0
    once = file.read_text(encoding="utf-8")

    assert imported(tmp_path) == 0
    assert once == file.read_text(encoding="utf-8")
    assert imported(tmp_path, "--check") == 0
    assert "shop: as written" in capsys.readouterr().err


def test_a_change_is_seen_and_comments_stay_where_they_stand(shop: str, tmp_path: Path, capsys: Out) -> None:
    file = estate(tmp_path, SHOP)
    assert imported(tmp_path) == 0
    text = file.read_text(encoding="utf-8")
    text = text.replace(
        "      stuck: {id: uuid, made: timestamptz}\n",
        "      # made by hand\n      stuck:\n        id: uuid   # of the job\n        gone: text\n",
    )
    file.write_text(text, encoding="utf-8")
    capsys.readouterr()

    assert imported(tmp_path, "--check") == 1
    assert "shop: columns have changed" in capsys.readouterr().err
    assert imported(tmp_path) == 0
    after = file.read_text(encoding="utf-8")

    assert "      # made by hand\n      stuck:\n        id: uuid  # of the job\n        made: timestamptz\n" in after
    assert after.endswith(SHOP.partition("lag: 30s\n")[2])


def test_tables_that_are_gone_are_told(shop: str, tmp_path: Path, capsys: Out) -> None:
    estate(tmp_path, SHOP)
    assert imported(tmp_path) == 0
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("DROP VIEW stuck")
    capsys.readouterr()

    assert imported(tmp_path) == 0
    assert "2 tables of shop; 1 gone (stuck)" in capsys.readouterr().out


def test_other_tables_stay_when_some_are_asked_for(shop: str, tmp_path: Path) -> None:
    estate(tmp_path, SHOP.replace("    lag: 30s\n", "    tables: {legacy: {id: text}}\n"))

    assert imported(tmp_path, "--tables", "jo*") == 0
    program = check(tmp_path).program
    assert sorted(program.datasources["shop"].schema) == ["jobs", "legacy"]


def test_another_schema_is_named(shop: str, tmp_path: Path) -> None:
    estate(tmp_path, SHOP)

    assert imported(tmp_path, "--schema", "other") == 0
    assert dict(check(tmp_path).program.datasources["shop"].schema) == {"other.notes": {"body": "text"}}


def test_schemas_that_are_left_out_are_told_until_they_are_written(shop: str, tmp_path: Path, capsys: Out) -> None:
    estate(tmp_path, SHOP)
    told = "shop: left out the schema other (1 table); `--schema other` writes its tables too\n"

    assert imported(tmp_path, "--check") == 1
    assert told in capsys.readouterr().err
    assert imported(tmp_path) == 0
    assert told in capsys.readouterr().err
    assert imported(tmp_path, "--tables", "jo*") == 0
    assert imported(tmp_path, "--schema", "other") == 0
    assert imported(tmp_path) == 0
    assert "left out" not in capsys.readouterr().err


def test_many_schemas_that_are_left_out_are_counted() -> None:
    rows = [(f"tenant{tenant}", table, "id", "int", None, False, True) for tenant in range(7) for table in ("jobs", "posts")]
    found = catalogue([*rows, ("public", "jobs", "id", "int", None, True, True)])

    assert list(found.tables) == ["jobs"]
    assert found.left_out == {f"tenant{tenant}": 2 for tenant in range(7)}


def test_a_table_of_a_schema_that_is_left_out_is_not_called_missing(shop: str, tmp_path: Path) -> None:
    estate(tmp_path, SHOP.replace("FROM jobs WHERE stat = 'stuck'", "FROM other.notes"))
    assert imported(tmp_path) == 0

    assert run(["lint", "-C", str(tmp_path), "--select-rule", "SQL010"]) == 0


def test_the_database_s_own_schema_is_written_where_it_is_asked_for(shop: str, tmp_path: Path) -> None:
    estate(tmp_path, SHOP)

    assert (
        imported(tmp_path, "--schema", "pg_catalog", "--schema", "other", "--tables", "pg_catalog.pg_stat_wal*", "--tables", "other.*") == 0
    )
    schema = check(tmp_path).program.datasources["shop"].schema
    assert "other.notes" in schema
    assert schema["pg_catalog.pg_stat_wal"]["wal_records"] == "bigint"


def test_a_schema_without_tables_is_told(shop: str, tmp_path: Path, capsys: Out) -> None:
    file = estate(tmp_path, SHOP)

    assert imported(tmp_path, "--schema", "other", "--schema", "othr") == 64
    assert (
        "the database of 'shop' shows no table of the schema 'othr'\n  help: there are the schemas information_schema, other,"
        in capsys.readouterr().err
    )
    assert file.read_text(encoding="utf-8") == SHOP


def test_what_was_written_may_be_read_again(shop: str, tmp_path: Path) -> None:
    estate(tmp_path, SHOP)
    assert imported(tmp_path, "--schema", "pg_catalog", "--schema", "information_schema", "--schema", "public") == 0

    assert [one.message for one in check(tmp_path).findings if "type" in one.message] == []


def test_large_tables_are_marked_by_the_database_s_own_estimate(shop: str, tmp_path: Path) -> None:
    file = estate(tmp_path, SHOP.replace("    lag: 30s\n", "    large: [stuck]   # slow\n"))
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("INSERT INTO events SELECT '2026-05-01', 'x' FROM generate_series(1, 500)")
        connection.execute("ANALYZE")

    assert imported(tmp_path, "--large", "500") == 0
    assert "    large: [stuck, events]\n" in file.read_text(encoding="utf-8")
    assert imported(tmp_path, "--large", "1000000") == 0
    assert "    large: [stuck, events]\n" in file.read_text(encoding="utf-8")


def test_a_datasource_on_one_line_stays_in_brackets(shop: str, tmp_path: Path) -> None:
    file = estate(tmp_path, 'datasources:\n  shop: {type: postgresql, dsn: "${env:SHOP_DSN}"}   # ours\n')

    assert imported(tmp_path, "--tables", "stuck") == 0
    assert file.read_text(encoding="utf-8") == (
        'datasources:\n  shop: {type: postgresql, dsn: "${env:SHOP_DSN}", tables: {\n      stuck: {id: uuid, made: timestamptz}}}   # ours\n'
    )
    assert imported(tmp_path, "--tables", "stuck", "--check") == 0


def test_nothing_is_written_to_the_database(shop: str, tmp_path: Path) -> None:
    estate(tmp_path, SHOP)
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("ALTER ROLE monctl SET default_transaction_read_only = on")
    try:
        assert imported(tmp_path) == 0
    finally:
        with psycopg.connect(shop, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER ROLE monctl RESET default_transaction_read_only")


def test_sqlite_is_read_beside_the_estate(tmp_path: Path) -> None:
    estate(tmp_path, "datasources:\n  shop: {type: sqlite, path: shop.db}\n")
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(
            "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, cost DECIMAL(10,2), odd); CREATE VIEW v AS SELECT id FROM jobs"
        )

    assert imported(tmp_path) == 0
    assert dict(check(tmp_path).program.datasources["shop"].schema) == {
        "jobs": {"id": "integer not null", "state": "text not null", "cost": "decimal(10,2)", "odd": "any"},
        "v": {"id": "integer"},
    }
    assert imported(tmp_path, "--check") == 0


def test_duckdb_is_read_too(tmp_path: Path) -> None:
    estate(tmp_path, "datasources:\n  shop: {type: duckdb, path: shop.duckdb}\n")
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE jobs (id UUID, day DATE NOT NULL, made TIMESTAMPTZ, cost DECIMAL(10,2), state ENUM ('a', 'b'))")
        connection.execute("INSERT INTO jobs SELECT NULL, '2026-01-01', NULL, 1, 'a' FROM range(5000)")

    assert imported(tmp_path, "--large", "5000") == 0
    datasource = check(tmp_path).program.datasources["shop"]
    assert dict(datasource.schema) == {
        "jobs": {"id": "uuid", "day": "date not null", "made": "timestamptz", "cost": "decimal(10,2)", "state": "enum"}
    }
    assert datasource.large_tables == ("jobs",)


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("datasources:\n  shop: {type: logs, path: /var/log/x}\n", 64, "is of type logs, which has no tables"),
        ("datasources:\n  shops: {type: sqlite, path: x.db}\n", 64, "did you mean 'shops'?"),
        ("datasources:\n  shop: {type: sqlite, path: x.db}\n", 3, "its file is not there"),
        ('datasources:\n  shop: {type: postgresql, dsn: "${env:NOT_SET_ANYWHERE}"}\n', 64, "NOT_SET_ANYWHERE"),
        ('datasources:\n  shop: {type: postgresql, dsn: "${env:BAD_DSN}"}\n', 3, "connection string unreadable"),
    ],
)
def test_what_cannot_be_read_is_said_without_the_secret(
    text: str, status: int, said: str, tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAD_DSN", "not a dsn with elephant")
    estate(tmp_path, text)

    assert imported(tmp_path) == status
    told = capsys.readouterr()
    assert said in told.err
    assert "elephant" not in told.out + told.err


def test_a_database_that_shows_no_table_is_told(postgres: str, tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DSN", postgres)
    estate(tmp_path, SHOP)

    assert imported(tmp_path) == 64
    assert "the database of 'shop' shows no table\n" in capsys.readouterr().err


def beside(folder: Path) -> None:
    """A SQLite database for the datasource `shop` of an estate."""
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        connection.execute("CREATE TABLE jobs (id INTEGER)")


LITE = "datasources:\n  shop:\n    type: sqlite  # beside\n    path: shop.db\n\nteams: {ops: {}}\n"


def test_lines_go_on_to_end_as_they_do(tmp_path: Path) -> None:
    file = estate(tmp_path, "")
    beside(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + LITE.replace("\n", "\r\n").encode())

    assert imported(tmp_path) == 0
    expected = LITE.replace("path: shop.db\n", "path: shop.db\n    tables:\n      jobs: {id: integer}\n")
    assert file.read_bytes() == b"\xef\xbb\xbf" + expected.replace("\n", "\r\n").encode()


def test_a_link_still_leads_to_the_file(tmp_path: Path) -> None:
    file = estate(tmp_path, LITE)
    beside(tmp_path)
    (tmp_path / "shared").mkdir()
    real = file.rename(tmp_path / "shared" / "sources.txt")
    file.symlink_to(real)

    assert imported(tmp_path) == 0
    assert file.is_symlink()
    assert "jobs: {id: integer}" in real.read_text(encoding="utf-8")


def test_a_file_that_may_not_be_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out) -> None:
    file = estate(tmp_path, LITE)
    beside(tmp_path)
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)  # whoever runs as root may write everything

    assert imported(tmp_path) == 1
    assert "sources.yaml cannot be written: permission denied\n  help: check that it is yours\n" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == LITE


@pytest.mark.parametrize("package", ["aiohappyeyeballs", "psycopg"])
def test_without_the_packages_it_is_said_what_to_install(package: str, tmp_path: Path) -> None:
    estate(tmp_path, LITE.replace("type: sqlite", "type: postgresql"))
    code = f"import sys; sys.modules['{package}'] = None; from monctl.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "import", "schema", "shop", "-C", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 64
    assert done.stderr == (
        "monctl: reading a postgresql database needs the runner's packages, and not all of them are installed\n"
        "  help: pip install 'monctl-compiler[runner,more]'\n"
    )


def test_a_datasource_of_python_is_not_written(tmp_path: Path, capsys: Out) -> None:
    estate(tmp_path, "{}\n")
    (tmp_path / "sources.py").write_text(
        'from monctl import Datasource\nDatasource("shop", type="sqlite", path="x.db")\n', encoding="utf-8"
    )

    assert imported(tmp_path) == 64
    assert "only YAML is written" in capsys.readouterr().err


def test_rows_of_mysql_become_tables() -> None:
    rows = [
        ("shop", "jobs", "id", "bigint unsigned", 5, 1, 1),
        ("shop", "jobs", "state", "enum('a','b')", 5, 1, 0),
        ("other", "notes", "body", "longtext", None, 0, 0),
    ]

    assert catalogue(rows, large=5).tables == {"jobs": {"id": "bigint unsigned not null", "state": "enum"}}
    assert catalogue(rows, large=5).large == ("jobs",)
    assert list(catalogue(rows, schemas=["other"]).tables) == ["other.notes"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("timestamp(3) with time zone", "timestamptz(3)"),
        ("character varying(20)", "varchar(20)"),
        ("CHARACTER VARYING[]", "varchar[]"),
        ("double precision", "double precision"),
        ("STRUCT(a INTEGER)", "struct(a integer)"),
        ("", "any"),
        ("public.mood", "mood"),
        ('"My Schema".mood[]', "mood[]"),
    ],
)
def test_types_have_their_usual_names(said: str, shown: str) -> None:
    assert shown == short(said)
