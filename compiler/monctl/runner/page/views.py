"""The pages one reads. Each asks the store, fills a template, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monctl.program import Monitor
from monctl.runner.board import Board, note
from monctl.runner.checks import check_of
from monctl.runner.core.effect import Chronicle, Transition
from monctl.runner.page.picture import services as services_of
from monctl.runner.page.series import RANGES, Series, chosen_value, series
from monctl.runner.page.site import Site
from monctl.runner.posted import about, letter, title_of
from monctl.runner.review import month_of, review
from monctl.runner.store.store import Row, RowState
from monctl.status_report import Shown

_SHOWN = 200
"""Monitors on one page; more are found by searching."""
_CARDS = 60
"""Incidents on the first page."""
_AROUND_S = 3600.0
_ALL_S = 400 * 86_400.0
_EVER: Sequence[RowState] = ("new", "leased", "retry", "dead", "sent", "superseded")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the story of an incident."""

    at: float
    what: str
    more: str
    look: str
    """`bad`, `good`, `told`, `failed`, `person`, or nothing."""


@dataclass(frozen=True, slots=True)
class MonitorLine:
    """One monitor in the list."""

    name: str
    title: str
    service: str
    state: str
    severity: str
    color: str
    note: str


async def firing(request: Request) -> Response:
    """What fires and who was told, most severe first."""
    site: Site = request.app.state.site
    found = await site.board()
    unknown = [name for name, one in found.standings.items() if one.state == "unknown"]
    return site.page(
        request,
        "firing.html",
        board=found,
        incidents=found.incidents[:_CARDS],
        unknown=[_line(found, name) for name in unknown[:20]],
        more=max(0, len(unknown) - 20),
        wrong={**site.runner.well(), **site.runner.strained()},
    )


async def incident(request: Request) -> Response:
    """One incident: its story, who was told, what to do."""
    site: Site = request.app.state.site
    key = request.path_params["key"]
    found, now = await site.board(), site.clock.wall()
    shown = next((one for one in found.incidents if one.key == key), None)
    chronicle = next((one for one in await site.store.chronicles(0.0 if shown is None else shown.since, now + 1) if one.key == key), None)
    if shown is None and chronicle is None:
        return missing(site, request, f"There is no incident '{key}'.", "It may have been forgotten: history is kept for a limited time.")
    name = shown.monitor if shown is not None else chronicle.monitor if chronicle is not None else ""
    since = shown.since if shown is not None else chronicle.opened if chronicle is not None else now
    over = shown.over if shown is not None else chronicle.over if chronicle is not None else None
    changes = await site.store.transitions(since - _AROUND_S, (over or now) + 1, monitor=name)
    rows = [row for row in await site.store.outbox(states=_EVER, limit=5000) if about(row, key)]
    monitor = site.bundle.monitors.get(name)
    runbook = site.bundle.runbooks.get(monitor.runbook or "") if monitor is not None else None
    return site.page(
        request, "incident.html", key=key, shown=shown, chronicle=chronicle, name=name, monitor=monitor, runbook=runbook, since=since, over=over,
        story=_story(site, key, changes, rows, chronicle, shown), letters=[(letter(site.bundle, row), row.state) for row in rows],
        title=shown.title if shown is not None else monitor.title if monitor is not None else name,
    )  # fmt: skip


async def monitors(request: Request) -> Response:
    """All monitors, searched and filtered."""
    site: Site = request.app.state.site
    found = await site.board()
    words, state = request.query_params.get("q", "").lower().split(), request.query_params.get("state", "")
    service = request.query_params.get("service", "")
    order = {"firing": 0, "pending": 1, "unknown": 2, "ok": 3}
    kept = sorted(
        (order[stands.state], name)
        for name, stands in found.standings.items()
        if (not state or stands.state == state) and _fits(site.bundle.monitors[name], words, service)
    )
    return site.page(
        request, "monitors.html", lines=[_line(found, name) for _, name in kept[:_SHOWN]], count=len(kept), total=len(found.standings),
        query=request.query_params.get("q", ""), state=state, service=service, paused=[one for one in site.bundle.monitors.values() if not one.active],
    )  # fmt: skip


def _fits(one: Monitor, words: list[str], service: str) -> bool:
    text = f"{one.name} {one.title} {one.service or ''}".lower() if words else ""
    return all(word in text for word in words) and (not service or one.service == service)


async def monitor(request: Request) -> Response:
    """One monitor: how it stands, its history with the limits, its changes."""
    site: Site = request.app.state.site
    name = request.path_params["name"]
    one = site.reader.watches.get(name)
    if one is None:
        said = "It is paused: outside its phase." if name in site.bundle.monitors else "It may have been renamed or removed."
        return missing(site, request, f"No monitor called '{name}' is watched.", said)
    found, now = await site.board(), site.clock.wall()
    drawn = await asked_series(site, request, name)
    state = found.states.get(name)
    return site.page(
        request, "monitor.html", monitor=one.monitor, rungs=one.rungs, line=_line(found, name), drawn=drawn, ranges=RANGES,
        chosen=_range(request), incidents=[each for each in found.incidents if each.monitor == name],
        changes=await site.store.transitions(now - _ALL_S, now + 1, monitor=name, limit=50),
        instances=[] if state is None else [each for each in state.instances.values() if each.labels],
        runbook=site.bundle.runbooks.get(one.monitor.runbook or ""),
    )  # fmt: skip


