"""An estate with one thing for each provider, sandboxes it was applied to, and clients whose transport can be spoiled."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monctl.cli import run
from monctl.sandbox.place import Sandbox
from monctl.target import Client, Settings, discover
from tests.faults.adapter import FaultAdapter, Rule

ESTATE = Path(__file__).with_name("shop")
PROVIDERS = ("grafana", "pagerduty", "sentry", "uptimerobot")
_DIGEST = re.compile(r"#[0-9a-f]{10}\]")
EDITS = (("down for 5m", "down for 10m"), ("> 500ms", "> 600ms"), ("> 5%", "> 6%"), ("notify: [ana]}]", "notify: [ana]}], repeat: 1"))


class Shop:
    """An estate and a sandbox of one test."""

    def __init__(self, folder: Path, target: str) -> None:
        self.folder = folder / "shop"
        self.sandbox = folder / "sandbox"
        self.target = target
        if not self.folder.exists():
            shutil.copytree(ESTATE, self.folder)

    @property
    def where(self) -> list[str]:
        """The options that say where."""
        return ["-C", str(self.folder), "--sandbox", str(self.sandbox), "--target", self.target]

    @property
    def journal(self) -> Path:
        """What an apply leaves."""
        return self.sandbox / "shop.journal.jsonl"

    def edit(self) -> None:
        """Another limit for every monitor: a change in each provider."""
        path = self.folder / "shop.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in EDITS:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def apply(self, *more: str) -> int:
        """`monctl apply --yes`."""
        return run(["apply", *self.where, "--yes", *more])

    def held(self) -> Counter[tuple[str, str]]:
        """How many objects of each kind and name the provider has; with the mark where it stands in the name, but for its digest, which counts ids in."""
        with Sandbox(self.sandbox, discover().values()) as opened:
            return Counter((one.kind, _DIGEST.sub("]", one.name)) for one in opened.emulators[self.target].held())

    def settled(self) -> bool:
        """Whether a second plan is empty."""
        return run(["diff", *self.where, "--detailed-exitcode"]) == 0


Spoil = Callable[[str, Rule], list[float]]


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Spoils what goes to one target from now on by a rule; gives the waits, in seconds, that are not waited."""

    def spoilt(name: str, rule: Rule) -> list[float]:
        target = discover()[name]
        connect = type(target).connect
        waits: list[float] = []

        def connected(settings: Settings) -> Client:
            assert settings.transport is not None
            client: Client = connect(target, replace(settings, transport=FaultAdapter(settings.transport, rule), sleep=waits.append))
            return client

        monkeypatch.setattr(target, "connect", connected)
        return waits

    return spoilt


@pytest.fixture(scope="session")
def _before(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], Path]:
    """A folder with the estate and a sandbox to which it was applied, edited estates too."""
    made: dict[tuple[str, bool], Path] = {}

    def folder(target: str, edited: bool) -> Path:
        if (target, edited) not in made:
            shop = Shop(tmp_path_factory.mktemp(target), target)
            if edited:
                shop.edit()
            assert shop.apply() == 0
            assert shop.settled()
            made[target, edited] = shop.folder.parent
        return made[target, edited]

    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Callable[[str], Shop]:
    """The estate and an empty sandbox."""
    return lambda target: Shop(tmp_path, target)


@pytest.fixture
def applied(_before: Callable[[str, bool], Path], tmp_path: Path) -> Callable[[str], Shop]:
    """The estate and a sandbox to which it was applied."""

    def copied(target: str) -> Shop:
        shutil.copytree(_before(target, False), tmp_path, dirs_exist_ok=True)
        return Shop(tmp_path, target)

    return copied


@pytest.fixture
def clean(_before: Callable[[str, bool], Path]) -> Callable[..., Counter[tuple[str, str]]]:
    """What a provider holds after an apply in which nothing went wrong."""

    def held(target: str, *, edited: bool = False) -> Counter[tuple[str, str]]:
        return Shop(_before(target, edited), target).held()

    return held
