"""What a live detector measures and when it fires, and what an alert on issues filters by, as fields of the spec. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from monctl.number import show_number
from monctl.quantity import Duration
from monctl.resource import Json
from monctl.saying import Inexpressible, told
from monctl_targets.sentry import vocabulary as words
from monctl_targets.sentry.issues import ATTRIBUTES
from monctl_targets.sentry.query import MEASURES

_TRANSACTIONS = "is_transaction:true"
_UNITS = {"failure_rate": "%", "crash_free_rate": "%", "events": "", "users": "", "apdex": "", "throughput": "/min"}
_KEYS = {attribute: key for key, attribute in ATTRIBUTES.items()}
_MATCHES = {"eq": ("", "{}"), "ne": ("!", "{}"), "co": ("", "*{}*"), "nc": ("!", "*{}*"), "sw": ("", "{}*"), "nsw": ("!", "{}*"), "ew": ("", "*{}"), "new": ("!", "*{}")}  # fmt: skip
"""Match of a filter → sign and pattern of the search."""
_LEVELS = {rank: name for name, rank in words.LEVELS.items()}


def figure(source: Mapping[str, Any]) -> tuple[str, str, dict[str, Json]]:
    """What is measured, the unit of its limits in a sentence, and query and environment. Raises Inexpressible."""
    found = [name for name, one in MEASURES.items() if (one.aggregate, one.dataset) == (source["aggregate"], source["dataset"])]
    if not found:
        raise Inexpressible(f"the spec has no measure for {source['aggregate']} of {source['dataset']}", "dataSources")
    query = str(source["query"])
    if source["dataset"] == words.SPANS:
        if not re.match(rf"{_TRANSACTIONS}(\s|$)", query):
            raise Inexpressible("the spec measures transactions, and this query looks at all spans", "dataSources")
        query = query.removeprefix(_TRANSACTIONS).strip()
        if " OR " in query and query.startswith("(") and query.endswith(")"):
            query = query[1:-1]
    return found[0], _UNITS.get(found[0], "ms"), told({"query": query, "environment": source["environment"] or ""})


def breach(conditions: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, float]]:
    """(priority, side, limit) of each threshold, most severe first; what ends them follows from the last one."""
    found = [(int(one["conditionResult"]), str(one["type"]), one["comparison"]) for one in conditions if one["conditionResult"] != words.OK]
    if not found or any(side not in {"gt", "lt"} or isinstance(limit, Mapping) for _, side, limit in found):
        raise Inexpressible("a threshold is more or less than a limit", "conditionGroup")
    if len({priority for priority, _, _ in found}) != len(found):
        raise Inexpressible("a monitor has one limit for each priority", "conditionGroup")
    return sorted(found, reverse=True)


def when(side: str, limit: float, unit: str, window_s: int) -> str:
    """`> 5% in 10m`: the limit in the unit of the figure, over the window."""
    scaled = limit
    if unit == "%" and limit <= 1:
        scaled = round(limit / MEASURES["failure_rate"].factor, 9)
    elif unit == "/min":
        scaled = round(limit * 60 / window_s, 9)
    return f"{'>' if side == 'gt' else '<'} {show_number(scaled)}{unit} in {Duration(window_s * 1000)}"


def issue_source(filters: Sequence[Mapping[str, Any]], environment: str | None) -> dict[str, Json]:
    """Tags, level, query and environment of an alert on issues. Raises Inexpressible for a filter without words."""
    tags: dict[str, Json] = {}
    level = ""
    query: list[str] = []
    for one in filters:
        said = one["comparison"]
        match one["type"]:
            case "tagged_event" if said["match"] in {"eq", "is"} and said["key"] not in tags:
                tags[said["key"]] = said.get("value")
            case "tagged_event":
                query.append(_tag(said))
            case "event_attribute" if said["attribute"] in _KEYS and said["match"] in _MATCHES:
                query.append(_term(_KEYS[said["attribute"]], said["match"], said["value"]))
            case "level" if said["match"] == "gte" and not level:
                level = _level(said)
            case "level" if said["match"] == "eq":
                query.append(f"level:{_level(said)}")
            case type:
                raise Inexpressible(f"an alert on issues filters by tags, attributes and level, not by '{type}'", "actionFilters")
    return ({"tags": tags} if tags else {}) | told({"level": level, "query": " ".join(query), "environment": environment or ""})


def _tag(said: Mapping[str, Any]) -> str:
    key = f"tags[{said['key']}]" if said["key"] in ATTRIBUTES else str(said["key"])
    if said["match"] in {"is", "ns"}:
        return f"{'!' if said['match'] == 'ns' else ''}has:{key}"
    if said["match"] not in _MATCHES:
        raise Inexpressible(f"a search cannot say '{said['match']}' of the tag '{said['key']}'", "actionFilters")
    return _term(key, said["match"], said["value"])


def _term(key: str, match: str, value: str) -> str:
    sign, pattern = _MATCHES[match]
    text = pattern.format(value)
    plain = re.fullmatch(r"[\w./@:*-]+", text) is not None
    return f"{sign}{key}:{text}" if plain else f"{sign}{key}:" + '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _level(said: Mapping[str, Any]) -> str:
    name = _LEVELS.get(int(said["level"]))
    if name is None or name == "sample":
        raise Inexpressible(f"a level of {said['level']} has no name", "actionFilters")
    return name
