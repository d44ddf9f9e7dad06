"""What an import asks Sentry beyond a read: slugs of projects and teams, addresses of members, the error detector of each project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monctl.resource import Live
from monctl.saying import Survey
from monctl_targets.sentry.client import SentryClient


def survey(client: SentryClient, lives: Iterable[Live]) -> Survey:
    """The live objects, and around them `organization` and maps by id: `projects`, `teams`, `users`, `services`, `error_detectors` (to their project)."""
    around = {
        "organization": client.organization or "",
        "projects": {str(row["id"]): str(row["slug"]) for row in client.rows("projects")},
        "teams": {str(row["id"]): str(row["slug"]) for row in client.rows("teams")},
        "users": {
            str(row["user"]["id"]): str(row["user"]["email"] or row["email"]).lower() for row in client.rows("members") if row.get("user")
        },
        "services": dict(_services(client)),
        "error_detectors": {
            str(row["id"]): str(row["projectId"]) for row in client.rows("detectors", query="type:error") if row["type"] == "error"
        },
    }
    return Survey(tuple(lives), around)


def _services(client: SentryClient) -> Iterator[tuple[str, str]]:
    """Row of a PagerDuty integration's table → the service's name. Rows hold integration keys: only these two are kept."""
    for integration in client.rows("integrations", providerKey="pagerduty"):
        if integration.get("organizationIntegrationStatus") == "active":
            for row in client.service_table(str(integration["id"])):
                yield str(row["id"]), str(row["service"])
