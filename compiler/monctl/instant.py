"""Instants as text: RFC 3339 in UTC, as files, messages and the page have them."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(at: datetime, *, timespec: str = "seconds") -> str:
    """`2026-11-21T12:05:00Z`. `at` knows its zone."""
    return at.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def epoch_text(at: float) -> str:
    """The same from seconds since the epoch."""
    return utc_text(datetime.fromtimestamp(at, UTC))


def now_text() -> str:
    """The clock's time."""
    return utc_text(datetime.now(UTC))
