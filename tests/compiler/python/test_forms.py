"""Both forms say the same: every kind, every field, every source, given as keywords in Python and as keys in YAML."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from monctl import python
from monctl.load import load
from monctl.loaded import Item
from monctl.spec.file import KINDS
from monctl.spec.sources import SOURCE_FIELDS

CLASSES = {
    value.kind: name for name, value in vars(python).items() if isinstance(value, type) and issubclass(value, python.Object) and value.kind
}

OBJECTS: dict[str, dict[str, Any]] = {
    "severities": {
        "title": "Critical", "description": "Now.", "response": "15m", "notify": ["chat"], "escalation": "page", "during": "office", "urgency": "high",
        "pages": True, "digest": "daily", "emoji": "🔥", "color": "#d62728", "event": "error", "labels": {"a": "b", "n": 5}, "environments": ["live"],
    },
    "people": {"email": "ana@shop.example", "phone": "+4915112345678", "slack": "@ana", "pagerduty": "a@b.example", "sentry": "ana", "time_zone": "UTC"},
    "teams": {"members": ["ana"], "lead": "ana", "slack": "#web", "email": "web@shop.example", "sentry": "web"},
    "rotations": {
        "team": "web", "time_zone": "Europe/Berlin", "start": "2027-01-04T09:00", "shift": "1w", "members": ["ana"],
        "layers": {"backup": ["ben"], "third": {"members": ["ana"], "shift": "1d", "start": "2027-01-04", "restrictions": [{"days": "mon-fri"}]}},
        "restrictions": [{"days": "sat,sun", "start": "09:00", "end": "24:00"}],
        "overrides": [{"person": "ben", "start": "2027-01-04", "end": "2027-01-05", "layer": "backup"}],
    },
    "escalations": {"team": "web", "levels": [{"after": "0m", "notify": ["oncall.backup"]}], "repeat": 2, "repeat_after": "5m"},
    "channels": {
        "slack": {"channel": "#chat", "webhook": "${env:CHAT}", "token": "${file:token}", "workspace": "shop"}, "resolved": False, "rate": "10/h",
        "repeat": "1h", "group_by": ["service"], "severities": ["critical"],
    },
    "routes": {
        "match": {"severity": ["critical"], "service": "shop", "team": [], "monitor": "a*", "labels": {"x": "y"}}, "priority": 3, "notify": ["chat"],
        "escalation": "page", "during": "office", "outside": "hold", "proceed": True,
    },
    "calendars": {"time_zone": "UTC", "hours": [{"days": "weekdays", "start": "09:00", "end": "17:00"}], "holidays": ["2027-01-01"]},
    "maintenance": {"time_zone": "UTC", "monitors": ["a*"], "services": ["shop"], "start": "2027-01-01T02:00", "end": "2027-01-01T04:00"},
    "datasources": {
        "type": "postgresql", "dsn": "${env:DB}", "url": "http://db", "dialect": "postgres", "tables": {"orders": {"id": "int"}}, "large": ["orders"],
        "lag": "5m", "retention": "30d", "organization": "o", "project": "p", "grafana": "uid", "path": "/var", "format": "text", "options": {"a": 1},
    },
    "services": {
        "team": "web", "tier": 1, "depends_on": ["db"], "links": {"wiki": "https://wiki"}, "promise": {"detect": "5m", "resolve": "1h"},
        "runbook": "down", "labels": {"a": "b"},
    },
    "metrics": {"every": "5m", "timeout": "5s", "unit": "orders", "goal": "== 0", "service": "shop", "team": "web", "labels": {"a": "b"}},
    "monitors": {
        "values": {"a": "ms"}, "every": "1m", "timeout": "5s", "unit": "ms", "goal": "< 5", "recover_after": "5m", "no_data": "ok", "on_error": "critical",
        "alert": {"critical": {"when": [{"op": ">", "limit": "5ms", "for": "5m", "in": "1h"}, {"state": "no data"}], "during": "office"}, "low": "> 1"},
        "notify": ["chat"], "escalation": "page", "during": "office", "service": "shop", "team": "web", "runbook": "down", "action": "Look.",
        "message": "Down.", "labels": {"a": "b"}, "links": {"a": "https://b"}, "on": ["runner"], "phases": ["one"], "protect": True, "waive": {"a.b": "c"},
        "metric": "orders.open",
    },
    "slos": {
        "objective": "99.9%", "window": "30d", "monitor": "site", "good": "a", "total": "b", "metric": "c", "holds": "< 5", "service": "shop",
        "alerts": [{"severity": "critical", "rate": 14.4, "long": "1h", "short": "5m"}], "team": "web", "notify": [], "runbook": "down",
    },
    "dashboards": {
        "folder": "Shop", "refresh": "1m", "range": "6h", "time_zone": "utc", "team": "web", "links": {"a": "https://b"}, "protect": True,
        "rows": [{"title": "One", "panels": [{"title": "A", "metric": "a.b", "look": "stat", "width": 6, "thresholds": False}]}],
        "panels": [{"title": "Q", "sql": {"datasource": "db", "query": "SELECT 1"}, "unit": "ms"}],
    },
    "runbooks": {"kind": "procedure", "steps": ["One."], "sections": {"Fix": ["a", "b"], "Why": "Because."}, "file": "a.md", "url": "https://a"},
    "phases": {"title": "One", "description": "First."},
    "reports": {"every": "weekly", "sections": ["Noise"], "goals": {"mttr": "< 30m"}, "notify": ["chat"]},
}  # fmt: skip
"""A value for every field of every kind; sources are below."""

SOURCES: dict[str, tuple[str, Any]] = {
    "sql": ('sql("db", "SELECT 1", mode="rows", values={"a": "ms"})', {"datasource": "db", "query": "SELECT 1", "mode": "rows", "values": {"a": "ms"}}),
    "http": ('http("https://a.example", status=["200"], json=[{"path": "$.a"}], certificate_expires_in="30d", verify=False)',
             {"url": "https://a.example", "status": ["200"], "json": [{"path": "$.a"}], "certificate_expires_in": "30d", "verify": False}),
    "tcp": ('tcp("a.example", 443)', {"host": "a.example", "port": 443}),
    "dns": ('dns("a.example", record="MX", expect=["x"])', {"host": "a.example", "record": "MX", "expect": ["x"]}),
    "ping": ('ping("a.example")', "a.example"),
    "tls": ('tls("a.example")', {"host": "a.example", "port": 443}),
    "host": ('host("disk", path="/var")', {"measure": "disk", "path": "/var"}),
    "prometheus": ('prometheus("prom", "up")', {"datasource": "prom", "query": "up"}),
    "sentry": ('sentry("err", "p95", tags={"a": None}, level="error")', {"datasource": "err", "measure": "p95", "level": "error"}),
    "log": ('log("logs", where={"status": "> 499"}, measure="p95", field="ms", window="5m")',
            {"datasource": "logs", "where": {"status": "> 499"}, "measure": "p95", "field": "ms", "window": "5m"}),
    "heartbeat": ('heartbeat("5m")', "5m"),
    "redis": ('redis("cache", info="used_memory")', {"datasource": "cache", "info": "used_memory"}),
    "storage": ('storage("s3", "bucket", prefix="x-")', {"datasource": "s3", "bucket": "bucket", "prefix": "x-"}),
    "command": ('command("df", "-h", environ={"A": "b"})', {"run": ["df", "-h"], "environ": {"A": "b"}}),
    "expr": ('expr("a / b", a="x.y", b="z")', {"formula": "a / b", "inputs": {"a": "x.y", "b": "z"}}),
    "all_of": ('all_of("a", {"metric": "m", "holds": "< 5"})', ["a", {"metric": "m", "holds": "< 5"}]),
    "any_of": ('any_of("a", "b")', ["a", "b"]),
}  # fmt: skip


def _items(folder: Path, name: str, body: str) -> tuple[Item, ...]:
    folder.mkdir()
    (folder / "monctl.yaml").write_text("estate: shop\nenvironments: {live: {}}\ntargets: {runner: {}}\n")
    (folder / name).write_text(body, encoding="utf-8")
    loaded = load(folder, shown_from=folder)
    assert [found for found in loaded.findings if found.code != "SPEC045"] == []
    return loaded.items


def _both(tmp_path: Path, yaml: dict[str, Any], spec: str) -> tuple[Item, Item]:
    (of_yaml,) = _items(tmp_path / "yaml", "a.yaml", json.dumps(yaml, ensure_ascii=False))
    (of_python,) = _items(tmp_path / "python", "a.py", "from monctl import *\n\n" + spec)
    return of_yaml, of_python


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_every_kind_is_the_same_in_both_forms(kind: str, tmp_path: Path) -> None:
    fields = OBJECTS[kind]
    own = KINDS[kind].model_fields.keys() - {"title", "description", "for_each", "environments", *SOURCE_FIELDS}
    if kind == "channels":
        own -= {"email", "pagerduty", "sms", "webhook", "sentry"}
    if kind == "maintenance":
        own -= {"hours"}

    assert own <= fields.keys()

    arguments = ", ".join(f"{name}={value!r}" for name, value in fields.items())
    of_yaml, of_python = _both(tmp_path, {kind: {"one": fields}}, f"{CLASSES[kind]}('one', {arguments})\n")

    assert of_python.spec == of_yaml.spec
    assert of_python.spec.model_fields_set == of_yaml.spec.model_fields_set
    assert (of_python.kind, of_python.name) == (of_yaml.kind, of_yaml.name)


@pytest.mark.parametrize("field", SOURCE_FIELDS)
def test_every_source_is_the_same_in_both_forms(field: str, tmp_path: Path) -> None:
    call, written = SOURCES[field]
    of_yaml, of_python = _both(tmp_path, {"monitors": {"one": {field: written}}}, f"Monitor('one', {call})\n")
    same = of_python.spec.model_dump() | ({} if field != "sentry" else {"sentry": of_yaml.spec.model_dump()["sentry"]})

    assert same == of_yaml.spec.model_dump()


@pytest.mark.parametrize("kind", ["email", "pagerduty", "sms", "webhook", "sentry"])
def test_every_kind_of_channel_is_the_same_in_both_forms(kind: str, tmp_path: Path) -> None:
    body = {
        "email": {"to": ["ops@shop.example"]},
        "pagerduty": {"service": "Shop", "escalation": "page", "integration_key": "${env:KEY}", "owned": False},
        "sms": {"to": ["+4915112345678"], "account": "${env:SID}", "token": "${env:TOKEN}", "sender": "Shop"},
        "webhook": "${env:HOOK}",
        "sentry": "${env:DSN}",
    }[kind]
    of_yaml, of_python = _both(tmp_path, {"channels": {"one": {kind: body}}}, f"Channel('one', {kind}={body!r})\n")

    assert of_python.spec == of_yaml.spec


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("every=timedelta(minutes=5), alert={'a': '> 1'}", {"every": "5m", "alert": {"a": "> 1"}}),
        ("service=Service('shop', environments=['other']), notify=(Channel('c', environments=['other']),)", {"service": "shop", "notify": ["c"]}),
        ("labels={'for_': 'x', 'a_': 'y', 1: 2}", {"labels": {"for": "x", "a_": "y", "1": 2}}),
        ("alert={'a': compare('>', 5, in_='1h', for_=timedelta(seconds=90))}", {"alert": {"a": {"op": ">", "limit": 5, "in": "1h", "for": "90s"}}}),
        ("alert={'a': [between(1, 2), outside('1', '2', value='v', for_='1m')]}",
         {"alert": {"a": [{"between": [1, 2]}, {"outside": ["1", "2"], "value": "v", "for": "1m"}]}}),
        ("alert={'a': [trend('increasing', for_='5m'), state('down')]}", {"alert": {"a": [{"trend": "increasing", "for": "5m"}, {"state": "down"}]}}),
        ("notify=None, links={'a': Path('b/c')}, phases={'b', 'a'}", {"links": {"a": "b/c"}, "phases": ["a", "b"]}),
        ("action=var('what'), message=f\"{env('X')}\"", {"action": "${var.what}", "message": "${env:X}"}),
    ],
)  # fmt: skip
def test_python_values_become_what_yaml_would_hold(written: str, meant: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "monctl.yaml").write_text("estate: shop\nvariables: {what: Look.}\nenvironments: {live: {}, other: {}}\n")
    (tmp_path / "a.yaml").write_text(json.dumps({"monitors": {"one": {"ping": "a.example", **meant}}}))
    head = "from datetime import timedelta\nfrom pathlib import Path\nfrom monctl import *\n"
    (tmp_path / "b.py").write_text(head + f"Monitor('two', ping('a.example'), {written})\n")
    specs = {item.name: item.spec for item in load(tmp_path).items}

    assert specs["two"] == specs["one"]


def test_dates_and_times_are_local_and_plain(tmp_path: Path) -> None:
    spec = """
        from datetime import date, datetime, time
        from monctl import *
        Rotation("r", start=datetime(2027, 1, 4, 9), shift="1w", members=["ana"], restrictions=[{"days": "daily", "start": time(9, 30)}])
        Calendar("c", hours=[{"days": "mon"}], holidays=[date(2027, 1, 1)])
        Maintenance("m", monitors=["*"], start=date(2027, 1, 1), end=datetime(2027, 1, 1, 2, 0, 30))
    """
    items = {item.name: item.spec.model_dump() for item in _items(tmp_path / "python", "a.py", textwrap.dedent(spec))}

    assert items["r"]["start"] == "2027-01-04T09:00"
    assert items["r"]["restrictions"][0]["start"] == "09:30"
    assert items["c"]["holidays"] == ["2027-01-01"]
    assert (items["m"]["start"], items["m"]["end"]) == ("2027-01-01", "2027-01-01T02:00:30")


def test_for_each_templates_and_renames_are_there_in_python_too(tmp_path: Path) -> None:
    spec = """
        from monctl import *
        Monitor("site", http("https://${each.value}"), for_each={"a": "a.example"})
        Template("t", for_each=["x"], services={"s-${each.key}": {}})
        moved("monitor.old", "monitor.site-a")
    """
    folder = tmp_path / "estate"
    items = _items(folder, "a.py", textwrap.dedent(spec))

    assert [(item.kind, item.name) for item in items] == [("monitors", "site-a"), ("services", "s-x")]
    assert [(move.old, move.new, move.origin.line) for move in load(folder).moved] == [("monitor.old", "monitor.site-a", 5)]
