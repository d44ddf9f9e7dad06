"""The JSON Schemas: they match the models, accept what monctl accepts, refuse what it refuses, and explain every field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monctl.document import load_text
from monctl.model_schema import models
from monctl.schema import schemas, stale, write
from monctl.spec.estate import Estate
from monctl.spec.file import SpecFile
from monctl.target import DISTRIBUTION, discover

ROOT = Path(__file__).resolve().parents[3]
FILES = [*ROOT.glob("monitors/**/*.yaml"), *ROOT.glob("tests/twins/**/*.yaml")]
ALL = schemas()
VALIDATORS = {name: Draft202012Validator(schema) for name, schema in ALL.items()}


def _faults(name: str, text: str) -> list[str]:
    document = load_text("a.yaml", text)
    assert document.findings == ()
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in VALIDATORS[name].iter_errors(document.value)]


def test_the_committed_schemas_match_the_models() -> None:
    assert stale(ROOT / "schemas", discover(of=DISTRIBUTION)) == [], "run: python -m monctl.schema"


def test_writing_removes_what_is_left_over(tmp_path: Path) -> None:
    (tmp_path / "old.schema.json").write_text("{}")
    write(tmp_path)

    assert stale(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.schema.json" for name in sorted(ALL)]


def test_a_stale_schema_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "plan.schema.json").write_text("{}")
    (tmp_path / "spec.schema.json").unlink()

    assert stale(tmp_path) == ["plan.schema.json", "spec.schema.json"]


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(ALL[name])

    assert ALL[name]["$id"].endswith(f"/{name}.schema.json")
    assert ALL[name]["title"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_estates_are_valid(path: Path) -> None:
    assert _faults("estate" if path.name == "monctl.yaml" else "spec", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("model", [*models(SpecFile), Estate], ids=lambda model: model.__name__)
def test_every_field_is_explained(model: type) -> None:
    schema = ALL["estate" if model.__name__ in {"Estate", "Environment", "Limits"} else "spec"]
    definition = schema if model in {SpecFile, Estate} else schema["$defs"][model.__name__]
    whole = definition if "properties" in definition else definition["anyOf"][-1]

    assert definition.get("description", "") != ""
    assert [name for name, shown in whole["properties"].items() if not shown.get("description")] == []


ACCEPTED = [
    "monitors: {a: {http: https://a.example}}",
    "monitors: {a: {http: '${each.value}', for_each: {x: https://a}}}",
    "monitors: {a: {http: {url: 'https://${var.host}', verify: '${var.verify}', status: [200, 2xx, '${var.s}']}, every: '${var.interval}'}}",
    "monitors: {a: {tcp: {host: a, port: '${var.port}'}, alert: {critical: '> ${var.limit} for ${var.time}', low: '${var.sentence}'}}}",
    "monitors: {a: {ping: a, alert: {x: {op: '>', limit: 5}, y: [{state: down, for: 5m}], z: {when: down, notify: ['${var.channel}']}}}}",
    "monitors: {a: {ping: a, labels: {tier: 1, x: '${var.x}'}, notify: '${var.channels}', on: runner, environments: [live]}}",
    "monitors: {a: '${var.monitor}'}",
    "monitors:",
    "phases: {baseline: }",
    "x-anything: [{at: all}]",
    "channels: {a: {webhook: '${env:HOOK}'}, b: {pagerduty: Shop}, c: {slack: {channel: '#a', webhook: '${var.hook}'}}}",
    "rotations: {r: {shift: 1w, start: '2027-01-04', layers: {a: [ana], b: {members: [ben]}}}}",
    "slos: {a: {objective: '${var.objective}', window: 30d, monitor: a}}",
    "templates: {t: {for_each: [a], monitors: {'${each.key}-x': {ping: a}}}}",
    "moved: {monitor.a: monitor.b}",
    "dashboards: {d: {rows: [{panels: [{title: A, width: '${var.w}', look: '${var.look}', thresholds: false}]}]}}",
]
REFUSED = [
    "monitor: {}",
    "monitors: {a: {htp: https://a.example}}",
    "monitors: {a: {http: ftp://a.example}}",
    "monitors: {a b: {ping: a}}",
    "monitors: {a: {ping: a, every: 5 minutes}}",
    "monitors: {a: {ping: a, every: 300}}",
    "monitors: {a: {tcp: {host: a, port: 70000}}}",
    "monitors: {a: {tcp: {host: a}}}",
    "monitors: {a: {ping: a, alert: down}}",
    "monitors: {a: {ping: a, protect: perhaps}}",
    "monitors: ${var.monitors}",
    "channels: {a: {slack: {channel: a, webhook: https://hooks.slack.com/services/x}}}",
    "dashboards: {d: {panels: [{title: A, look: nice}]}}",
    "calendars: {c: {hours: [{days: mon-fri, start: '9:00'}]}}",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_monctl_accepts_the_schema_accepts(text: str) -> None:
    assert _faults("spec", text) == []


@pytest.mark.parametrize("text", REFUSED)
def test_what_monctl_refuses_the_schema_refuses(text: str) -> None:
    assert _faults("spec", text) != []


def test_settings() -> None:
    assert (
        _faults(
            "estate", "{estate: shop, targets: {runner: , grafana: {url: 'https://${var.x}'}}, environments: {live: {}}, rules: {A: off}}"
        )
        == []
    )
    assert _faults("estate", "{estate: The Shop}") != []
    assert _faults("estate", "{targets: {runner: {}}}") != []


def test_editors_find_examples_and_words_to_complete() -> None:
    spec = ALL["spec"]["$defs"]

    assert "> 10 or increasing for 15m" in json.dumps(spec["Alert"])
    assert "5m" in json.dumps(spec["Monitor"]["properties"]["every"])
    assert "timeseries" in json.dumps(spec["Panel"]["properties"]["look"])
    assert spec["HttpSource"]["anyOf"][0]["type"] == "string"


def test_no_pattern_uses_what_javascript_lacks() -> None:
    patterns = list(_patterns(ALL))

    assert patterns
    assert [pattern for pattern in patterns if "(?i" in pattern or "\\A" in pattern or "\\Z" in pattern or "(?P" in pattern] == []


def _patterns(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value["pattern"]
        for item in value.values():
            yield from _patterns(item)
    elif isinstance(value, list):
        for item in value:
            yield from _patterns(item)
