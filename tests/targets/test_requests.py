"""Reading a thousand objects takes as many requests as the vendors' lists have pages, not one for each object."""

from __future__ import annotations

import json
from collections import Counter
from math import ceil
from pathlib import Path

import pytest

from bench import live
from monctl.sandbox.store import Store

SIZE = 1000
FIRST = 40
KINDS = {
    "grafana": ("rule",),
    "pagerduty": ("escalation_policy", "schedule", "service"),
    "sentry": ("detector", "workflow"),
    "uptimerobot": ("monitor",),
}
"""Provider → kinds of which there are many."""


def _grow(folder: Path, provider: str) -> Counter[str]:
    """Copies of what was applied, marks and all, until there are SIZE objects; how many there are of each kind."""
    store = Store.open(folder / "sandbox" / "sandbox.sqlite", provider)
    there = [(kind, id, json.dumps(body)) for kind, id, body in store.items() if kind in KINDS[provider]]
    there = [one for one in there if "monctl:account/" in one[2]]
    for number in range(SIZE - len(there)):
        kind, id, text = there[number % len(there)]
        short = id.rpartition("/")[2]
        new = str(int(short) + (number + 1) * 10_000_000) if short.isdigit() else f"{short}{number}"
        store.put(kind, id.removesuffix(short) + new, json.loads(text.replace(short, new)))
    if provider == "grafana":
        _regroup(store)
    counts = Counter(kind for kind, _, _ in store.items())
    store.close()
    return counts


def _regroup(store: Store) -> None:
    """A rule group of Grafana's lists its rules."""
    (_, id, group), *_ = [one for one in store.items() if one[0] == "rule_group"]
    store.put("rule_group", id, {**group, "uids": [uid for kind, uid, _ in store.items() if kind == "rule"]})


def _pages(count: int, size: int) -> int:
    return max(1, ceil(count / size))


@pytest.mark.parametrize("provider", sorted(KINDS))
def test_a_thousand_objects_are_read_by_pages(provider: str, tmp_path: Path) -> None:
    live.fill(provider, tmp_path, FIRST)
    counts = _grow(tmp_path, provider)
    with live.opened(provider, tmp_path) as made:
        account = made()
        state = account.read()
        asked = dict(account.counting.asked)

    assert sum(counts[kind] for kind in KINDS[provider]) >= SIZE
    assert len(state.lives) >= SIZE or provider == "grafana"  # whose rules are read as groups
    many = _many(provider, counts)
    assert {what: asked[what] for what in many} == many
    assert [what for what, count in asked.items() if what not in many and count > 2] == [], (
        "what is there but a few times is asked for once"
    )


def _many(provider: str, counts: Counter[str]) -> dict[str, int]:
    """How often the lists of what there are many of are asked for."""
    match provider:
        case "grafana":
            # what no list tells is read one by one, of our own objects only: the model of a dashboard
            return {
                "GET /grafana/api/dashboards/uid/ID": FIRST // 20,
                "GET /grafana/api/v1/provisioning/alert-rules": 1,  # has no pages
                "GET /grafana/api/v1/provisioning/folder/ID/rule-groups/ID": counts["rule_group"],  # so few; more are read with one export
            }
        case "pagerduty":
            lists = {"escalation_policies": "escalation_policy", "schedules": "schedule", "services": "service"}
            return {f"GET /pagerduty/{path}": _pages(counts[kind], 100) for path, kind in lists.items()}
        case "sentry":
            path = "GET /sentry/api/ID/organizations/acme"
            return {f"{path}/{kind}s/": _pages(counts[kind], 100) for kind in ("detector", "workflow")}
        case _:
            return {"GET /uptimerobot/monitors": counts["monitor"] // 200 + 1}  # after a full page there may be more
