"""What is kept, what is not, and that a broken cache is no cache."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monctl import cache, discover, recording, stamp
from tests.compiler.cache.place import Place

VALIDATE = ["validate", "-C", "estate"]


def answers(place: Place) -> list[Path]:
    return [path for path in (place.estate / ".monctl/cache").glob("*") if len(path.name) == 32]


def test_the_cache_is_in_the_folder_the_command_is_about_and_git_does_not_see_it(place: Place) -> None:
    place.run(*VALIDATE)

    assert len(answers(place)) == 1
    assert (place.estate / ".monctl/cache/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_folder_of_estates_has_a_cache_of_its_own(place: Place) -> None:
    (place.folder / "all").mkdir()
    place.estate.rename(place.folder / "all/estate")
    place.settle()
    place.run("validate", "-C", "all")

    assert place.knows("validate", "-C", "all")
    assert (place.folder / "all/.monctl/cache").is_dir()


@pytest.mark.parametrize("arguments", [["validate", "-Cestate"], ["validate", "--dir=estate"], ["validate", "--dir", "estate"]])
def test_the_folder_is_found_however_it_is_named(place: Place, arguments: list[str]) -> None:
    place.run(*arguments)

    assert place.knows(*arguments)


def test_the_folder_of_the_environment_and_the_current_one_are_found(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONCTL_DIR", "estate")
    place.run("validate")
    assert place.knows("validate")
    monkeypatch.delenv("MONCTL_DIR")
    monkeypatch.chdir(place.estate)
    place.run("validate")
    assert place.knows("validate")
    place.estate.rename(place.folder / "monitors")
    monkeypatch.chdir(place.folder)
    place.settle()
    place.run("validate")
    assert place.knows("validate")


def test_nothing_is_kept_or_given_when_it_is_not_wanted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.run(*VALIDATE, "--no-cache")
    assert not (place.estate / ".monctl").exists()
    place.run(*VALIDATE)
    monkeypatch.setenv("MONCTL_NO_CACHE", "1")

    assert not place.knows(*VALIDATE)


@pytest.mark.parametrize(
    "arguments", [["validate", "--help"], ["validate", "-C", "estate", "--nonsense"], ["validate", "-C", "nowhere"], ["schema"]]
)
def test_what_reads_no_specs_leaves_no_trace(place: Place, arguments: list[str]) -> None:
    place.run(*arguments)

    assert not (place.estate / ".monctl").exists()


def test_an_estate_with_a_python_spec_is_never_kept(place: Place) -> None:
    (place.estate / "more.py").write_text(
        "import os\nfrom monctl import Service\nService('web' + os.environ.get('LANG', ''))\n", encoding="utf-8"
    )
    place.settle()
    place.run(*VALIDATE)

    assert answers(place) == []


def test_what_was_changed_within_the_tick_of_the_run_is_not_kept(place: Place) -> None:
    question = cache.asked(VALIDATE)
    assert question is not None
    assert question.begin()
    question.since = question.inputs.newest

    assert not question.begin()


def test_a_compilation_is_known_once_it_was_found_to_be_on_the_disk(place: Place) -> None:
    arguments = ["compile", "-C", "estate", "--out", "out"]
    place.run(*arguments)
    assert not place.knows(*arguments)
    place.settle()
    place.run(*arguments)

    assert place.knows(*arguments)


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "another format", "folder"])
def test_a_damaged_answer_is_not_believed(place: Place, damage: str) -> None:
    right = place.run(*VALIDATE)
    (path,) = answers(place)
    data = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(data[:-1])
        case "changed":
            path.write_bytes(data.replace(b"nothing wrong", b"nothing wrung"))
        case "emptied":
            path.write_bytes(b"")
        case "another format":
            path.write_bytes(data.replace(b"answer 1", b"answer 2"))
        case _:
            path.unlink()
            path.mkdir()

    assert not place.knows(*VALIDATE)
    assert place.run(*VALIDATE) == right


def test_an_answer_that_is_no_answer_is_refused_by_its_digest() -> None:
    answer = dict.fromkeys(cache.FIELDS, b"x\n1\n")

    assert cache.unpacked(cache.packed(answer)) == answer
    for end in range(len(cache.packed(answer))):
        assert cache.unpacked(cache.packed(answer)[:end]) is None


def test_no_place_for_a_cache_is_no_error(place: Place) -> None:
    right = place.run(*VALIDATE)
    for path in sorted((place.estate / ".monctl").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (place.estate / ".monctl").rmdir()
    (place.estate / ".monctl").write_text("in the way", encoding="utf-8")

    assert place.run(*VALIDATE) == right
    assert place.run(*VALIDATE) == right


def test_the_oldest_answers_go(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(recording.MOST_ANSWERS + 3):
        monkeypatch.setenv("MONCTL_NUMBER", str(number))
        place.run(*VALIDATE)

    assert len(answers(place)) == recording.MOST_ANSWERS
    assert place.knows(*VALIDATE)


def test_what_is_stamped_is_what_is_discovered() -> None:
    assert (discover._SPEC_ENDINGS, frozenset(discover._NEVER)) == (stamp.SPEC_ENDINGS, stamp.PASSED_BY)
    assert cache.SETTINGS == discover.SETTINGS


def test_streams_keep_their_order(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    question = cache.asked(VALIDATE)
    assert question is not None
    cache.question = question

    def run() -> int:
        recording.follows([place.estate])
        sys.stdout.write("ä\n")
        sys.stderr.write("b")
        sys.stderr.buffer.write(b"\xff")
        sys.stdout.write("c\n")
        sys.stdout.buffer.write(b"d")
        return 7

    assert recording.recorded(run) == 7
    said = capfd.readouterr()
    assert question.answered() == 7
    assert capfd.readouterr() == said
    data = cache.unpacked(Path(question.path).read_bytes())
    assert data is not None
    assert data["said"] == "1 3\nä\n2 2\nb".encode() + b"\xff1 3\nc\nd"
