"""What `monctl doctor` can learn of a Grafana: version, organisation, permissions by name; and a scratch dashboard for the round trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monctl.errors import AuthError, NotFound
from monctl.examination import Check, Verdict, clock, scopes
from monctl.resource import Json, Resource
from monctl.rest import Http
from monctl_targets.grafana.identity import uid
from monctl_targets.grafana.normalize import SCHEMA_VERSION

OLDEST = (11, 6)
"""What is tested against; the alerting endpoints used here are older, per-rule notification settings are not."""

# https://grafana.com/docs/grafana/latest/administration/roles-and-permissions/access-control/custom-role-actions-scopes/ (read 2026-11-21)
_READ = ("folders:read", "dashboards:read", "datasources:read", "alert.provisioning:read")
_WRITE = (
    "folders:create",
    "folders:write",
    "folders:delete",
    "dashboards:create",
    "dashboards:write",
    "dashboards:delete",
    "alert.provisioning:write",
)
_ROLE = "give the service account the role Admin, or a custom role with these actions"


def examine(http: Http) -> Iterator[Check]:
    """Checks of one server. Only reads."""
    health = http.get("/api/health")
    yield _version(str((health.json or {}).get("version", "")))
    yield from clock(health.headers)
    yield _permissions(http)  # before the rest: it tells why that may be refused
    yield Check("who", Verdict.OK, f"organisation '{http.get('/api/org').json.get('name', '')}'{_login(http)}")


def scratch(estate: str, environment: str) -> tuple[Resource, Resource]:
    """An empty dashboard, and the same with another title."""
    return _dashboard(estate, environment, "monctl doctor"), _dashboard(estate, environment, "monctl doctor, changed")


def _dashboard(estate: str, environment: str, title: str) -> Resource:
    model: dict[str, Json] = {
        "uid": uid("dashboard", estate, environment, "scratch"),
        "title": title,
        "schemaVersion": SCHEMA_VERSION,
        "panels": [],
        "tags": ["monctl"],
        "templating": {"list": []},
        "annotations": {"list": []},
    }
    return Resource("grafana", "dashboard", "scratch", title, {"dashboard": model, "folderUid": ""}, "dashboard.scratch")


def _version(said: str) -> Check:
    numbers = tuple(int(part) for part in said.partition("-")[0].split(".")[:2] if part.isdigit())
    if len(numbers) == 2 and numbers < OLDEST:
        return Check("version", Verdict.WARNING, f"Grafana {said}", "11.6 is the oldest version this is made for")
    return Check("version", Verdict.OK, f"Grafana {said or 'of a version it does not tell'}")


def _login(http: Http) -> str:
    """The name we go by, where Grafana tells it: a service account may not be allowed to ask."""
    try:
        user = http.get("/api/user").json
    except (AuthError, NotFound):
        return ""
    name = user.get("login") or user.get("name") if isinstance(user, Mapping) else None
    return f" as {name}" if name else ""


def _permissions(http: Http) -> Check:
    """By the actions we hold; in none of the published pages: grafana/grafana pkg/services/accesscontrol/api/api.go (read 2026-11-21)."""
    try:
        held = http.get("/api/access-control/user/permissions").json
    except (AuthError, NotFound):
        held = None
    if not isinstance(held, Mapping):
        return Check("permissions", Verdict.NOTE, "not told by this server; `--round-trip` shows what may be written")
    return scopes((*_READ, *_WRITE), held, word="permissions", help=_ROLE, writing=_WRITE)
