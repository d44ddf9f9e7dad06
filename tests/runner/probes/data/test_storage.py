"""Storage: the signature against AWS's published examples, and the round trip against a server that checks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web

from monctl.measure import Storage
from monctl.runner.outcome import Failed, Measured, Outcome
from monctl.runner.probes.probe import Means
from monctl.runner.probes.sigv4 import Keys, object_url, signed
from monctl.runner.probes.storage_probe import StorageProbe, access

EXAMPLE = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
WHEN = datetime(2013, 5, 24, tzinfo=UTC)
SECRETS = {"DSN": "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
SOURCE = Storage("d", "articles")


# https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Examples" (read 2026-11-21)
def test_the_example_of_a_get_is_signed_as_published() -> None:
    headers = signed(EXAMPLE, "GET", "https://examplebucket.s3.amazonaws.com/test.txt", WHEN, headers={"Range": "bytes=0-9"})

    assert headers["authorization"].endswith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")


def test_the_example_of_a_put_is_signed_as_published() -> None:
    headers = signed(
        EXAMPLE,
        "PUT",
        "https://examplebucket.s3.amazonaws.com/test%24file.text",
        WHEN,
        body=b"Welcome to Amazon S3.",
        headers={"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
    )

    assert headers["authorization"].endswith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")


def test_an_object_is_quoted_as_the_signature_is() -> None:
    assert (
        object_url("https://s3.example.com/", "articles", "health check/ü+1") == "https://s3.example.com/articles/health%20check/%C3%BC%2B1"
    )


class Bucket:
    """Keeps objects; answers a method otherwise when told so. Refuses what is not signed for it."""

    def __init__(self, **instead: web.Response | bytes) -> None:
        self.instead = instead
        self.objects: dict[str, bytes] = {}
        self.seen: list[str] = []

    async def __call__(self, request: web.Request) -> web.Response:
        self.seen.append(request.method)
        body = await request.read()
        moment = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if signed(EXAMPLE, request.method, str(request.url), moment, body=body)["authorization"] != request.headers["authorization"]:
            return web.Response(status=403, body=b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        instead = self.instead.get(request.method)
        if isinstance(instead, web.Response):
            return instead
        match request.method:
            case "PUT":
                self.objects[request.path] = body
            case "GET":
                return web.Response(body=self.objects[request.path] if instead is None else instead)
            case "DELETE":
                del self.objects[request.path]
                return web.Response(status=204)
        return web.Response()


def run(bucket: Bucket, means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> Outcome:
    return asked_of(bucket, lambda url: StorageProbe(SOURCE, means("storage", url=url, secrets=SECRETS), token=lambda: "0123"))


def test_an_object_is_written_read_and_deleted(means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> None:
    bucket = Bucket()

    found = run(bucket, means, asked_of)

    assert isinstance(found, Measured)
    assert found.readings[0].values["up"] == 1.0
    assert found.readings[0].values["response_time"] > 0
    assert (bucket.seen, bucket.objects) == (["PUT", "GET", "DELETE"], {})


def test_what_was_read_otherwise_than_written_is_down_and_deleted(means: Callable[..., Means], asked_of: Callable[..., Outcome]) -> None:
    bucket = Bucket(GET=b"something else")

    found = run(bucket, means, asked_of)

    assert isinstance(found, Measured)
    assert found.readings[0].note == "bucket articles: read: it gave back something else than was written"
    assert bucket.objects == {}


@pytest.mark.parametrize(("method", "step"), [("PUT", "write"), ("GET", "read"), ("DELETE", "delete")])
def test_a_step_that_the_storage_fails_is_down(
    means: Callable[..., Means], asked_of: Callable[..., Outcome], method: str, step: str
) -> None:
    bucket = Bucket(**{method: web.Response(status=503, body=b"<Error><Code>SlowDown</Code></Error>")})

    found = run(bucket, means, asked_of)

    assert isinstance(found, Measured)
    assert found.readings[0].values == {"up": 0.0}
    assert found.readings[0].note == f"bucket articles: {step}: HTTP 503 SlowDown"


@pytest.mark.parametrize(
    ("response", "note"),
    [
        (
            web.Response(status=404, body=b"<Code>NoSuchBucket</Code>"),
            "datasource d: no such bucket (write: HTTP 404 NoSuchBucket: articles)",
        ),
        (web.Response(status=403, body=b"<Code>AccessDenied</Code>"), "datasource d: access denied (write: HTTP 403 AccessDenied)"),
    ],
)
def test_a_storage_that_will_not_have_us_says_nothing_about_itself(
    means: Callable[..., Means], asked_of: Callable[..., Outcome], response: web.Response, note: str
) -> None:
    found = run(Bucket(PUT=response), means, asked_of)

    assert isinstance(found, Failed)
    assert found.note == note


def test_a_storage_that_cannot_be_reached_is_down(means: Callable[..., Means], asked: Callable[..., Outcome]) -> None:
    found = asked(lambda: StorageProbe(SOURCE, means("storage", url="http://127.0.0.1:1", secrets=SECRETS)))

    assert isinstance(found, Measured)
    assert found.readings[0].note == "bucket articles: write: connection refused"


@pytest.mark.parametrize(
    ("url", "secrets", "named"),
    [
        (None, SECRETS, "datasource 'd' has no `url`"),
        ("https://s3.example.com", {}, "datasource 'd' has no `dsn`"),
        ("https://s3.example.com", {"DSN": "hunter2"}, "the `dsn` of datasource 'd' is not ACCESS_KEY_ID:SECRET_ACCESS_KEY"),
    ],
)
def test_what_is_missing_is_named(
    means: Callable[..., Means], asked: Callable[..., Outcome], url: str | None, secrets: dict[str, str], named: str
) -> None:
    found = asked(lambda: StorageProbe(SOURCE, means("storage", url=url, secrets=secrets)))

    assert isinstance(found, Failed)
    assert named in found.note
    assert not re.search("hunter2", found.note)


@pytest.mark.parametrize(
    ("url", "options", "region"),
    [
        ("https://s3.eu-central-1.amazonaws.com", {}, "eu-central-1"),
        ("https://x.r2.cloudflarestorage.com", {}, "us-east-1"),
        ("https://minio.example.com", {"region": "home"}, "home"),
    ],
)
def test_the_region_is_an_option_or_part_of_the_host(means: Callable[..., Means], url: str, options: dict[str, str], region: str) -> None:
    given = means("storage", url=url, options=options, secrets=SECRETS)

    assert access(given.datasources["d"], given)[1].region == region
