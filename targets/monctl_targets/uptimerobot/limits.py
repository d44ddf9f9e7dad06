"""What the account will refuse of a plan's changes: its real plan, the room it has for monitors, its SMS credits. Pure.

`GET /user/me` tells the plan by a label and the number of monitors, not the shortest interval; that is the plan's, see `plan`. Source:
https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27); paused monitors count: github.com/uptimerobot/ai de67d60 (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monctl.plan import Action, Change, Problem
from monctl.resource import Json, Live, Lookup, Resource, leaves
from monctl_targets.uptimerobot.normalize import canonical
from monctl_targets.uptimerobot.plan import FEATURES, PLANS, Plan

_TYPES = {"HEARTBEAT": "heartbeat", "DNS": "dns", "API": "api"}
_MADE = (Action.CREATE, Action.REPLACE)
_GONE = Action.DELETE


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an account says of itself; None where it does not."""

    label: str
    """As the vendor writes it; empty when it does not say."""
    monitors: int | None
    """How many it may hold."""
    sms_credits: int | None

    @property
    def plan(self) -> Plan | None:
        """The plan of that label. Some accounts have others, such as "Scale": the labels are no closed list."""
        return PLANS.get(self.label.lower())

    def lacks(self, declared: Plan) -> bool:
        """Whether it is known to be a smaller plan than the declared one."""
        names = list(PLANS)
        return self.plan is not None and names.index(self.plan.name) < names.index(declared.name)


def subscription(me: Json) -> Subscription:
    """From the answer of `GET /user/me`, whatever it is."""
    told: Mapping[str, Json] = me if isinstance(me, Mapping) else {}
    active = told.get("activeSubscription")
    held: Mapping[str, Json] = active if isinstance(active, Mapping) else {}
    limits = (told.get("monitorLimit"), held.get("monitorLimit"))
    limit = next((one for one in limits if type(one) is int and one > 0), None)
    left = told.get("smsCredits")
    return Subscription(str(held.get("plan") or ""), limit, left if type(left) is int else None)


def objections(
    account: Subscription, declared: Plan, changes: Iterable[Change], resources: Iterable[Resource], lives: Iterable[Live]
) -> Iterator[Problem]:
    """One for each change the account would refuse; those that name no change are for people to know."""
    every = [change for change in changes if change.action is not _GONE]
    wanted = {(one.kind, one.key): one.body for one in resources}
    real = account.plan
    if real is not None and account.lacks(declared) and every:
        message = f"the account is on UptimeRobot's {real.name} plan, and the specs count on {declared.name}"
        yield Problem("uptimerobot", "", message, f"set `targets.uptimerobot.plan: {real.name}`: what it lacks is then told for each spec")
        for change in every:
            for what in _lacking(real, change.kind, wanted[change.kind, change.key]):
                message = f"it needs {what}, and the account is on UptimeRobot's {real.name} plan"
                help = f"set `targets.uptimerobot.plan: {real.name}`, or take a larger plan"
                yield Problem("uptimerobot", change.address, message, help, change.id)
    yield from _without_room(account, every, sum(live.kind == "monitor" for live in lives))
    if account.sms_credits == 0:
        texted = sorted({change.address for change in every if _texts(wanted[change.kind, change.key])})
        if texted:
            message = f"the account has no SMS credits: nobody is told of {', '.join(texted)} by text message"
            yield Problem("uptimerobot", "", message, "buy credits in UptimeRobot's dashboard")


def _without_room(account: Subscription, changes: Iterable[Change], held: int) -> Iterator[Problem]:
    """The new monitors that find no room. What a plan deletes goes after what it makes, so that nothing is unwatched, and makes no room for it."""
    if account.monitors is None:
        return
    new = [change for change in changes if change.kind == "monitor" and change.action in _MADE]
    room = max(0, account.monitors - held)
    for change in new[room:]:
        message = (
            f"the account holds {account.monitors} monitors at most, {held} are there, and the plan makes {len(new)}; paused ones count"
        )
        yield Problem("uptimerobot", change.address, message, "delete some and apply that first, or take a larger plan", change.id)


def _lacking(plan: Plan, kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    """What an object needs and a plan lacks, in people's words."""
    if kind == "maintenance_window" and "maintenance" not in plan.features:
        yield FEATURES["maintenance"]
    if kind == "integration" and canonical(body["type"]) not in plan.integrations:
        yield f"the {canonical(body['type'])} integration"
    if kind != "monitor":
        return
    if body["interval"] < plan.min_interval_s:
        yield f"a check every {body['interval']} s"
    needed = {
        "custom_fields": bool(body.get("customFields")),
        "regions": "regionData" in body,
        "certificate": bool(body.get("sslExpirationReminder")),
        "slow_response": bool(body.get("responseTimeThreshold")),
        "alert_delay": any(edge["threshold"] or edge["recurrence"] for edge in body.get("assignedAlertContacts") or ()),
        "request": bool(body.get("customHttpHeaders") or body.get("postValueData")),
        **{feature: body["type"] == type for type, feature in _TYPES.items()},
    }
    yield from (FEATURES[feature] for feature, used in needed.items() if used and feature not in plan.features)


def _texts(body: Json) -> bool:
    return any(isinstance(leaf, Lookup) and ("type", "ProSms") in leaf.query for leaf in leaves(body))
