"""Where Python specs stand: the line of the call in the file that runs; what they import; what each is on its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from monctl.load import load


def _origins(folder: Path, files: dict[str, str]) -> dict[str, tuple[str, int | None]]:
    (folder / "monctl.yaml").write_text("estate: shop\n")
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body)
    loaded = load(folder, shown_from=folder)
    assert loaded.findings == ()
    return {item.name: (item.origin.file, item.origin.line) for item in loaded.items}


def test_a_call_over_several_lines_stands_at_its_first(tmp_path: Path) -> None:
    spec = 'from monctl import Service\n\nService(\n    "a",\n    tier=1,\n)\nService("b"); Service(\n"c")\n'

    assert _origins(tmp_path, {"a.py": spec}) == {"a": ("a.py", 3), "b": ("a.py", 7), "c": ("a.py", 7)}


def test_a_helper_of_the_file_and_a_comprehension_are_the_place_of_their_call(tmp_path: Path) -> None:
    spec = "from monctl import Service\n\n\ndef two(name):\n    Service(f'{name}-x')\n    Service(f'{name}-y')\n\n\ntwo('a')\n[Service(n) for n in 'bc']\n"

    assert _origins(tmp_path, {"a.py": spec}) == {"a-x": ("a.py", 5), "a-y": ("a.py", 6), "b": ("a.py", 10), "c": ("a.py", 10)}


def test_a_helper_of_another_file_keeps_the_line_of_the_spec(tmp_path: Path) -> None:
    files = {
        "lib/helpers.py": "from monctl import Service\n\n\ndef make(name):\n    return Service(name)\n",
        "lib/a.py": "import helpers\n\nhelpers.make('a')\n",
        "b.py": "from lib.helpers import make\n\n\nmake(\n    'b'\n)\n",
    }

    assert _origins(tmp_path, files) == {"a": ("lib/a.py", 3), "b": ("b.py", 4)}


def test_importing_another_spec_does_not_declare_it_twice(tmp_path: Path) -> None:
    files = {
        "a.py": "from monctl import Service\n\nSHOP = Service('shop')\n",
        "b.py": "from a import SHOP\nfrom monctl import Service\n\nService('web', depends_on=[SHOP])\n",
    }

    assert _origins(tmp_path, files) == {"shop": ("a.py", 3), "web": ("b.py", 4)}


def test_each_file_runs_on_its_own(tmp_path: Path) -> None:
    files = {
        "state.py": "count = 0\n",
        "a.py": "import state\nfrom monctl import Service\n\nstate.count += 1\nService(f'a{state.count}')\n",
        "b.py": "import state\nfrom monctl import Service\n\nstate.count += 1\nService(f'b{state.count}')\n",
    }

    assert _origins(tmp_path, files) == {"a1": ("a.py", 5), "b1": ("b.py", 5)}


def test_a_spec_is_a_module_dataclasses_and_main_included(tmp_path: Path) -> None:
    spec = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom typing import ClassVar\nfrom monctl import Service\n\n\n"
        "@dataclass\nclass Host:\n    kind: ClassVar[str] = 'web'\n    name: str = 'a'\n\n\nService(Host().name)\n"
        "if __name__ == '__main__':\n    Service('never')\nService('file', links={'at': __file__.rsplit('/', 1)[-1]})\n"
    )

    assert _origins(tmp_path, {"a.py": spec}) == {"a": ("a.py", 13), "file": ("a.py", 16)}


def test_the_file_of_a_spec_is_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that Python runs, wherever monctl is called; links are not followed."""
    (tmp_path / "real").mkdir()
    (tmp_path / "estate").symlink_to("real")
    (tmp_path / "real" / "monctl.yaml").write_text("estate: shop\n")
    (tmp_path / "real" / "a.py").write_text("from monctl import Service\n\nService('a', links={'at': 'file://' + __file__})\nService(1)\n")
    monkeypatch.chdir(tmp_path)

    loaded = load(Path("estate"))
    assert [(found.origin.file, found.origin.line) for found in loaded.findings] == [("estate/a.py", 4)]
    (tmp_path / "real" / "a.py").write_text("from monctl import Service\n\nService('a', links={'at': 'file://' + __file__})\n")
    [item] = load(Path("estate")).items
    assert str(item.spec.links["at"]) == f"file://{tmp_path}/estate/a.py"  # type: ignore[attr-defined]  # of a service


def test_the_estate_may_be_named_by_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    estate = tmp_path / "estate"
    estate.mkdir()
    (estate / "monctl.yaml").write_text("estate: shop\n")
    (estate / "helpers.py").write_text("NAME = 'a'\n")
    (estate / "a.py").write_text("from helpers import NAME\nfrom monctl import Service\n\nService(NAME)\n")
    monkeypatch.chdir(tmp_path)
    loaded = load(Path("estate"))

    assert [(item.name, item.origin.file, item.origin.line) for item in loaded.items] == [("a", "estate/a.py", 4)]
