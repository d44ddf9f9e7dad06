"""Sentry, against a server on loopback that answers as its API does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from monctl.measure import Sentry
from monctl.runner.outcome import Failed, Measured, Nothing, Outcome, Reading
from monctl.runner.probes.probe import Means
from monctl.runner.probes.sentry_probe import SentryProbe, query, read, search

SECRETS = {"SENTRY_AUTH_TOKEN": "sntryu_hunter2"}
OPTIONS = {"organization": "shop", "project": "web"}


class Fake:
    """Answers projects, events and sessions; remembers what it was asked."""

    def __init__(self, body: Any = None, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.body, self.status, self.headers = body, status, headers
        self.seen: list[web.BaseRequest] = []

    async def __call__(self, request: web.Request) -> web.Response:
        self.seen.append(request)
        if request.path == "/api/0/projects/shop/web/":
            return web.json_response({"id": "42", "slug": "web"})
        return web.json_response(self.body, status=self.status, headers=self.headers)


def counted(number: Any) -> dict[str, Any]:
    return {"data": [{"count()": number}], "meta": {"fields": {"count()": "integer"}}}


def test_events_are_counted_since_the_last_run(means: Callable[..., Means], asked_of: Callable[..., Outcome], cursors: Any) -> None:
    fake = Fake(counted(3))
    given: dict[str, Any] = {"secrets": SECRETS, "options": OPTIONS, "cursors": cursors, "lag_s": 10.0}
    source = Sentry("d", "events", tags={"area": "checkout"}, level="error", environment="production")

    found = asked_of(fake, lambda url: SentryProbe(source, means("sentry", url=url, **given)), slots=(1_795_000_000.0, 1_795_000_120.0))
    again = asked_of(fake, lambda url: SentryProbe(source, means("sentry", url=url, **given)), slots=(1_795_000_180.0,))

    assert isinstance(found, Measured)
    assert isinstance(again, Measured)
    assert found.readings == (Reading({"value": 3.0}),)
    events = [request for request in fake.seen if request.path == "/api/0/organizations/shop/events/"]
    assert len(fake.seen) == len(events) + 2, "the project's id is asked once by each probe"
    assert dict(events[0].query) == {
        "field": "count()",
        "project": "42",
        "start": "2026-11-18T11:05:30",
        "end": "2026-11-18T11:06:30",
        "query": "tags[area]:checkout level:[error, fatal]",
        "dataset": "errors",
        "per_page": "1",
        "environment": "production",
    }
    assert events[0].headers["Authorization"] == "Bearer sntryu_hunter2"
    windows = [(request.query["start"][-8:], request.query["end"][-8:]) for request in events]
    assert windows == [("11:05:30", "11:06:30"), ("11:06:30", "11:08:30"), ("11:08:30", "11:09:30")]


def test_a_window_that_failed_is_asked_again(means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> None:
    fake = Fake({"detail": "Internal Error"}, status=500)
    source = Sentry("d")

    found = asked_of(
        fake,
        lambda url: SentryProbe(source, means("sentry", url=url, secrets=SECRETS, options=OPTIONS)),
        slots=(1_795_000_000.0, 1_795_000_060.0),
    )

    assert isinstance(found, Failed)
    assert (found.cause, found.note) == ("datasource d: HTTP 500", "datasource d: HTTP 500 (Internal Error)")


@pytest.mark.parametrize(
    ("source", "said", "number"),
    [
        (Sentry("d", "events"), {"data": []}, 0.0),
        (Sentry("d", "users"), {"data": [{"count_unique(user)": 7}]}, 7.0),
        (Sentry("d", "p95"), {"data": [{"p95(span.duration)": 812.5}]}, 812.5),
        (Sentry("d", "average"), {"data": [{"avg(span.duration)": 12}]}, 12.0),
        (Sentry("d", "failure_rate"), {"data": [{"failure_rate()": 0.25}]}, 25.0),
        (Sentry("d", "apdex"), {"data": [{"apdex(span.duration,300)": 0.9}]}, 0.9),
        (Sentry("d", "throughput"), {"data": [{"count(span.duration)": 600}]}, 120.0),
        (Sentry("d", "crash_free_rate"), {"groups": [{"by": {}, "totals": {"crash_free_rate(session)": 0.5}}]}, 50.0),
    ],
)
def test_every_measure_is_read_in_the_languages_unit(source: Sentry, said: dict[str, Any], number: float) -> None:
    assert Measured((Reading({"value": number}),)) == read(source, said, 300.0)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Sentry("d", "p95"), {"data": [{"p95(span.duration)": None}]}),
        (Sentry("d", "failure_rate"), {"data": []}),
        (Sentry("d", "crash_free_rate"), {"groups": [{"by": {}, "totals": {"crash_free_rate(session)": None}}]}),
        (Sentry("d", "crash_free_rate"), {"groups": []}),
    ],
)
def test_a_figure_of_nothing_is_no_data(source: Sentry, said: dict[str, Any]) -> None:
    assert Nothing("Sentry saw nothing to measure in that time") == read(source, said, 300.0)


@pytest.mark.parametrize("said", [{}, {"data": [{"other": 1}]}, {"data": [{"count()": "many"}]}, {"data": 7}])
def test_an_answer_of_another_shape_is_a_failure(said: dict[str, Any]) -> None:
    assert isinstance(read(Sentry("d"), said, 300.0), Failed)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (Sentry("d"), ""),
        (Sentry("d", "p95", query="transaction.op:pageload"), "is_transaction:true transaction.op:pageload"),
        (Sentry("d", "p95", tags={"plan": "a b"}, query="a:1 OR b:2"), 'is_transaction:true plan:"a b" (a:1 OR b:2)'),
        (Sentry("d", "events", tags={"area": None}, level="fatal"), "has:tags[area] level:[fatal]"),
        (Sentry("d", "crash_free_rate", tags={"a": "b"}, level="error", query="release:1"), "release:1"),
    ],
)
def test_tags_level_and_query_are_one_search(source: Sentry, text: str) -> None:
    assert search(source) == text


def test_sessions_are_asked_without_a_dataset() -> None:
    asked = dict(query(Sentry("d", "crash_free_rate"), 0.0, 3_600.0, None))

    assert asked["interval"] == "1h"
    assert asked["project"] == "-1"
    assert "dataset" not in asked


@pytest.mark.parametrize(
    ("status", "cause", "detail"),
    [
        (401, "access denied", "Invalid token"),
        (403, "access denied", "Invalid token"),
        (404, "not found", "wrong organization, project or region: an organization in the EU answers at https://de.sentry.io"),
        (410, "endpoint retired", "/organizations/shop/events/ is gone from this server"),
        (429, "rate limited", "again in 30 s"),
        (400, "the query is refused", "Invalid token"),
        (301, "redirected", "name the region's own address in `url`, such as https://de.sentry.io"),
    ],
)
def test_each_refusal_has_its_sentence(
    means: Callable[..., Means], asked_of: Callable[..., Outcome], status: int, cause: str, detail: str
) -> None:
    fake = Fake({"detail": "Invalid token"}, status=status, headers={"Retry-After": "30"})

    found = asked_of(fake, lambda url: SentryProbe(Sentry("d"), means("sentry", url=url, secrets=SECRETS, options=OPTIONS)))

    assert isinstance(found, Failed)
    assert (found.cause, found.note) == (f"datasource d: {cause}", f"datasource d: {cause} ({detail})")


@pytest.mark.parametrize(
    ("secrets", "options", "named"),
    [
        ({}, OPTIONS, "SENTRY_AUTH_TOKEN is not set"),
        (SECRETS, {}, "datasource 'd' names no organization"),
    ],
)
def test_what_is_missing_is_named(
    means: Callable[..., Means], asked: Callable[..., Outcome], secrets: dict[str, str], options: dict[str, str], named: str
) -> None:
    found = asked(lambda: SentryProbe(Sentry("d"), means("sentry", url="http://127.0.0.1:1", secrets=secrets, options=options)))

    assert isinstance(found, Failed)
    assert named in found.note


def test_organization_project_and_address_may_come_from_the_environment(
    means: Callable[..., Means], asked_of: Callable[..., Outcome]
) -> None:
    fake = Fake(counted(1))
    names = {"SENTRY_ORG": "shop", "SENTRY_PROJECT": "web"}

    found = asked_of(fake, lambda url: SentryProbe(Sentry("d"), means("sentry", secrets={**SECRETS, **names, "SENTRY_URL": f"{url}/"})))

    assert isinstance(found, Measured)
    assert [request.path for request in fake.seen] == ["/api/0/projects/shop/web/", "/api/0/organizations/shop/events/"]
