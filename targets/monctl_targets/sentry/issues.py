"""Alerts about issues, not figures: "first seen", "regression", "any", as the triggers and filters of a workflow."""

from __future__ import annotations

import re
import shlex

from monctl.condition import State
from monctl.finding import Level
from monctl.measure import Sentry
from monctl.program import Alert
from monctl.resource import Json
from monctl_targets.sentry import vocabulary as words
from monctl_targets.sentry.report import Notes

_TRIGGERS = {"first seen": "first_seen_event", "regression": "regression_event"}
ATTRIBUTES = {
    "error.type": "exception.type",
    "error.value": "exception.value",
    "message": "message",
    "platform": "platform",
    "http.method": "http.method",
    "http.url": "http.url",
    "http.status_code": "http.status_code",
    "sdk.name": "sdk.name",
    "stack.module": "stacktrace.module",
    "stack.filename": "stacktrace.filename",
    "user.id": "user.id",
    "user.email": "user.email",
    "user.username": "user.username",
    "user.ip": "user.ip_address",
}
"""Search key → the attribute an action filter calls it. https://docs.sentry.io/concepts/search/searchable-properties/ (read 2026-11-20)"""
_TERM = re.compile(r"(!?)(has:)?(?:tags\[([^\]]+)\]|([\w.-]+))(?::(.*))?", re.DOTALL)


def issue_terms(alert: Alert) -> list[State]:
    """The terms of an alert that speak of issues."""
    return [term for term in alert.condition if isinstance(term, State) and term.kind in {"first seen", "regression", "any"}]


def triggers(terms: list[State]) -> list[Json]:
    """The WHEN of a workflow; empty, which is every event, as soon as one term is "any"."""
    if any(term.kind == "any" for term in terms):
        return []
    kinds = dict.fromkeys(_TRIGGERS[term.kind] for term in terms)
    return [{"type": kind, "comparison": True, "conditionResult": True} for kind in kinds]


def filters(source: Sentry, alert: Alert, notes: Notes) -> list[Json]:
    """The IF of a workflow: the source's tags, its level and what of its query a filter can say."""
    made = [_tag(tag, "is") if value is None else _tag(tag, "eq", value) for tag, value in source.tags.items()]
    if source.level is not None:
        made.append({"type": "level", "comparison": {"level": words.LEVELS[source.level], "match": "gte"}, "conditionResult": True})
    return made + _of_query(source.query, alert, notes)


def frequency_min(alert_pages: bool, repeat_s: float | None) -> int:
    """Minutes between two messages about one issue: as the channels say, else 5 for what pages and Sentry's own 30 for the rest."""
    if repeat_s is not None:
        return max(1, round(repeat_s / 60))
    return 5 if alert_pages else 30


def every_event(source: Sentry, alert: Alert, conditions: list[Json], notes: Notes) -> None:
    """Told where nothing narrows an alert on every event: each error of the project sends a message (jikig-ai/soleur#4781, read 2026-11-20)."""
    if any(term.kind == "any" for term in issue_terms(alert)) and not conditions:
        notes.finding(
            "SENTRY110",
            f"'any' of '{notes.address.partition('.')[2]}' is every event of the project: the source names no tag, level or query",
            help="name what is meant with `tags`, `level` or `query`, or write 'first seen'",
            origin=alert.origin,
            level=Level.WARNING,
        )


def _of_query(query: str, alert: Alert, notes: Notes) -> list[Json]:
    made, lost = [], []
    for token in _tokens(query):
        condition = _condition(token)
        if condition is None:
            lost.append(token)
        else:
            made.append(condition)
    if lost:
        why = f"an alert on issues has no search; not filtered by: {' '.join(lost)}"
        notes.dropped("source.query", why, severity=alert.severity)
    return made


def _tokens(query: str) -> list[str]:
    try:
        return shlex.split(query)
    except ValueError:
        return [query]


def _condition(token: str) -> Json | None:
    """One word of the search as a filter; None for free text, comparisons, lists, OR and brackets."""
    found = _TERM.fullmatch(token)
    if found is None:
        return None
    negated, has, tag, key, value = bool(found[1]), found[2], found[3], found[4], found[5]
    name = tag or key
    if has:
        return _tag(name, "ns" if negated else "is") if value is None else None
    if value is None or value[:1] in {"[", ">", "<"} or value == "" or name in {"is", "has"}:
        return None
    if name == "level" and not negated and value in words.LEVELS:
        return {"type": "level", "comparison": {"level": words.LEVELS[value], "match": "eq"}, "conditionResult": True}
    matched = _matched(value)
    if matched is None:
        return None
    positive, negative, text = matched
    match = negative if negated else positive
    if tag is None and name in ATTRIBUTES:
        return {
            "type": "event_attribute",
            "comparison": {"attribute": ATTRIBUTES[name], "match": match, "value": text},
            "conditionResult": True,
        }
    return _tag(name, match, text)


def _matched(value: str) -> tuple[str, str, str] | None:
    """Match, its negation, and the text without the stars; None where a star stands in the middle."""
    head, tail, text = value.startswith("*"), value.endswith("*"), value.strip("*")
    if "*" in text or not text:
        return None
    match (head, tail):
        case (True, True):
            return "co", "nc", text
        case (True, False):
            return "ew", "new", text
        case (False, True):
            return "sw", "nsw", text
        case _:
            return "eq", "ne", text


def _tag(key: str, match: str, value: str | None = None) -> Json:
    comparison = {"key": key, "match": match} | ({} if value is None else {"value": value})
    return {"type": "tagged_event", "comparison": comparison, "conditionResult": True}
