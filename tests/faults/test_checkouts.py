"""Two applies from two checkouts against the same providers: they share no folder, and nothing is lost and nothing is there twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from monctl.cli import run
from monctl.lock import held, lock_path
from monctl.sandbox.place import Sandbox
from monctl.sandbox.server import Server
from monctl.target import discover
from tests.faults.conftest import EDITS, ESTATE, PROVIDERS

MONCTL = str(Path(sys.executable).with_name("monctl"))
_DIGEST = re.compile(r"#[0-9a-f]{10}\]")
_TARGETS = [part for name in PROVIDERS for part in ("--target", name)]


@dataclass
class World:
    """The providers on loopback, and two checkouts of one estate."""

    sandbox: Sandbox
    first: Path
    second: Path

    def edit(self) -> None:
        """Another limit for every monitor, in both."""
        for folder in (self.first, self.second):
            path = folder / "shop.yaml"
            text = path.read_text(encoding="utf-8")
            for old, new in EDITS:
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")

    def held(self) -> Counter[tuple[str, str, str]]:
        """How many objects of each provider, kind and name there are."""
        return Counter((target, one.kind, _DIGEST.sub("]", one.name)) for target, every in self.sandbox.held().items() for one in every)


def command(verb: str, folder: Path, *more: str) -> list[str]:
    """What somebody types in a checkout."""
    return [verb, *more, "-C", str(folder), *([] if any(one.endswith(".json") for one in more) and verb == "apply" else _TARGETS)]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two checkouts, empty providers."""
    for name in ("one", "two"):
        shutil.copytree(ESTATE, tmp_path / name / "shop")
    monkeypatch.setenv("SHOP_SLACK_WEBHOOK", "https://hooks.slack.com/services/T0/B0/shop")
    monkeypatch.setenv("SHOP_PAGERDUTY_KEY", "0" * 32)
    with Sandbox(tmp_path / "providers", discover().values()) as sandbox, Server(sandbox) as server:
        for name, value in sandbox.environment(server.url).items():
            monkeypatch.setenv(name, value)
        yield World(sandbox, tmp_path / "one" / "shop", tmp_path / "two" / "shop")


@pytest.fixture
def alone(world: World, tmp_path: Path) -> Callable[[], Counter[tuple[str, str, str]]]:
    """What the providers hold after one apply that met nobody, with the specs as they are now."""

    def applied() -> Counter[tuple[str, str, str]]:
        with Sandbox(tmp_path / "alone", discover().values()) as sandbox:
            assert run(["apply", "-C", str(world.first), "--sandbox", str(tmp_path / "alone"), *_TARGETS, "--yes"]) == 0
            return World(sandbox, world.first, world.second).held()

    return applied


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Somebody sits at the terminal, and agrees to the plan after something has happened."""

    def confirm(*_: object, **__: object) -> bool:
        happens()
        return True

    monkeypatch.setattr(os, "isatty", lambda _: True)
    monkeypatch.setattr(click, "confirm", confirm)


@pytest.mark.parametrize("edited", [False, True], ids=["making", "changing"])
def test_what_another_checkout_did_while_a_plan_was_read_is_not_done_again(
    edited: bool,
    world: World,
    alone: Callable[[], Counter[tuple[str, str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if edited:
        assert run(command("apply", world.first, "--yes")) == 0
        world.edit()

    def other() -> None:
        assert run(command("apply", world.second, "--yes")) == 0
        capsys.readouterr()

    meanwhile(monkeypatch, other)

    assert run(command("apply", world.first)) == 5
    said = capsys.readouterr().err
    assert f"was {'changed' if edited else 'made'} since the plan was shown" in said
    assert "✓" not in said
    assert world.held() == alone()
    for folder in (world.first, world.second):
        assert run(command("diff", folder, "--detailed-exitcode")) == 0


def test_of_two_saved_plans_the_second_is_refused(
    world: World, alone: Callable[[], Counter[tuple[str, str, str]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plans = [(folder, str(tmp_path / f"{number}.json")) for number, folder in enumerate((world.first, world.second))]
    for folder, path in plans:
        assert run(command("diff", folder, "--out", path)) == 0

    assert [run(command("apply", folder, path, "--yes")) for folder, path in plans] == [0, 5]
    assert "was made since the plan was saved" in capsys.readouterr().err
    assert world.held() == alone()
    assert run(command("diff", world.second, "--detailed-exitcode")) == 0


def test_a_shared_folder_for_the_state_is_one_lock(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = tmp_path / "shared"
    monkeypatch.setenv("MONCTL_STATE", str(shared))
    with held(lock_path(shared, "shop", ""), "estate 'shop'"):
        assert [run(command("apply", folder, "--yes")) for folder in (world.first, world.second)] == [5, 5]

    assert run(command("apply", world.second, "--yes")) == 0
    assert (shared / "shop.journal.jsonl").is_file()
    assert not (world.second / ".monctl").exists()


def test_two_applies_at_the_same_moment_from_two_checkouts_with_one_lock(
    world: World, alone: Callable[[], Counter[tuple[str, str, str]]], tmp_path: Path
) -> None:
    environ = {**os.environ, "MONCTL_STATE": str(tmp_path / "shared")}
    both = [
        subprocess.Popen(
            [MONCTL, *command("apply", folder, "--yes")], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for folder in (world.first, world.second)
    ]
    said = [process.communicate()[1] for process in both]

    statuses = sorted(process.returncode for process in both)
    assert statuses in ([0, 0], [0, 5]), said
    assert statuses == [0, 0] or any("another apply or destroy is at work on estate 'shop'" in one for one in said)
    assert world.held() == alone()
    assert run(command("diff", world.first, "--detailed-exitcode")) == 0
