"""SQL: a query of a trusted spec, asked of its datasource; its rows become readings."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from monctl.measure import Sql
from monctl.number import shorten
from monctl.program import Datasource
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.outcome import Failed, Measured, Nothing, Outcome, Reading
from monctl.runner.probes.dial import patience
from monctl.runner.probes.engine import MAX_ROWS, Engine, QueryFailed, Rows
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.secret import Unknown, secret_of
from monctl.runner.probes.trouble import failed, fault, unreachable
from monctl.unit import MILLISECONDS, Unit

_LIMITS: Final = {"value": 2, "rows": MAX_ROWS, "exists": 1}


class QueryProbe:
    """One query. Probes of one datasource share its engine."""

    def __init__(self, source: Sql, means: Means, *, clock: Clock | None = None) -> None:
        self._source = source
        self._means = means
        self._clock = clock or SystemClock()
        self._key = ("sql", source.datasource)
        self._engine: Engine = means.shared.take(self._key, lambda: engine(means.datasources[source.datasource], means))

    async def ask(self, ask: Ask) -> Outcome:
        """Failed for whatever keeps the database from answering; a slow or refused query says nothing about what it measures."""
        begin = self._clock.mono()
        try:
            rows = await self._engine.run(self._source.query, limit=_LIMITS[self._source.mode], timeout_s=patience(ask.timeout_s))
        except QueryFailed as error:
            return await fault(error) or failed(self._source.datasource, error.words, str(error))
        except Unknown as error:
            return failed(self._source.datasource, "its secret cannot be read", str(error))
        except (OSError, MemoryError) as error:
            return await fault(error) or failed(self._source.datasource, unreachable(error))
        return read(self._source, rows, took_s=self._clock.mono() - begin)

    async def close(self) -> None:
        await self._means.shared.give_back(self._key)


def engine(datasource: Datasource, means: Means) -> Engine:
    """The engine of a datasource, nothing opened yet. Drivers are imported here: an estate without MySQL needs none."""

    def place() -> str:
        return secret_of(datasource, means) if datasource.dsn else str(datasource.options.get("path") or datasource.url or "")

    match datasource.type:
        case "postgresql":
            from monctl.runner.probes.engine_postgres import Postgres

            return Postgres(datasource.name, place)
        case "mysql":
            from monctl.runner.probes.engine_mysql import MySql

            return MySql(datasource.name, place)
        case "duckdb":
            from monctl.runner.probes.engine_duckdb import DuckDb

            return DuckDb(datasource.name, place)
        case "sqlite":
            from monctl.runner.probes.engine_sqlite import Sqlite

            return Sqlite(datasource.name, place)
        case other:
            raise ValueError(f"a datasource of type {other} answers no SQL")


def read(source: Sql, rows: Rows, *, took_s: float = 0.0) -> Outcome:
    """The readings of an answer, by the mode of the query. Pure."""
    try:
        match source.mode:
            case "value":
                return _value(source, rows, took_s)
            case "rows":
                return _each_row(source, rows, took_s)
            case "exists":
                name = next(iter(source.values), "value")
                return Measured((Reading({name: 1.0 if rows.rows else 0.0}),), took_s)
    except _Unfit as error:
        return Failed(f"datasource {source.datasource}: the answer does not fit", str(error), took_s)


class _Unfit(Exception):
    """The answer is not what the spec says it is. `str()` is for a person and shows no data."""


def _value(source: Sql, rows: Rows, took_s: float) -> Outcome:
    if not rows.rows:
        return Nothing("the query gave no row", took_s)
    if len(rows.rows) > 1:
        raise _Unfit("the query gave more than one row; aggregate them, add LIMIT 1, or write `mode: rows` if every row is a problem")
    numbers, lacking = _numbers(_places(source, rows.columns), source.values, rows.columns, rows.rows[0])
    note = f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} NULL" if lacking else ""
    return Measured((Reading(numbers, note=note),), took_s) if numbers else Nothing(note, took_s)


def _each_row(source: Sql, rows: Rows, took_s: float) -> Outcome:
    """Every row a reading: declared columns are its values, and `value` is the number of rows; what is stable of the rest tells rows apart."""
    places = _places(source, rows.columns) if source.values else {}
    free = [place for place in range(len(rows.columns)) if place not in places.values()]
    note = f"only the first {len(rows.rows)} rows were read" if rows.more else ""
    readings: list[Reading] = []
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for row in rows.rows:
        numbers, _ = _numbers(places, source.values, rows.columns, row)
        labels = {rows.columns[place]: said for place in free if (said := _label(rows.columns[place], row[place])) is not None}
        alike = tuple(sorted(labels.items()))
        seen[alike] = seen.get(alike, 0) + 1
        if seen[alike] > 1:
            labels["row"] = str(seen[alike])
        if not source.values:
            numbers |= {
                rows.columns[place]: number
                for place in free
                if rows.columns[place] not in labels and (number := _plain(row[place])) is not None
            }
        readings.append(Reading({"value": float(len(rows.rows))} | numbers, labels, note))
    return Measured(tuple(readings), took_s)


def _places(source: Sql, columns: Sequence[str]) -> dict[str, int]:
    """Value → place of its column; the first column where the spec names none. Raises _Unfit."""
    if not columns:
        raise _Unfit("the query gives no columns; write a SELECT")
    if not source.values:
        return {"value": 0}
    folded = {name.casefold(): place for place, name in reversed(tuple(enumerate(columns)))}
    exact = {name: place for place, name in reversed(tuple(enumerate(columns)))}
    if lacking := [name for name in source.values if name not in exact and name.casefold() not in folded]:
        raise _Unfit(f"the query gives no column {', '.join(lacking)}; it gives {', '.join(columns)}")
    return {name: exact.get(name, folded.get(name.casefold(), 0)) for name in source.values}


def _numbers(
    places: Mapping[str, int], units: Mapping[str, Unit], columns: Sequence[str], row: Sequence[Any]
) -> tuple[dict[str, float], list[str]]:
    """Value → number, and the values without one. Raises _Unfit for what is no number."""
    numbers: dict[str, float] = {}
    lacking: list[str] = []
    for name, place in places.items():
        value = row[place]
        number = None if value is None else _plain(value, units.get(name))
        if number is None and value is not None:
            raise _Unfit(f"column {columns[place]} holds {_kind(value)}, not a number; cast it, or leave it out of `values`")
        if number is None or math.isnan(number):
            lacking.append(columns[place])
        else:
            numbers[name] = number
    return numbers, lacking


def _plain(value: object, unit: Unit | None = None) -> float | None:
    """The number a value is; None where it is none. An interval is counted in the unit of its column, or in seconds."""
    match value:
        case bool() | int() | float() | Decimal():
            return float(value)
        case dt.timedelta():
            seconds = value.total_seconds()
            return seconds * 1000 / (MILLISECONDS.scale * unit.scale) if unit is not None and unit.dimension == "time" else seconds
        case str():
            # MySQL's SHOW and SQLite's untyped columns give numbers as text
            try:
                number = float(value)
            except ValueError:
                return None
            return number if math.isfinite(number) else None
        case _:
            return None


def _label(column: str, value: object) -> str | None:
    """What a column tells rows apart by; None for figures and times, which change from run to run."""
    match value:
        case str():
            return shorten(value, 256)
        case bool() | uuid.UUID():
            return str(value).lower()
        case int() if column.casefold() == "id" or column.casefold().endswith(("_id", "id")):
            return str(value)
        case _:
            return None


_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (str, "text"),
    ((dt.date, dt.time), "a time"),
    ((bytes, bytearray, memoryview), "bytes"),
    ((list, tuple), "a list"),
    (dict, "an object"),
)


def _kind(value: object) -> str:
    return next((words for types, words in _KINDS if isinstance(value, types)), type(value).__name__)
