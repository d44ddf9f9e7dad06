"""`monctl lint` of several estates, of which one is not valid: the others are linted, mended and told all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monctl.cli import run

SETTINGS = "estate: {name}\ntargets: {{runner: {{}}}}\nrules: {{ROUTE: off, MON: off}}\n"
SPECS = """severities: {critical: {}}
datasources: {db: {type: postgresql, dsn: "${env:DB}"}}
monitors:
  orphans:
    sql: {query: "SELECT count(*) AS n FROM posts WHERE owner <> NULL", datasource: db}
    alert: {critical: "> 0"}
"""
NOT_VALID = SPECS.replace("datasource: db}", "datasource: bd}")
NO_SQL = SPECS.replace("<> NULL", "<> <>")


def estate(folder: Path, specs: str = SPECS) -> None:
    folder.mkdir()
    (folder / "monctl.yaml").write_text(SETTINGS.format(name=folder.name), encoding="utf-8")
    (folder / "specs.yaml").write_text(specs, encoding="utf-8")


@pytest.fixture(params=[NOT_VALID, NO_SQL], ids=["not valid", "no SQL"])
def estates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """Three estates; the second is not valid."""
    for name in ("a", "c"):
        estate(tmp_path / name)
    estate(tmp_path / "b", request.param)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codes(out: str) -> list[tuple[str, str]]:
    return [(one["file"][0], one["code"].rstrip("0123456789")) for one in json.loads(out)["findings"]]


def test_valid_estates_are_linted_beside_one_that_is_not(estates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "-o", "concise"]) == 1

    told = capsys.readouterr()
    assert [line[:1] for line in told.out.splitlines()] == ["a", "b", "c"]
    assert told.out.count("error[SQL006]") == 2
    assert told.err.splitlines()[:2] == ["3 errors in 6 files", "the rules were not run in b: the specs are not valid"]


def test_each_is_told_in_its_place(estates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "-o", "json"])

    found = codes(capsys.readouterr().out)
    assert [estate for estate, _ in found] == ["a", "b", "c"]
    assert (found[0], found[2]) == (("a", "SQL"), ("c", "SQL"))


def test_the_rules_of_an_estate_that_is_not_valid_are_not_run(estates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "-o", "json", "-C", "b"])

    told = capsys.readouterr()
    assert "SQL006" not in told.out
    assert told.err == "1 error in 2 files\n"


def test_what_is_left_out_of_the_others_leaves_the_errors(estates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "-o", "json", "--select-rule", "DASH"]) == 1
    assert [estate for estate, _ in codes(capsys.readouterr().out)] == ["b"]


def test_a_baseline_is_kept_to_and_not_written(estates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "c"):
        assert run(["lint", "-C", name, "--write-baseline", f"{name}.json"]) == 0
    capsys.readouterr()

    assert run(["lint", "-o", "json", "--baseline", "a.json"]) == 1
    told = capsys.readouterr()
    assert [estate for estate, _ in codes(told.out)] == ["b", "c"]
    assert "a.json leaves out 1 finding\n" in told.err

    before = Path("a.json").read_text(encoding="utf-8")
    assert run(["lint", "-o", "json", "--baseline", "a.json", "--write-baseline", "a.json"]) == 1
    assert "a.json is not written: the specs have to be valid first\n" in capsys.readouterr().err
    assert Path("a.json").read_text(encoding="utf-8") == before


def test_statistics_count_all_of_them(estates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--statistics", "-o", "json"])

    assert sum(rule["count"] for rule in json.loads(capsys.readouterr().out)["rules"]) == 3


def test_valid_estates_are_mended(estates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = Path("b/specs.yaml").read_text(encoding="utf-8")

    assert run(["lint", "--fix", "--yes", "-o", "json"]) == 1

    told = capsys.readouterr()
    assert [estate for estate, _ in codes(told.out)] == ["b"]
    assert told.err.startswith("nothing is mended in b: the specs have to be valid first\n--- a/a/specs.yaml\n")
    assert all("IS NOT NULL" in Path(f"{name}/specs.yaml").read_text(encoding="utf-8") for name in ("a", "c"))
    assert Path("b/specs.yaml").read_text(encoding="utf-8") == broken


def test_a_diff_for_a_person_is_followed_by_the_errors(estates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--fix", "--diff"]) == 1

    out = capsys.readouterr().out
    assert out.startswith("--- a/a/specs.yaml\n+++ b/a/specs.yaml\n")
    assert out.count("error[") == 1
    assert " --> b/specs.yaml:" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rules", "-o", "sarif"], "monctl: invalid value for --output: --rules are text or json, not sarif\n"),
        (["--rules", "-o", "github"], "monctl: invalid value for --output: --rules are text or json, not github\n"),
        (["--rules", "-o", "junit"], "monctl: invalid value for --output: --rules are text or json, not junit\n"),
        (["--rules", "--fix"], "monctl: --rules only lists the rules: --fix, --diff and --yes do not go with it\n"),
        (["--rules", "--base", "main"], "monctl: --rules only lists the rules: --base and baselines do not go with it\n"),
        (["--rules", "--statistics"], "monctl: --rules only lists the rules: --statistics do not go with it\n"),
    ],
)
def test_options_that_would_do_nothing_are_refused(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", *arguments]) == 64
    assert capsys.readouterr().err.startswith(sentence)