async def asked_series(site: Site, request: Request, name: str) -> Series:
    """The series that a request asks for: `range`, `value`, `instance`."""
    one, now = site.reader.watches[name], site.clock.wall()
    since = now - RANGES[_range(request)]
    value = chosen_value(one, request.query_params.get("value"))
    return await series(
        one, check_of(site.bundle, name), site.store, value=value, instance=request.query_params.get("instance"), since=since, until=now
    )


async def services(request: Request) -> Response:
    """The dependency picture, and the same as a list."""
    site: Site = request.app.state.site
    found = await site.board()
    return site.page(request, "services.html", board=found, services=services_of(found))


async def silences(request: Request) -> Response:
    """What is quiet now, and what the specs plan."""
    site: Site = request.app.state.site
    found = await site.board()
    return site.page(
        request, "silences.html", board=found, windows=list(site.bundle.maintenance.values()), prefill=request.query_params.get("what", "")
    )


async def outbox(request: Request) -> Response:
    """Messages on their way, and those that were given up."""
    site: Site = request.app.state.site
    rows = list(reversed(await site.store.outbox(limit=500)))
    return site.page(
        request, "outbox.html", failed=[letter(site.bundle, row) for row in rows if row.state == "dead"],
        waiting=[letter(site.bundle, row) for row in rows if row.state != "dead"],
    )  # fmt: skip


async def reports(request: Request) -> Response:
    """How a month went, beside the estate's goals; and the incidents of that month."""
    site: Site = request.app.state.site
    now = site.clock.wall()
    try:
        since, until = month_of(request.query_params.get("month") or f"{datetime.fromtimestamp(now, UTC):%Y-%m}", now)
    except ValueError as error:
        return missing(site, request, str(error), "Write it as 2026-10.", status=400)
    chronicles = await site.store.chronicles(since, until)
    goals = {name: text for report in site.bundle.reports.values() for name, text in report.goals.items()}
    return site.page(
        request, "reports.html", review=review(chronicles, since, min(until, now)), goals=goals, month=datetime.fromtimestamp(since, UTC),
        before=f"{datetime.fromtimestamp(since - 86_400, UTC):%Y-%m}",
        after=f"{datetime.fromtimestamp(until, UTC):%Y-%m}" if until <= now else "", complete=until <= now,
        chronicles=sorted(chronicles, key=lambda one: -one.opened)[:_SHOWN], count=len(chronicles),
    )  # fmt: skip


async def public(request: Request) -> Response:
    """Services and whether they are well: nothing else, for anybody."""
    site: Site = request.app.state.site
    if not site.options.page.public:
        return missing(site, request, "There is no public status page here.", "")
    found = await site.board()
    wanted = site.options.page.services
    shown = [one for name, one in services_of(found).items() if (not wanted or name in wanted) and one.state != "none"]
    return HTMLResponse(
        site.rendered("public.html", title=site.bundle.title, services=shown, at=found.at, zone=site.time_zone, now=found.at),
        headers={"Cache-Control": "public, max-age=15"},
    )


async def login(request: Request) -> Response:
    """The form to sign in with."""
    site: Site = request.app.state.site
    return site.page(request, "login.html", next=request.query_params.get("next", "/"), wrong="", name="")


def missing(site: Site, request: Request, what: str, more: str, status: int = 404) -> Response:
    """A page that says what is not there."""
    return site.page(request, "missing.html", status, what=what, more=more)


def _range(request: Request) -> str:
    asked = request.query_params.get("range", "6h")
    return asked if asked in RANGES else "6h"


def _line(found: Board, name: str) -> MonitorLine:
    one, stands = found.bundle.monitors[name], found.standings[name]
    severity = next((each for each in found.bundle.severities.values() if each.rank == stands.rank), None)
    shown = severity if stands.state in {"firing", "pending"} else None
    return MonitorLine(
        name,
        one.title,
        one.service or "",
        stands.state,
        shown.name if shown else "",
        shown.color if shown else "",
        note(stands, found.states.get(name)),
    )


def _story(
    site: Site, key: str, changes: list[Transition], rows: list[Row], chronicle: Chronicle | None, shown: Shown | None
) -> list[Moment]:
    """Everything that happened to an incident, newest first."""
    found = [
        Moment(one.at, f"{one.before} → {one.after}", " · ".join(part for part in (one.value, one.reason) if part), _look(one))
        for one in changes
        if one.incident in {"", key}
    ]
    found += [_posted(site, row) for row in rows]
    if chronicle is not None and chronicle.acked is not None:
        found.append(Moment(chronicle.acked, f"taken by {chronicle.acked_by}", "", "person"))
    elif shown is not None and shown.acked_at is not None:
        found.append(Moment(shown.acked_at, f"taken by {shown.acked_by}", "", "person"))
    if chronicle is not None and chronicle.over is not None:
        found.append(Moment(chronicle.over, "over", chronicle.reason, "good"))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _look(one: Transition) -> str:
    return "good" if one.after == "ok" else "" if one.after in {"pending", "recovering"} else "bad"


_WORDS: Mapping[str, str] = {
    "sent": "told", "dead": "could not tell", "retry": "tries again to tell", "new": "is about to tell", "leased": "is telling", "superseded": "need not tell",
}  # fmt: skip


def _posted(site: Site, row: Row) -> Moment:
    look = {"sent": "told", "dead": "failed", "retry": "failed"}.get(row.state, "")
    return Moment(row.created, f"{_WORDS[row.state]} {title_of(site.bundle, row.letter.receiver)}: {row.letter.kind}", row.why, look)
