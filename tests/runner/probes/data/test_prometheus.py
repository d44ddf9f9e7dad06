"""Prometheus, against a server on loopback that answers as its API does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from monctl.measure import Prometheus
from monctl.runner.outcome import Failed, Fault, Measured, Nothing, Outcome, Reading
from monctl.runner.probes.api import Answer
from monctl.runner.probes.probe import Means
from monctl.runner.probes.prometheus_probe import PrometheusProbe, access, read

SOURCE = Prometheus("d", 'up{job="shop"}')


def answer(result_type: str, result: Any, *, status: int = 200) -> Answer:
    import json

    return Answer(status, {}, json.dumps({"status": "success", "data": {"resultType": result_type, "result": result}}).encode())


def error(kind: str, text: str, *, status: int = 400) -> Answer:
    import json

    return Answer(status, {}, json.dumps({"status": "error", "errorType": kind, "error": text}).encode())


def test_every_series_is_a_reading_with_its_labels() -> None:
    result = [
        {"metric": {"__name__": "up", "job": "shop", "instance": "a"}, "value": [1, "1"]},
        {"metric": {"__name__": "up", "job": "shop", "instance": "b"}, "value": [1, "0.5"]},
    ]

    assert read("d", answer("vector", result)) == Measured(
        (Reading({"value": 1.0}, {"job": "shop", "instance": "a"}), Reading({"value": 0.5}, {"job": "shop", "instance": "b"}))
    )


def test_a_scalar_is_one_reading() -> None:
    assert Measured((Reading({"value": 3.5}),)) == read("d", answer("scalar", [1, "3.5"]))


@pytest.mark.parametrize(
    ("result", "note"), [([], "the query gave no series"), ([{"metric": {}, "value": [1, "NaN"]}], "every series is NaN")]
)
def test_no_series_and_no_number_are_no_data(result: list[Any], note: str) -> None:
    assert Nothing(note) == read("d", answer("vector", result))


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (error("bad_data", "1:3: parse error"), "datasource d: the query is refused"),
        (error("timeout", "query timed out", status=503), "datasource d: query timeout"),
        (error("execution", "too many samples", status=422), "datasource d: error execution"),
        (answer("matrix", []), "datasource d: the query is refused"),
        (answer("vector", None), "datasource d: its answer is not Prometheus'"),
        (Answer(401, {}, b"Unauthorized"), "datasource d: access denied"),
        (Answer(502, {}, b"<html>Bad Gateway</html>"), "datasource d: HTTP 502"),
        (Answer(200, {}, b"<html>Grafana</html>"), "datasource d: its answer is not Prometheus'"),
        (Answer(200, {}, b"[]"), "datasource d: its answer is not Prometheus'"),
    ],
)
def test_what_cannot_be_measured_is_a_failure(given: Answer, cause: str) -> None:
    found = read("d", given)

    assert isinstance(found, Failed)
    assert found.cause == cause


def test_more_series_than_are_read_are_told() -> None:
    found = read("d", answer("vector", [{"metric": {"n": str(number)}, "value": [1, "1"]} for number in range(1_001)]))

    assert isinstance(found, Measured)
    assert len(found.readings) == 1_000
    assert found.readings[0].note == "only the first 1000 of 1001 series were read"


def test_it_is_asked_at_the_slots_time_less_the_lag(means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> None:
    seen: list[web.BaseRequest] = []

    async def prometheus(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response(body=answer("scalar", [1, "7"]).body)

    found = asked_of(
        prometheus, lambda url: PrometheusProbe(SOURCE, means("prometheus", url=f"{url}/base/", lag_s=30.0, secrets={"DSN": "ana:hunter2"}))
    )

    assert isinstance(found, Measured)
    assert seen[0].path == "/base/api/v1/query"
    assert seen[0].query["query"] == 'up{job="shop"}'
    assert seen[0].query["time"] == "1794999970.000"
    assert seen[0].headers["Authorization"] == "Basic YW5hOmh1bnRlcjI="


def test_a_long_query_is_sent_as_a_form(means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> None:
    seen: list[str] = []

    async def prometheus(request: web.Request) -> web.Response:
        seen.append(str((await request.post())["query"]))
        return web.Response(body=answer("scalar", [1, "7"]).body)

    long = " + ".join(["up"] * 1_000)
    found = asked_of(prometheus, lambda url: PrometheusProbe(Prometheus("d", long), means("prometheus", url=url)))

    assert isinstance(found, Measured)
    assert seen == [long]


@pytest.mark.parametrize(
    ("url", "dsn", "expected"),
    [
        ("https://p.example.com/", None, ("https://p.example.com", {})),
        ("https://p.example.com", "token", ("https://p.example.com", {"Authorization": "Bearer token"})),
        (None, "https://ana:a%40b@p.example.com/x", ("https://p.example.com/x", {"Authorization": "Basic YW5hOmFAYg=="})),
    ],
)
def test_who_asks_is_said_beside_the_url_or_in_it(
    means: Callable[..., Means], url: str | None, dsn: str | None, expected: tuple[str, dict[str, str]]
) -> None:
    given = means("prometheus", url=url, secrets={"DSN": dsn} if dsn else {})

    assert access(given.datasources["d"], given)[:2] == expected


def test_a_refused_connection_is_a_failure_of_the_datasource(means: Callable[..., Means], asked: Callable[..., Outcome]) -> None:
    found = asked(lambda: PrometheusProbe(SOURCE, means("prometheus", url="http://127.0.0.1:1")))

    assert isinstance(found, Failed)
    assert found.cause == "datasource d: connection refused"


def test_a_redirect_is_not_followed(means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> None:
    async def elsewhere(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://169.254.169.254/"})

    found = asked_of(elsewhere, lambda url: PrometheusProbe(SOURCE, means("prometheus", url=url)))

    assert isinstance(found, Failed)
    assert found.cause == "datasource d: HTTP 302"


@pytest.mark.parametrize(("url", "network"), [("http://169.254.169.254", "any"), ("http://127.0.0.1:1", "public")])
def test_the_network_policy_holds_for_datasources(
    means: Callable[..., Means], asked: Callable[..., Outcome], url: str, network: str
) -> None:
    found = asked(lambda: PrometheusProbe(SOURCE, means("prometheus", url=url, network=network)))

    assert isinstance(found, Failed)
    assert found.cause == "datasource d: not allowed by the network policy"


def test_an_answer_without_end_is_cut(means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(1_000):
                await response.write(b"x" * 65_536)
        except ConnectionError:
            return response
        raise AssertionError("all of it was read")

    found = asked_of(endless, lambda url: PrometheusProbe(SOURCE, means("prometheus", url=url)))

    assert isinstance(found, Failed)
    assert found.cause == "datasource d: its answer is larger than 8 MiB"


def test_a_server_that_hangs_is_given_up_in_time(means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> None:
    import asyncio

    async def hanging(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError("nobody wakes it")

    found = asked_of(hanging, lambda url: PrometheusProbe(SOURCE, means("prometheus", url=url)), timeout_s=0.2)

    assert not isinstance(found, Fault)
    assert isinstance(found, Failed)
    assert found.cause == "datasource d: no answer in time"
