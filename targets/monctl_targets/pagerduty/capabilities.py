"""What PagerDuty takes, each fact with its page."""

from __future__ import annotations

from monctl.pace import Budget
from monctl.target import Capabilities, Capability, Fit, Limit

_REST = "https://developer.pagerduty.com/api-reference (read 2026-11-20)"
_SCHEDULES = "https://support.pagerduty.com/main/docs/schedule-basics (read 2026-11-20)"
_POLICIES = "https://support.pagerduty.com/main/docs/escalation-policies (read 2026-11-20)"
_URGENCY = "https://support.pagerduty.com/main/docs/dynamic-notifications (read 2026-11-20)"
_EVENTS = "https://developer.pagerduty.com/docs/events-api-v2-overview (read 2026-11-20)"
_TERRAFORM = "terraform-provider-pagerduty, validation of schedules (read 2026-11-20)"

# per account key, or per user over all of the user's tokens; one request at a time is the vendor's own advice
BUDGET = Budget(960, 60.0, "https://developer.pagerduty.com/docs/rest-api-rate-limits (read 2026-11-20)")


def _exact(feature: str, source: str, how: str = "") -> Capability:
    return Capability(feature, Fit.EXACT, how, source)


def _approximated(feature: str, how: str, source: str) -> Capability:
    return Capability(feature, Fit.APPROXIMATED, how, source)


def _dropped(feature: str, how: str, source: str) -> Capability:
    return Capability(feature, Fit.DROPPED, how, source)


CAPABILITIES = Capabilities(
    capabilities=(
        _exact("team", _REST, "where it owns a rotation or an escalation"),
        _exact("team.members", _REST, "the lead as manager, the others as responders"),
        _exact("rotation", _SCHEDULES),
        _exact("rotation.layers", _SCHEDULES, "a schedule each: a schedule has one person on call at a time"),
        _exact("rotation.restrictions", _SCHEDULES),
        _exact("rotation.time_zone", _SCHEDULES, "names by region"),
        _exact(
            "rotation.overrides", _REST, "those that are not over; what people enter at PagerDuty is left alone. Not with `schedules: v3`"
        ),
        _exact("escalation.after", _POLICIES, "as the time each level has"),
        _exact("escalation.repeat", _REST),
        _exact("escalation.rotation", _POLICIES),
        _exact("escalation.person", _POLICIES),
        _approximated("escalation.team", "all members at once", _POLICIES),
        _dropped("escalation.channel", "PagerDuty calls people; messages are the runner's", _POLICIES),
        _exact("channel.pagerduty", _REST, "a service with an Events API v2 integration"),
        _exact("channel.resolved", _EVENTS),
        _approximated("channel.repeat", "after an incident was acknowledged", _REST),
        _approximated("channel.rate", "by the runner", _EVENTS),
        _approximated("channel.group_by", "by the runner; alert grouping depends on the plan", _REST),
        _approximated("severity.urgency", "by the severity of the event: critical and error high, warning and info low", _URGENCY),
        _approximated("calendar", "as support hours: one window a day; the rest by the runner", _REST),
        _dropped("calendar.holidays", "by the runner", _REST),
        _dropped("maintenance", "by the runner: while a window of PagerDuty runs, incidents cannot be resolved by events", _REST),
        _dropped("dashboard", "no dashboards by API", _REST),
    ),
    limits=(
        Limit("targets of an escalation level", 10, "targets", _REST),
        Limit("repeats of an escalation", 9, "times", _REST),
        Limit("time between escalation levels, at least", 1, "minutes", "terraform-provider-pagerduty #401 (read 2026-11-20)"),
        Limit("length of a turn, at least", 3600, "seconds", _TERRAFORM),
        Limit("length of a turn", 31_536_000, "seconds", _TERRAFORM),
        Limit("members of an event of a v3 schedule", 20, "people", _REST),
        Limit("events of a v3 schedule", 50, "events", _REST),
        Limit("start of a v3 schedule, at most ahead", 12, "months", _REST),
        Limit("name of a team", 100, "characters", _REST),
        Limit("name of a schedule", 255, "characters", _SCHEDULES),
        Limit("description", 1024, "characters", _REST),
        Limit("services of an account", 25_000, "services", _REST),
        Limit(
            "objects of one kind that can be listed", 10_000, "objects", "https://developer.pagerduty.com/docs/pagination (read 2026-11-20)"
        ),
        Limit("REST requests", BUDGET.requests, "requests a minute", BUDGET.source),
        Limit("events of one integration", 120, "events a minute", _EVENTS),
        Limit("summary of an event", 1024, "characters", _EVENTS),
        Limit("size of an event", 524_288, "bytes", _EVENTS),
    ),
    credentials=("PAGERDUTY_TOKEN",),
)
