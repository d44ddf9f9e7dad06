"""SQL probes: how the rows of an answer become readings, in each mode, and what a failure says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest

from monctl.measure import Sql
from monctl.runner.outcome import Failed, Fault, Measured, Nothing, Outcome, Reading
from monctl.runner.probes.engine import QueryFailed, Rows
from monctl.runner.probes.probe import Means
from monctl.runner.probes.query_probe import QueryProbe, read
from monctl.unit import Unit

UNITS = {"placed": Unit.parse("orders"), "unpaid": Unit.parse("orders")}


def sql(mode: Literal["value", "rows", "exists"] = "value", **units: str) -> Sql:
    return Sql("d", "SELECT 1", mode, {name: Unit.parse(unit) for name, unit in units.items()})


def test_each_declared_column_is_a_value() -> None:
    found = read(sql(placed="orders", unpaid="orders"), Rows(("placed", "unpaid", "more"), ((Decimal(7), 2, "x"),)))

    assert Measured((Reading({"placed": 7.0, "unpaid": 2.0}),)) == found


def test_without_declared_values_the_first_column_is_the_value() -> None:
    assert Measured((Reading({"value": 3.0}),)) == read(sql(), Rows(("count", "other"), ((3, 9),)))


def test_a_column_in_other_letters_is_found() -> None:
    assert Measured((Reading({"Unpaid": 2.0}),)) == read(sql(Unpaid="orders"), Rows(("unpaid",), ((2,),)))


def test_no_row_is_no_data() -> None:
    assert Nothing("the query gave no row") == read(sql(), Rows(("value",), ()))


def test_null_is_no_data_and_says_so() -> None:
    assert Nothing("lag is NULL") == read(sql(), Rows(("lag",), ((None,),)))


def test_null_among_numbers_is_left_out_and_named() -> None:
    found = read(sql(placed="orders", unpaid="orders"), Rows(("placed", "unpaid"), ((None, 2),)))

    assert Measured((Reading({"unpaid": 2.0}, note="placed is NULL"),)) == found


@pytest.mark.parametrize(
    ("value", "unit", "number"),
    [
        (True, "none", 1.0),
        ("12.5", "none", 12.5),
        (Decimal("0.25"), "ratio", 0.25),
        (dt.timedelta(minutes=2), "none", 120.0),
        (dt.timedelta(minutes=2), "ms", 120_000.0),
        (dt.timedelta(minutes=2), "min", 2.0),
        (dt.timedelta(hours=36), "d", 1.5),
    ],
)
def test_what_counts_as_a_number(value: object, unit: str, number: float) -> None:
    assert Measured((Reading({"value": number}),)) == read(sql(value=unit), Rows(("value",), ((value,),)))


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        (
            Rows(("value",), ((1,), (2,))),
            "the query gave more than one row; aggregate them, add LIMIT 1, or write `mode: rows` if every row is a problem",
        ),
        (Rows(("other", "more"), ((1, 2),)), "the query gives no column value; it gives other, more"),
        (Rows(("value",), (("hunter2",),)), "column value holds text, not a number; cast it, or leave it out of `values`"),
        (
            Rows(("value",), ((dt.datetime(2026, 1, 1, tzinfo=dt.UTC),),)),
            "column value holds a time, not a number; cast it, or leave it out of `values`",
        ),
        (Rows((), ()), "the query gave no row"),
    ],
)
def test_an_answer_that_does_not_fit_is_told_in_a_sentence(rows: Rows, note: str) -> None:
    found = read(sql(value="none"), rows)

    assert isinstance(found, Failed | Nothing)
    assert found.note == note


@pytest.mark.parametrize(("rows", "value"), [((), 0.0), (((1,),), 1.0)])
def test_exists_is_one_or_zero(rows: tuple[tuple[int]], value: float) -> None:
    assert Measured((Reading({"value": value}),)) == read(sql("exists"), Rows(("id",), rows))


def test_every_row_is_a_reading_with_what_tells_it_apart() -> None:
    uuid = UUID("00000000-0000-0000-0000-000000000001")
    rows = Rows(
        ("id", "owner", "age", "seen", "key"),
        ((1, "ana", 3.5, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), uuid), (2, "ben", None, None, uuid)),
    )

    assert read(sql("rows"), rows) == Measured(
        (
            Reading({"value": 2.0, "age": 3.5}, {"id": "1", "owner": "ana", "key": str(uuid)}),
            Reading({"value": 2.0}, {"id": "2", "owner": "ben", "key": str(uuid)}),
        )
    )


def test_rows_with_declared_values_compare_those() -> None:
    found = read(sql("rows", age="h"), Rows(("queue", "age"), (("mail", dt.timedelta(hours=3)),)))

    assert Measured((Reading({"value": 1.0, "age": 3.0}, {"queue": "mail"}),)) == found


def test_rows_that_look_alike_are_numbered() -> None:
    found = read(sql("rows"), Rows(("queue",), (("mail",), ("mail",))))

    assert isinstance(found, Measured)
    assert [reading.labels for reading in found.readings] == [{"queue": "mail"}, {"queue": "mail", "row": "2"}]


def test_no_row_is_good_news_where_every_row_is_a_problem() -> None:
    assert Measured(()) == read(sql("rows"), Rows(("id",), ()))


def test_rows_that_were_cut_are_told() -> None:
    found = read(sql("rows"), Rows(("queue",), (("mail",),), more=True))

    assert isinstance(found, Measured)
    assert found.readings[0].note == "only the first 1 rows were read"


def test_a_query_of_postgresql_is_asked_and_measured(postgres: str, means: Callable[..., Means], asked: Callable[..., Outcome]) -> None:
    given = means(secrets={"DSN": postgres})

    found = asked(lambda: QueryProbe(Sql("d", "SELECT 4 AS placed, 1 AS unpaid", "value", UNITS), given))

    assert isinstance(found, Measured)
    assert found.readings == (Reading({"placed": 4.0, "unpaid": 1.0}),)
    assert len(given.shared) == 0


def test_probes_of_one_datasource_share_its_pool(means: Callable[..., Means], asked: Callable[..., Outcome], tmp_path: Path) -> None:
    given = means("sqlite", options={"path": str(tmp_path / "shop.db")})
    first = QueryProbe(sql(), given)

    asked(lambda: QueryProbe(sql(), given))

    assert len(given.shared) == 1
    asked(lambda: first)
    assert len(given.shared) == 0


def test_a_failure_is_grouped_by_its_datasource_and_shows_no_secret(means: Callable[..., Means], asked: Callable[..., Outcome]) -> None:
    given = means(secrets={"DSN": "postgresql://shop:hunter2secret@127.0.0.1:1/shop"})

    found = asked(lambda: QueryProbe(sql(), given))

    assert isinstance(found, Failed)
    assert found.cause == "datasource d: connection refused"
    assert "hunter2secret" not in found.note


def test_a_secret_that_is_not_set_is_named(means: Callable[..., Means], asked: Callable[..., Outcome]) -> None:
    given = means(secrets={"DSN": "x"})
    lost = means(dsn=given.datasources["d"].dsn)

    found = asked(lambda: QueryProbe(sql(), lost))

    assert found == Failed(
        "datasource d: its secret cannot be read", "datasource d: its secret cannot be read (the secret env:DSN is not set)"
    )


class _Raises:
    """An engine in trouble."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def run(self, query: str, *, limit: int, timeout_s: float) -> Rows:
        raise self.error

    async def close(self) -> None:
        """Nothing is open."""


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(24, "Too many open files"), "files"),
        (_caused(QueryFailed("refused", "cannot be reached"), OSError(24, "Too many open files")), "files"),
        (_caused(QueryFailed("refused"), Exception("could not create socket: Too many open files")), "files"),
        (MemoryError(), "memory"),
    ],
)
def test_the_runners_own_trouble_is_never_the_datasources(
    means: Callable[..., Means], asked: Callable[..., Outcome], error: Exception, cause: str
) -> None:
    given = means()
    held: Any = given.shared.take(("sql", "d"), lambda: _Raises(error))

    found = asked(lambda: QueryProbe(sql(), given))

    assert held.error is error
    assert isinstance(found, Fault)
    assert found.cause == cause
