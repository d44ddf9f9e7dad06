"""Estates that must be valid before a command goes on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monctl.ahead import Ahead
from monctl.cli import options
from monctl.errors import UsageError
from monctl.finding import Level
from monctl.project import Checked, check_all
from monctl.suggest import did_you_mean
from monctl.target import Target, discover


def known_targets(wanted: Sequence[str]) -> dict[str, Target]:
    """Every installed target. Raises UsageError when one of `wanted` is not among them."""
    known = discover()
    for name in wanted:
        if name not in known:
            raise UsageError(f"no target is called '{name}'", hint=did_you_mean(name, known, noun="targets"))
    return known


def checked_or_none(
    roots: Sequence[Path], environment: str | None, *, only: Sequence[str] = (), ahead: Ahead | None = None
) -> list[Checked] | None:
    """The estates, perhaps read `ahead`; None when one has errors, which are then on standard error.

    Raises UsageError when none of them uses a target of `only`.
    """
    checked = check_all(roots, environment, ahead=ahead)
    if all(one.valid for one in checked):
        _used(checked, only)
        return checked
    from monctl.render.findings_text import summary, text

    for one in checked:
        errors = [found for found in one.findings if found.level is Level.ERROR]
        if errors:
            options.note(text(errors, one.loaded.sources, color=options.color()))
    every = [found for one in checked for found in one.findings if found.level is Level.ERROR]
    options.note(summary(every, sum(len(one.loaded.files) for one in checked)))
    return None


def _used(checked: Sequence[Checked], only: Sequence[str]) -> None:
    used = {name for one in checked for name in one.program.targets}
    for name in only:
        if name not in used:
            who = f"estate '{checked[0].program.estate}' does" if len(checked) == 1 else "these estates do"
            raise UsageError(
                f"{who} not use {name}", hint=f"targets here: {', '.join(sorted(used)) or 'none'}; add it to `targets` in monctl.yaml"
            )
