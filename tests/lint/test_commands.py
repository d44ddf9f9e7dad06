"""`monctl lint` and `monctl rule`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monctl.cli import run
from monctl.lint import all_rules

ESTATE = """
estate: shop
targets: {uptimerobot: {}}
"""
SPECS = """
severities:
  critical: {pages: true}
channels:
  mail: {email: {to: [ana@example.com]}}
monitors:
  web:
    http: https://example.com
    notify: [mail]
    action: Look at the proxy.
    alert:
      critical: down
"""


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "monctl.yaml").write_text(ESTATE, encoding="utf-8")
    (tmp_path / "specs.yaml").write_text(SPECS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_warnings_are_shown_and_pass(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "-o", "concise"]) == 0

    told = capsys.readouterr()
    assert told.out == "specs.yaml:12:7: warning[ROUTE003] 'critical' must wake somebody, but 'mail' only waits to be read\n"
    assert told.err == "1 warning in 2 files\n"


def test_warnings_fail_when_asked_to(estate: Path) -> None:
    assert run(["lint", "--fail-on", "warning"]) == 1


def test_findings_as_json(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "-o", "json"])

    document = json.loads(capsys.readouterr().out)
    assert document["format_version"] == 1
    assert [(one["code"], one["level"], one["line"]) for one in document["findings"]] == [("ROUTE003", "warning", 12)]


def test_findings_as_annotations(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "-o", "github"])

    assert capsys.readouterr().out.startswith(
        "::warning file=specs.yaml,line=12,endLine=12,col=7,endColumn=14,title=ROUTE003::'critical' must wake"
    )


def test_what_is_not_valid_comes_first_and_alone(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "specs.yaml").write_text(SPECS.replace("notify: [mail]", "notify: [male]"), encoding="utf-8")

    assert run(["lint", "-o", "concise"]) == 1
    assert "ROUTE003" not in capsys.readouterr().out


def test_the_day_is_given(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ignored = SPECS.replace(
        "      critical: down", "      # monctl: ignore[ROUTE003] until 2027-01-31: the pager is ordered\n      critical: down"
    )
    (estate / "specs.yaml").write_text(ignored, encoding="utf-8")

    assert run(["lint", "--now", "2027-01-31T23:00:00Z", "-o", "concise"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["lint", "--now", "2027-02-01T00:00:00Z", "-o", "concise"]) == 0
    assert "LINT002" in capsys.readouterr().out


def test_a_day_that_is_none_is_refused(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--now", "tomorrow"]) == 64
    assert "'tomorrow' is not a time; write one such as 2026-11-21T09:00:00Z" in capsys.readouterr().err


def test_the_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--rules"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(all_rules())
    assert "SQL006    error    compared-with-null            A query compares with NULL by = or <> [fix]" in lines


def test_the_rules_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--rules", "-o", "json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert {
        "code": "SQL006",
        "level": "error",
        "name": "compared-with-null",
        "summary": "A query compares with NULL by = or <>",
        "fix": True,
    } in document["rules"]


@pytest.mark.parametrize("word", ["SQL007", "sql007", "window-shorter-than-schedule"])
def test_a_rule_is_explained(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", word]) == 0

    page = capsys.readouterr().out
    assert page.startswith(
        "SQL007 window-shorter-than-schedule (warning)\n\nA query looks back less far than the time between two of its runs.\n"
    )
    assert "**Instead**" in page


def test_an_unknown_rule_has_a_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "SQL07"]) == 64
    assert capsys.readouterr().err == "monctl: there is no rule 'SQL07'\n  help: did you mean 'SQL007'?\n"


def test_a_fault_of_the_language_is_no_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "SPEC040"]) == 64
    assert (
        capsys.readouterr().err
        == "monctl: SPEC040 is no lint rule: it says that a spec is not valid\n  help: its message says what to write instead; `monctl lint --rules` lists the rules\n"
    )


def test_a_word_like_none_is_told_where_the_rules_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "quux"]) == 64
    assert capsys.readouterr().err == "monctl: there is no rule 'quux'\n  help: `monctl lint --rules` lists them\n"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "UPTIMEROBOT104",
            "UPTIMEROBOT104 is no lint rule: it says what the target uptimerobot does not take (several monitors ask one URL or name)\n  help: its message says",
        ),
        ("GRAFANA999", "there is no rule 'GRAFANA999'\n  help: codes of GRAFANA go from GRAFANA101 to GRAFANA104"),
        ("page-without-runbok", "there is no rule 'page-without-runbok'\n  help: did you mean 'page-without-runbook'?"),
        ("SQL", "there is no rule 'SQL'\n  help: `monctl lint --rules` lists them"),
    ],
)
def test_a_code_without_a_page(code: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", code]) == 64
    assert capsys.readouterr().err.startswith(f"monctl: {told}")


def test_a_code_that_no_target_has_is_refused(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--select-rule", "UPTIMEROBOT999"]) == 64
    assert capsys.readouterr().err == (
        "monctl: no rule is called 'UPTIMEROBOT999', and no code begins so\n  help: codes of UPTIMEROBOT go from UPTIMEROBOT101 to UPTIMEROBOT121\n"
    )
    assert run(["lint", "--select-rule", "UPTIMEROBOT101"]) == 0


def test_colours_are_forced_and_forbidden(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(["lint"])
    assert capsys.readouterr().out.startswith("\x1b[1;33mwarning[ROUTE003]\x1b[0m: ")
    monkeypatch.setenv("NO_COLOR", "1")
    run(["lint"])
    assert capsys.readouterr().out.startswith("warning[ROUTE003]: ")


def test_some_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--rules", "--select-rule", "LINT,nobody-owns-it"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["LINT001", "LINT002", "LINT003", "LINT004", "MON006"]
