"""Stand-ins (overrides) of v2 schedules at PagerDuty: read, made and taken away, and nobody else's ever touched (see `stand_in`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monctl.errors import Garbled, Rejected, Unreachable
from monctl_targets.pagerduty.api import Api
from monctl_targets.pagerduty.stand_in import StandIn, among, begun, digits, recorded, same
from monctl_targets.pagerduty.zone import moment, utc_text

_WINDOW = timedelta(days=90)
"""Asked for at a time: the longest window the API names (of /oncalls; of overrides it names none, read 2026-11-20)."""


class StandIns:
    """The overrides of schedules: `/schedules/{id}/overrides`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def live(self, schedule_id: str, *, now: datetime, until: datetime) -> list[StandIn]:
        """Everybody's, from now on. Empty without a request where nothing can be there."""
        held: dict[str, StandIn] = {}
        since = now
        while since < until:
            end = min(since + _WINDOW, until + timedelta(minutes=1))
            params = {"since": utc_text(since), "until": utc_text(end)}
            held |= {one["id"]: one for one in self._api.plain(f"/schedules/{schedule_id}/overrides", "overrides", **params)}
            since = end
        return [one for one in held.values() if moment(one["end"]) > now]

    def bring(self, schedule_id: str, wanted: Sequence[StandIn], description: str, *, now: datetime) -> list[StandIn]:
        """Make what is missing, then take away what is ours and no longer wanted. Gives ours as they are then.

        `description` is the schedule's as it was read. An answer that is lost is looked for before anything is made a second time.
        """
        coming = [begun(one, now) for one in wanted if moment(one["end"]) > now]
        until, listed = recorded(description)
        last = max([until or now, *(moment(one["end"]) for one in coming)])
        there = self.live(schedule_id, now=now, until=last)
        missing = [one for one in coming if not among(one, there, now)]
        if missing:
            try:
                self._make(schedule_id, missing)
            except (Unreachable, Garbled):
                there = self.live(schedule_id, now=now, until=last)
                self._make(schedule_id, [one for one in missing if not among(one, there, now)])
        for one in there:
            if digits(one) in listed and not among(one, coming, now):
                self._api.delete(f"/schedules/{schedule_id}/overrides/{one['id']}")
        return [next((held for held in there if same(one, held, now)), one) for one in coming]

    def _make(self, schedule_id: str, wanted: Sequence[StandIn]) -> None:
        if not wanted:
            return
        sent = [{"start": one["start"], "end": one["end"], "user": {"id": one["user"]["id"], "type": "user_reference"}} for one in wanted]
        answers = self._api.post_many(f"/schedules/{schedule_id}/overrides", "overrides", sent)
        # each has a status of its own in the one 201: REST reference of createScheduleOverride (read 2026-11-20)
        refused = [answer for answer in answers if not 200 <= int(answer.get("status", 201)) < 300]
        if refused:
            said = "; ".join(str(text) for answer in refused for text in answer.get("errors") or ["no reason given"])
            raise Rejected("an override was refused", target="pagerduty", method="POST", detail=said)
