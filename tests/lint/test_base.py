"""`monctl lint --base`: files that are links, or were moved, or are imported from elsewhere; repositories that are not as usual."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monctl.cli import run
from tests.lint.history import begin, commit, edit, git, told

SETTINGS = "estate: shop\ntargets: {runner: {}}\n"
PEOPLE = """severities:
  critical: {pages: true, notify: [slack]}
channels:
  slack: {slack: {channel: "#a", webhook: "${env:SLACK}"}}
"""
MONITORS = """monitors:
  web: {http: "https://example.com", action: Look., alert: {critical: down}}
  shop: {http: "https://shop.example.com", action: Look., alert: {critical: down}}
"""
WHOLE = ["ROUTE003 severity.critical"]
"""What is wrong from the first commit on."""
LOST = ["ROUTE001 severity.critical"]
"""What is wrong when `notify` is gone."""
SPEC = """import sys
from pathlib import Path

from monctl import Monitor, http

sys.path.insert(0, PLACE)
from advice import ACTION

Monitor("api", http("https://api.example.com"), action=ACTION, alert={"critical": "down"})
"""


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An estate in a folder of a repository, which is the current one."""
    top = tmp_path / "a top \N{LATIN SMALL LETTER U WITH DIAERESIS}"
    folder = top / "my estate"
    folder.mkdir(parents=True)
    for name, text in {"monctl.yaml": SETTINGS, "people.yaml": PEOPLE, "monitors.yaml": MONITORS}.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(top)
    begin(top, monkeypatch)
    monkeypatch.chdir(folder)
    return folder


def share(estate: Path, name: str, target: str) -> Path:
    """Move a file or folder of the estate out of it, leave a link, commit."""
    path = estate / name
    there = Path(os.path.normpath(path.parent / target))
    there.parent.mkdir(exist_ok=True)
    path.rename(there)
    path.symlink_to(target)
    commit()
    return there


