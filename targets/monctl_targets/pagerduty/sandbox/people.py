"""The emulator's users and teams, with who is in them."""

from __future__ import annotations

import re

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, route
from monctl_targets.pagerduty.sandbox.base import Base, Body, Refused, error, invalid
from monctl_targets.pagerduty.sandbox.shape import Shape, one_of, text, title

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TEAM = Shape(
    {"type": one_of("team"), "name": title(100), "description": text(1024), "default_role": one_of("manager", "none")},
    frozenset({"name", "type"}),
)
ABILITIES = ("sso", "advanced_reports", "teams", "read_only_users", "team_responders", "service_support_hours", "urgencies")


class People(Base):
    """`/users`, `/teams`, `/teams/{id}/members`, `/abilities`, `/priorities`."""

    @route("GET", "/abilities")
    def abilities(self, request: Request) -> Response:
        return Response(200, {"abilities": list(ABILITIES)})

    @route("GET", "/priorities")
    def priorities(self, request: Request) -> Response:
        named = [{"id": f"PPRIO0{number}", "type": "priority", "summary": f"P{number}", "name": f"P{number}"} for number in range(1, 6)]
        return Response(200, {"priorities": named, "limit": 25, "offset": 0, "more": False, "total": None})

    @route("GET", "/users")
    def users(self, request: Request) -> Response:
        self._provision(request.param("query") or "")
        return self.page(request, "users", self.store.all("user"), lambda user: self._user(request, user), match="name email")

    @route("GET", "/users/{id}")
    def user(self, request: Request, id: str) -> Response:
        return Response(200, {"user": self._user(request, self.held_as("user", id))})

    @route("GET", "/teams")
    def teams(self, request: Request) -> Response:
        return self.page(request, "teams", self.store.all("team"), lambda team: self._team(request, team))

    @route("POST", "/teams")
    def new_team(self, request: Request) -> Response:
        sent = self.body(request, "team", TEAM)
        item = {
            "id": self.new_id("T"),
            "name": sent["name"],
            "description": sent.get("description"),
            "default_role": sent.get("default_role", "manager"),
        }
        self.store.put("team", item["id"], {**item, "members": {}})
        return Response(201, {"team": self._team(request, item)})

    @route("GET", "/teams/{id}")
    def team(self, request: Request, id: str) -> Response:
        return Response(200, {"team": self._team(request, self.held_as("team", id))})

    @route("PUT", "/teams/{id}")
    def change_team(self, request: Request, id: str) -> Response:
        item = self.held_as("team", id)
        sent = self.body(request, "team", TEAM.partly())
        item |= {name: sent[name] for name in ("name", "description", "default_role") if name in sent}
        self.store.put("team", id, item)
        return Response(200, {"team": self._team(request, item)})

    @route("DELETE", "/teams/{id}")
    def remove_team(self, request: Request, id: str) -> Response:
        self.held_as("team", id)
        used = [
            item["name"]
            for kind in ("schedule", "schedule_v3", "escalation_policy")
            for item in self.store.all(kind)
            if id in item["teams"]
        ]
        if used:
            raise Refused(error(400, 6006, "Team has associations", [f"Team is associated with {', '.join(used)}"]))
        self.store.delete("team", id)
        return Response(204)

    @route("GET", "/teams/{id}/members")
    def members(self, request: Request, id: str) -> Response:
        held = self.held_as("team", id)["members"]
        items: list[Body] = [{"user": user_id, "role": role} for user_id, role in held.items()]
        return self.page(request, "members", items, lambda item: {**item, "user": self.reference(request, "user", item["user"])})

    @route("PUT", "/teams/{id}/users/{user_id}")
    def join(self, request: Request, id: str, user_id: str) -> Response:
        team = self.held_as("team", id)
        self.held_as("user", user_id)
        sent = self.sent(request) or {}
        wrong = Shape({"role": one_of("observer", "responder", "manager")})(sent)
        if wrong:
            raise invalid(*wrong)
        team["members"][user_id] = sent.get("role", "manager")
        self.store.put("team", id, team)
        return Response(204)

    @route("DELETE", "/teams/{id}/users/{user_id}")
    def leave(self, request: Request, id: str, user_id: str) -> Response:
        team = self.held_as("team", id)
        called = any(
            target["id"] == user_id
            for policy in self.store.all("escalation_policy")
            if id in policy["teams"]
            for rule in policy["escalation_rules"]
            for target in rule["targets"]
        )
        if called:
            # terraform-provider-pagerduty #292, #709 (read 2026-11-20)
            raise invalid("User cannot be removed as they belong to an escalation policy on this team")
        if team["members"].pop(user_id, None) is None:
            raise Refused(error(404, 2100, "Not Found"))
        self.store.put("team", id, team)
        return Response(204)

    def _provision(self, query: str) -> None:
        """A sandbox convenience: whoever is looked up by e-mail has an account, as in the organisation an estate was written for.

        Addresses that begin with `missing-` or end with `@missing.example` never have one, so that the error can be met.
        """
        email = query.lower()
        if not _ADDRESS.fullmatch(email) or email.startswith("missing-") or email.endswith("@missing.example"):
            return
        if all(user["email"] != email for user in self.store.all("user")):
            self.add_user(email.split("@")[0].replace(".", " ").replace("-", " ").title(), email)

    def add_user(self, name: str, email: str) -> Body:
        """An account."""
        user = {"id": self.new_id("U"), "name": name, "email": email.lower(), "role": "user", "time_zone": "Etc/UTC"}
        self.store.put("user", user["id"], user)
        return user

    def _user(self, request: Request, user: Body) -> Json:
        return {
            **self.head(request, "user", user),
            **user,
            "description": None,
            "job_title": None,
            "color": "green",
            "invitation_sent": False,
        }

    def _team(self, request: Request, team: Body) -> Json:
        return {**self.head(request, "team", team), **{name: team[name] for name in ("name", "description", "default_role")}}
