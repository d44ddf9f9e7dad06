"""Sentry: what its events, transactions and sessions add up to, asked of its API.

Events and transactions: GET /organizations/{org}/events/, https://docs.sentry.io/api/explore/query-explore-events-in-table-format/.
Sessions: GET /organizations/{org}/sessions/, https://docs.sentry.io/api/releases/retrieve-release-health-session-statistics/.
Both read 2026-11-21. The token needs `org:read` and `project:read`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from monctl.measure import Sentry
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.outcome import Failed, Measured, Nothing, Outcome, Reading
from monctl.runner.probes import api
from monctl.runner.probes.dial import patience
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.secret import Unknown, optional, secret_of
from monctl.runner.probes.trouble import failed, redact

_FIELDS: Final[Mapping[str, tuple[str, str, float]]] = {
    # dataset, field, factor to the unit of the language: Sentry gives rates as a share of one
    # https://docs.sentry.io/concepts/search/searchable-properties/spans/, .../events/ (read 2026-11-21)
    "events": ("errors", "count()", 1.0),
    "users": ("errors", "count_unique(user)", 1.0),
    "throughput": ("spans", "count(span.duration)", 1.0),
    "p50": ("spans", "p50(span.duration)", 1.0),
    "p75": ("spans", "p75(span.duration)", 1.0),
    "p95": ("spans", "p95(span.duration)", 1.0),
    "p99": ("spans", "p99(span.duration)", 1.0),
    "average": ("spans", "avg(span.duration)", 1.0),
    "failure_rate": ("spans", "failure_rate()", 100.0),
    "apdex": ("spans", "apdex(span.duration,300)", 1.0),
    "crash_free_rate": ("sessions", "crash_free_rate(session)", 100.0),
}
_COUNTED: Final = frozenset({"events", "users"})
"""Measured since the last run that succeeded; so a window over several runs adds up."""
_LEVELS: Final = ("debug", "info", "warning", "error", "fatal")
_SESSION_INTERVAL_S: Final = 3_600
"""The shortest the sessions endpoint takes."""
_LONGEST_S: Final = 86_400
"""How far back a window goes after a pause."""


class SentryProbe:
    """One figure of one project."""

    def __init__(self, source: Sentry, means: Means, *, clock: Clock | None = None) -> None:
        self._source = source
        self._means = means
        self._datasource = means.datasources[source.datasource]
        self._clock = clock or SystemClock()
        self._project: str | None = None
        self._until: float | None = None
        self._key, self._api = api.shared(means, source.datasource)

    async def ask(self, ask: Ask) -> Outcome:
        """Over the time since the last run; sessions over the last hour, which is the shortest Sentry tells of."""
        name = self._source.datasource
        begin = self._clock.mono()
        end = ask.slot - self._datasource.lag_s
        start = self._start(ask, end)
        try:
            call = _Call(self._api, self._base(), self._token(), begin + patience(ask.timeout_s), self._clock)
            organization, project = self._names()
            if project and self._project is None:
                found = await call.get(f"/projects/{organization}/{project}/", [])
                self._project = str(found["id"])
            said = await call.get(f"/organizations/{organization}/{path(self._source)}/", query(self._source, start, end, self._project))
        except Unknown as error:
            return failed(name, "not set up", str(error))
        except _Said as error:
            return failed(name, error.what, str(error))
        except api.NOT_ASKED as error:
            return await api.unasked(error, name)
        outcome = read(self._source, said, end - start, took_s=self._clock.mono() - begin)
        if not isinstance(outcome, Failed) and self._source.measure in _COUNTED:
            self._until = end
            if self._means.cursors is not None:
                self._means.cursors.save(ask.check, {"until": end})
        return outcome

    async def close(self) -> None:
        await self._means.shared.give_back(self._key)

    def _start(self, ask: Ask, end: float) -> float:
        """Where the window begins: where the last one ended, when that is known and not long ago."""
        if self._source.measure == "crash_free_rate":
            return end - max(_SESSION_INTERVAL_S, ask.every_s)
        if self._source.measure not in _COUNTED:
            return end - ask.every_s
        if self._until is None and self._means.cursors is not None:
            kept = self._means.cursors.load(ask.check)
            until = kept.get("until") if isinstance(kept, dict) else None
            self._until = float(until) if isinstance(until, int | float) else None
        if self._until is None or not self._until < end:
            return end - ask.every_s
        return max(self._until, end - max(_LONGEST_S, ask.every_s))

    def _base(self) -> str:
        url = (
            self._datasource.url or optional("MONCTL_SENTRY_URL", self._means) or optional("SENTRY_URL", self._means) or "https://sentry.io"
        )
        return url.rstrip("/").removesuffix("/api/0").removesuffix("/api") + "/api/0"

    def _token(self) -> str:
        token = secret_of(self._datasource, self._means) if self._datasource.dsn else optional("SENTRY_AUTH_TOKEN", self._means)
        if not token:
            raise Unknown("SENTRY_AUTH_TOKEN is not set; give the runner a token with org:read and project:read")
        return token

    def _names(self) -> tuple[str, str | None]:
        options = self._datasource.options
        organization = options.get("organization") or optional("SENTRY_ORG", self._means)
        if not organization:
            raise Unknown(f"datasource '{self._datasource.name}' names no organization; write `organization:` there, or set SENTRY_ORG")
        project = options.get("project") or optional("SENTRY_PROJECT", self._means)
        return str(organization), str(project) if project else None


class _Said(Exception):
    """Sentry said no. `what` groups equal causes."""

    def __init__(self, what: str, detail: str = "") -> None:
        super().__init__(detail)
        self.what = what


class _Call:
    """Questions of one run, within its time."""

    def __init__(self, client: api.Api, base: str, token: str, until: float, clock: Clock) -> None:
        self._api, self._base, self._token, self._until, self._clock = client, base, token, until, clock

    async def get(self, path: str, params: list[tuple[str, str]]) -> dict[str, Any]:
        """The JSON object of a 200. Raises _Said and NOT_ASKED."""
        left_s = max(0.001, self._until - self._clock.mono())
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await self._api.call("GET", self._base + path, params=params, headers=headers, timeout_s=left_s)
        said = answer.json()
        if answer.status == 200 and isinstance(said, dict):
            return said
        detail = redact(str(said.get("detail", "")), self._token) if isinstance(said, dict) else ""
        match answer.status:
            case 401 | 403:
                raise _Said("access denied", detail or f"HTTP {answer.status}")
            case 404:
                raise _Said("not found", "wrong organization, project or region: an organization in the EU answers at https://de.sentry.io")
            case 410:
                raise _Said("endpoint retired", f"{path} is gone from this server")
            case 429:
                raise _Said(
                    "rate limited", f"again in {answer.headers.get('Retry-After', 'a while')} s" if "Retry-After" in answer.headers else ""
                )
            case 400:
                raise _Said("the query is refused", detail)
            case 200:
                raise _Said("its answer is not Sentry's")
            case status if 300 <= status < 400:
                raise _Said("redirected", "name the region's own address in `url`, such as https://de.sentry.io")
            case status:
                raise _Said(f"HTTP {status}", detail)


def field_of(source: Sentry) -> tuple[str, float]:
    """What Sentry calls the figure, and by how much its number is multiplied to the unit of the language."""
    _, field, factor = _FIELDS[source.measure]
    return field, factor


def path(source: Sentry) -> str:
    """The endpoint that knows the figure."""
    return "sessions" if _FIELDS[source.measure][0] == "sessions" else "events"


def query(source: Sentry, start: float, end: float, project: str | None) -> list[tuple[str, str]]:
    """The parameters of one question. `project` is an id; None: all the token sees. Pure."""
    dataset, field, _ = _FIELDS[source.measure]
    asked = [
        ("field", field),
        ("project", project or "-1"),
        ("start", _time(start)),
        ("end", _time(end)),
        ("query", search(source)),
    ]
    asked += [("interval", "1h"), ("includeSeries", "0")] if dataset == "sessions" else [("dataset", dataset), ("per_page", "1")]
    return asked + ([("environment", source.environment)] if source.environment else [])


def search(source: Sentry) -> str:
    """Tags, level and the source's own query as one sentence of Sentry's search. Sessions have no tags and no level."""
    dataset = _FIELDS[source.measure][0]
    parts = ["is_transaction:true"] if dataset == "spans" else []
    if dataset != "sessions":
        for tag, value in source.tags.items():
            # on errors the long form keeps a tag apart from a field of that name; on spans a tag is an attribute like any other
            name = tag if dataset == "spans" else f"tags[{tag}]"
            parts.append(f"has:{name}" if value is None else f"{name}:{_quoted(value)}")
    if source.level is not None and dataset == "errors":
        parts.append(f"level:[{', '.join(_LEVELS[_LEVELS.index(source.level) :])}]")
    if own := source.query.strip():
        parts.append(f"({own})" if parts and " OR " in own else own)
    return " ".join(parts)


def read(source: Sentry, said: Mapping[str, Any], window_s: float, *, took_s: float = 0.0) -> Outcome:
    """The figure of an answer, in the unit of the language. Pure."""
    dataset, field, factor = _FIELDS[source.measure]
    try:
        rows = said["groups"] if dataset == "sessions" else said["data"]
        row = (rows[0]["totals"] if dataset == "sessions" else rows[0]) if rows else {}
        # a figure of no transactions is null; a count of none is an empty table or 0
        number = row[field] if row else (0 if source.measure in {*_COUNTED, "throughput"} else None)
        if number is None:
            return Nothing("Sentry saw nothing to measure in that time", took_s)
        value = float(number) * factor
    except (KeyError, IndexError, TypeError, ValueError):
        return failed(source.datasource, "its answer is not Sentry's")
    return Measured((Reading({"value": value * 60 / window_s if source.measure == "throughput" else value}),), took_s)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _quoted(value: str) -> str:
    if value and all(letter.isalnum() or letter in "-_./@" for letter in value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
