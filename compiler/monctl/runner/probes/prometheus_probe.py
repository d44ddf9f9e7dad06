"""Prometheus: an instant query at the slot's time; every series of the answer is an instance.

https://prometheus.io/docs/prometheus/latest/querying/api/ (read 2026-11-21)
"""

from __future__ import annotations

import base64
import math
from typing import Any, Final
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from monctl.measure import Prometheus
from monctl.program import Datasource
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.outcome import Measured, Nothing, Outcome, Reading
from monctl.runner.probes import api
from monctl.runner.probes.dial import patience
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.secret import Unknown, secret_of
from monctl.runner.probes.trouble import failed, redact

_MOST: Final = 1_000
"""Series of one answer that are read."""
_LONGEST_URL: Final = 2_000
"""Characters of a query that goes into the URL; proxies cut at about 8,000."""


class PrometheusProbe:
    """One PromQL expression."""

    def __init__(self, source: Prometheus, means: Means, *, clock: Clock | None = None) -> None:
        self._source = source
        self._means = means
        self._datasource = means.datasources[source.datasource]
        self._clock = clock or SystemClock()
        self._key, self._api = api.shared(means, source.datasource)

    async def ask(self, ask: Ask) -> Outcome:
        """As of the slot, less what the datasource lags; so a late run measures the same."""
        name = self._source.datasource
        begin = self._clock.mono()
        budget_s = patience(ask.timeout_s)
        try:
            base, headers, secret = access(self._datasource, self._means)
        except Unknown as error:
            return failed(name, "its secret cannot be read", str(error))
        form = [
            ("query", self._source.query),
            ("time", f"{ask.slot - self._datasource.lag_s:.3f}"),
            ("timeout", f"{max(1, round(budget_s * 900))}ms"),
        ]
        url = f"{base}/api/v1/query"
        try:
            if len(self._source.query) <= _LONGEST_URL:
                answer = await self._api.call("GET", url, params=form, headers=headers, timeout_s=budget_s)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                answer = await self._api.call("POST", url, body=urlencode(form).encode(), headers=headers, timeout_s=budget_s)
        except api.NOT_ASKED as error:
            return await api.unasked(error, name)
        return read(name, answer, took_s=self._clock.mono() - begin, secret=secret)

    async def close(self) -> None:
        await self._means.shared.give_back(self._key)


def access(datasource: Datasource, means: Means) -> tuple[str, dict[str, str], str]:
    """URL without its final slash, headers, and what must not be shown. Raises Unknown.

    `dsn` beside `url` is `USER:PASSWORD` or a bearer token; alone it is the URL, perhaps with both in it.
    """
    secret = secret_of(datasource, means).strip() if datasource.dsn is not None else ""
    if datasource.url is None:
        if not secret:
            raise Unknown(f"datasource '{datasource.name}' has neither `url` nor `dsn`")
        parts = urlsplit(secret)
        whom = ":".join(unquote(part) for part in (parts.username or "", parts.password or "")) if parts.username else ""
        url = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    else:
        url, whom = datasource.url, secret
    if not whom:
        return url.rstrip("/"), {}, secret
    basic = base64.b64encode(whom.encode()).decode()
    return url.rstrip("/"), {"Authorization": f"Basic {basic}" if ":" in whom else f"Bearer {whom}"}, secret


def read(name: str, answer: api.Answer, *, took_s: float = 0.0, secret: str = "") -> Outcome:
    """The readings of an answer. A value that is not a number (0/0) is no data. Pure."""
    said = answer.json()
    if not isinstance(said, dict) or said.get("status") != "success":
        if answer.status in {401, 403}:
            return failed(name, "access denied", f"HTTP {answer.status}")
        if isinstance(said, dict) and (kind := said.get("errorType")):
            what = {"timeout": "query timeout", "canceled": "query timeout", "bad_data": "the query is refused"}.get(kind, f"error {kind}")
            return failed(name, what, redact(str(said.get("error", "")), secret))
        return failed(name, f"HTTP {answer.status}" if answer.status != 200 else "its answer is not Prometheus'")
    data = said.get("data")
    result = data.get("result") if isinstance(data, dict) else None
    series: list[Any]
    match data.get("resultType") if isinstance(data, dict) else None:
        case "scalar":
            series = [{"metric": {}, "value": result}]
        case "vector" if isinstance(result, list):
            series = result
        case "vector" | None:
            return failed(name, "its answer is not Prometheus'")
        case other:
            return failed(name, "the query is refused", f"it gives a {other}; one number, or one per series, is wanted")
    readings = tuple(reading for one in series[:_MOST] if (reading := _reading(one)) is not None)
    if not readings:
        return Nothing("every series is NaN" if series else "the query gave no series", took_s)
    if len(series) > _MOST:
        note = f"only the first {_MOST} of {len(series)} series were read"
        readings = tuple(Reading(one.values, one.labels, note) for one in readings)
    return Measured(readings, took_s)


def _reading(one: Any) -> Reading | None:
    try:
        number = float(one["value"][1])
        labels = {str(name): str(value) for name, value in one["metric"].items() if name != "__name__"}
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return None
    return None if math.isnan(number) else Reading({"value": number}, labels)
