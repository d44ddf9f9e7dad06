"""Redis, against a server on loopback that speaks its protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from monctl.measure import Redis
from monctl.runner.outcome import Failed, Measured, Outcome
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.redis_probe import RedisProbe, field_of, place_of

INFO = "# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:77\r\nused_memory_dataset_perc:60.5%\r\n# Keyspace\r\ndb0:keys=5,expires=1\r\nrdb_last_bgsave_status:ok\r\n"


class Fake:
    """Answers each command from a table; remembers what it was told."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self.answers = answers
        self.said: list[list[str]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while count := await reader.readline():
                words = []
                for _ in range(int(count[1:])):
                    size = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(size + 2))[:-2].decode())
                self.said.append(words)
                writer.write(self.answers.get(words[0], b"-ERR unknown command\r\n"))
                await writer.drain()
        finally:
            writer.close()


def bulk(text: str) -> bytes:
    return f"${len(text)}\r\n{text}\r\n".encode()


@pytest.fixture
def ask(means: Callable[..., Means]) -> Callable[..., Outcome]:
    """What a probe answers of a fake server, and where it is told to find it."""

    def run(source: Redis, fake: Any, *, userinfo: str = "", database: str = "", timeout_s: float = 10.0) -> Outcome:
        async def all_of_it() -> Outcome:
            server = await asyncio.start_server(fake, "127.0.0.1", 0)
            async with server:
                port = server.sockets[0].getsockname()[1]
                probe = RedisProbe(source, means("redis", secrets={"DSN": f"redis://{userinfo}127.0.0.1:{port}/{database}"}))
                found = await probe.ask(Ask("check", 0.0, timeout_s, 60.0))
                await probe.close()
                return found

        return asyncio.run(all_of_it())

    return run


def test_ping(ask: Callable[..., Outcome]) -> None:
    fake = Fake({"PING": b"+PONG\r\n"})

    found = ask(Redis("d"), fake)

    assert isinstance(found, Measured)
    assert found.readings[0].values.keys() == {"up", "response_time"}
    assert found.readings[0].values["up"] == 1.0
    assert fake.said == [["PING"]]


def test_user_password_and_database_are_said_first(ask: Callable[..., Outcome]) -> None:
    fake = Fake({"AUTH": b"+OK\r\n", "SELECT": b"+OK\r\n", "LLEN": b":12\r\n"})

    found = ask(Redis("d", length_of="queue:mail"), fake, userinfo="ana:hunter%40@", database="2")

    assert isinstance(found, Measured)
    assert found.readings[0].values["value"] == 12.0
    assert fake.said == [["AUTH", "ana", "hunter@"], ["SELECT", "2"], ["LLEN", "queue:mail"]]


def test_a_field_of_info(ask: Callable[..., Outcome]) -> None:
    found = ask(Redis("d", info="uptime_in_seconds"), Fake({"INFO": bulk(INFO)}))

    assert isinstance(found, Measured)
    assert found.readings[0].values["value"] == 77.0


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("used_memory_dataset_perc", 60.5),
        ("db0.keys", 5.0),
        ("db9.keys", 0.0),
        ("db9.nosuch", None),
        ("rdb_last_bgsave_status", 1.0),
        ("redis_version", None),
        ("nosuch", None),
    ],
)
def test_fields_of_info_are_numbers_parts_and_words(name: str, number: float | None) -> None:
    assert field_of(INFO, name) == number


def test_a_field_that_is_not_there_is_a_failure(ask: Callable[..., Outcome]) -> None:
    found = ask(Redis("d", info="nosuch"), Fake({"INFO": bulk(INFO)}))

    assert isinstance(found, Failed)
    assert found.note == "INFO of datasource d has no number named nosuch"


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (b"-LOADING Redis is loading the dataset in memory\r\n", "datasource d: LOADING Redis is loading the dataset in memory"),
        (b"HTTP/1.1 400 Bad Request\r\n", "datasource d: what answers there is not Redis"),
    ],
)
def test_a_server_that_does_not_serve_is_down(ask: Callable[..., Outcome], answer: bytes, note: str) -> None:
    found = ask(Redis("d"), Fake({"PING": answer}))

    assert isinstance(found, Measured)
    assert (found.readings[0].values["up"], found.readings[0].note) == (0.0, note)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"-WRONGPASS invalid username-password pair or hunter2secret\r\n", "datasource d: access denied"),
        (b"-ERR AUTH called without any password configured\r\n", "datasource d: ERR error"),
    ],
)
def test_a_server_that_will_not_have_us_is_a_failure_without_the_secret(ask: Callable[..., Outcome], answer: bytes, cause: str) -> None:
    found = ask(Redis("d"), Fake({"AUTH": answer}), userinfo=":hunter2secret@")

    assert isinstance(found, Failed)
    assert found.cause == cause
    assert "hunter2" not in found.note


def test_a_server_that_hangs_up_is_down(ask: Callable[..., Outcome]) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    found = ask(Redis("d"), hang_up)

    assert isinstance(found, Measured)
    assert found.readings[0].values["up"] == 0.0


def test_a_refused_connection_is_down(means: Callable[..., Means], asked: Callable[..., Outcome]) -> None:
    found = asked(lambda: RedisProbe(Redis("d"), means("redis", secrets={"DSN": "redis://:hunter2@127.0.0.1:1"})))

    assert isinstance(found, Measured)
    assert found.readings[0].note == "datasource d: the connection was refused"


@pytest.mark.parametrize("dsn", ["http://127.0.0.1", "redis://", "redis://h:port/", "redis://h/name"])
def test_a_connection_string_of_another_kind_is_refused_unseen(
    means: Callable[..., Means], asked: Callable[..., Outcome], dsn: str
) -> None:
    found = asked(lambda: RedisProbe(Redis("d"), means("redis", secrets={"DSN": dsn})))

    assert isinstance(found, Failed)
    assert found.note == "datasource d: connection string unreadable (it is written redis://USER:PASSWORD@HOST:PORT/DATABASE)"


def test_an_address_without_a_scheme_is_enough() -> None:
    place = place_of("cache.example.com:6380")

    assert (place.host, place.port, place.tls, place.database) == ("cache.example.com", 6380, False, 0)
    assert place_of("rediss://cache").tls
