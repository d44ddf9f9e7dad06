"""[I/O] A stand-in of Sentry: projects and figures of its API as the runner asks them, and the envelopes it is sent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs

from monctl.resource import Json
from monctl.runner.standins.web import Received, Reply, Standin, as_json

TOKEN = "stand-in-of-sentry"  # noqa: S105 - opens nothing but this stand-in
_TAG = re.compile(r"tags\[([^]]+)\]:\"?([^\s\"]+)\"?")


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a project."""

    project: str
    at: float
    """Seconds since the epoch."""
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Figure:
    project: str
    name: str
    query: str
    value: float


@dataclass(slots=True)
class _Projects:
    """Slugs by their number."""

    names: list[str] = field(default_factory=list)

    def id(self, slug: str) -> int:
        if slug not in self.names:
            self.names.append(slug)
        return self.names.index(slug) + 1

    def slug(self, number: str) -> str:
        return self.names[int(number) - 1] if number.isdigit() and 0 < int(number) <= len(self.names) else ""


class SentryStandin(Standin):
    """`happened` are events, `envelopes` what channels sent. Figures of transactions are what `set` said; the last one that fits counts.

    https://docs.sentry.io/api/explore/query-explore-events-in-table-format/ (read 2026-11-21)
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.happened: list[Happened] = []
        self.envelopes: list[Json] = []
        self._figures: list[_Figure] = []
        self._projects = _Projects()

    def set(self, project: str, name: str, value: float, *, query: str = "") -> None:
        """A figure such as `p95(span.duration)`, of questions whose query holds these words."""
        self._figures.append(_Figure(project, name, query, value))

    def answer(self, request: Received) -> Reply:
        if found := re.fullmatch(r".*/api/(\d+)/envelope/", request.path):
            *_, item = request.body.decode().splitlines()
            self.envelopes.append(json.loads(item))
            return as_json({"id": self.envelopes[-1].get("event_id")})
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return as_json({"detail": "Invalid token"}, 401)
        if found := re.fullmatch(r"/api/0/projects/[^/]+/([^/]+)/", request.path):
            return as_json({"id": str(self._projects.id(found[1])), "slug": found[1]})
        if re.fullmatch(r"/api/0/organizations/[^/]+/events/", request.path):
            return as_json({"data": [self._row({name: said[0] for name, said in parse_qs(request.query).items()})]})
        return as_json({"detail": "The requested resource does not exist"}, 404)

    def _row(self, asked: dict[str, str]) -> Json:
        project, name, query = self._projects.slug(asked["project"]), asked["field"], asked.get("query", "")
        if asked.get("dataset") == "errors":
            start, end = _seconds(asked["start"]), _seconds(asked["end"])
            tags = dict(_TAG.findall(query))
            return {
                name: sum(one.project == project and start <= one.at < end and tags.items() <= one.tags.items() for one in self.happened)
            }
        fitting = [one.value for one in self._figures if (one.project, one.name) == (project, name) and one.query in query]
        return {name: fitting[-1] if fitting else None}


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
