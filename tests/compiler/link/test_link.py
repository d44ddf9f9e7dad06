"""Linking, as data: `cases/*.yaml` hold specs and the parts of the program they must become."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monctl import measure
from monctl.document import load_text
from monctl.link import Linked, link
from monctl.load import load
from monctl.program import to_json
from monctl.target import Capabilities

CASES = Path(__file__).parent / "cases"
CAPABILITIES = {
    "prober": Capabilities((), default_for=frozenset({"http", "ping"}), accepts=frozenset({"http", "ping", "tcp"})),
    "charts": Capabilities((), accepts=frozenset({"sql", "prometheus", "expr"})),
    "runner": Capabilities((), accepts=frozenset(measure.KINDS), fallback=True),
    "pager": Capabilities(()),
}
SETTINGS = {"estate": "shop", "targets": {"runner": {}}}


def _cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        shared, *cases = (load_text(path.name, part).value for part in path.read_text(encoding="utf-8").split("\n---\n"))
        for case in cases:
            yield pytest.param(shared, case, id=f"{path.stem}: {case['case']}")


def _linked(shared: dict[str, Any], case: dict[str, Any], folder: Path) -> tuple[Linked, list[list[str]]]:
    settings = SETTINGS | shared.get("settings", {}) | case.get("settings", {})
    (folder / "monctl.yaml").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "shared.yaml").write_text(json.dumps(shared["spec"]), encoding="utf-8")
    (folder / "spec.yaml").write_text(json.dumps(case.get("spec", {})), encoding="utf-8")
    loaded = load(folder, case.get("environment"), shown_from=folder)
    linked = link(loaded, CAPABILITIES)
    return linked, [[found.code, found.message] for found in (*loaded.findings, *linked.findings)]


def _at(program: Any, path: str) -> Any:
    """What stands at a path such as `monitors/site/alerts/0/deliveries`; `[name]` gives one field of every item of a list."""
    for part in path.split("/"):
        if part.startswith("["):
            program = [item[part[1:-1]] for item in program]
        else:
            program = program[int(part)] if isinstance(program, list) else program[part]
    return program


@pytest.mark.parametrize(("shared", "case"), list(_cases()))
def test_a_spec_becomes_its_program(shared: dict[str, Any], case: dict[str, Any], tmp_path: Path) -> None:
    linked, findings = _linked(shared, case, tmp_path)

    assert findings == case.get("findings", [])

    program = to_json(linked.program)
    for path, expected in case.get("program", {}).items():
        assert _at(program, path) == expected, path


def test_the_order_of_files_and_objects_does_not_matter(tmp_path: Path) -> None:
    parts: list[dict[str, Any]] = [
        {"severities": {"critical": {"notify": ["ops"]}}},
        {"channels": {"ops": {"email": {"to": ["ops@shop.example"]}}}},
        {"monitors": {"sum": {"metric": "total", "alert": {"critical": "> 5"}}}},
        {"metrics": {"total": {"expr": {"formula": "a + b", "inputs": {"a": "first", "b": "second"}}}}},
        {"metrics": {"first": {"host": "cpu"}, "second": {"expr": {"formula": "x", "inputs": {"x": "first"}}}}},
    ]
    programs: list[Any] = []
    for order in (parts, parts[::-1]):
        folder = tmp_path / str(len(programs))
        folder.mkdir()
        (folder / "monctl.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
        for number, part in enumerate(order):
            (folder / f"{number}.yaml").write_text(json.dumps(part), encoding="utf-8")
        loaded = load(folder)
        assert loaded.findings == ()

        programs.append(to_json(link(loaded, CAPABILITIES).program))

    assert programs[0] == programs[1]


def test_a_long_chain_of_metrics_is_a_finding_and_no_overflow(tmp_path: Path) -> None:
    metrics: dict[str, Any] = {"m0000": {"host": "cpu"}}
    metrics |= {f"m{number:04}": {"expr": {"formula": "a", "inputs": {"a": f"m{number - 1:04}"}}} for number in range(1, 2000)}
    spec = {"metrics": dict(sorted(metrics.items(), reverse=True))}
    (tmp_path / "monctl.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(json.dumps(spec | {"monitors": {"a": {"metric": "m1999"}}}), encoding="utf-8")
    loaded = load(tmp_path)

    linked = link(loaded, CAPABILITIES)

    assert linked.findings == ()  # sorted by name, each is made from one that is linked already

    (tmp_path / "spec.yaml").write_text(
        json.dumps({"metrics": {f"z{9999 - int(name[1:])}": _renamed(body) for name, body in metrics.items()}})
    )
    told = {(found.code, found.message) for found in link(load(tmp_path), CAPABILITIES).findings}

    assert ("SPEC042", "metrics are made from each other more than 50 times over") in told


def _renamed(body: dict[str, Any]) -> dict[str, Any]:
    inputs = body.get("expr", {}).get("inputs")
    return {"expr": {"formula": "a", "inputs": {"a": f"z{9999 - int(inputs['a'][1:])}"}}} if inputs else body
