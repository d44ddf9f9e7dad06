"""The pages of the rules keep their word: what stands under Example makes the rule speak, and what stands under Instead does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from monctl.lint import Rule, all_rules
from monctl.spec.file import TOP_LEVEL
from monctl.spec.sources import SOURCE_FIELDS
from monctl.yaml_reader import read_yaml

BASE = Path(__file__).parent / "base.yaml"
RULES = {rule.code: rule for rule in all_rules()}
SHOP = 'datasources: {shop: {type: postgresql, dsn: "${env:SHOP_DSN}", large: [events]}}'
SITE = 'monitors: {site: {service: web, http: https://example.com, alert: {critical: down, warning: "down for 5m"}}}'
BESIDE = {
    "DASH001": "dashboards: {all: {rows: [{panels: [{title: Latency, metric: latency}]}]}}",
    "DASH002": "metrics: {cpu: {host: cpu}, response-time: {http: https://example.com}}",
    "DASH007": "metrics: {load: {prometheus: {datasource: prom, query: node_load1}}}",
    "MON009": "metrics: {failed-payments: {unit: percent, sql: {datasource: shop, query: SELECT 1 AS n}}}",
    "MON016": "monitors: {page: {http: https://example.com}}",
    "MON018": SITE,
    "MON019": "monitors: {backup: {http: https://example.com}}",
    "MON029": "monitors: {page: {http: https://example.com}}",
    "ROUTE002": SITE,
    "ROUTE003": "monitors: {site: {http: https://example.com, alert: {critical: down}}}",
    "ROUTE004": SITE,
    "ROUTE013": SITE,
    "ROUTE015": "channels: {pagerduty: {pagerduty: {service: web, escalation: on-call}}}",
    "ROUTE016": "rotations: {oncall: {layers: {primary: [ana, ben], backup: [ben, ana]}}}",
    "ROUTE017": "severities: {major: {urgency: high, notify: [slack]}}",
    "ROUTE021": "channels: {text: {email: {to: [desk@example.com]}}}",
    "ROUTE023": SITE.removesuffix("}") + ", till: {service: checkout, http: https://example.com/till, alert: {critical: down}}}",
    "ROUTE025": SITE,
    "ROUTE027": "services: {database: {}, api: {depends_on: [database]}}",
    "ROUTE028": SITE + "\nchannels: {text: {email: {to: [desk@example.com]}}}",
    "SQL017": SHOP,
    "SQL028": SHOP + "\nmonitors: {page: {every: 1m}}",
    "SQL029": SHOP,
    "SQL035": SHOP.replace("postgresql", "mysql"),
}
"""What a snippet stands on and does not show, where it is not just a name."""
WITHIN = {
    "MON030": ("monitors", "site"),
    "ROUTE013": ("rotations", "oncall"),
    "ROUTE016": ("rotations", "oncall"),
    "ROUTE022": ("rotations", "oncall"),
}
"""The object a snippet without kinds is a piece of; of a monitor called `page` where nothing is said."""
ALONE = {"MON012", "MON022"}
"""Pages whose Instead has other names than the Example: it takes its place."""
UNTRIED = {
    "LINT001": "an ignore is a comment",
    "LINT002": "an ignore is a comment",
    "LINT003": "an ignore is a comment",
    "LINT004": "monctl.yaml",
    "MON024": "monctl.yaml beside a spec",
    "ROUTE029": "a monitor on two targets, with a provider that is not there in these tests",
    "SEC001": "the secret itself is not on the page",
    "SEC005": "a variable of monctl.yaml",
    "SQL036": "how a text is laid out, which is done anew here",
}
"""Pages whose snippets are not of one spec file, and why; `cases/` has them."""
_DECLARED = {
    "metrics": "{sql: {datasource: shop, query: SELECT COUNT(*) AS n FROM jobs}}",
    "services": "{team: platform}",
    "runbooks": "{steps: [Look.]}",
    "people": "{email: someone@example.com}",
    "channels": "{slack: {channel: '#alerts', webhook: '${env:SLACK_WEBHOOK}'}}",
    "calendars": "{hours: [{days: mon-fri, start: '09:00', end: '17:00'}]}",
    "log": "{type: logs, path: /var/log/shop.log}",
    "redis": "{type: redis, dsn: '${env:REDIS_URL}'}",
}
_NAMES = {
    "metric": "metrics",
    "metrics": "metrics",
    "service": "services",
    "depends_on": "services",
    "runbook": "runbooks",
    "members": "people",
    "primary": "people",
    "backup": "people",
    "person": "people",
    "notify": "channels",
    "during": "calendars",
}
_OF_SQL = {"query", "values", "mode", "datasource"}


def shown(rule: Rule, heading: str) -> str:
    """The first indented block below a heading of a page."""
    below = rule.page.split(f"**{heading}**\n", 1)[1].lstrip("\n")
    block = re.match(r"(?:(?: {4}[^\n]*|[ ]*)(?:\n|\Z))*", below)
    assert block is not None
    return re.sub(r"^ {4}", "", block.group().rstrip(), flags=re.MULTILINE)


def spec(code: str, heading: str) -> dict[str, Any]:
    """A snippet as kinds and objects: it is such a text, or a piece of one, or a query, or one behind the other with `…` between."""
    told: dict[str, Any] = {}
    snippet = shown(RULES[code], heading).replace("{…}", "{datasource: shop, query: SELECT COUNT(*) AS n FROM jobs}")
    for piece in re.split(r"^…\n", snippet, flags=re.MULTILINE):
        told = laid_over(told, _piece(piece, code), code)
    return told


def _piece(piece: str, code: str) -> dict[str, Any]:
    found = {"query": piece} if re.match(r"SELECT\b|WITH\b", piece) else read_yaml(piece)[0] or {}
    match found:
        case str():
            found = {"query": "SELECT … FROM jobs".replace("…", found)}
        case list():
            found = {"panels": found}
        case _ if set(found) <= set(TOP_LEVEL):
            return dict(found)
    if "panels" in found:
        return {"dashboards": {"page": {"rows": [found]}}}
    if "tables" in found:
        return {"datasources": {"shop": {"type": "postgresql", "dsn": "${env:SHOP_DSN}"} | found}}
    kind, name = WITHIN.get(code, ("monitors", "page"))
    sql = {key: value for key, value in found.items() if key in _OF_SQL}
    return {kind: {name: {key: value for key, value in found.items() if key not in _OF_SQL} | ({"sql": sql} if sql else {})}}


def laid_over(first: dict[str, Any], second: dict[str, Any], code: str) -> dict[str, Any]:
    """The second over the first: an object in the place of the one of its name, a piece of one in the place of its fields."""
    told = first | {kind: (first.get(kind) or {}) | (objects or {}) for kind, objects in second.items()}
    kind, name = WITHIN.get(code, ("monitors", "page"))
    below, over = ((one.get(kind) or {}).get(name) for one in (first, second))
    if below and over:
        sql = {"sql": below["sql"] | over["sql"]} if "sql" in below and "sql" in over else {}
        told[kind][name] = below | over | sql
    return told


def completed(told: dict[str, Any], code: str) -> str:
    """What is told with what it takes to be valid: an alert and a source for a monitor, and whatever is only named."""
    told = laid_over(yaml.safe_load(BESIDE.get(code, "{}")), told, code)
    page = (told.get("monitors") or {}).get("page")
    if page is not None:
        if "sql" in page:
            page["sql"] = {"datasource": "shop"} | page["sql"]
        elif not {*SOURCE_FIELDS, "metric"} & set(page):
            page["host"] = "cpu"
        page.setdefault("alert", {"warning": "> 5"})
    rotation = (told.get("rotations") or {}).get("oncall")
    if rotation is not None:
        rotation.update({"shift": "1w", "start": "2026-01-05T09:00"} | rotation)
        if not {"members", "layers"} & set(rotation):
            rotation["members"] = ["ana", "ben"]
        told["escalations"] = {"on-call": {"levels": [{"after": "0m", "notify": ["oncall"]}]}} | (told.get("escalations") or {})
    base = yaml.safe_load(BASE.read_text(encoding="utf-8"))
    for kind, name in list(_named(told)):
        held = "datasources" if kind in {"log", "redis"} else kind
        receivers = ("people", "teams", "rotations", "escalations") if kind == "channels" else ()
        if not any(name in (estate.get(one) or {}) for estate in (base, told) for one in (held, *receivers)):
            told[held] = (told.get(held) or {}) | {name: yaml.safe_load(_DECLARED[kind])}
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True)


def _named(told: Any) -> Iterator[tuple[str, str]]:
    """Kind and name of what is named somewhere in a text."""
    if isinstance(told, list):
        for item in told:
            yield from _named(item)
    elif isinstance(told, dict):
        for key, value in told.items():
            if kind := _NAMES.get(key):
                yield from (
                    (kind, one.partition(".")[0]) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)
                )
            elif key in {"log", "redis"} and isinstance(value, dict) and "datasource" in value:
                yield key, value["datasource"]
            yield from _named(value)


PAGES = [code for code in RULES if code not in UNTRIED]


@pytest.mark.parametrize("code", PAGES)
def test_the_example_of_a_page_makes_its_rule_speak(code: str, linted: Any) -> None:
    found = linted(completed(spec(code, "Example"), code), only=[RULES[code]]).findings

    assert code in {one.code for one in found}


@pytest.mark.parametrize("code", [code for code in PAGES if shown(RULES[code], "Instead")])
def test_what_a_page_says_instead_is_quiet(code: str, linted: Any) -> None:
    instead = spec(code, "Instead")
    told = instead if code in ALONE else laid_over(spec(code, "Example"), instead, code)
    found = linted(completed(told, code), only=[RULES[code]]).findings

    assert [one.message for one in found if one.code == code] == []


def test_the_tables_above_name_rules_that_there_are() -> None:
    assert {*BESIDE, *WITHIN, *ALONE, *UNTRIED} <= set(RULES)
    assert set(UNTRIED) & {*BESIDE, *WITHIN, *ALONE} == set()
    assert [code for code in RULES if not shown(RULES[code], "Example")] == []
