"""What `monctl doctor` can learn of Sentry: organisation, region, scopes by name, rate limit; and a scratch alert for the round trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from monctl.errors import AuthError, NotFound
from monctl.examination import Check, Verdict, allowance, clock, scopes
from monctl.resource import Json, Resource
from monctl.rest import Http

SCOPES = ("org:read", "project:read", "team:read", "member:read", "alerts:read", "alerts:write")
"""What reading and writing need. https://github.com/getsentry/sentry-api-schema a589a26 (read 2026-11-20)"""
_CONTROL = "sentry.io"


def examine(http: Http, root: str) -> Iterator[Check]:
    """Checks of one organisation; `root` is `/organizations/<slug>/`. Only reads."""
    yield _scopes(http)  # first: it tells why the rest may be refused
    answer = http.get(root)
    found: Mapping[str, Json] = answer.json if isinstance(answer.json, Mapping) else {}
    region = str((found.get("links") or {}).get("regionUrl") or "")
    yield _organization(found, region, urlsplit(http.base_url).hostname or "")
    headers = answer.headers
    yield from allowance(
        headers.get("x-sentry-rate-limit-limit"), headers.get("x-sentry-rate-limit-remaining"), "a window, for each endpoint"
    )
    yield from clock(headers)


def scratch() -> tuple[Resource, Resource]:
    """An alert that is switched off, watches nothing and tells nobody; and the same with another throttle."""
    return _workflow(1440), _workflow(720)


def _workflow(frequency_min: int) -> Resource:
    body: dict[str, Json] = {
        "name": "monctl doctor",
        "enabled": False,
        "environment": None,
        "config": {"frequency": frequency_min},
        "detectorIds": [],
        "triggers": {"logicType": "any-short", "conditions": [], "actions": []},
        "actionFilters": [],
    }
    return Resource("sentry", "workflow", "scratch", "monctl doctor", body, "monitor.scratch")


def _organization(found: Mapping[str, Json], region: str, host: str) -> Check:
    """A wrong region host answers 404 or with another organisation (https://docs.sentry.io/api/, read 2026-11-20)."""
    said = f"organization '{found.get('slug', '')}'" + (f" in {urlsplit(region).hostname}" if region else "")
    if region and host.endswith(f".{_CONTROL}") and host != urlsplit(region).hostname and not host.startswith(f"{found.get('slug')}."):
        return Check("who", Verdict.WARNING, f"{said}, asked at {host}", f"set targets.sentry.url to {region}")
    return Check("who", Verdict.OK, said)


def _scopes(http: Http) -> Check:
    """The index of the API says what a token may: getsentry/sentry src/sentry/api/endpoints/index.py (read 2026-11-21)."""
    try:
        index = http.get("/").json
    except (AuthError, NotFound):
        index = None
    auth = index.get("auth") if isinstance(index, Mapping) else None
    held = auth.get("scopes") if isinstance(auth, Mapping) else None
    if not isinstance(held, list):
        return Check("scopes", Verdict.NOTE, "not told here; `--round-trip` shows whether alerts may be written")
    help = "edit the internal integration's permissions (Settings > Custom Integrations); its token stays the same"
    return scopes(SCOPES, held, word="scopes", help=help, writing=("alerts:write",))
