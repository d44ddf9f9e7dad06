"""Finds what is already in an organisation: projects, teams, members, integrations, PagerDuty services, system detectors.

Each is asked for when it is first needed and then remembered, so that a scope that is missing for one thing stops nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from monctl.errors import NotFound, Rejected
from monctl.resource import Json, Lookup, lookup
from monctl.rest import Http

Row = Mapping[str, Json]
Pages = Callable[..., Iterator[Row]]


class Directory:
    """`root` is `/organizations/<slug>/`; `pages` reads every row of a list."""

    def __init__(self, http: Http, root: str, pages: Pages) -> None:
        self._http = http
        self._root = root
        self._slug = root.rstrip("/").rpartition("/")[2]
        self._pages = pages
        self._finders: Mapping[str, Callable[[Mapping[str, str]], Row | None]] = {
            "project": self._project,
            "team": self._team,
            "member": self._member,
            "integration": self._integration,
            "pagerduty_account": self._pagerduty_account,
            "pagerduty_service": self._pagerduty_service,
            "detector": self._detector,
        }
        self._known: dict[tuple[str, tuple[tuple[str, str], ...]], Row | None] = {}

    def find(self, wanted: Lookup) -> str | None:
        """The wanted field of what matches; None when nothing does. Raises Rejected when several do."""
        key = (wanted.kind, wanted.query)
        if key not in self._known:
            self._known[key] = self._finders[wanted.kind](dict(wanted.query))
        row = self._known[key]
        return None if row is None else str(row[wanted.field])

    def _project(self, query: Mapping[str, str]) -> Row | None:
        return self._one(f"/projects/{self._slug}/{query['slug']}/")

    def _team(self, query: Mapping[str, str]) -> Row | None:
        row = self._one(f"/teams/{self._slug}/{query['slug']}/")
        return row and {"id": row["id"], "owner": f"team:{row['id']}"}

    def _member(self, query: Mapping[str, str]) -> Row | None:
        """By e-mail or user name; `user.id` is the one that counts, and is not there before the invitation is accepted."""
        email, username = query.get("email", "").lower(), query.get("username", "").lower()
        # `query` is not in the published page: getsentry/sentry src/sentry/core/endpoints/organization_member_index.py (read 2026-11-20)
        for row in self._pages(f"{self._root}members/", query=f"email:{email}" if email else username):
            user = row.get("user")
            if user and (email in {str(row["email"]).lower(), str(user["email"]).lower()} or username == str(user["username"]).lower()):
                return {"id": user["id"], "owner": f"user:{user['id']}"}
        return None

    def _integration(self, query: Mapping[str, str]) -> Row | None:
        """By provider, and by name or domain where one is given."""
        found = self._integrations(query["provider"], query.get("name"))
        if len(found) > 1:
            names = ", ".join(f"'{row['name']}'" for row in found)
            option = {"slack": "slack_workspace", "pagerduty": "pagerduty_account"}[query["provider"]]
            raise Rejected(
                f"Sentry has several {query['provider']} integrations: {names}",
                target="sentry",
                hint=f"name one in `targets.sentry.{option}`",
            )
        return found[0] if found else None

    def _pagerduty_service(self, query: Mapping[str, str]) -> Row | None:
        """A row of the service table of a PagerDuty integration. The row holds an integration key: only its id is kept."""
        found = []
        for integration in self._integrations("pagerduty", query.get("account")):
            # Sentry answers with the whole table and makes nothing of `service`; the sandbox provisions the service by it
            detail = self._http.get(f"{self._root}integrations/{integration['id']}/", service=query["service"]).json
            table = (detail.get("configData") or {}).get("service_table") or []
            found += [{"id": row["id"], "account": integration["id"]} for row in table if row["service"] == query["service"]]
        if len(found) > 1:
            raise Rejected(
                f"Sentry knows several PagerDuty services named '{query['service']}'",
                target="sentry",
                hint="name the account in `targets.sentry.pagerduty_account`, or rename one service in Sentry's PagerDuty integration",
            )
        return found[0] if found else None

    def _pagerduty_account(self, query: Mapping[str, str]) -> Row | None:
        """The PagerDuty integration that knows a service."""
        found = self.find(lookup("pagerduty_service", field="account", **query))
        return None if found is None else {"id": found}

    def _detector(self, query: Mapping[str, str]) -> Row | None:
        """A project's system detector, by the project's slug and the detector's type."""
        project = self.find(lookup("project", **{name: value for name, value in query.items() if name != "type"}))
        if project is None:
            return None
        rows = self._pages(f"{self._root}detectors/", project=project, query=f"type:{query['type']}")
        return next((row for row in rows if row["type"] == query["type"]), None)

    def _integrations(self, provider: str, name: str | None) -> list[Row]:
        rows = self._pages(f"{self._root}integrations/", providerKey=provider)
        active = [row for row in rows if row.get("organizationIntegrationStatus") == "active"]
        return [row for row in active if name is None or name in {row["name"], row.get("domainName")}]

    def _one(self, path: str) -> Row | None:
        try:
            row: Row = self._http.get(path).json
        except NotFound:
            return None
        return row
