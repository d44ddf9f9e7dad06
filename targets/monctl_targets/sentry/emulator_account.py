"""The sandbox's answers about what an organisation already has: projects, teams, members, environments, integrations."""

from __future__ import annotations

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, Routed, route
from monctl_targets.sentry.account import Account
from monctl_targets.sentry.listing import paged

ORG = "/api/0/organizations/{org}/"
NOT_FOUND = {"detail": "The requested resource does not exist"}


class AccountRoutes(Routed):
    """The read-only half of the emulator. `account` is set by the other half."""

    account: Account

    @route("GET", "/api/0/organizations/")
    def organizations(self, request: Request) -> Response:
        return paged(request, list(self.account.organizations()))

    @route("GET", ORG)
    def organization(self, request: Request, org: str) -> Response:
        return Response(200, self.account.organization(org))

    @route("GET", ORG + "projects/")
    @route("GET", ORG + "environments/")
    def plain_list(self, request: Request, org: str) -> Response:
        kind = request.path.rstrip("/").rpartition("/")[2].removesuffix("s")
        return paged(request, self.account.all(kind, org))

    @route("GET", "/api/0/projects/{org}/{project}/")
    def project(self, request: Request, org: str, project: str) -> Response:
        return _found(self.account.project(org, project))

    @route("GET", "/api/0/teams/{org}/{team}/")
    def team(self, request: Request, org: str, team: str) -> Response:
        return _found(self.account.team(org, team))

    @route("GET", ORG + "teams/")
    def teams(self, request: Request, org: str) -> Response:
        query = request.param("query") or ""
        if query.startswith("slug:"):
            self.account.team(org, query.removeprefix("slug:"))
        return paged(request, [row for row in self.account.all("team", org) if query.removeprefix("slug:") in row["slug"]])

    @route("GET", ORG + "members/")
    def members(self, request: Request, org: str) -> Response:
        name = (request.param("query") or "").removeprefix("email:").lower()
        if name:
            self.account.member(org, name)
        return paged(request, [row for row in self.account.all("member", org) if name in row["email"]])

    @route("GET", ORG + "integrations/")
    def integrations(self, request: Request, org: str) -> Response:
        return paged(request, self.account.integrations(org, request.param("providerKey")))

    @route("GET", ORG + "integrations/{id}/")
    def integration(self, request: Request, org: str, id: str) -> Response:
        if (service := request.param("service")) is not None:
            self.account.service_row(org, service)
        return _found(next((row for row in self.account.integrations(org) if row["id"] == id), None))

    @route("GET", ORG + "sentry-app-installations/")
    def installations(self, request: Request, org: str) -> Response:
        return paged(request, [])


def _found(row: Json) -> Response:
    return Response(404, NOT_FOUND) if row is None else Response(200, row)
