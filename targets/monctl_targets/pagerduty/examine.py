"""What `monctl doctor` can learn of a PagerDuty account: whose token, its abilities, its rate limit; and a scratch team for the round trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monctl.errors import AuthError, NotFound, ProviderError, Rejected
from monctl.examination import Check, Verdict, allowance, clock
from monctl.resource import Resource
from monctl.rest import Http

_ABILITIES: Mapping[str, str] = {"teams": "teams are refused", "service_support_hours": "business hours of services are refused"}
"""Ability → what happens without it. https://developer.pagerduty.com/api-reference (Abilities, read 2026-11-20)"""
_READERS = frozenset({"observer", "read_only_user", "read_only_limited_user", "restricted_access"})
"""Roles that cannot change services and schedules of the account. https://support.pagerduty.com/main/docs/user-roles (read 2026-11-20)"""


def examine(http: Http) -> Iterator[Check]:
    """Checks of one account. Only reads."""
    yield _who(http)
    try:
        answer = http.get("/abilities")
    except AuthError as error:
        yield Check("abilities", Verdict.WARNING, _told(error), "a scoped token needs abilities.read to say what the plan allows")
        return
    held = answer.json.get("abilities") if isinstance(answer.json, Mapping) else None
    missing = [f"{name} ({why})" for name, why in _ABILITIES.items() if name not in (held or ())]
    if missing:
        yield Check(
            "abilities",
            Verdict.WARNING,
            f"the plan lacks {', '.join(missing)}",
            "leave these features out, or ask for a plan that has them",
        )
    else:
        yield Check("abilities", Verdict.OK, f"{len(held or ())}, {' and '.join(_ABILITIES)} among them")
    yield from allowance(answer.headers.get("ratelimit-limit"), answer.headers.get("ratelimit-remaining"), "a minute")
    yield from clock(answer.headers)


def scratch() -> tuple[Resource, Resource]:
    """A team without members, and the same with another description."""
    return _team("made by `monctl doctor`, and deleted at once"), _team("changed by `monctl doctor`, and deleted at once")


def _team(description: str) -> Resource:
    name = "monctl doctor"
    return Resource("pagerduty", "team", "scratch", name, {"type": "team", "name": name, "description": description}, "team.scratch")


def _who(http: Http) -> Check:
    """A user's token says whose it is; an account's does not (https://developer.pagerduty.com/api-reference, getCurrentUser, read 2026-11-20)."""
    try:
        user = http.get("/users/me").json
    except (NotFound, Rejected):
        return Check("who", Verdict.OK, "a key of the whole account")
    except AuthError as error:
        if error.status == 401:
            raise
        return Check("who", Verdict.OK, "a token that may not ask who it is")
    person = user.get("user") if isinstance(user, Mapping) else None
    if not isinstance(person, Mapping):
        return Check("who", Verdict.OK, "a token that does not say whose it is")
    said = f"{person.get('name', '')} <{person.get('email', '')}>, {person.get('role', 'of no role it tells')}"
    if person.get("role") in _READERS:
        return Check(
            "who",
            Verdict.WARNING,
            f"{said}: enough to plan, not to apply",
            "take a key of the account, or of a user who may manage services",
        )
    return Check("who", Verdict.OK, said)


def _told(error: ProviderError) -> str:
    return f"{error.args[0]}{f': {error.detail}' if error.detail else ''}"
