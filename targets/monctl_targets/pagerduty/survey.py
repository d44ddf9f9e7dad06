"""What an import asks PagerDuty beyond a read: everybody's address, and who is in the teams that nobody manages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monctl.resource import Live
from monctl.saying import Survey
from monctl_targets.pagerduty.client import PagerDutyClient


def survey(client: PagerDutyClient, lives: Iterable[Live]) -> Survey:
    """The live objects, teams with their members, and around them `users`: id → `{"name", "email"}`. One request for each team without a mark."""
    whole = tuple(
        replace(live, body={**live.body, "members": client.members(live.remote_id)}) if live.kind == "team" and live.mark is None else live
        for live in lives
    )
    users = {user["id"]: {"name": user.get("name") or "", "email": str(user.get("email") or "").lower()} for user in client.users()}
    return Survey(whole, {"users": users})
