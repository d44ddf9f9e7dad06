"""The options of targets: their READMEs name all of them, and a finding stands where the option is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monctl.project import check
from monctl.target import discover
from monctl.target_options import Options

TARGETS = Path(__file__).resolve().parents[2] / "targets" / "monctl_targets"
WITH_MODEL = sorted(name for name, target in discover().items() if issubclass(getattr(target, "options", lambda: object)(), Options))
SPECS = """channels: {ops: {email: {to: [ops@shop.example]}}}
calendars: {office: {time_zone: Europe/Berlin, hours: [{days: mon-fri, start: "09:00", end: "17:00"}]}}
"""


def found(folder: Path, settings: str, environment: str | None = None, *, specs: str = SPECS) -> list[tuple[str, str]]:
    """(message, text of the line from its place on) of every finding in monctl.yaml."""
    (folder / "monctl.yaml").write_text(settings, encoding="utf-8")
    (folder / "specs.yaml").write_text(specs, encoding="utf-8")
    lines = settings.splitlines()
    spans = ((one.message, one.span) for one in check(folder, environment).findings if one.span and one.span.file.endswith("monctl.yaml"))
    return [(message, lines[span.line - 1][span.column - 1 :]) for message, span in spans]


def test_the_targets_that_are_reached_over_the_network_say_what_they_may_be_told() -> None:
    assert WITH_MODEL == ["grafana", "pagerduty", "sentry", "uptimerobot"]


@pytest.mark.parametrize("name", WITH_MODEL)
def test_a_readme_shows_every_option_and_each_is_in_order(name: str, tmp_path: Path) -> None:
    block = re.search(r"## Config\n\n```yaml\n(.+?)```", (TARGETS / name / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    target: Any = discover()[name]
    shown = yaml.safe_load(block[1])["targets"][name]

    assert found(tmp_path, f"estate: shop\n{block[1]}") == []
    assert {field.alias or key for key, field in target.options().model_fields.items()} - {"url"} <= set(shown)


def test_a_finding_stands_in_the_environment_where_that_says_otherwise(tmp_path: Path) -> None:
    settings = """estate: shop
variables: {where: [eu, moon]}
targets:
  uptimerobot: {plan: team, regions: [eu], monitor_limit: 0}
  runner: {page: {url: shop.example}}
environments:
  production: {}
  staging:
    targets:
      uptimerobot: {plan: gold, regions: "${var.where}"}
      runner: {page: {ports: 1}}
"""

    assert found(tmp_path, settings) == [
        ("the number 0 is out of range", "0}"),
        ("the option 'page.url': 'shop.example' is not a URL", "shop.example}}"),
    ]
    assert found(tmp_path, settings, "staging") == [
        ("the number 0 is out of range", "0}"),
        ("'gold' is not one of free, solo, team, enterprise", 'gold, regions: "${var.where}"}'),
        ("'moon' is not one of na, eu, as, oc", '"${var.where}"}'),
        ("unknown option 'page.ports' of the runner", "ports: 1}}"),
    ]


def test_an_option_with_nothing_behind_it_is_left_out(tmp_path: Path) -> None:
    settings = (
        "estate: shop\ntargets: {grafana: {version: }, sentry: {organization: }, pagerduty: {region: , prefix: }, uptimerobot: {plan: }}\n"
    )

    assert found(tmp_path, settings) == []
    assert found(tmp_path, "estate: shop\ntargets: {grafana: , sentry: }\n") == []


def test_what_a_file_that_cannot_be_read_may_declare_is_not_missed(tmp_path: Path) -> None:
    assert found(tmp_path, "estate: shop\ntargets: {grafana: {contact_points: {ops: Ops}}}\n", specs="channels: [\n") == []
