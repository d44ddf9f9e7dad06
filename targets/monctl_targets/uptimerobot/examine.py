"""What `monctl doctor` can learn of an UptimeRobot account: owner, plan, room for monitors, rate limit; and a scratch monitor for the round trip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monctl.examination import Check, Verdict, allowance, clock
from monctl.resource import Json, Live, Resource
from monctl.rest import Http
from monctl_targets.uptimerobot.limits import Subscription, subscription
from monctl_targets.uptimerobot.plan import PLANS

_FULL = 0.9
"""Share of the monitors an account may hold from which it is worth a word."""


def examine(http: Http, declared: str, monitor_limit: Json = None) -> Iterator[Check]:
    """Checks of one account. `declared` is the plan monctl.yaml says or means, `monitor_limit` what it says there of monitors. Only reads.

    `GET /user/me`: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (read 2026-11-20). It does not tell whether a key may write.
    """
    answer = http.get("/user/me")
    me: Mapping[str, Json] = answer.json if isinstance(answer.json, Mapping) else {}
    yield Check("who", Verdict.OK, str(me.get("email", "an account that does not say whose it is")))
    yield _plan(subscription(me), declared)
    yield from _room(me.get("monitorsCount"), subscription(me).monitors, monitor_limit)
    yield from allowance(answer.headers.get("x-ratelimit-limit"), answer.headers.get("x-ratelimit-remaining"), "a minute")
    yield from clock(answer.headers)


def unconfirmed(contacts: Iterable[Live]) -> Iterator[Check]:
    """The e-mail contacts that deliver nothing yet: the owner of a mailbox confirms it. https://github.com/uptimerobot/uptimerobot-cli (read 2026-11-20)."""
    waiting = sorted(str(live.body.get("value")) for live in contacts if live.body.get("status") == "NotActivated")
    if waiting:
        said = f"{', '.join(waiting)}: not confirmed yet, and nobody is told there before"
        yield Check("contacts", Verdict.NOTE, said, "follow the link in the mail UptimeRobot sent there")


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


def _plan(account: Subscription, declared: str) -> Check:
    plan = PLANS.get(declared)
    if not account.label:
        return Check("plan", Verdict.NOTE, f"not told by the account; the specs count on {declared}")
    if plan is not None and account.plan is not None and account.lacks(plan):
        help = f"set `targets.uptimerobot.plan: {account.plan.name}`, so that what it lacks is found before anything is applied"
        return Check("plan", Verdict.FAILED, f"{account.label}, and the specs count on {declared}", help)
    said = account.label if account.label.lower() == declared else f"{account.label}; the specs count on {declared}"
    return Check("plan", Verdict.OK, said)


def _room(count: Json, limit: int | None, declared: Json) -> Iterator[Check]:
    if limit is None:
        return
    if isinstance(declared, int) and declared > limit:
        help = f"set `targets.uptimerobot.monitor_limit: {limit}`"
        yield Check("monitor limit", Verdict.FAILED, f"the account holds {limit}, and monctl.yaml says {declared}", help)
    if not isinstance(count, int):
        return
    said = f"{count} of {limit} are used; paused ones count"
    if count >= limit:
        yield Check("monitors", Verdict.WARNING, said, "no further one can be made: delete some, or take a larger plan")
    elif count >= limit * _FULL:
        yield Check("monitors", Verdict.WARNING, said, "there is little room left")
    else:
        yield Check("monitors", Verdict.OK, said)
