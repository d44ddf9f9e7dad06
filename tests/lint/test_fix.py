"""`monctl lint --fix`: shown first, written whole, never more than is certain; and fixes in the outputs that programs read."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monctl.cli import lint_fix, run
from monctl.errors import EstateError
from monctl.finding import Edit, Finding, Fix, located
from monctl.lint.mending import Taken, compatible, mended
from monctl.mend import mend
from monctl.project import Checked, check
from monctl.source import Origin, Span
from monctl.source_map import SourceMap
from tests.lint.conftest import Runner

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "estate: shop\ntargets: {uptimerobot: {}, runner: {}}\n"
SPECS = """# The shop.
datasources:
  db: {type: postgresql, dsn: "${env:DB}"}
metrics:
  failures:
    unit: percent
    sql:
      datasource: db
      query: |
        SELECT 100.0 * COUNT(*) FILTER (WHERE state = NULL) / COUNT(*) AS failures
        FROM jobs
        WHERE owner <> NULL
    team: shop
teams: {shop: {}}
dashboards:
  all: {rows: [{panels: [{title: Failures, metric: failures}]}]}
"""
FIXED = SPECS.replace("state = NULL) / COUNT(*)", "state IS NULL) / NULLIF(COUNT(*), 0)").replace("owner <> NULL", "owner IS NOT NULL")


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "monctl.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "specs.yaml").write_text(SPECS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.isatty", lambda _: False)
    return tmp_path


def specs(estate: Path) -> str:
    return (estate / "specs.yaml").read_bytes().decode()


def findings_of(found: list[Finding], texts: dict[str, str]) -> list[Finding]:
    return located(found, SourceMap(texts))


def fixes_of(text: str, *edits: Edit, path: tuple[str | int, ...] = ("a",)) -> Fix | None:
    [one] = findings_of([Finding("X001", "wrong", Origin("a.yaml", path), fix=Fix("mend it", edits))], {"a.yaml": text})
    return one.fix


def after(text: str, *edits: Edit, path: tuple[str | int, ...] = ("a",)) -> str | None:
    """The text with a fix taken; None where it cannot be placed."""
    fix = fixes_of(text, *edits, path=path)
    if fix is None:
        return None
    return mended({"a.yaml": text}, [Taken(Finding("X001", "wrong", Origin("a.yaml")), fix)])["a.yaml"]


def test_a_diff_is_shown_and_nothing_written(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--fix", "--diff"]) == 1

    assert specs(estate) == SPECS
    diff = capsys.readouterr().out
    subprocess.run(["git", "apply", "-"], input=diff, text=True, check=True, cwd=estate)
    assert specs(estate) == FIXED
    assert run(["lint", "--fix", "--diff"]) == 0
    assert capsys.readouterr().out == ""


def test_it_is_told_how_many_can_be_mended(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint"])
    assert "3 of them can be mended by `monctl lint --fix`; `--fix --diff` shows how\n" in capsys.readouterr().err
    run(["lint", "--select-rule", "MON"])
    assert "mended" not in capsys.readouterr().err


def test_fixes_are_shown_then_written_then_what_is_left_is_told(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "-o", "concise"]) == 1
    assert capsys.readouterr().out.count("SQL006") == 2
    assert run(["lint", "--fix"]) == 0

    assert specs(estate) == FIXED
    told = capsys.readouterr()
    assert told.out.startswith("--- a/specs.yaml\n+++ b/specs.yaml\n")
    assert told.err.startswith("mended: 3 fixes (1 SQL005, 2 SQL006), in 1 file\n")


def test_a_person_at_a_terminal_is_asked(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def no(question: str, *, err: bool) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr("os.isatty", lambda _: True)
    monkeypatch.setattr("click.confirm", no)

    assert run(["lint", "--fix"]) == 1
    assert asked == ["Write 3 fixes (1 SQL005, 2 SQL006) to 1 file?"]
    assert specs(estate) == SPECS
    assert "nothing is written\n" in capsys.readouterr().err
    assert run(["lint", "--fix", "--yes"]) == 0
    assert specs(estate) == FIXED
    assert len(asked) == 1


def test_only_the_chosen_rules_are_mended(estate: Path) -> None:
    run(["lint", "--fix", "--select-rule", "SQL005"])

    assert specs(estate) == SPECS.replace("/ COUNT(*)", "/ NULLIF(COUNT(*), 0)")


def test_what_a_baseline_knows_is_left(estate: Path) -> None:
    assert run(["lint", "--write-baseline", "known.json"]) == 0
    run(["lint", "--fix", "--baseline", "known.json"])

    assert specs(estate) == SPECS


def test_only_changed_lines_are_mended_with_a_base(estate: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=estate, check=True, capture_output=True)

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "begin")
    more = SPECS.replace(
        "metrics:\n", "metrics:\n  new: {team: shop, sql: {datasource: db, query: SELECT COUNT(*) FROM t WHERE a = NULL}}\n"
    )
    (estate / "specs.yaml").write_text(more, encoding="utf-8")
    run(["lint", "--fix", "--base", "HEAD"])

    assert specs(estate) == more.replace("a = NULL", "a IS NULL")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--yes"], "monctl: --yes answers what --fix asks: say --fix --yes\n"),
        (["--diff"], "monctl: --diff shows what --fix would write: say --fix --diff\n"),
        (
            ["--fix", "--write-baseline", "x"],
            "monctl: --fix and --write-baseline do not go together: mend first, then write what is left\n",
        ),
    ],
)
def test_options_that_mean_nothing_together_are_refused(
    arguments: list[str], sentence: str, estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lint", *arguments]) == 64
    assert capsys.readouterr().err.startswith(sentence)


def test_specs_that_are_not_valid_are_not_mended(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "specs.yaml").write_text(SPECS.replace("datasource: db", "datasource: bd"), encoding="utf-8")

    assert run(["lint", "--fix", "-o", "concise"]) == 1
    told = capsys.readouterr()
    assert "SPEC" in told.out
    assert told.err.startswith("nothing is mended: the specs have to be valid first\n")
    assert "owner <> NULL" in specs(estate)


def test_windows_line_ends_a_byte_order_mark_and_permissions_stay(estate: Path) -> None:
    (estate / "specs.yaml").write_bytes(b"\xef\xbb\xbf" + SPECS.replace("\n", "\r\n").encode())
    (estate / "specs.yaml").chmod(0o640)

    assert run(["lint", "--fix"]) == 0
    assert (estate / "specs.yaml").read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode()
    assert (estate / "specs.yaml").stat().st_mode & 0o777 == 0o640


def test_a_file_that_changed_meanwhile_is_not_written(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked = check(Path(), targets={"runner": Runner(), "uptimerobot": Runner()})
    fix = Fix("mend it", (Edit("Shop", span=Span("specs.yaml", 1, 7, 1, 11)),))
    done = mend(checked, None, {"runner": Runner(), "uptimerobot": Runner()}, wanted=once(fix))
    (estate / "specs.yaml").write_text(SPECS + "# more\n", encoding="utf-8")

    with pytest.raises(EstateError, match=r"specs\.yaml has changed since it was read; nothing is written"):
        lint_fix.write([done], yes=True)
    assert specs(estate) == SPECS + "# more\n"


def once(*fixes: Fix) -> Any:
    """A linter that has some fixes to tell, as often as it is asked."""

    def lint(checked: Checked) -> list[Finding]:
        return [Finding("X001", "wrong", Origin("specs.yaml", (number,)), fix=fix) for number, fix in enumerate(fixes)]

    return lint


def test_a_fix_after_which_the_specs_are_not_valid_is_left_out(estate: Path) -> None:
    targets = {"runner": Runner(), "uptimerobot": Runner()}
    good = Fix("say it", (Edit("A", span=Span("specs.yaml", 1, 3, 1, 6)),))
    bad = Fix("break it", (Edit("mysteries", span=Span("specs.yaml", 4, 1, 4, 8)),))
    done = mend(check(Path(), targets=targets), None, targets, wanted=once(good, bad), rounds=1)

    assert done.texts["specs.yaml"][1] == SPECS.replace("# The", "# A")
    assert [one.fix.title for one in done.taken] == ["say it"]
    assert [one.fix.title for one in done.refused] == ["break it"]


def test_fixes_that_bring_each_other_about_come_to_an_end(estate: Path) -> None:
    targets = {"runner": Runner(), "uptimerobot": Runner()}
    more = once(Fix("say more", (Edit("!", span=Span("specs.yaml", 1, 12, 1, 12)),)))
    done = mend(check(Path(), targets=targets), None, targets, wanted=more, rounds=4)

    assert done.texts["specs.yaml"][1] == SPECS.replace("# The shop.", "# The shop.!!!!")


def test_of_two_fixes_at_one_place_the_first_is_taken() -> None:
    def at(start: int, end: int, text: str) -> Finding:
        fix = Fix(text, (Edit(text, span=Span("a.yaml", 1, start, 1, end)),))
        return Finding("X001", "wrong", Origin("a.yaml"), fix=fix)

    taken = compatible([at(1, 4, "A"), at(3, 6, "B"), at(4, 4, "C"), at(7, 8, "D"), Finding("X001", "no fix", Origin("a.yaml"))])

    assert [one.fix.title for one in taken] == ["A", "D"]
    assert mended({"a.yaml": "one two"}, taken) == {"a.yaml": "A twD"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: one\nb: 2\n", "a: oXe\nb: 2\n"),
        ("a: 'one'\n", "a: 'oXe'\n"),
        ('a: "one"\n', 'a: "oXe"\n'),
        ("a: |\n  one\n", "a: |\n  oXe\n"),
        ("a: >-\n  one\n", "a: >-\n  oXe\n"),
        ("a: !!str one\n", "a: !!str oXe\n"),
        ("x: &x one\na: *x\n", None),
        ("x: &x {a: one}\n<<: *x\n", None),
        ('a: "\\u006fne"\n', 'a: "\\u006fXe"\n'),
        ("a: {b: one}\n", None),
    ],
)
def test_characters_are_put_in_place_of_others_however_a_text_is_written(text: str, wanted: str | None) -> None:
    assert after(text, Edit("X", within=(1, 2))) == wanted


@pytest.mark.parametrize(
    ("text", "edit", "wanted"),
    [
        ("a: one\n", Edit(": ", within=(1, 2)), None),
        ("a: one\n", Edit("x # y", within=(1, 2)), None),
        ("a: one\n", Edit("X", within=(0, 1)), None),
        ("a: one\n", Edit(" ", within=(2, 3)), None),
        ("a: one\n", Edit("(e)x", within=(2, 3)), "a: on(e)x\n"),
        ("a: 'one'\n", Edit("it's", within=(1, 2)), None),
        ('a: "one"\n', Edit('"', within=(1, 2)), None),
        ("a: |\n  one\n", Edit("x: # '\"", within=(1, 2)), "a: |\n  ox: # '\"e\n"),
        ("a: |\n  one\n", Edit("\n", within=(1, 2)), None),
        ("a: >\n  one\n", Edit(" ", within=(0, 1)), None),
        ("a: |\n  one\n  two\n", Edit("", within=(3, 7)), "a: |\n  one\n"),
        ("a: [1,\n  2]\n", Edit("x"), None),
        ("a: [1, 2]\n", Edit("x"), "a: x\n"),
    ],
)
def test_what_the_quotes_do_not_take_is_not_written(text: str, edit: Edit, wanted: str | None) -> None:
    assert after(text, edit) == wanted


def test_a_comma_ends_a_text_in_brackets_only() -> None:
    assert after("a: x y z\n", Edit("f(1, 2)", within=(2, 3))) == "a: x f(1, 2) z\n"
    assert after("{a: x y z}\n", Edit("f(1, 2)", within=(2, 3))) is None


@pytest.mark.parametrize(
    ("text", "path", "wanted"),
    [
        ("a: 1\nb: 2\n", ("a",), "b: 2\n"),
        ("a: 1\nb: 2", ("b",), "a: 1\n"),
        ("a: 1\n", ("a",), None),
        ("k:\n  a: 1\n  b:\n    c: 2\n    d: 3\nl: 4\n", ("k", "b"), "k:\n  a: 1\nl: 4\n"),
        ("k:\n  - 1\n  - 2\n  - 3\n", ("k", 1), "k:\n  - 1\n  - 3\n"),
        ("k:\n  - a: 1\n    b: 2\n", ("k", 0, "a"), "k:\n  - b: 2\n"),
        ("k:\n  - a: 1\n    b: 2\n", ("k", 0, "b"), "k:\n  - a: 1\n"),
        ("k: {a: 1, b: 2, c: 3}\n", ("k", "a"), "k: {b: 2, c: 3}\n"),
        ("k: {a: 1, b: 2, c: 3}\n", ("k", "c"), "k: {a: 1, b: 2}\n"),
        ("k: [1, [2], 3]\n", ("k", 1), "k: [1, 3]\n"),
        ("k: [1, [2], 3]\n", ("k", 2), "k: [1, [2]]\n"),
        ("a: 1\nb: 2  # why\n", ("b",), None),
        ("a: 1\n# about b\nb: 2\n", ("b",), None),
        ("a: 1\nb: |\n  x\n", ("b",), None),
        ("a: 1\nb: 2\n", ("c",), None),
        ("x: &x {a: 1, b: 2}\ny: *x\n", ("y", "a"), None),
    ],
)
def test_an_entry_is_taken_away_whole(text: str, path: tuple[str | int, ...], wanted: str | None) -> None:
    assert after(text, Edit("", removes=True), path=path) == wanted


def test_edits_of_one_fix_that_overlap_are_no_fix() -> None:
    assert after("a: one two\n", Edit("X", within=(1, 3)), Edit("Y", within=(2, 4))) is None


def test_a_python_spec_has_no_fixes() -> None:
    found = Finding("X001", "wrong", Origin("a.py", ("a",), 1), fix=Fix("mend it", (Edit("X", within=(0, 1)),)))

    assert findings_of([found], {"a.py": "x = 1\n"})[0].fix is None


def test_a_query_with_a_variable_in_it_has_no_fix(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "monctl.yaml").write_text(SETTINGS + "variables: {of: web}\n", encoding="utf-8")
    text = SPECS.replace("FROM jobs", "FROM jobs_${var.of}")
    (estate / "specs.yaml").write_text(text, encoding="utf-8")
    run(["lint", "--fix", "-o", "concise"])

    assert specs(estate) == text
    assert capsys.readouterr().out.count("SQL006") == 2


def test_fixes_are_in_the_json_that_its_schema_describes(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "-o", "json", "--select-rule", "SQL006"])

    document = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "schemas" / "findings.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert [one["fix"] for one in document["findings"]] == [
        {
            "title": "write IS NULL",
            "edits": [{"file": "specs.yaml", "line": 10, "column": 53, "end_line": 10, "end_column": 59, "text": "IS NULL"}],
        },
        {
            "title": "write IS NOT NULL",
            "edits": [{"file": "specs.yaml", "line": 12, "column": 21, "end_line": 12, "end_column": 28, "text": "IS NOT NULL"}],
        },
    ]


def test_fixes_are_in_sarif(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "-o", "sarif", "--select-rule", "SQL005"])

    [result] = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert result["fixes"] == [
        {
            "description": {"text": "divide by NULLIF(…, 0)"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "specs.yaml"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 10, "startColumn": 63, "endLine": 10, "endColumn": 71},
                            "insertedContent": {"text": "NULLIF(COUNT(*), 0)"},
                        }
                    ],
                }
            ],
        }
    ]


@pytest.mark.parametrize(("code", "says"), [("SQL006", True), ("MON001", False)])
def test_the_page_of_a_rule_says_whether_it_has_a_fix(code: str, says: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", code]) == 0
    assert ("\nFix: yes, where it is certain." in capsys.readouterr().out) == says


def test_a_file_that_may_not_be_written_is_left(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)  # whoever runs as root may write everything

    assert run(["lint", "--fix", "--yes"]) == 1
    assert specs(estate) == SPECS
    assert capsys.readouterr().err == "monctl: specs.yaml cannot be written: permission denied\n  help: check that it is yours\n"
    assert [path.name for path in estate.iterdir() if path.name.endswith(".tmp")] == []


def test_a_query_behind_an_anchor_is_mended_where_it_stands(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = "metrics:\n  a: {team: shop, sql: &q {datasource: db, query: SELECT COUNT(*) AS n FROM t WHERE a = NULL AND b}}\n"
    others = "".join(f"  b{number}: {{team: shop, sql: *q}}\n" for number in range(9))
    (estate / "more.yaml").write_text(shared + others, encoding="utf-8")
    run(["lint", "--fix", "--yes", "--select-rule", "SQL006"])

    assert "a IS NULL AND b" in (estate / "more.yaml").read_text(encoding="utf-8")


def test_findings_at_one_place_come_in_the_order_they_were_made() -> None:
    many = [Finding("X001", f"'{name}' is wrong", Origin("a.yaml", ("a",)), address=f"monitor.{name}") for name in "gfedcba"]
    mend = Fix("mend it", (Edit("c", within=(1, 2)),))

    [one] = findings_of(many, {"a.yaml": "a: b\n"})
    assert one.address == "monitor.a"
    same = [replace(each, message="it is wrong") for each in many]
    assert [each.address for each in findings_of(same, {"a.yaml": "a: b\n"})] == ["monitor.g"]
    assert [each.address for each in findings_of([*same, replace(same[3], fix=mend)], {"a.yaml": "a: 'bcd'\n"})] == ["monitor.d"]


@pytest.mark.parametrize("output", ["json", "sarif"])
def test_a_program_gets_its_document_beside_the_diff(estate: Path, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--fix", "--diff", "-o", output, "--select-rule", "SQL005"]) == 1

    told = capsys.readouterr()
    assert told.err.startswith("--- a/specs.yaml\n+++ b/specs.yaml\n")
    assert "division by zero" in json.dumps(json.loads(told.out))
    assert specs(estate) == SPECS
