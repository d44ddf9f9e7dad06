"""[I/O] One estate as an editor shows it: checked and linted over the unsaved texts, with its findings by file and its names by kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from monctl.errors import MonctlError
from monctl.finding import Finding
from monctl.loaded import Item
from monctl.lsp.grammar import Options
from monctl.lsp.held import View, real
from monctl.lsp.names import SETTINGS_KINDS
from monctl.program import Program
from monctl.project import Checked, check
from monctl.source import Origin
from monctl.target import Target


@dataclass(frozen=True, eq=False)
class Seen:
    """What one check found. Nothing in it changes."""

    root: Path
    checked: Checked
    findings: tuple[Finding, ...]
    """Of validate, and of lint where the estate is valid; located."""
    installed: tuple[str, ...] = ()
    """Names of the targets there are, whether or not the estate has them."""
    options: Options = ()
    """What they say of their options."""
    failure: MonctlError | None = None
    """Why the findings are those of validate alone: a rule that some package brings has failed."""

    @property
    def program(self) -> Program:
        """The program; with errors among the findings it is only good for showing."""
        return self.checked.program

    @cached_property
    def files(self) -> Mapping[str, str]:
        """Real path → the file's name as findings have it, for every file of the estate."""
        return {real(path): Path(os.path.relpath(path)).as_posix() for path in self.checked.loaded.files}

    @cached_property
    def by_file(self) -> Mapping[str, list[Finding]]:
        """Real path → findings that stand there."""
        found: dict[str, list[Finding]] = {path: [] for path in self.files}
        for one in self.findings:
            found.setdefault(real(one.span.file if one.span else one.origin.file), []).append(one)
        return found

    @cached_property
    def items(self) -> Mapping[tuple[str, str], Item]:
        """(kind, name) → what was written for it."""
        return {(item.kind, item.name): item for item in self.checked.loaded.items}

    @cached_property
    def known(self) -> Mapping[str, tuple[str, ...]]:
        """Kind → every name that may be written; `environments`, `targets` and `variables` as well."""
        found: dict[str, dict[str, None]] = {}
        for item in self.checked.loaded.items:
            found.setdefault(item.kind, {})[item.name] = None
        for kind, name in sorted(self.checked.loaded.broken):
            found.setdefault(kind, {})[name] = None
        found.setdefault("monitors", {}).update(dict.fromkeys(self.program.monitors))  # those of SLOs, too
        settings = self.checked.loaded.settings
        for kind in SETTINGS_KINDS:
            names: Mapping[str, Any] = getattr(settings, kind) if settings is not None else {}
            found[kind] = dict.fromkeys(names)
        return {kind: tuple(names) for kind, names in found.items()}

    def shown(self, path: str) -> str:
        """How findings name a file."""
        return self.files.get(path) or Path(os.path.relpath(path)).as_posix()

    def text(self, path: str) -> str | None:
        """The text of a file as it was checked."""
        return self.checked.loaded.sources.text(self.shown(path))

    def at(self, origin: Origin) -> list[Item]:
        """The objects that an object's place in a file makes; several for a `for_each`."""
        return self._by_origin.get((origin.file, origin.path, origin.line), [])

    @cached_property
    def _by_origin(self) -> Mapping[tuple[str, tuple[str | int, ...], int | None], list[Item]]:
        found: dict[tuple[str, tuple[str | int, ...], int | None], list[Item]] = {}
        for item in self.checked.loaded.items:
            found.setdefault((item.origin.file, item.origin.path, item.origin.line), []).append(item)
        return found


def see(root: Path, environment: str | None, view: View, known: Mapping[str, Target], now: Callable[[], datetime]) -> Seen:
    """Everything `monctl lint` says about an estate. Raises UsageError and EstateError where it cannot be checked."""
    from monctl.cli.lint import findings

    checked = check(root, environment, targets=known, overlay=view)
    found: Sequence[Finding] = checked.findings
    failure = None
    if checked.valid:
        try:
            found = findings(checked, known, now())
        except MonctlError as error:
            failure = error
    return Seen(root, checked, tuple(found), tuple(known), _options(known), failure)


def _options(known: Mapping[str, Target]) -> Options:
    """What targets say of their options; one that says nothing takes anything."""
    return tuple((name, target.options()) for name, target in known.items() if hasattr(target, "options"))
