"""An answer given again is the answer that would be found: after every kind of change, with the same bytes on both streams and on the disk."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compiler.cache.place import Place

COMMANDS = {
    "validate": ["validate", "-C", "estate"],
    "lint": ["lint", "-C", "estate", "-o", "concise", "--fail-on", "warning"],
    "compile": ["compile", "-C", "estate", "--out", "out", "--report"],
}
BROKEN = "monitors: {a: {http: x, evry: 1m}}\n"


def same_size_and_mtime(estate: Path) -> None:
    path = estate / "monitors/orders.yaml"
    before = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("> 10 for", "> 99 fur"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced_by_an_older_file(estate: Path) -> None:
    other = estate.parent / "other.yaml"
    other.write_text(BROKEN, encoding="utf-8")
    os.utime(other, ns=(1, 1))
    other.replace(estate / "monitors/orders.yaml")


def link_to_another(estate: Path) -> None:
    for name, text in (("one", "services: {a: {}}\n"), ("two", BROKEN)):
        (estate.parent / name).write_text(text, encoding="utf-8")
    link = estate / "linked.yaml"
    link.unlink(missing_ok=True)
    link.symlink_to("../one")


def link_turned(estate: Path) -> None:
    link_to_another(estate)
    (estate / "linked.yaml").unlink()
    (estate / "linked.yaml").symlink_to("../two")


def linked_file_edited(estate: Path) -> None:
    link_to_another(estate)
    (estate.parent / "one").write_text(BROKEN, encoding="utf-8")


def linked_folder(estate: Path) -> None:
    (estate.parent / "far").mkdir()
    (estate.parent / "far" / "more.yaml").write_text(BROKEN, encoding="utf-8")
    (estate / "near").symlink_to("../far")


def added_deep(estate: Path) -> None:
    (estate / "a/b").mkdir(parents=True)
    (estate / "a/b/c.yml").write_text(BROKEN, encoding="utf-8")


def loop(estate: Path) -> None:
    (estate / "loop").symlink_to("loop")
    (estate / "round").symlink_to(".")


CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": Path.exists,
    "touched": lambda estate: os.utime(estate / "monitors/orders.yaml"),
    "edited": lambda estate: (estate / "monitors/orders.yaml").write_text(BROKEN, encoding="utf-8"),
    "same size and mtime": same_size_and_mtime,
    "replaced by an older file": replaced_by_an_older_file,
    "renamed": lambda estate: (estate / "monitors/orders.yaml").rename(estate / "monitors/zz.yaml"),
    "made no spec by its name": lambda estate: (estate / "monitors/orders.yaml").rename(estate / "monitors/orders.txt"),
    "folder renamed": lambda estate: (estate / "monitors").rename(estate / "watched"),
    "folder hidden": lambda estate: (estate / "monitors").rename(estate / ".monitors"),
    "deleted": lambda estate: (estate / "monitors/orders.yaml").unlink(),
    "added": lambda estate: (estate / "more.yaml").write_text(BROKEN, encoding="utf-8"),
    "added deep": added_deep,
    "settings edited": lambda estate: (estate / "monctl.yaml").write_text("estate: store\ntargets: {runner: {}}\n", encoding="utf-8"),
    "an estate within": lambda estate: (estate / "monitors/monctl.yaml").write_text("estate: other\n", encoding="utf-8"),
    "runbook edited": lambda estate: (estate / "books/stuck.md").write_text("# Other\n", encoding="utf-8"),
    "runbook deleted": lambda estate: (estate / "books/stuck.md").unlink(),
    "runbook's folder gone": lambda estate: shutil.rmtree(estate / "books"),
    "link to another file": link_to_another,
    "link turned": link_turned,
    "linked file edited": linked_file_edited,
    "linked folder": linked_folder,
    "loops of links": loop,
    "a Python spec": lambda estate: (estate / "more.py").write_text("from monctl import Service\nService('py')\n", encoding="utf-8"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_given_again_is_the_one_that_would_be_found(place: Place, command: str, change: str) -> None:
    arguments = COMMANDS[command]
    for _ in range(3):
        place.run(*arguments)
    assert place.knows(*arguments)
    CHANGES[change](place.estate)

    answers = [place.run(*arguments) for _ in range(2)]
    place.settle()
    answers += [place.run(*arguments) for _ in range(3)]
    anew = place.run(*arguments, "--no-cache")

    assert answers[1:] == [anew] * 4
    assert (answers[0].status, answers[0].out, answers[0].files) == (anew.status, anew.out, anew.files)


@pytest.mark.parametrize("change", sorted(CHANGES.keys() - {"nothing", "loops of links"}))
def test_what_could_change_an_answer_is_noticed(place: Place, change: str) -> None:
    arguments = COMMANDS["validate"]
    place.run(*arguments)
    assert place.knows(*arguments)
    CHANGES[change](place.estate)

    assert not place.knows(*arguments)


def test_a_compiled_file_that_was_edited_or_removed_is_written_again(place: Place) -> None:
    arguments = COMMANDS["compile"]
    right = place.run(*arguments).files
    place.settle()
    again = [place.run(*arguments), place.run(*arguments)]
    assert place.knows(*arguments)
    path = place.folder / right[-1][0]

    path.write_bytes(path.read_bytes().replace(b"0", b"1"))
    assert place.run(*arguments).files == right
    path.unlink()
    assert place.run(*arguments).files == right
    shutil.rmtree(place.folder / "out")
    assert place.run(*arguments).files == right
    assert [one.files for one in again] == [right, right]


def test_settings_from_outside_are_part_of_the_question(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (place.estate / "more.yaml").write_text(BROKEN, encoding="utf-8")
    place.settle()
    arguments = COMMANDS["validate"]
    found = plain = place.run(*arguments)
    assert place.knows(*arguments)

    for name, value in (("NO_COLOR", ""), ("FORCE_COLOR", "1"), ("MONCTL_OUTPUT", "json")):
        monkeypatch.setenv(name, value)
        assert not place.knows(*arguments)
        found = place.run(*arguments)
        assert place.knows(*arguments)
        assert place.run(*arguments) == found == place.run(*arguments, "--no-cache")
    assert found != plain
    monkeypatch.chdir(place.estate)
    assert not place.knows("validate", "-C", ".")


def test_another_version_of_a_module_is_another_program(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    package = place.folder / "installed"
    package.mkdir()
    module = package / "some_target_of_a_third_party.py"
    module.write_text("VERSION = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(package))
    __import__(module.stem)
    place.settle()
    arguments = COMMANDS["validate"]
    place.run(*arguments)
    assert place.knows(*arguments)

    module.write_text("VERSION = 2\n", encoding="utf-8")
    assert not place.knows(*arguments)
    place.settle()
    place.run(*arguments)
    assert place.knows(*arguments)
    (package / "another-1.0.dist-info").mkdir()
    assert not place.knows(*arguments)
    del sys.modules[module.stem]
