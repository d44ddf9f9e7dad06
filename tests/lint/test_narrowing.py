"""Which findings `monctl lint` shows: of some rules, of what has changed since a commit, beyond a baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monctl.cli import run
from tests.lint.history import SETTINGS, SPECS, begin, commit, edit, git, told

EVERYTHING = [
    "MON005 monitor.web",
    "MON006 monitor.web",
    "MON005 monitor.shop",
    "MON006 monitor.shop",
]


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "monctl.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "specs.yaml").write_text(SPECS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repository(estate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The estate with one commit, in a repository no configuration of the machine reaches into."""
    begin(estate, monkeypatch)
    return estate


def test_all_is_shown_when_nothing_is_asked(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys) == sorted(EVERYTHING)


@pytest.mark.parametrize("word", ["MON005", "mon005", "page-without-runbook", "Page-Without-Runbook"])
def test_one_rule(word: str, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--select-rule", word) == ["MON005 monitor.shop", "MON005 monitor.web"]


def test_a_prefix_and_a_rule(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--select-rule", "SQL", "--select-rule", "MON006") == sorted(one for one in EVERYTHING if "MON005" not in one)


def test_a_target_is_a_prefix(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--select-rule", "UPTIMEROBOT") == []


def test_what_is_left_out_does_not_fail(estate: Path) -> None:
    assert run(["lint", "--fail-on", "warning"]) == 1
    assert run(["lint", "--fail-on", "warning", "--select-rule", "SQL"]) == 0


@pytest.mark.parametrize("said", [["SQL,MON006"], ["SQL , nobody-owns-it"], ["SQL", "MON006,SQL001"]])
def test_several_rules_with_commas(said: list[str], estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [word for one in said for word in ("--select-rule", one)]

    assert told(capsys, *arguments) == sorted(one for one in EVERYTHING if "MON005" not in one)


def test_a_name_that_is_nearly_one(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--select-rule", "page-without-runbok"]) == 64
    assert capsys.readouterr().err.endswith("\n  help: did you mean 'page-without-runbook'?\n")


@pytest.mark.parametrize(
    ("arguments", "scope"),
    [
        (["--select-rule", "SQL"], "only SQL"),
        (["--base", "main"], "only what came since main"),
        (["--base", "main", "--select-rule", "SQL,MON"], "only SQL, MON; only what came since main"),
    ],
)
def test_what_was_looked_at_is_told(arguments: list[str], scope: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", *arguments]) == 0
    assert capsys.readouterr().err.startswith(f"2 files, nothing wrong ({scope})\n")


@pytest.mark.parametrize("word", ["MON05", "SQ7", ""])
def test_a_rule_there_is_not(word: str, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--select-rule", word]) == 64
    assert f"no rule is called '{word}', and no code begins so\n  help: " in capsys.readouterr().err


def test_a_rule_like_no_other(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--select-rule", "ZZZZZ"]) == 64
    assert "\n  help: `monctl lint --rules` lists them\n" in capsys.readouterr().err


def test_statistics(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--statistics", "--fail-on", "warning"]) == 1

    assert capsys.readouterr().out == ("2  MON005         warning  page-without-runbook\n2  MON006         warning  nobody-owns-it\n")


def test_statistics_as_json(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--statistics", "-o", "json", "--select-rule", "MON005"])

    assert json.loads(capsys.readouterr().out) == {
        "format_version": 1,
        "rules": [{"code": "MON005", "level": "warning", "name": "page-without-runbook", "count": 2}],
    }


def test_statistics_have_two_forms(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--statistics", "-o", "sarif"]) == 64
    assert "--statistics are text or json, not sarif" in capsys.readouterr().err


def test_nothing_has_changed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--base", "HEAD") == []


def test_an_object_with_a_changed_line_is_shown_whole(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "http: https://shop.example.com", "http: https://shop.example.com/health")

    assert told(capsys, "--base", "main") == ["MON005 monitor.shop", "MON006 monitor.shop"]


def test_a_line_that_was_removed_is_a_change(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "    http: https://example.com\n", "    http: https://example.com\n    action: Look at the proxy.\n")
    commit()
    edit(repository, "    action: Look at the proxy.\n", "")

    assert told(capsys, "--base", "HEAD") == ["MON005 monitor.web", "MON006 monitor.web"]


def test_what_was_committed_since_and_what_is_staged(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("checkout", "--quiet", "-b", "branch")
    edit(repository, "https://shop.example.com", "https://shop.example.com/a")
    commit()
    edit(repository, "https://example.com", "https://example.com/a")
    git("add", "--all")

    assert told(capsys, "--base", "HEAD", "--select-rule", "MON005") == ["MON005 monitor.web"]
    assert told(capsys, "--base", "main", "--select-rule", "MON005") == ["MON005 monitor.shop", "MON005 monitor.web"]


def test_what_others_changed_meanwhile_is_not_ours(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("checkout", "--quiet", "-b", "branch")
    git("checkout", "--quiet", "main")
    edit(repository, "https://shop.example.com", "https://shop.example.com/a")
    commit()
    git("checkout", "--quiet", "branch")

    assert told(capsys, "--base", "main") == []


def test_a_file_git_does_not_know_is_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "ein neues \N{LATIN SMALL LETTER U WITH DIAERESIS}.yaml").write_text(
        "monitors:\n  new: {http: https://new.example.com, alert: {critical: down}}\n", encoding="utf-8"
    )

    assert told(capsys, "--base", "HEAD", "--select-rule", "MON") == ["MON005 monitor.new", "MON006 monitor.new"]


def test_any_line_of_a_python_spec(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = repository / "more.py"
    text = "from monctl import Monitor, http\n\n\ndef check(name: str, url: str) -> None:\n    Monitor(name, http(url), alert={'critical': 'down'})\n\n\n"
    spec.write_text(text + "check('blog', 'https://blog.example.com')\n", encoding="utf-8")
    commit()
    spec.write_text(text + "check('blog', 'https://blog.example.com/health')\n", encoding="utf-8")

    assert told(capsys, "--base", "HEAD", "--select-rule", "MON") == ["MON005 monitor.blog", "MON006 monitor.blog"]


def test_what_a_change_brings_about_elsewhere(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "pages: true, notify: [mail]", "pages: true, notify: [mail]")
    path = repository / "specs.yaml"
    path.write_text(SPECS.replace("pages: true, ", "pages: false, "), encoding="utf-8")
    commit()
    path.write_text(SPECS, encoding="utf-8")

    shown = told(capsys, "--base", "HEAD")
    assert shown == sorted(one for one in EVERYTHING if "MON006" not in one)
    assert capsys.readouterr().err == ""


def test_what_was_wrong_before_is_counted_and_not_shown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--base", "HEAD"])

    assert capsys.readouterr() == ("", "2 files, nothing wrong (only what came since HEAD)\n--base HEAD leaves out 4 findings\n")


def test_a_file_that_is_gone_is_a_change(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "more.yaml").write_text("services:\n  api: {runbook: api}\nrunbooks:\n  api: {file: api.md}\n", encoding="utf-8")
    (repository / "api.md").write_text("# Api\n", encoding="utf-8")
    edit(repository, "http: https://example.com", "http: https://example.com\n    service: api")
    commit()
    (repository / "more.yaml").write_text("services:\n  api: {}\n", encoding="utf-8")

    assert "MON005 monitor.web" in told(capsys, "--base", "HEAD")


def test_an_estate_in_a_folder_of_the_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    below = repository / "ops" / "shop"
    below.mkdir(parents=True)
    for name in ("monctl.yaml", "specs.yaml"):
        (repository / name).rename(below / name)
    commit()
    monkeypatch.chdir(below)
    assert told(capsys, "--base", "HEAD") == []
    edit(below, "pages: true", "pages: false")
    commit()
    edit(below, "pages: false", "pages: true")

    assert "MON005 monitor.web" in told(capsys, "--base", "HEAD")


def test_all_is_shown_of_what_was_not_valid(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "notify: [mail]", "notify: [male]")
    commit()
    edit(repository, "notify: [male]", "notify: [mail]")

    assert told(capsys, "--base", "HEAD") == sorted(EVERYTHING)
    run(["lint", "--base", "HEAD"])
    err = capsys.readouterr().err
    assert err.startswith(
        "4 warnings in 2 files\n'shop' cannot be read as it was at HEAD, so all of its findings are shown: it was not valid: "
    )
    assert err.endswith("(SPEC040, specs.yaml:3)\n")


def test_all_is_shown_where_a_query_did_not_parse(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "datasources: {db: {type: postgresql, dsn: '${env:DSN}'}}\nmetrics: {one: {sql: {datasource: db, query: SELECT (1}}}\n"
    (repository / "monctl.yaml").write_text(SETTINGS.replace("uptimerobot", "runner"), encoding="utf-8")
    (repository / "query.yaml").write_text(query, encoding="utf-8")
    commit()
    (repository / "query.yaml").write_text(query.replace("(1", "1"), encoding="utf-8")

    assert set(told(capsys, "--base", "HEAD")) >= set(EVERYTHING)
    run(["lint", "--base", "HEAD"])
    assert "it was not valid: " in capsys.readouterr().err


def test_python_specs_that_are_refused_now_are_not_run_as_they_were(repository: Path) -> None:
    (repository / "spy.py").write_text(
        "from pathlib import Path\n\nPath('/'.join([*__file__.split('/')[:-1], 'ran'])).touch()\nraise SystemExit\n", encoding="utf-8"
    )
    commit()
    (repository / "monctl.yaml").write_text(f"{SETTINGS}python: false\n", encoding="utf-8")
    (repository / "spy.py").unlink()

    assert run(["lint", "--base", "HEAD"]) == 0


def test_text_that_looks_like_a_diff(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "services:\n  a:\n    description: |\n      one\n"
    (repository / "a.yaml").write_text(text, encoding="utf-8")
    commit()
    (repository / "a.yaml").write_text(text + "      @@ -1 +1,90 @@\n      diff --git a/specs.yaml b/specs.yaml\n# two", encoding="utf-8")

    assert told(capsys, "--base", "HEAD", "--select-rule", "MON") == []


def test_a_commit_there_is_not(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--base", "origin/trunk"]) == 64
    assert capsys.readouterr().err.startswith("monctl: git knows no commit 'origin/trunk'\n  help: name a branch, a tag or a commit")


def test_a_name_that_is_an_option_is_no_commit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--base=--output=stolen"]) == 64
    assert "git knows no commit '--output=stolen'" in capsys.readouterr().err
    assert not (repository / "stolen").exists()


def test_no_repository(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(estate.parent))

    assert run(["lint", "--base", "main"]) == 64
    assert "--base compares with a commit, and this folder is in no git repository" in capsys.readouterr().err


def test_no_git(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", str(estate))

    assert run(["lint", "--base", "main"]) == 64
    assert "--base needs git, which is not installed" in capsys.readouterr().err


def test_what_a_baseline_knows_is_not_told(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--write-baseline", "known.json", "--fail-on", "info"]) == 0
    assert "known.json: 4 findings known from now on" in capsys.readouterr().err

    assert run(["lint", "--baseline", "known.json", "--fail-on", "info"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "2 files, nothing wrong (beyond known.json)\nknown.json leaves out 4 findings\n"


def test_a_baseline_is_not_about_lines(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--write-baseline", "known.json"])
    (estate / "specs.yaml").write_text("# moved\n\n" + SPECS, encoding="utf-8")
    (estate / "specs.yaml").rename(estate / "moved.yaml")

    assert told(capsys, "--baseline", "known.json") == []


def test_what_is_new_is_told_beside_a_baseline(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--write-baseline", "known.json"])
    edit(estate, "  shop:\n", "  new:\n    http: https://new.example.com\n    alert: {critical: down}\n  shop:\n")

    assert told(capsys, "--baseline", "known.json") == ["MON005 monitor.new", "MON006 monitor.new"]


def test_entries_that_are_no_longer_needed_are_named(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--write-baseline", "known.json"])
    edit(estate, "    http: https://shop", "    action: Look.\n    http: https://shop")
    capsys.readouterr()
    run(["lint", "--baseline", "known.json"])

    assert capsys.readouterr().err == (
        "2 files, nothing wrong (beyond known.json)\nknown.json leaves out 3 findings\n"
        "known.json knows what is no longer found; write it anew with --write-baseline known.json:\n"
        "  MON005 monitor.shop: 'critical' wakes somebody, and nothing says what to do\n"
    )


def test_a_baseline_is_written_anew_for_some_rules(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--write-baseline", "known.json", "--select-rule", "MON005"])
    assert told(capsys, "--baseline", "known.json") == sorted(one for one in EVERYTHING if "MON005" not in one)

    run(["lint", "--baseline", "known.json", "--write-baseline", "known.json", "--select-rule", "MON006"])
    assert told(capsys, "--baseline", "known.json") == []


def test_all_together(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--write-baseline", ".monctl/known.json", "--select-rule", "MON005"])
    edit(repository, "https://shop.example.com", "https://shop.example.com/a")

    assert told(capsys, "--baseline", ".monctl/known.json", "--base", "main", "--select-rule", "MON") == ["MON006 monitor.shop"]


def test_the_same_findings_make_the_same_bytes(estate: Path) -> None:
    run(["lint", "--write-baseline", "one.json"])
    run(["lint", "--baseline", "one.json", "--write-baseline", "two.json"])

    assert (estate / "one.json").read_bytes() == (estate / "two.json").read_bytes()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format_version": 2, "findings": []}', '{"format_version": 1, "findings": [{"code": "MON005"}]}']
)
def test_a_baseline_that_is_none(text: str, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "known.json").write_text(text, encoding="utf-8")

    assert run(["lint", "--baseline", "known.json"]) == 64
    assert "known.json is not a baseline" in capsys.readouterr().err


def test_a_baseline_there_is_not(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--baseline", "none.json"]) == 64
    assert (
        capsys.readouterr().err == "monctl: there is no baseline none.json\n  help: `monctl lint --write-baseline none.json` writes one\n"
    )


def test_what_is_not_valid_is_never_known(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(estate, "notify: [mail]", "notify: [male]")

    assert run(["lint", "--write-baseline", "known.json", "--select-rule", "MON", "-o", "concise"]) == 1
    assert "error[SPEC040]" in capsys.readouterr().out
    assert not (estate / "known.json").exists()


def test_all_is_shown_of_a_folder_that_held_too_much(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("monctl.earlier._MOST", 10)
    run(["lint", "--base", "HEAD"])

    assert "so all of its findings are shown: . holds more than 0 MiB" in capsys.readouterr().err


def test_all_is_shown_of_an_environment_that_is_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "monctl.yaml").write_text(f"{SETTINGS}environments: {{live: {{}}, staging: {{}}}}\n", encoding="utf-8")
    run(["lint", "--base", "HEAD", "-e", "staging"])

    assert "so all of its findings are shown: estate 'shop' has no environment 'staging'" in capsys.readouterr().err