def test_a_monitor_that_goes_is_not_blamed_for_a_fault_of_its_severity(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(estate, '  web: {http: "https://example.com", action: Look., alert: {critical: down}}\n', "", "monitors.yaml")

    assert told(capsys) == WHOLE
    assert told(capsys, "--base", "HEAD") == []


def test_a_monitor_that_joins_a_known_fault(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--write-baseline", "known.json"])
    (estate / "more.yaml").write_text(MONITORS.replace("web", "web2").replace("shop", "shop2").replace("://", "://x"), encoding="utf-8")

    assert told(capsys, "--base", "HEAD") == []
    assert told(capsys, "--baseline", "known.json") == []
    assert told(capsys, "--base", "HEAD", "--baseline", "known.json") == []


def test_a_spec_that_is_a_link(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = share(estate, "people.yaml", "../shared/people.yaml")
    assert told(capsys, "--base", "HEAD") == []
    shared.write_text(PEOPLE.replace(", notify: [slack]", ""), encoding="utf-8")

    assert set(told(capsys, "--base", "HEAD")) >= set(LOST)


def test_a_line_of_a_linked_file_is_a_change(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = share(estate, "people.yaml", "../shared/people.yaml")
    shared.write_text(PEOPLE.replace("{pages: true", "{pages: true, title: Critical"), encoding="utf-8")

    assert told(capsys, "--base", "HEAD") == WHOLE


def test_a_folder_that_is_a_link_behind_a_link(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "who").mkdir()
    (estate / "people.yaml").rename(estate / "who" / "people.yaml")
    share(estate, "who", "../shared/who")
    there = share(estate.parent, "shared", "elsewhere") / "who" / "people.yaml"
    assert told(capsys, "--base", "HEAD") == []
    there.write_text(PEOPLE.replace(", notify: [slack]", ""), encoding="utf-8")

    assert set(told(capsys, "--base", "HEAD")) >= set(LOST)


def test_links_in_a_circle(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "here").symlink_to(".")
    (estate / "one").symlink_to("two")
    (estate / "two").symlink_to("one")
    commit()

    assert told(capsys, "--base", "HEAD") == []
    assert capsys.readouterr().err == ""


def test_a_link_out_of_the_repository(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    share(estate, "people.yaml", "../../people.yaml")

    assert told(capsys, "--base", "HEAD") == WHOLE
    run(["lint", "--base", "HEAD"])
    assert "so all of its findings are shown: the link my estate/people.yaml leads out of the repository\n" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["str(Path(__file__).resolve().parents[1])", "'..'"])
def test_what_a_python_spec_imports_from_elsewhere(place: str, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "spec.py").write_text(SPEC.replace("PLACE", place), encoding="utf-8")
    (estate.parent / "advice.py").write_text("ACTION = 'Look.'\n", encoding="utf-8")
    commit()
    assert told(capsys, "--base", "HEAD") == []
    (estate.parent / "advice.py").write_text("ACTION = None\n", encoding="utf-8")

    assert told(capsys, "--base", "HEAD") == ["MON005 monitor.api"]


def test_modules_that_are_found_as_they_are_now(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "spec.py").write_text(SPEC.replace("sys.path.insert(0, PLACE)\n", ""), encoding="utf-8")
    (estate.parent / "advice.py").write_text("ACTION = 'Look.'\n", encoding="utf-8")
    commit()
    monkeypatch.setenv("PYTHONPATH", str(estate.parent))

    assert told(capsys, "--base", "HEAD") == WHOLE
    run(["lint", "--base", "HEAD"])
    assert "PYTHONPATH names a folder of the repository" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["moved.yaml", "below/moved.yaml"])
def test_a_file_that_was_moved(name: str, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / name).parent.mkdir(exist_ok=True)
    git("mv", "people.yaml", name)

    assert told(capsys, "--base", "HEAD") == []


def test_a_file_that_was_moved_and_changed(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    others = "".join(
        f'  w{number}: {{http: "https://w{number}.example.com", action: Look., alert: {{critical: down}}}}\n' for number in range(3)
    )
    (estate / "monitors.yaml").write_text(MONITORS.replace(" action: Look.,", "") + others, encoding="utf-8")
    commit()
    git("mv", "monitors.yaml", "moved.yaml")
    edit(estate, "https://shop.example.com", "https://shop.example.com/health", "moved.yaml")

    assert told(capsys, "--base", "HEAD") == ["MON005 monitor.shop"]


def test_an_estate_that_was_moved(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(estate.parent)
    git("mv", "my estate", "shop")
    monkeypatch.chdir("shop")

    assert told(capsys, "--base", "HEAD") == []


def test_several_estates(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    other = estate.parent / "other"
    other.mkdir()
    for name in ("monctl.yaml", "people.yaml", "monitors.yaml"):
        (other / name).write_text((estate / name).read_text(encoding="utf-8").replace("estate: shop", "estate: other"), encoding="utf-8")
    monkeypatch.chdir(estate.parent)
    commit()
    edit(other, ", notify: [slack]", "", "people.yaml")

    assert set(told(capsys, "--base", "HEAD")) >= set(LOST)
    assert told(capsys, "--base", "HEAD", "-C", str(estate)) == []


def test_a_file_that_git_takes_for_binary(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / ".gitattributes").write_text("*.yaml binary\n", encoding="utf-8")
    commit()
    edit(estate, "{pages: true", "{pages: true, title: Critical", "people.yaml")

    assert told(capsys, "--base", "HEAD") == WHOLE


def test_a_merge_a_tag_and_no_branch(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("tag", "--annotate", "v1", "--message", "one")
    git("checkout", "--quiet", "-b", "branch")
    edit(estate, "https://shop.example.com", "https://shop.example.com/a", "monitors.yaml")
    commit()
    git("checkout", "--quiet", "main")
    edit(estate, ", notify: [slack]", "", "people.yaml")
    commit()
    git("merge", "--quiet", "--no-edit", "branch")
    git("checkout", "--quiet", "--detach", "HEAD")

    assert set(told(capsys, "--base", "v1")) >= set(LOST)
    assert told(capsys, "--base", "main") == []
    assert not set(told(capsys, "--base", "HEAD^1")) & set(LOST)


def test_a_merge_with_conflicts(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("checkout", "--quiet", "-b", "branch")
    (estate / "notes.yaml").write_text("teams: {ops: {title: A}}\n", encoding="utf-8")
    commit()
    git("checkout", "--quiet", "main")
    (estate / "notes.yaml").write_text("teams: {ops: {title: B}}\n", encoding="utf-8")
    edit(estate, "{pages: true", "{pages: true, title: Critical", "people.yaml")
    commit()
    with pytest.raises(Exception, match="git"):
        git("merge", "--quiet", "branch")
    (estate / "notes.yaml").write_text("teams: {ops: {title: C}}\n", encoding="utf-8")

    assert set(WHOLE) <= set(told(capsys, "--base", "HEAD~1"))


def test_a_repository_of_somebody_else(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    assert run(["lint", "--base", "main"]) == 64
    err = capsys.readouterr().err
    assert err.startswith(
        "monctl: --base compares with a commit, and git refuses this folder: detected dubious ownership in repository at '"
    )
    assert "\n  help: `git config --global --add safe.directory " in err


def test_a_clone_without_the_common_commit(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    git("checkout", "--quiet", "-b", "branch")
    edit(estate, "https://shop.example.com", "https://shop.example.com/a", "monitors.yaml")
    commit()
    git("checkout", "--quiet", "main")
    edit(estate, "https://example.com", "https://example.com/a", "monitors.yaml")
    commit()
    clone = estate.parent.parent / "clone"
    git("clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=branch", estate.parent.as_uri(), str(clone))
    monkeypatch.chdir(clone / estate.name)

    assert run(["lint", "--base", "origin/main"]) == 64
    assert capsys.readouterr().err == (
        "monctl: no common commit of 'origin/main' and HEAD is known, so it cannot be said what has changed since they parted\n"
        "  help: fetch more history: `fetch-depth: 0` of actions/checkout, or `git fetch --unshallow`\n"
    )


def test_histories_that_share_nothing(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("checkout", "--quiet", "--orphan", "other")
    assert run(["lint", "--base", "main"]) == 64
    git("commit", "--quiet", "--message", "another beginning")

    assert run(["lint", "--base", "main"]) == 64
    assert capsys.readouterr().err.endswith("  help: name a commit that HEAD came from, or leave --base out\n")


def test_a_hook_of_a_linked_work_tree(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    linked = estate.parent.parent / "linked"
    git("worktree", "add", "--quiet", str(linked), "-b", "branch")
    monkeypatch.chdir(linked / estate.name)
    monkeypatch.setenv("GIT_DIR", git("rev-parse", "--absolute-git-dir"))
    monkeypatch.setenv("GIT_INDEX_FILE", f"{os.environ['GIT_DIR']}/index")

    assert told(capsys, "--base", "HEAD") == []


def test_a_work_tree_that_somebody_names(estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    hidden = estate.parent.parent / "dot.git"
    (estate.parent / ".git").rename(hidden)
    monkeypatch.setenv("GIT_DIR", str(hidden))
    monkeypatch.setenv("GIT_WORK_TREE", str(estate.parent))

    assert told(capsys, "--base", "HEAD") == []


def test_only_what_has_changed_is_mended_where_nothing_is_known_of_before(estate: Path) -> None:
    metric = "  NAME:\n    sql: {datasource: db, query: SELECT COUNT(*) FROM NAME WHERE a = NULL}\n"
    metrics = metric.replace("NAME", "one") + metric.replace("NAME", "two")
    text = f"datasources:\n  db: {{type: postgresql, dsn: '${{env:DSN}}'}}\nmetrics:\n{metrics}"
    (estate / "query.yaml").write_text(text, encoding="utf-8")
    edit(estate, "notify: [slack]", "notify: [slick]", "people.yaml")
    commit()
    edit(estate, "notify: [slick]", "notify: [slack]", "people.yaml")
    edit(estate, "FROM two WHERE", "FROM two AS t WHERE", "query.yaml")
    run(["lint", "--fix", "--yes", "--base", "HEAD"])

    mended = (estate / "query.yaml").read_text(encoding="utf-8")
    assert ("FROM one WHERE a = NULL" in mended, "FROM two AS t WHERE a IS NULL" in mended) == (True, True)
