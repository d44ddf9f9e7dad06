"""What is in an estate and cannot be read, or is no file at all: told as a finding, and never waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from monctl import discover
from monctl.ahead import reading
from monctl.document import load_file
from monctl.errors import EstateError
from monctl.irregular import irregular
from monctl.load import load
from monctl.project import check, check_all

SETTINGS = "estate: {name}\ntargets: {{runner: {{}}}}\n"
SPECS = "severities: {critical: {}}\nmonitors:\n  site: {http: https://example.com, on: runner, alert: {critical: down}}\n"


def estate(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "monctl.yaml").write_text(SETTINGS.format(name=folder.name.partition("_")[0]), encoding="utf-8")
    (folder / "specs.yaml").write_text(SPECS, encoding="utf-8")
    return folder


def told(root: Path, *, from_: Path) -> list[str]:
    return [f"{found.origin.file}: {found.code} {found.message}" for found in load(root, shown_from=from_).findings]


def closed(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """As for a user without the right to read these: tests may run as root, who has it."""
    shut = {str(path) for path in paths}

    def guarded(call: Any) -> Any:
        def guard(path: Any, *arguments: Any, **named: Any) -> Any:
            if str(path) in shut:
                raise PermissionError(13, "Permission denied", str(path))
            return call(path, *arguments, **named)

        return guard

    monkeypatch.setattr(os, "scandir", guarded(os.scandir))
    monkeypatch.setattr(os, "open", guarded(os.open))


@pytest.mark.parametrize("name", ["f.yaml", "f.yml", "f.py"])
def test_a_named_pipe_is_told_and_never_opened(name: str, tmp_path: Path) -> None:
    os.mkfifo(estate(tmp_path) / name)

    assert told(tmp_path, from_=tmp_path) == [f"{name}: SPEC014 the file cannot be read: it is a named pipe"]


def test_a_pipe_for_settings_is_told_and_never_opened(tmp_path: Path) -> None:
    (estate(tmp_path) / "monctl.yaml").unlink()
    os.mkfifo(tmp_path / "monctl.yaml")

    with reading([tmp_path]) as ahead:
        found = check_all([tmp_path], ahead=ahead)[0].findings

    assert [(one.code, one.message) for one in found] == [("SPEC014", "the file cannot be read: it is a named pipe")]


def test_links_to_devices_are_told(tmp_path: Path) -> None:
    (estate(tmp_path) / "z.yaml").symlink_to("/dev/zero")

    assert told(tmp_path, from_=tmp_path) == ["z.yaml: SPEC014 the file cannot be read: it is a device"]


def test_what_is_excluded_or_hidden_may_be_anything(tmp_path: Path) -> None:
    (estate(tmp_path) / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\nexclude: [f.yaml]\n", encoding="utf-8")
    for name in ("f.yaml", ".g.yaml", "h.txt"):
        os.mkfifo(tmp_path / name)

    assert told(tmp_path, from_=tmp_path) == []


def test_a_runbook_that_is_a_pipe_is_told(tmp_path: Path) -> None:
    os.mkfifo(estate(tmp_path) / "steps.md")
    (tmp_path / "runbooks.yaml").write_text("runbooks: {proxy: {file: steps.md}}\n", encoding="utf-8")

    assert told(tmp_path, from_=tmp_path) == ["runbooks.yaml: SPEC045 'steps.md' cannot be read: it is a named pipe"]


def test_a_link_that_leads_nowhere_is_told_as_before(tmp_path: Path) -> None:
    (estate(tmp_path) / "n.yaml").symlink_to("nowhere.yaml")

    assert told(tmp_path, from_=tmp_path) == ["n.yaml: SPEC014 the file cannot be read: no such file or directory"]


def test_kinds_have_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("s.yaml")

        assert irregular("s.yaml") == "a socket"
    assert irregular(tmp_path) is None
    assert irregular(tmp_path / "nothing") is None
    assert irregular("a\0b") is None


def test_a_large_file_is_still_told_by_its_size(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x" * 2_097_152, encoding="utf-8")

    [found] = load_file(tmp_path / "a.yaml", "a.yaml").findings

    assert found.message == "the file has 2.0 MiB; a spec file has 1 MiB at most"


def test_a_folder_that_may_be_an_estate_and_is_closed_is_one_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    estate(tmp_path / "a")
    closed(monkeypatch, estate(tmp_path / "b"))

    roots = discover.estates(tmp_path)

    assert [root.name for root in roots] == ["a", "b"]
    assert [one.valid for one in check_all(roots)] == [True, False]
    assert told(tmp_path / "b", from_=tmp_path) == ["b: SPEC014 the folder cannot be read: permission denied"]


def test_an_estate_that_is_closed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(monkeypatch, estate(tmp_path / "b"))

    assert discover.estates(tmp_path / "b") == [tmp_path / "b"]
    assert told(tmp_path / "b", from_=tmp_path / "b") == [".: SPEC014 the folder cannot be read: permission denied"]


def test_a_closed_folder_of_an_estate_is_told_by_that_estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = estate(tmp_path / "a") / "secret"
    inner.mkdir()
    closed(monkeypatch, inner)

    assert discover.estates(tmp_path) == [tmp_path / "a"]
    assert told(tmp_path / "a", from_=tmp_path) == ["a/secret: SPEC014 the folder cannot be read: permission denied"]


def test_a_closed_folder_that_is_excluded_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (estate(tmp_path) / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\nexclude: [data]\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    closed(monkeypatch, tmp_path / "data")

    assert told(tmp_path, from_=tmp_path) == []


def test_where_there_is_no_estate_closed_folders_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b").mkdir()
    closed(monkeypatch, tmp_path / "b")

    with pytest.raises(EstateError, match=r"no estate in .* but .*/b cannot be read: permission denied"):
        discover.estates(tmp_path)


def test_settings_that_are_closed_bring_no_other_faults_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(monkeypatch, estate(tmp_path) / "monctl.yaml")

    assert [(one.code, one.message) for one in check(tmp_path).findings] == [("SPEC014", "the file cannot be read: permission denied")]


def test_two_estates_whose_names_nobody_knows_are_not_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roots = [estate(tmp_path / "x" / "shop"), estate(tmp_path / "y" / "shop")]
    closed(monkeypatch, *(root / "monctl.yaml" for root in roots))

    assert [one.valid for one in check_all(roots)] == [False, False]


def test_links_are_followed_once(tmp_path: Path) -> None:
    (estate(tmp_path) / "sub").mkdir()
    (tmp_path / "sub" / "back").symlink_to(tmp_path)
    (tmp_path / "sub" / "b.yaml").write_text("", encoding="utf-8")
    (tmp_path / "again").symlink_to("sub")

    assert [path.relative_to(tmp_path).as_posix() for path in discover.files(tmp_path).specs] == ["again/b.yaml", "specs.yaml"]
