"""Options of one value that are given twice: which one is meant, nobody knows."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from monctl.cli import run
from monctl.cli.group import COMMANDS, root
from monctl.cli.options import Once


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_asks_for_one_folder_one_environment_and_one_form(name: str) -> None:
    found = root.get_command(click.Context(root), name)
    assert found is not None
    several = [found, *(getattr(found, "commands", {}).values())]
    loose = [
        option
        for one in several
        for param in one.params
        for option in param.opts
        if option in {"-C", "-e", "-o", "--sandbox"} and not isinstance(param, Once) and not param.multiple
    ]

    assert loose == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lint", "-C", "a", "-C", "b"], "-C was given twice; name a folder that holds both estates, or run the command for each"),
        (["validate", "--dir=a", "-C", "a"], "-C was given twice; name a folder that holds both estates, or run the command for each"),
        (["compile", "-e", "live", "-e", "test"], "-e was given twice; name one environment, and run the command for each"),
        (["fmt", "-o", "text", "-o", "json"], "-o was given twice; name one form"),
        (["diff", "--sandbox", "a", "--sandbox", "b"], "--sandbox was given twice; name one folder"),
    ],
)
def test_two_are_refused(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 64
    assert capsys.readouterr().err.startswith(f"monctl: {sentence}\n")


def test_one_stands_over_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("shop", "bank"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "monctl.yaml").write_text(f"estate: {name}\ntargets: {{runner: {{}}}}\nnonsense: 1\n", encoding="utf-8")
    monkeypatch.setenv("MONCTL_DIR", str(tmp_path / "bank"))
    monkeypatch.setenv("MONCTL_OUTPUT", "concise")

    monkeypatch.chdir(tmp_path)
    assert run(["validate", "-C", "shop"]) == 1
    assert capsys.readouterr().out.startswith("shop/monctl.yaml:3:1: ")
    assert run(["validate"]) == 1
    assert capsys.readouterr().out.startswith("bank/monctl.yaml:3:1: ")
