"""`-o github` and `-o sarif` name files as the repository knows them, wherever the command is run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from monctl.cli import run
from monctl.repository import from_top

SETTINGS = "estate: shop\ntargets: {runner: {}}\nrules: {SQL006: error}\n"
SPECS = """severities: {critical: {}}
datasources: {db: {type: postgresql, dsn: "${env:DB}"}}
monitors:
  orphans:
    sql: {query: "SELECT count(*) AS n FROM posts WHERE owner <> NULL", datasource: db}
    alert: {critical: "> 0"}
"""


@pytest.fixture(params=["folder", "worktree"])
def top(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A repository with an estate in `ops/e`; in a worktree `.git` is a file."""
    (tmp_path / "ops/e").mkdir(parents=True)
    (tmp_path / "ops/e/monctl.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "ops/e/specs.yaml").write_text(SPECS, encoding="utf-8")
    if request.param == "folder":
        (tmp_path / ".git").mkdir()
    else:
        (tmp_path / ".git").write_text("gitdir: /elsewhere/.git/worktrees/one\n", encoding="utf-8")
    return tmp_path


def annotated(out: str) -> set[str]:
    return set(re.findall(r"file=([^,]*),", out))


@pytest.mark.parametrize(("here", "there"), [(".", "ops/e"), ("ops", "e"), ("ops/e", "."), ("ops/e", "../../ops/e"), ("..", None)])
def test_annotations_are_placed_from_the_top(
    here: str, there: str | None, top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(top / here)
    run(["lint", "-o", "github", "-C", there or f"{top.name}/ops/e"])

    assert annotated(capsys.readouterr().out) == {"ops/e/specs.yaml"}


def test_sarif_is_the_same_from_everywhere(top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for here, there in ((".", "ops/e"), ("ops/e", ".")):
        monkeypatch.chdir(top / here)
        run(["lint", "-o", "sarif", "-C", there])
        seen.append(json.loads(capsys.readouterr().out)["runs"][0]["results"])

    assert seen[0] == seen[1]
    [result] = [one for one in seen[0] if one["ruleId"] == "SQL006"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "ops/e/specs.yaml"}
    assert result["fixes"][0]["artifactChanges"][0]["artifactLocation"] == {"uri": "ops/e/specs.yaml"}


def test_an_answer_is_not_given_again_for_another_repository(
    top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(top / "ops")
    run(["validate", "-o", "github", "-C", "e"])
    (top / "ops/e/bad.yaml").write_text("nonsense: 1\n", encoding="utf-8")
    run(["validate", "-o", "github", "-C", "e"])
    (top / "ops/.git").mkdir()
    capsys.readouterr()

    run(["validate", "-o", "github", "-C", "e"])

    assert annotated(capsys.readouterr().out) == {"e/bad.yaml"}


def test_outside_of_repositories_paths_are_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert from_top("../elsewhere/a.yaml") == "../elsewhere/a.yaml"


def test_behind_a_link_a_file_has_the_path_git_knows(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / "shared").symlink_to("ops/e")
    (top / "out.yaml").symlink_to(top.parent / "nowhere.yaml")
    monkeypatch.chdir(top)

    assert from_top("shared/specs.yaml") == "ops/e/specs.yaml"
    assert from_top("out.yaml") == "out.yaml"


def test_a_repository_that_is_reached_by_a_link(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = top.parent / f"{top.name}-link"
    link.symlink_to(top / "ops")
    monkeypatch.chdir(top.parent)

    assert from_top(f"{link.name}/e/specs.yaml") == "ops/e/specs.yaml"
