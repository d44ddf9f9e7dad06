"""The façade: an estate opened, checked, built, planned. What the command line and tests call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monctl import query
from monctl.collector import no_garbage
from monctl.finding import Finding, Level, located
from monctl.link import link
from monctl.load import Loaded, load
from monctl.program import Program
from monctl.spec.documents import Runbook
from monctl.target import Built, Target, discover


@dataclass(frozen=True, slots=True)
class Checked:
    """An estate read and linked."""

    root: Path
    loaded: Loaded
    program: Program
    findings: tuple[Finding, ...]
    """Located, in order."""

    @property
    def valid(self) -> bool:
        """Whether there is no error."""
        return not any(found.level is Level.ERROR for found in self.findings)

    @property
    def named_files(self) -> list[Path]:
        """Files that are read because a spec names them."""
        return [self.root / item.spec.file for item in self.loaded.items if isinstance(item.spec, Runbook) and item.spec.file]


def check(root: Path, environment: str | None = None, *, targets: Mapping[str, Target] | None = None) -> Checked:
    """Everything `monctl validate` says: types, references, units, SQL syntax. Offline.

    Raises UsageError and EstateError; whatever is wrong in the specs comes back as findings.
    """
    known = discover() if targets is None else targets
    with no_garbage():
        loaded = load(root, environment)
        linked = link(loaded, {name: target.capabilities for name, target in known.items()})
        found = [*loaded.findings, *linked.findings, *query.check(linked.program)]
        if any(not _readable(one) for one in loaded.findings):
            found = [one for one in found if one.code != "SPEC040"]  # what is unknown may be in a file that could not be read
        return Checked(root, loaded, linked.program, tuple(located(found, loaded.sources)))


def build(checked: Checked, *, only: tuple[str, ...] = (), targets: Mapping[str, Target] | None = None) -> dict[str, Built]:
    """What each target of the estate should hold, by target name. `only` narrows the targets; call it for a valid estate."""
    known = discover() if targets is None else targets
    return {name: known[name].build(checked.program) for name in sorted(checked.program.targets) if not only or name in only}


def _readable(found: Finding) -> bool:
    return not (found.level is Level.ERROR and (found.code < "SPEC020" or found.code.startswith("SPEC08")))
