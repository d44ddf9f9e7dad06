"""README.md and docs/ show what monctl really prints, and what they tell the reader to type works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.refresh import ROOT, CommandFailed, documents, refreshed, workplace


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_output_shown_is_the_output_printed(document: Path, tmp_path: Path) -> None:
    """When this fails after a change that is meant: `make docs`."""
    text = document.read_text(encoding="utf-8")

    assert refreshed(text, workplace(tmp_path)) == text


def test_blocks_are_written_run_and_filled_in_order(tmp_path: Path) -> None:
    text = (
        "<!-- file: words/a.txt -->\n```text\none\n```\n"
        "<!-- run -->\n```bash\necho two >> words/a.txt\n```\n"
        "<!-- output: cat words/a.txt -->\n```text\nold\n```\n"
        "```bash\nfalse # an unmarked block is left alone\n```\n"
    )

    assert refreshed(text, tmp_path) == text.replace("old\n", "one\ntwo\n")


def test_a_console_shows_what_is_typed(tmp_path: Path) -> None:
    text = "<!-- console: echo no; exit 1 # exit 1 -->\n```console\nold\n```\n"

    assert refreshed(text, tmp_path) == text.replace("old", "$ echo no; exit 1\nno")


def test_markdown_of_a_command_is_taken_as_markdown(tmp_path: Path) -> None:
    text = "<!-- markdown: printf '* one\\n' -->\n\n* old\n\n<!-- /markdown -->\n\nWords.\n"

    assert refreshed(text, tmp_path) == text.replace("old", "one")


def test_an_announced_exit_status_is_expected_and_another_is_not(tmp_path: Path) -> None:
    block = "<!-- output: echo no; exit 3 # exit {} -->\n```text\nno\n```\n"

    assert refreshed(block.format(3), tmp_path) == block.format(3)
    with pytest.raises(CommandFailed, match="exit 3 from: echo no; exit 3"):
        refreshed(block.format(1), tmp_path)


def test_every_command_that_the_readme_lists_explains_itself() -> None:
    names = re.findall(r"^\| `monctl (\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    program = Path(sys.executable).with_name("monctl")
    silent = [
        name
        for name in names
        if f"monctl {name}" not in subprocess.run([program, name, "--help"], capture_output=True, text=True, check=False).stdout
    ]

    assert names
    assert silent == []


def test_every_link_to_a_file_leads_somewhere() -> None:
    pages = [
        *documents(),
        *(ROOT / ".github").glob("*.md"),
        *(ROOT / ".github" / "news").glob("*.md"),
        ROOT / "bench" / "README.md",
        ROOT / "CHANGELOG.md",
    ]
    dead = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    ]

    assert dead == []
