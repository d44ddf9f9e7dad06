"""The tables of the store, as SQLite and PostgreSQL both take them, and how rows become values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from monctl.decode import from_json
from monctl.program import to_json
from monctl.resource import Json
from monctl.runner.core.effect import Chronicle, Transition
from monctl.runner.message import Message
from monctl.runner.store.store import Letter, Measurement, Order, Row

VERSION: Final = 1
OPEN: Final = "('new', 'retry', 'leased')"
"""States of a row that is not at its end."""

TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS state (monitor TEXT PRIMARY KEY, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS message_group (key TEXT PRIMARY KEY, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS value (name TEXT PRIMARY KEY, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS forwarded (id {serial}, key TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS transition (id {serial}, monitor TEXT NOT NULL, at {number} NOT NULL, body TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS transition_at ON transition (at)",
    "CREATE TABLE IF NOT EXISTS chronicle (key TEXT PRIMARY KEY, opened {number} NOT NULL, ended {number}, body TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS chronicle_opened ON chronicle (opened)",
    (
        "CREATE TABLE IF NOT EXISTS outbox (id {serial}, receiver TEXT NOT NULL, thread TEXT NOT NULL, kind TEXT NOT NULL,"
        " dedup_key TEXT NOT NULL UNIQUE, body TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
        " next_at {number} NOT NULL, created {number} NOT NULL, leased_by TEXT NOT NULL DEFAULT '', leased_until {number} NOT NULL DEFAULT 0,"
        " settled {number}, why TEXT NOT NULL DEFAULT '', unknown INTEGER NOT NULL DEFAULT 0)"
    ),
    f"CREATE INDEX IF NOT EXISTS outbox_open ON outbox (receiver, thread, id) WHERE state IN {OPEN}",
    f"CREATE INDEX IF NOT EXISTS outbox_due ON outbox (next_at) WHERE state IN {OPEN}",
    "CREATE TABLE IF NOT EXISTS written (id TEXT PRIMARY KEY, at {number} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS thread (receiver TEXT NOT NULL, thread TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (receiver, thread))",
    "CREATE TABLE IF NOT EXISTS person_order (id {serial}, kind TEXT NOT NULL, who TEXT NOT NULL, at {number} NOT NULL, body TEXT NOT NULL)",
)
"""`serial` and `number` are the engine's words for a growing key and a double. `written` names the commits of the last hour."""

ROW: Final = "id, receiver, thread, kind, body, state, attempts, next_at, created, why, unknown"

DUE: Final = (
    "SELECT o.*, row_number() OVER (PARTITION BY receiver ORDER BY id) AS place FROM outbox o"
    f" WHERE state IN {OPEN} AND next_at <= {{now}} AND (state != 'leased' OR {{expired}}) AND {{whose}}"
    f" AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.receiver = o.receiver AND p.thread = o.thread AND p.id < o.id AND p.state IN {OPEN})"
    " AND (thread = receiver || '|folded' OR NOT EXISTS ("
    f"SELECT 1 FROM outbox p WHERE p.receiver = o.receiver AND p.thread = o.receiver || '|folded' AND p.state IN {OPEN}))"
)
"""Rows that may be claimed, as `Store.claim` says. `expired`: when a lease is over; `whose`: of which receivers."""

RESULTS: Final = (
    (
        "CREATE TABLE IF NOT EXISTS {table} (check_id TEXT NOT NULL, instance TEXT NOT NULL, slot {number} NOT NULL, outcome TEXT NOT NULL,"
        " readings TEXT NOT NULL, took_s {number} NOT NULL, note TEXT NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS {table}_check ON {table} (check_id, slot)",
)
"""One table for each day, so that forgetting a day is dropping a table."""


WRITTEN_S: Final = 3600.0
"""How long a commit is recognised when it is written again."""


def text(value: Any) -> str:
    """A value as compact JSON in ASCII: what a probe read may hold NUL and halves of surrogate pairs, which no database takes."""
    return json.dumps(to_json(value), separators=(",", ":"))


def plain(said: str) -> str:
    """Text as any database takes it."""
    return said.encode("utf-8", "replace").decode().replace("\x00", "")


def day(at: float) -> str:
    """The table of an instant's day."""
    return f"results_{datetime.fromtimestamp(at, UTC):%Y%m%d}"


def ends_untold(letter: Letter) -> bool:
    """Whether a letter could make its thread's first one, and itself, needless: the end of one incident, told in the incident's own thread.

    A group's thread tells several incidents, and its `firing` need not be the first of any: nothing there is ever superseded.
    """
    items = letter.message.items
    return letter.kind == "resolved" and len(items) == 1 and items[0].incident == letter.thread


def superseded(untried: Sequence[tuple[int, str]]) -> list[int]:
    """Rows (number, kind) of one thread that nobody tried to send, oldest first → those that its end makes needless; none: it must be told."""
    first = max((place for place, (_, kind) in enumerate(untried) if kind == "firing"), default=None)
    return [] if first is None else [number for number, _ in untried[first:]]


def row_of(found: Sequence[Any]) -> Row:
    """A row of the outbox, selected as `ROW`."""
    number, receiver, thread, kind, body, state, attempts, next_at, created, why, unknown = found
    letter = Letter(receiver, thread, kind, from_json(Message, json.loads(body)), next_at)
    return Row(number, letter, state, attempts, next_at, created, why, bool(unknown))


def transition_of(body: str) -> Transition:
    """A line of history from its JSON."""
    return from_json(Transition, json.loads(body))


def chronicle_of(body: str) -> Chronicle:
    """An incident from its JSON."""
    return from_json(Chronicle, json.loads(body))


def order_of(found: Sequence[Any]) -> Order:
    """An order, selected as id, kind, who, at, body."""
    number, kind, who, at, body = found
    return Order(number, kind, who, at, json.loads(body))


def measurement_of(found: Sequence[Any]) -> Measurement:
    """A measurement, selected as check, instance, slot, outcome, readings, took, note."""
    check, instance, slot, outcome, readings, took_s, note = found
    return Measurement(check, instance, slot, outcome, json.loads(readings), took_s, note)


def loaded(body: str) -> Json:
    """JSON from the store."""
    return json.loads(body)
