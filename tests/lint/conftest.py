"""A small estate that is in order, and one more file in it: what the cases of the rules are run on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from monctl import lint
from monctl.cli.lint import context
from monctl.errors import UsageError
from monctl.finding import Finding
from monctl.lint import Rule
from monctl.measure import KINDS
from monctl.program import Program
from monctl.project import Checked, check
from monctl.render.findings_text import text
from monctl.resource import Json
from monctl.sandbox.store import Store
from monctl.target import Built, Capabilities, Client, Settings

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BASE = Path(__file__).parent / "base.yaml"


class Runner:
    """A target that takes every source and has nothing to say about any."""

    name = "runner"
    capabilities = Capabilities((), accepts=frozenset(KINDS), fallback=True)

    def build(self, program: Program) -> Built:
        return Built(())

    def normalize(self, kind: str, body: Json) -> Json:
        return body

    def immutable(self, kind: str) -> frozenset[str]:
        return frozenset()

    def connect(self, settings: Settings) -> Client:
        raise UsageError("there is no provider behind this target")

    def emulator(self, store: Store) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Linted:
    """What the rules said about an estate."""

    findings: list[Finding]
    checked: Checked

    @property
    def shown(self) -> str:
        """As the user sees it."""
        return text(self.findings, self.checked.loaded.sources)


class Elsewhere(Runner):
    """A provider: another target than the runner."""

    name = "elsewhere"
    capabilities = Capabilities((), accepts=frozenset(KINDS))


Files = str | Mapping[str, str]
Linter = Callable[..., Linted]


@pytest.fixture
def linted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linter:
    """Lints the base estate with one more file (`case.yaml`), or several by name."""

    def run(files: Files, *, only: Sequence[Rule] | None = None, others: Sequence[Finding] = (), now: datetime = NOW) -> Linted:
        named = {"case.yaml": files} if isinstance(files, str) else dict(files)
        write(tmp_path, named)
        monkeypatch.chdir(tmp_path)
        checked = check(Path(), targets={"runner": Runner(), "elsewhere": Elsewhere()})
        assert [f"{one.code} {one.message}" for one in checked.findings] == []
        return Linted(lint.run(checked.program, checked.loaded.sources, context(checked, now), others=others, only=only), checked)

    return run


def write(folder: Path, files: Mapping[str, str]) -> None:
    """The estate: its settings, the base without what the files declare anew, the files."""
    base = yaml.safe_load(BASE.read_text(encoding="utf-8"))
    for name, written in files.items():
        if name.endswith(".yaml") and name != "monctl.yaml":
            for kind, objects in (yaml.safe_load(written) or {}).items():
                for one in objects:
                    base.get(kind, {}).pop(one, None)
    settings = {
        "monctl.yaml": "estate: shop\ntargets: {runner: {}}\n",
        "base.yaml": yaml.safe_dump(base, sort_keys=False, default_flow_style=True),
    }
    for name, written in {**settings, **files}.items():
        (folder / name).write_text(written, encoding="utf-8")
