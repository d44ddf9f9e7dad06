"""Which Grafana a body needs, and which one a server is. Pure.

The oldest is the oldest this is written for: from 11.5.2 on the write of a group takes uids of the client for new rules, before it answered
500 (grafana/grafana issue 98283, fixed by PR 100450, read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from monctl.resource import Json, Resource

Version = tuple[int, int]

NEWEST: Version = (13, 0)
OLDEST: Version = (11, 6)
ACTIVE_TIMES: Version = (12, 1)
"""`active_time_intervals` of a rule (terraform-provider-grafana 3f9621f resource_alerting_rule_group.go, read 2026-11-20)."""
KEEP_FIRING: Version = (12, 0)
"""`keep_firing_for` of a rule (grafana/grafana PR 100750; grafana/grafana-operator issue 2086 names the page of 12.0; read 2026-11-21)."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a server is too old for."""

    what: str
    since: Version
    holders: tuple[str, ...]
    """Names of the objects that need it."""


def read(text: str) -> Version | None:
    """Major and minor of `13.0.1`, `12.1.0-91295`, `13.0`; None when it is no version."""
    found = re.match(r"(\d+)\.(\d+)", text)
    return None if found is None else (int(found[1]), int(found[2]))


def show(version: Version) -> str:
    """`12.1`."""
    return f"{version[0]}.{version[1]}"


def missing(server: Version, resources: Iterable[Resource]) -> Iterator[Missing]:
    """What some resources need and a server does not have yet, the oldest need first."""
    groups = [resource for resource in resources if resource.kind == "rule_group"]
    needs: tuple[tuple[str, Version, Callable[[Json], bool]], ...] = (
        ("rule groups written with uids of their own", OLDEST, bool),
        ("`keep_firing_for` (recover_after)", KEEP_FIRING, _recovering),
        ("`active_time_intervals` (business hours)", ACTIVE_TIMES, _active),
    )
    for what, since, needed in needs:
        holders = tuple(group.name for group in groups if any(needed(rule) for rule in group.body["rules"]))
        if holders and server < since:
            yield Missing(what, since, holders)


def _recovering(rule: Json) -> bool:
    return "keep_firing_for" in rule


def _active(rule: Json) -> bool:
    return bool((rule.get("notification_settings") or {}).get("active_time_intervals"))
