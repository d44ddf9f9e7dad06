"""Which estates a command means where no folder is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from monctl.cli import run
from monctl.cli.options import roots
from monctl.errors import EstateError

HERE = {
    "the folder itself": (["monctl.yaml", "sub/monctl.yaml"], "", ["."]),
    "monitors": (["monitors/a/monctl.yaml", "other/monctl.yaml"], "", ["monitors/a"]),
    "below": (["a/monctl.yaml", "b/c/monctl.yaml"], "", ["a", "b/c"]),
    "above": (["e/monctl.yaml", ".git/HEAD", "e/sub/deep/x.yaml"], "e/sub/deep", ["../.."]),
    "the nearest above": (["monctl.yaml", ".git/HEAD", "e/monctl.yaml", "e/sub/x.yaml"], "e/sub", [".."]),
    "the top of the repository": (["monctl.yaml", ".git/HEAD", "sub/x.yaml"], "sub", [".."]),
    "a work tree": (["monctl.yaml", ".git", "sub/x.yaml"], "sub", [".."]),
    "below before above": (["monctl.yaml", ".git/HEAD", "sub/e/monctl.yaml"], "sub", ["e"]),
}
NOWHERE = {
    "in no repository": (["monctl.yaml", "sub/x.yaml"], "sub"),
    "above the repository": (["monctl.yaml", "repo/.git/HEAD", "repo/sub/x.yaml"], "repo/sub"),
    "above its top": (["monctl.yaml", "repo/.git/HEAD"], "repo"),
}


def enter(top: Path, files: list[str], folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in files:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("estate: shop\n", encoding="utf-8")
    monkeypatch.chdir(top / folder)


@pytest.mark.parametrize(("files", "folder", "meant"), HERE.values(), ids=HERE)
def test_the_estates_that_are_meant(
    files: list[str], folder: str, meant: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(tmp_path, files, folder, monkeypatch)

    assert [str(root) for root in roots(None)] == meant


@pytest.mark.parametrize(("files", "folder"), NOWHERE.values(), ids=NOWHERE)
def test_none_is_meant_beyond_the_repository(files: list[str], folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(tmp_path, files, folder, monkeypatch)

    with pytest.raises(EstateError, match="no estate here"):
        roots(None)


def test_paths_are_told_from_the_folder_inside_the_estate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(tmp_path, ["e/monctl.yaml", "e/sub/deep/x.yaml", "e/other.yaml", ".git/HEAD"], "e/sub", monkeypatch)
    (tmp_path / "e/sub/deep/x.yaml").write_text("monitor: {}\n", encoding="utf-8")
    (tmp_path / "e/other.yaml").write_text("monitor: {}\n", encoding="utf-8")

    assert run(["validate", "-o", "concise"]) == 1
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["../monctl.yaml", "../other.yaml", "deep/x.yaml"]
