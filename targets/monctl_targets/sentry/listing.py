"""Filters, order and pages of the sandbox's lists, as Sentry's: `Link` headers with opaque cursors, at most 100 rows a page."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response
from monctl_targets.sentry.strict import Record, Refused

MOST = 100
_SORTS = {"id", "name", "type", "dateCreated", "dateUpdated"}


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows a request asks for."""

    rows: list[Record]


def matching(
    request: Request, kind: str, rows: list[Record], projects: set[str], projects_of: Callable[[Record], set[str]], *, needed: bool
) -> Listing:
    """Rows by `id` (wins over the rest), `project` and `query`, sorted by `sortBy`. With `needed`, no filter at all is a 400."""
    ids = request.params("id")
    query = request.param("query") or ""
    asked = bool(request.params("project"))
    if needed and not (ids or query or asked):
        raise Refused(400, {"detail": "At least one of 'id', 'query', 'project', or 'projectSlug' must be provided."})
    if ids:
        if not all(id.isdigit() for id in ids):
            raise Refused(400, {"id": ["Invalid ID format"]})
        rows = [row for row in rows if row["id"] in ids]
    else:
        # a project filter also returns workflows connected to no detector (getsentry/cli src/lib/api/alerts.ts, read 2026-11-20)
        rows = [row for row in rows if not asked or projects_of(row) & projects or (kind == "workflow" and not row["detectorIds"])]
        terms = _terms(query)
        rows = [row for row in rows if all(_meets(row, key, value) for key, value in terms)]
    return Listing(_sorted(rows, request.param("sortBy")))


def paged(request: Request, rows: list[Json]) -> Response:
    """One page, with `Link` to the previous and the next; both are always there, `results` says whether they hold anything."""
    per_page, offset = _page(request)
    page = rows[offset : offset + per_page]
    before = (f"0:{max(0, offset - per_page)}:1", "true" if offset else "false")
    after = (f"0:{offset + per_page}:0", "true" if offset + per_page < len(rows) else "false")
    rest = [pair for pair in request.query if pair[0] != "cursor"]
    links = []
    for rel, (cursor, results) in (("previous", before), ("next", after)):
        url = f"{request.base_url}{request.path}?{urlencode([*rest, ('cursor', cursor)])}"
        links.append(f'<{url}>; rel="{rel}"; results="{results}"; cursor="{cursor}"')
    return Response(200, page, {"Link": ", ".join(links)})


def _page(request: Request) -> tuple[int, int]:
    asked = request.param("per_page", str(MOST)) or ""
    if not asked.isdigit() or not 1 <= int(asked) <= MOST:
        raise Refused(400, {"detail": f"Invalid per_page value. Must be between 1 and {MOST}."})
    cursor = request.param("cursor")
    if cursor is None:
        return int(asked), 0
    if re.fullmatch(r"\d+:\d+:[01]", cursor) is None:
        raise Refused(400, {"detail": "Invalid cursor parameter."})
    return int(asked), int(cursor.split(":")[1])


def _terms(query: str) -> list[tuple[str, str]]:
    """(key, value) pairs; free text is looked for in the name."""
    try:
        tokens = shlex.split(query)
    except ValueError:
        raise Refused(400, {"detail": "Invalid query."}) from None
    terms = [(key, value) if colon else ("name", key) for key, colon, value in (token.partition(":") for token in tokens)]
    for key, _ in terms:
        if key not in {"name", "type"}:
            raise Refused(400, {"detail": f"Invalid key for this search: {key}"})
    return terms


def _meets(row: Record, key: str, value: str) -> bool:
    held = str(row.get(key, ""))
    return held == value if key == "type" else value.lower() in held.lower()


def _sorted(rows: list[Record], by: str | None) -> list[Record]:
    name = (by or "id").removeprefix("-")
    if name not in _SORTS:
        raise Refused(400, {"detail": f"Invalid sort field: {name}"})
    back = (by or "").startswith("-")
    return sorted(rows, key=lambda row: int(row["id"]) if name == "id" else str(row.get(name)), reverse=back)
