"""Who is in a team: joined, given a role, and let go once the team's escalation policies have let go."""

from __future__ import annotations

from typing import Any

from monctl.errors import Rejected
from monctl.resource import Json
from monctl_targets.pagerduty.api import Api


class Members:
    """Memberships of the teams we hold. PagerDuty has them beside the team: `/teams/{id}/users/{user_id}`."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._leaving: set[tuple[str, str]] = set()

    def of(self, team_id: str) -> list[dict[str, Any]]:
        """The members as the body of a team holds them: `{"user": {"id": …}, "role": …}`."""
        return [
            {"user": {"id": member["user"]["id"], "type": "user_reference"}, "role": member["role"]}
            for member in self._api.pages(f"/teams/{team_id}/members", "members")
        ]

    def bring(self, team_id: str, wanted: list[Json]) -> list[dict[str, Any]]:
        """Bring a team to the wanted members and return those it has then.

        Somebody whom an escalation policy of the team still calls cannot leave it; since policies are changed after teams,
        such a departure waits for `retry`. Source: terraform-provider-pagerduty #292, #709, #1119 (read 2026-11-20)
        """
        roles = {member["user"]["id"]: member["role"] for member in wanted}
        present = {member["user"]["id"]: member["role"] for member in self.of(team_id)}
        for user_id, role in roles.items():
            if present.get(user_id) != role:
                self._api.put_plain(f"/teams/{team_id}/users/{user_id}", {"role": role})
        for user_id in sorted(present.keys() - roles.keys()):
            self._leave(team_id, user_id)
        return self.of(team_id)

    def retry(self) -> None:
        """Try the departures again that an escalation policy had held up; those still held up stay for the next time."""
        for team_id, user_id in sorted(self._leaving):
            self._leave(team_id, user_id)

    def _leave(self, team_id: str, user_id: str) -> None:
        try:
            self._api.delete(f"/teams/{team_id}/users/{user_id}")
        except Rejected as refusal:
            if "escalation policy" not in refusal.detail:
                raise
            self._leaving.add((team_id, user_id))
        else:
            self._leaving.discard((team_id, user_id))
