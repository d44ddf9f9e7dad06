"""What `monctl doctor` can learn of an UptimeRobot account: owner, plan, room for monitors, rate limit; and a scratch monitor for the round trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monctl.examination import Check, Verdict, allowance, clock
from monctl.resource import Json, Resource
from monctl.rest import Http
from monctl_targets.uptimerobot.plan import PLANS, Plan

_FULL = 0.9
"""Share of the monitors an account may hold from which it is worth a word."""


def examine(http: Http, declared: str) -> Iterator[Check]:
    """Checks of one account. `declared` is the plan monctl.yaml says or means. Only reads.

    `GET /user/me`: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (read 2026-11-20). It does not tell whether a key may write.
    """
    answer = http.get("/user/me")
    me: Mapping[str, Json] = answer.json if isinstance(answer.json, Mapping) else {}
    yield Check("who", Verdict.OK, str(me.get("email", "an account that does not say whose it is")))
    subscription = me.get("activeSubscription")
    yield _plan(str(subscription.get("plan") or "") if isinstance(subscription, Mapping) else "", declared)
    yield from _room(me.get("monitorsCount"), me.get("monitorLimit"))
    yield from allowance(answer.headers.get("x-ratelimit-limit"), answer.headers.get("x-ratelimit-remaining"), "a minute")
    yield from clock(answer.headers)


def scratch() -> tuple[Resource, Resource]:
    """A paused monitor of example.com at the longest interval of every plan, and the same with another name."""
    return _monitor("monctl doctor"), _monitor("monctl doctor, changed")


def _monitor(name: str) -> Resource:
    body: dict[str, Json] = {
        "type": "HTTP",
        "friendlyName": name,
        "url": "https://example.com/",
        "interval": 86_400,
        "timeout": 30,
        "status": "PAUSED",
    }
    return Resource("uptimerobot", "monitor", "scratch", name, body, "monitor.scratch")


def _plan(told: str, declared: str) -> Check:
    plan = PLANS.get(declared)
    if not told:
        return Check("plan", Verdict.NOTE, f"not told by the account; the specs count on {declared}")
    # some accounts say "Scale" for the largest one: the labels are not a closed list
    known = PLANS.get(told.lower())
    if plan is not None and known is not None and _less(known, plan):
        help = f"set `targets.uptimerobot.plan: {known.name}`, so that what it lacks is found before anything is applied"
        return Check("plan", Verdict.FAILED, f"{told}, and the specs count on {declared}", help)
    return Check("plan", Verdict.OK, f"{told}; the specs count on {declared}" if told.lower() != declared else told)


def _less(one: Plan, other: Plan) -> bool:
    names = list(PLANS)
    return names.index(one.name) < names.index(other.name)


def _room(count: Json, limit: Json) -> Iterator[Check]:
    if not isinstance(count, int) or not isinstance(limit, int) or limit <= 0:
        return
    said = f"{count} of {limit} are used; paused ones count"
    if count >= limit:
        yield Check("monitors", Verdict.WARNING, said, "no further one can be made: delete some, or take a larger plan")
    elif count >= limit * _FULL:
        yield Check("monitors", Verdict.WARNING, said, "there is little room left")
    else:
        yield Check("monitors", Verdict.OK, said)
