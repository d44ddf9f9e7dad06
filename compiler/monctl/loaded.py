"""What loading gives: every object of an estate, checked against its model, with its place. Pure data, nothing linked yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monctl.finding import Finding
from monctl.source import Origin
from monctl.source_map import SourceMap
from monctl.spec.base import Spec
from monctl.spec.estate import Estate
from monctl.spec.file import SINGULAR


@dataclass(frozen=True, slots=True)
class Item:
    """One object, checked against its model."""

    kind: str
    """Top-level key of the YAML form: `monitors`."""
    name: str
    spec: Spec
    origin: Origin
    whole: bool = True
    """False when a part of it did not fit and was left out: what seems to be missing may be that."""

    @property
    def address(self) -> str:
        """`monitor.orphaned-posts`."""
        return f"{SINGULAR[self.kind]}.{self.name}"


@dataclass(frozen=True, slots=True)
class Move:
    """One line of `moved`, as written."""

    old: str
    new: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything an estate says, before names are resolved."""

    root: Path
    settings: Estate | None
    """Filled for the environment. None when `monctl.yaml` cannot be read: then nobody knows targets, variables and environments."""
    environment: str
    """Empty when the estate has none."""
    items: tuple[Item, ...]
    """In the order of the files and within them; the first of two with one name."""
    moved: tuple[Move, ...]
    findings: tuple[Finding, ...]
    sources: SourceMap
    files: tuple[Path, ...]
    """Every file that was read, settings first."""
    settings_file: str
    """`monctl.yaml` as shown to the user."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Runbook files, by the path their specs name."""
    broken: frozenset[tuple[str, str]] = frozenset()
    """(kind, name) of objects that are declared but could not be read: naming them is no fault."""
    complete: bool = True
    """False when a file could not be read at all: what seems to be missing may be in it."""
