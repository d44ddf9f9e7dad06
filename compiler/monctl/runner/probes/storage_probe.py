"""S3-compatible storage: writes a small object, reads it back, deletes it.

Signed by hand (see sigv4.py): three requests do not earn botocore's 100 MB.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from monctl.measure import Storage
from monctl.program import Datasource
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.outcome import Measured, Outcome, Reading
from monctl.runner.probes import api
from monctl.runner.probes.dial import patience
from monctl.runner.probes.network import Refused
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.secret import Unknown, secret_of
from monctl.runner.probes.sigv4 import Keys, object_url, signed
from monctl.runner.probes.trouble import causes, failed, fault

_DENIED: Final = frozenset({401, 403})
_REGION: Final = re.compile(r"(?:^|\.)s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.")
"""Of hosts like s3.eu-central-1.amazonaws.com, https://docs.aws.amazon.com/general/latest/gr/s3.html (read 2026-11-21)."""
_CODE: Final = re.compile(rb"<Code>([A-Za-z]{1,64})</Code>")


class StorageProbe:
    """Values `up`, `response_time` (ms, of all three)."""

    def __init__(
        self, source: Storage, means: Means, *, clock: Clock | None = None, token: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self._source = source
        self._means = means
        self._datasource = means.datasources[source.datasource]
        self._clock = clock or SystemClock()
        self._token = token
        self._key, self._api = api.shared(means, source.datasource)

    async def ask(self, ask: Ask) -> Outcome:
        """Down when one of the three fails; Failed when the storage will not have us: wrong key, no such bucket. Deleted also after a bad read."""
        name = self._source.datasource
        begin = self._clock.mono()
        try:
            round_trip = _RoundTrip(self._api, self._datasource, self._source, self._means, self._clock, begin + patience(ask.timeout_s))
        except Unknown as error:
            return failed(name, "not set up", str(error))
        mark = self._token()
        try:
            await round_trip.run(f"{self._source.prefix}{mark}", f"monctl {ask.check} {mark}".encode())
        except _Refused as error:
            return failed(name, error.what, str(error))
        except _Broken as error:
            return self._down(str(error), begin)
        except api.NOT_ASKED as error:
            if (own := await fault(error)) is not None:
                return own
            if any(isinstance(one, Refused) for one in (error, *causes(error))):
                return failed(name, api.reason(error))
            return self._down(f"{round_trip.step}: {api.reason(error)}", begin)
        took_s = self._clock.mono() - begin
        return Measured((Reading({"up": 1.0, "response_time": took_s * 1000}),), took_s)

    async def close(self) -> None:
        await self._means.shared.give_back(self._key)

    def _down(self, note: str, begin: float) -> Measured:
        return Measured((Reading({"up": 0.0}, note=f"bucket {self._source.bucket}: {note}"),), self._clock.mono() - begin)


class _Refused(Exception):
    """The storage will not have us. `what` groups equal causes."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(detail)
        self.what = what


class _Broken(Exception):
    """A step went wrong."""


class _RoundTrip:
    """The three requests of one check. `step` is the one under way."""

    def __init__(self, client: api.Api, datasource: Datasource, source: Storage, means: Means, clock: Clock, until: float) -> None:
        self._api, self._bucket, self._clock, self._until = client, source.bucket, clock, until
        self._endpoint, self._keys = access(datasource, means)
        self.step = "write"

    async def run(self, name: str, body: bytes) -> None:
        url = object_url(self._endpoint, self._bucket, name)
        await self._call("write", "PUT", url, body)
        try:
            if await self._call("read", "GET", url) != body:
                raise _Broken("read: it gave back something else than was written")
        except BaseException:
            await self._tidy(url)
            raise
        await self._call("delete", "DELETE", url)

    async def _tidy(self, url: str) -> None:
        """Delete what was written; that it cannot be read is the news, not this."""
        try:
            await self._call("delete", "DELETE", url)
        except (_Refused, _Broken, *api.NOT_ASKED):
            self.step = "read"

    async def _call(self, step: str, method: str, url: str, body: bytes = b"") -> bytes:
        self.step = step
        headers = signed(self._keys, method, url, datetime.fromtimestamp(self._clock.wall(), UTC), body=body)
        left_s = max(0.001, self._until - self._clock.mono())
        answer = await self._api.call(method, url, headers=headers, body=body or None, timeout_s=left_s)
        if 200 <= answer.status < 300:
            return answer.body
        found = _CODE.search(answer.body)
        said = f"{step}: HTTP {answer.status}" + (f" {found[1].decode()}" if found else "")
        if answer.status in _DENIED:
            raise _Refused("access denied", said)
        if found and found[1] == b"NoSuchBucket":
            raise _Refused("no such bucket", f"{said}: {self._bucket}")
        if 300 <= answer.status < 400:
            raise _Refused("redirected", f"{said}; write the bucket's own region into `options: {{region: …}}` and `url`")
        raise _Broken(said)


def access(datasource: Datasource, means: Means) -> tuple[str, Keys]:
    """Endpoint and keys. `dsn` is `ACCESS_KEY_ID:SECRET_ACCESS_KEY`; the region is an option, or part of the host. Raises Unknown."""
    if not datasource.url or urlsplit(datasource.url).scheme not in {"http", "https"}:
        raise Unknown(f"datasource '{datasource.name}' has no `url`; write the endpoint of the storage, such as https://s3.example.com")
    access_key, colon, secret = secret_of(datasource, means).strip().partition(":")
    if not colon or not access_key or not secret:
        raise Unknown(f"the `dsn` of datasource '{datasource.name}' is not ACCESS_KEY_ID:SECRET_ACCESS_KEY")
    found = _REGION.search(urlsplit(datasource.url).hostname or "")
    # R2 and MinIO take any; us-east-1 is what AWS itself falls back to
    region = str(datasource.options.get("region") or (found[1] if found else "us-east-1"))
    return datasource.url, Keys(access_key, secret, region)
