"""v3 schedules by their own endpoints: a schedule, its rotations, and their events, which are ended and succeeded rather than changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from monctl.errors import NotFound
from monctl.resource import Json
from monctl_targets.pagerduty.api import Api
from monctl_targets.pagerduty.normalize import event_value
from monctl_targets.pagerduty.render_v3 import events
from monctl_targets.pagerduty.schedule_v3 import MOST_EVENTS
from monctl_targets.pagerduty.zone import moment, utc_text

PATH = "/v3/schedules"
_LEAD = timedelta(minutes=1)
"""A running event ends this much later than now, and its successor begins then: no moment without either, and time to make it."""
_OWN = ("name", "time_zone", "description")
"""Fields a PUT takes; `name` and `time_zone` in every one (PagerDuty/pagerduty-mcp-server #124, read 2026-11-20). It has no `teams`."""


class SchedulesV3:
    """What `/v3/schedules` holds. Lists have references only, and no mark: one request for each schedule."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def read(self, *, needed: bool) -> Iterator[dict[str, Any]]:
        """Every v3 schedule with its events. Where `needed` is false, an account without the endpoint has none."""
        try:
            listed = list(self._api.pages(PATH, "schedules"))
        except NotFound:
            if needed:
                raise
            return
        for one in listed:
            yield self.get(one["id"])

    def get(self, id: str) -> dict[str, Any]:
        """One schedule."""
        return self._api.get(f"{PATH}/{id}", "schedule")

    def create(self, body: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """A new schedule, then its rotations and events, which a POST of the schedule does not take."""
        made = self._api.post(PATH, "schedule", {name: body[name] for name in (*_OWN, "teams")})
        self._bring(made["id"], {}, body, now)
        return self.get(made["id"])

    def update(self, id: str, body: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """The schedule brought to the body: wanted events first, so that somebody is on call throughout, then its own fields with the mark."""
        self._bring(id, self.get(id), body, now)
        self._api.put(f"{PATH}/{id}", "schedule", {name: body[name] for name in _OWN})
        return self.get(id)

    def delete(self, id: str) -> None:
        """Gone, unless an escalation policy calls it."""
        self._api.delete(f"{PATH}/{id}")

    def _bring(self, id: str, live: Mapping[str, Any], body: Mapping[str, Any], now: datetime) -> None:
        missing = list(events(body))
        room: dict[str, int] = {}
        unwanted: list[tuple[str, Mapping[str, Any]]] = []
        for rotation in live.get("rotations") or []:
            current = [event for event in rotation.get("events") or [] if not _over(event, now)]
            room[rotation["id"]] = MOST_EVENTS - len(current)
            for event in current:
                same = next((one for one in missing if not event.get("effective_until") and event_value(one) == event_value(event)), None)
                if same is None:
                    unwanted.append((rotation["id"], event))
                else:
                    missing.remove(same)
        since = now
        for rotation_id, event in unwanted:
            since = max(since, self._end(id, rotation_id, event, now, succeeded=bool(missing)))
            room[rotation_id] += moment(event["effective_since"]) > now
        for event in missing:
            begins = moment(event["effective_since"])
            sent = {**event, "effective_since": utc_text(max(begins, since)) if unwanted else event["effective_since"]}
            self._post(id, sent, room)

    def _end(self, id: str, rotation_id: str, event: Mapping[str, Any], now: datetime, *, succeeded: bool) -> datetime:
        """End one event and give the instant from which it is gone. What has not begun is deleted; of what runs only the end may be changed."""
        path = f"{PATH}/{id}/rotations/{rotation_id}/events/{event['id']}"
        if moment(event["effective_since"]) > now or not succeeded:
            self._api.delete(path)
            return now
        ends = now + _LEAD
        if not event.get("effective_until") or moment(event["effective_until"]) > ends:
            self._api.put(path, "event", {"effective_until": utc_text(ends)})
        return ends

    def _post(self, id: str, event: Json, room: dict[str, int]) -> None:
        rotation_id = next((held for held, left in room.items() if left > 0), None)
        if rotation_id is None:
            rotation_id = self._api.post_plain(f"{PATH}/{id}/rotations", "rotation")["id"]
            room[rotation_id] = MOST_EVENTS
        self._api.post(f"{PATH}/{id}/rotations/{rotation_id}/events", "event", event)
        room[rotation_id] -= 1


def _over(event: Mapping[str, Any], now: datetime) -> bool:
    until = event.get("effective_until")
    return until is not None and moment(until) <= now
