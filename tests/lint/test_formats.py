"""`-o sarif` and `-o junit`, of `lint` and of `validate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from monctl.cli import run
from monctl.finding import Finding, Level
from monctl.render import findings_junit, findings_sarif, findings_text
from monctl.source import Origin, Span
from monctl.source_map import SourceMap

SETTINGS = "estate: shop\ntargets: {uptimerobot: {}}\n"
SPECS = """severities: {critical: {pages: true}}
channels:
  mail: {email: {to: [ana@example.com]}}
monitors:
  web:
    http: https://example.com
    notify: [mail]
    action: Look.
    team: web
    alert:
      critical: down
teams: {web: {}}
"""


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "an estate"
    folder.mkdir()
    (folder / "monctl.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "specs.yaml").write_text(SPECS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    run([*arguments, "-C", "an estate"])
    return capsys.readouterr().out


def the_run(text: str) -> dict[str, Any]:
    document = json.loads(text)
    assert document["version"] == "2.1.0"
    [one] = document["runs"]
    return dict(one)


def finding(message: str = "it is wrong", *, code: str = "SQL007", line: int = 1, level: Level = Level.ERROR) -> Finding:
    return Finding(
        code, message, Origin("a.yaml"), level=level, help="mend it", address="monitor.web", span=Span("a.yaml", line, 2, line, 5)
    )


def test_sarif_holds_the_page_of_every_rule_that_spoke(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = the_run(printed(capsys, "lint", "-o", "sarif"))

    [rule] = one["tool"]["driver"]["rules"]
    assert one["tool"]["driver"]["name"] == "monctl"
    assert (rule["id"], rule["name"], rule["defaultConfiguration"]) == ("ROUTE003", "PageWakesNobody", {"level": "warning"})
    assert rule["shortDescription"]["text"] == "An alert that must wake somebody goes only where nobody is woken."
    assert "**Instead**" in rule["help"]["markdown"]


def test_sarif_points_into_the_file(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [result] = the_run(printed(capsys, "lint", "-o", "sarif"))["results"]

    [location] = result["locations"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("ROUTE003", 0, "warning")
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "an%20estate/specs.yaml"},
        "region": {"startLine": 11, "startColumn": 7, "endLine": 11, "endColumn": 15},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "monitor.web", "kind": "object"}]


def test_sarif_of_what_is_not_valid(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "specs.yaml").write_text(SPECS.replace("notify: [mail]", "notify: [male]"), encoding="utf-8")
    one = the_run(printed(capsys, "validate", "-o", "sarif"))

    assert [rule["id"] for rule in one["tool"]["driver"]["rules"]] == ["SPEC040"]
    assert [result["level"] for result in one["results"]] == ["error"]


def test_sarif_of_nothing(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = the_run(printed(capsys, "validate", "-o", "sarif"))

    assert (one["tool"]["driver"]["rules"], one["results"]) == ([], [])


def test_every_rule_index_is_that_of_its_rule() -> None:
    one = the_run(findings_sarif.document([finding(code=code) for code in ("SQL007", "MON001", "SQL007", "GRAFANA001")]))

    rules = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    assert rules == ["SQL007", "MON001", "GRAFANA001"]
    assert [rules[result["ruleIndex"]] for result in one["results"]] == [result["ruleId"] for result in one["results"]]


def fingerprints(*findings: Finding) -> list[str]:
    return [result["partialFingerprints"]["monctlFinding/v1"] for result in the_run(findings_sarif.document(findings))["results"]]


def test_a_fingerprint_stays_when_lines_move() -> None:
    assert fingerprints(finding(line=1)) == fingerprints(finding(line=90))
    assert fingerprints(finding()) != fingerprints(finding("something else is wrong"))


def test_two_findings_never_share_a_fingerprint() -> None:
    assert len(set(fingerprints(finding(line=1), finding(line=2), finding(line=3)))) == 3


def test_junit_has_a_suite_for_each_file(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = ET.fromstring(printed(capsys, "lint", "-o", "junit", "--fail-on", "warning"))  # noqa: S314  # what monctl has just printed

    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in top] == [
        ("an estate/monctl.yaml", "1", "0"),
        ("an estate/specs.yaml", "1", "1"),
    ]
    failure = top.find("./testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("type") == "ROUTE003"
    assert (failure.text or "").startswith("an estate/specs.yaml:11:7: warning[ROUTE003] 'critical' must wake somebody")


def test_junit_passes_what_does_not_fail_the_run(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = ET.fromstring(printed(capsys, "lint", "-o", "junit"))  # noqa: S314  # what monctl has just printed

    said = top.find("./testsuite/testcase/system-out")
    assert (top.get("tests"), top.get("failures")) == ("2", "0")
    assert said is not None
    assert "ROUTE003" in (said.text or "")


def test_junit_of_what_is_not_valid(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "specs.yaml").write_text(SPECS.replace("notify: [mail]", "notify: [male]"), encoding="utf-8")
    top = ET.fromstring(printed(capsys, "validate", "-o", "junit"))  # noqa: S314  # what monctl has just printed

    assert [case.get("name") for case in top.iter("testcase")] == ["no findings", "SPEC040 monitor.web line 7:14"]


@pytest.mark.parametrize("text", ["</failure><x>", 'a "quote" & more', "]]>", "<!-- -->"])
def test_junit_keeps_any_text(text: str) -> None:
    top = ET.fromstring(findings_junit.document([finding(text)], ["a.yaml"], fail_on="error"))  # noqa: S314  # what monctl has just made

    [failure] = top.iter("failure")
    assert failure.get("message") == text
    assert text in (failure.text or "")


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x0b", "\uffff", "\ud800"])
def test_junit_replaces_what_xml_cannot_hold(character: str) -> None:
    top = ET.fromstring(findings_junit.document([finding(f"a{character}b")], [], fail_on="info"))  # noqa: S314  # what monctl has just made

    assert [failure.get("message") for failure in top.iter("failure")] == ["a\ufffdb"]


def test_junit_gives_no_name_twice() -> None:
    # GitLab shows one of the tests of one name: https://docs.gitlab.com/ci/testing/unit_test_reports/ (from memory, 2026-11-21)
    twins = [Finding("SQL006", "wrong", Origin("a.yaml"), span=Span("a.yaml", 3, column, 3, column + 4)) for column in (5, 20)]
    top = ET.fromstring(findings_junit.document(twins, [], fail_on="info"))  # noqa: S314  # what monctl has just made

    assert [case.get("name") for case in top.iter("testcase")] == ["SQL006 line 3:5", "SQL006 line 3:20"]


@pytest.mark.parametrize(
    ("before", "cells"),
    [("plain ", 6), ("日本 ", 5), ("🎉 ", 3), ("e\N{COMBINING ACUTE ACCENT} ", 2), ("a\N{ZERO WIDTH JOINER}b ", 3)],
)
def test_the_caret_stands_under_what_is_meant(before: str, cells: int) -> None:
    line = f"a: {before}wrong"
    one = Finding("SQL006", "wrong", Origin("a.yaml"), span=Span("a.yaml", 1, len(line) - 4, 1, len(line) + 1))
    shown = findings_text.text([one], SourceMap({"a.yaml": line}))

    assert shown.splitlines()[4] == f"  | {' ' * (3 + cells)}^^^^^"
