"""What is read ahead is what is read: the same values, texts and findings, whatever the files are like."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from monctl import ahead, discover
from monctl.ahead import reading
from monctl.document import Document, load_file
from monctl.halves import LEAST
from monctl.load import Loaded, load

SETTINGS = "estate: shop\ntargets: {runner: {}}\n"
MONITOR = "monitors:\n  NAME: {http: https://example.com/NAME, every: 1m}\n"

ESTATES: Mapping[str, Mapping[str, str | bytes]] = {
    "a file": {"a.yaml": MONITOR},
    "many": {f"m{at}.yaml": MONITOR.replace("NAME", f"m{at}") for at in range(LEAST + 1)},
    "many with faults": {f"m{at}.yaml": MONITOR.replace("NAME", f"m{at}") for at in range(LEAST + 1)}
    | {"m7.yaml": "monitors: [", "m8.yaml": b"\xff", "m9.yaml": "a: 1\na: 2\n"},
    "what is left out": {"monctl.yaml": f"{SETTINGS}exclude: [old/*]\n", "a.yaml": MONITOR, "old/b.yaml": "monitors: ["},
    "what a variable leaves out": {
        "monctl.yaml": f"{SETTINGS}variables: {{gone: {{default: old}}}}\nexclude: ['${{var.gone}}/*']\n",
        "a.yaml": MONITOR,
        "old/b.yaml": MONITOR.replace("NAME", "old"),
    },
    "settings that cannot be read": {"monctl.yaml": "estate: [", "a.yaml": MONITOR},
    "an exclude that is none": {"monctl.yaml": f"{SETTINGS}exclude: {{a: 1}}\n", "a.yaml": MONITOR},
    "a Python spec": {"a.yaml": MONITOR, "b.py": "from monctl import monitor\n\nmonitor('py', http='https://example.com/py')\n"},
    "nothing": {},
}


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in ({"monctl.yaml": SETTINGS} | dict(files)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def seen(loaded: Loaded) -> tuple[object, ...]:
    """All there is to see of an estate."""
    return loaded.items, loaded.findings, loaded.files, loaded.complete, dict(loaded.sources.texts)


@pytest.mark.parametrize("files", ESTATES.values(), ids=ESTATES)
def test_what_is_read_ahead_is_what_is_read(files: Mapping[str, str | bytes], tmp_path: Path) -> None:
    write(tmp_path, files)

    with reading([tmp_path]) as begun:
        early = load(tmp_path, shown_from=tmp_path, ahead=begun)

    assert seen(early) == seen(load(tmp_path, shown_from=tmp_path))


def test_several_estates_are_read_ahead(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, {"a.yaml": MONITOR.replace("NAME", name)})

    with reading([tmp_path / "one", tmp_path / "two"]) as begun:
        items = [item.name for name in ("two", "one") for item in load(tmp_path / name, ahead=begun).items]

    assert items == ["two", "one"]


def test_an_estate_asked_for_again_is_read_again(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": MONITOR})

    with reading([tmp_path]) as begun:
        first = load(tmp_path, shown_from=tmp_path, ahead=begun)
        again = load(tmp_path, shown_from=tmp_path, ahead=begun)

    assert seen(first) == seen(again)


def test_a_file_that_went_away_meanwhile_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": MONITOR, "b.yaml": MONITOR.replace("NAME", "b")})

    with reading([tmp_path]) as begun:
        (tmp_path / "b.yaml").unlink()
        loaded = load(tmp_path, shown_from=tmp_path, ahead=begun)

    assert [found.code for found in loaded.findings] == ["SPEC014"]


def test_nothing_is_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.yaml": MONITOR, "b.yaml": MONITOR.replace("NAME", "b")})
    asked: list[str] = []
    found = discover.files

    def told(path: Path, file: str, *, regular: bool = False) -> Document:
        asked.append(path.name)
        return load_file(path, file, regular=regular)

    def walked(root: Path, exclude: tuple[str, ...] = ()) -> discover.Files:
        asked.append("files")
        return found(root, exclude)

    monkeypatch.setattr(ahead, "load_file", told)
    monkeypatch.setattr(discover, "files", walked)

    with reading([tmp_path]) as begun:
        load(tmp_path, shown_from=tmp_path, ahead=begun)

    assert sorted(asked) == ["a.yaml", "b.yaml", "files", "monctl.yaml"]
