"""Redis: PING, one field of INFO, or the length of a list, over a connection of its own.

The protocol is RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/ (read 2026-11-21).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from monctl.measure import Redis
from monctl.runner.outcome import Failed, Measured, Outcome, Reading
from monctl.runner.probes import mishap
from monctl.runner.probes.dial import Dial, Line
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.secret import Unknown, secret_of
from monctl.runner.probes.trouble import failed, redact

_LARGEST: Final = 1024 * 1024
"""Of one answer; INFO is a few KiB."""
_DENIED: Final = frozenset({"NOAUTH", "WRONGPASS", "NOPERM"})
_UNFIT: Final = frozenset({"LOADING", "MASTERDOWN", "CLUSTERDOWN", "BUSY", "MISCONF", "TRYAGAIN", "READONLY"})
"""First word of an error that says the server is there and does not serve."""

Said = str | int | None


class RedisProbe:
    """Values `up`, `response_time` (ms: from nothing to the answer), and `value` for INFO and lists."""

    def __init__(self, source: Redis, means: Means, *, line: Line | None = None) -> None:
        self._source = source
        self._means = means
        self._datasource = means.datasources[source.datasource]
        self._line = line or Line(means.network)

    async def ask(self, ask: Ask) -> Outcome:
        """Down when it cannot be reached or does not serve; Failed when it will not talk to us."""
        name = self._source.datasource
        try:
            place = place_of(secret_of(self._datasource, self._means) if self._datasource.dsn else self._datasource.url or "")
        except Unknown as error:
            return failed(name, "its secret cannot be read", str(error))
        except ValueError:
            return failed(name, "connection string unreadable", "it is written redis://USER:PASSWORD@HOST:PORT/DATABASE")
        dial = Dial(self._line, ask.timeout_s)
        try:
            async with asyncio.timeout_at(dial.until):
                said = await self._talk(place, dial)
        except _Said as error:
            word = str(error).partition(" ")[0]
            told = redact(str(error), place.password)
            if word in _UNFIT:
                return mishap.down(f"datasource {name}: {told}", dial)
            return failed(name, "access denied" if word in _DENIED else f"{word} error", told)
        except (OSError, RuntimeError, ValueError, EOFError, asyncio.LimitOverrunError) as error:
            return mishap.outcome(error, f"datasource {name}", dial)
        return self._read(said, dial)

    async def close(self) -> None:
        """Nothing is kept between checks."""

    async def _talk(self, place: Place, dial: Dial) -> Said:
        made = await dial.connect(place.host, place.port)
        context = ssl.create_default_context() if place.tls else None
        try:
            reader, writer = await asyncio.open_connection(
                sock=made, ssl=context, server_hostname=place.host if place.tls else None, limit=_LARGEST
            )
        except BaseException:
            made.close()
            raise
        try:
            if place.password:
                await _call(reader, writer, "AUTH", *([place.user] if place.user else []), place.password)
            if place.database:
                await _call(reader, writer, "SELECT", str(place.database))
            if self._source.info is not None:
                return await _call(reader, writer, "INFO", "everything")
            if self._source.length_of is not None:
                return await _call(reader, writer, "LLEN", self._source.length_of)
            return await _call(reader, writer, "PING")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _read(self, said: Said, dial: Dial) -> Outcome:
        values = {"up": 1.0, "response_time": dial.took_s * 1000}
        if self._source.info is not None:
            number = field_of(said if isinstance(said, str) else "", self._source.info)
            if number is None:
                note = f"INFO of datasource {self._source.datasource} has no number named {self._source.info}"
                return Failed(f"datasource {self._source.datasource}: no such field", note, dial.took_s)
            values["value"] = number
        elif self._source.length_of is not None:
            values["value"] = float(said) if isinstance(said, int) else 0.0
        return Measured((Reading(values),), dial.took_s)


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """Where it is and who we are there."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    database: int


def place_of(url: str) -> Place:
    """From `redis://`, `rediss://` (TLS) or `HOST:PORT`. Raises ValueError, whose text must not be shown."""
    parts = urlsplit(url.strip() if "://" in url else f"redis://{url.strip()}")
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError("no Redis URL")
    path = parts.path.strip("/")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Place(parts.hostname, parts.port or 6379, parts.scheme == "rediss", user, password, int(path) if path else 0)


def field_of(info: str, name: str) -> float | None:
    """A number of INFO: `used_memory`, or a part of a field that has parts, `db0.keys`. None where there is none."""
    fields = dict(line.split(":", 1) for line in info.splitlines() if ":" in line and not line.startswith("#"))
    text = fields.get(name)
    if text is None and "." in name:
        whole, _, part = name.partition(".")
        if whole not in fields and re.fullmatch(r"db\d+", whole) and part in {"keys", "expires"} and "# Keyspace" in info:
            return 0.0  # an empty database is not listed
        text = dict(pair.split("=", 1) for pair in fields.get(whole, "").split(",") if "=" in pair).get(part)
    try:
        return float((text or "").rstrip("%"))
    except ValueError:
        return {"ok": 1.0, "up": 1.0, "yes": 1.0, "err": 0.0, "down": 0.0, "no": 0.0}.get(text or "")


class _Said(Exception):
    """Redis answered with an error; `str()` is its line."""


async def _call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *words: str) -> Said:
    parts = [word.encode() for word in words]
    writer.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
    await writer.drain()
    line = (await reader.readuntil(b"\r\n"))[:-2].decode("utf-8", "replace")
    kind, rest = line[:1], line[1:]
    match kind:
        case "+":
            return rest
        case "-":
            raise _Said(rest)
        case ":":
            return int(rest)
        case "$" if rest == "-1":
            return None
        case "$" if rest.isdecimal() and int(rest) <= _LARGEST:
            return (await reader.readexactly(int(rest) + 2))[:-2].decode("utf-8", "replace")
    raise ConnectionError("what answers there is not Redis")
