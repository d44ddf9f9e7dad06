"""What holds for the repository as a whole: what may be in its files, what belongs together, what must be pinned."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import monctl
from docs.changelog import fragments, inserted, section

ROOT = Path(__file__).resolve().parent.parent

LONG = {
    "compiler/monctl/program.py": "every type of the linked program, read as one page; there is no logic to cut it by",
}
"""Python files above 450 lines → the reason in the domain why they are one job."""
LONGEST = 450

# Written in pieces, so that this file does not hold what it forbids.
ROOTS = ("work", "root", "farm", r"home/\w+", r"Users/\w+")
MACHINE_PATH = re.compile(rf"(?<![\w.~$}}-])/(?:{'|'.join(ROOTS)})/")
REGISTRY = re.compile(r"python" r"hosted\.org|npm" r"js\.org|/sim" r"ple/|--index-" r"url")
VENDORED = "compiler/monctl/runner/page/static/vendor/"
"""Files of others, byte for byte."""
BINARY = {".png", ".gif", ".ico", ".db"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or would be, under version control; in an archive without git every file outside hidden and built folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        return tuple(ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name and (ROOT / name).is_file())
    built = {".venv", "build", "dist", "__pycache__"}
    return tuple(path for path in sorted(ROOT.rglob("*")) if path.is_file() and not built & set(path.relative_to(ROOT).parts))


def texts() -> list[tuple[str, str]]:
    """Every text file with its path from the root."""
    return [(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in tracked() if path.suffix not in BINARY]


@cache
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = [f"{name}: {hit[0]}" for name, text in texts() for hit in MACHINE_PATH.finditer(text)]

    assert found == []


def test_no_file_names_the_address_of_a_registry() -> None:
    found = [f"{name}: {hit[0]}" for name, text in texts() for hit in REGISTRY.finditer(text)]

    assert found == []


def test_every_text_file_ends_in_one_newline_and_has_no_trailing_space() -> None:
    kept = (
        "LICENSE",
        "tests/golden/",
        "tests/cli/",
        "tests/lint/cases/",
        "monitors/",
        VENDORED,
    )  # texts of others, and output as it is printed
    faults = [
        name
        for name, text in texts()
        if text
        and not name.endswith(".py")  # ruff has those
        and not name.startswith(kept)
        and (not text.endswith("\n") or text.endswith("\n\n") or re.search(r"[ \t]+$", text, re.MULTILINE))
    ]

    assert faults == []


def test_a_long_python_file_gives_its_reason() -> None:
    # tests are lists of cases: they grow by entries, not by jobs
    long = {name for name, text in texts() if name.endswith(".py") and not name.startswith("tests/") and text.count("\n") > LONGEST}

    assert long == set(LONG)


def test_every_target_folder_is_an_entry_point_and_the_reverse() -> None:
    folders = {path.parent.name for path in (ROOT / "targets" / "monctl_targets").glob("*/__init__.py")}
    points = project()["project"]["entry-points"]["monctl.targets"]

    assert {name: f"monctl_targets.{name}:target" for name in folders} == points


def test_everything_that_pyproject_names_is_pinned() -> None:
    pins = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in pins}
    settings = project()
    wanted = [
        *settings["build-system"]["requires"],
        *settings["project"]["dependencies"],
        *(need for needs in settings["project"]["optional-dependencies"].values() for need in needs),
        *(need for needs in settings["dependency-groups"].values() for need in needs),
    ]
    names = {re.split(r"[\[<>=! ]", need)[0].lower().replace("_", "-") for need in wanted}

    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in pins)
    assert names - pinned == {settings["project"]["name"]}  # the extra `all` names its own


def test_the_version_is_one() -> None:
    assert project()["tool"]["hatch"]["version"]["path"] == "compiler/monctl/__init__.py"
    assert re.fullmatch(r"\d+\.\d+\.\d+", monctl.__version__)


@pytest.mark.parametrize("root", ["compiler/monctl", "targets/monctl_targets"])
def test_a_package_is_typed_and_says_what_it_is(root: str) -> None:
    assert (ROOT / root / "py.typed").is_file()
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / root).rglob("*.py")
        if not path.read_text(encoding="utf-8").startswith(('"""', 'r"""'))
    ]

    assert silent == []


def test_the_fragments_of_the_news_have_a_type() -> None:
    news = fragments(ROOT / ".github" / "news")

    assert all(path.read_text(encoding="utf-8").strip() for paths in news.values() for path in paths)


def test_a_fragment_without_a_type_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.nice.md").write_text("Nice.\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"words\.nice\.md: the type before \.md must be one of added, changed"):
        fragments(tmp_path)


def test_a_release_puts_the_newest_version_first(tmp_path: Path) -> None:
    (tmp_path / "one.fixed.md").write_text("One thing\nis mended.\n", encoding="utf-8")
    (tmp_path / "two.added.md").write_text("Two things.\n", encoding="utf-8")
    changelog = inserted("# Changelog\n\nWords.\n\n## 0.1.0 (2026-01-01)\n", section("0.2.0", "2026-02-02", fragments(tmp_path)))

    assert changelog == (
        "# Changelog\n\nWords.\n\n## 0.2.0 (2026-02-02)\n\n### Added\n\n- Two things.\n\n### Fixed\n\n- One thing is mended.\n"
        "\n## 0.1.0 (2026-01-01)\n"
    )


def test_every_target_of_make_that_documents_name_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    pages = ["README.md", ".github/CONTRIBUTING.md", "bench/README.md", ".ci/run", ".github/workflows/ci.yml"]
    named = {
        name
        for page in pages
        for name in re.findall(r"(?:^|`|run: )make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert {"demo", "test", "check", "bench"} <= named
    assert named <= targets
