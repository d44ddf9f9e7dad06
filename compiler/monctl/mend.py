"""[I/O] An estate with the fixes of its findings taken: again and again until no new one comes, each step checked before the next. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from monctl.finding import Finding
from monctl.lint.mending import Taken, compatible, mended
from monctl.lsp.held import Kept, View
from monctl.project import Checked, check
from monctl.target import Target

ROUNDS = 10
"""A fix that brings the next one about is taken, too; two that undo each other end here."""
Lint = Callable[[Checked], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Mended:
    """What an estate would be."""

    texts: Mapping[str, tuple[str, str]]
    """File as shown → its text before and after, without byte order mark; only files that change."""
    taken: tuple[Taken, ...]
    refused: tuple[Taken, ...]
    """After these the specs would not be valid."""
    checked: Checked
    """The estate with the new texts."""


def mend(checked: Checked, environment: str | None, targets: Mapping[str, Target], *, wanted: Lint, rounds: int = ROUNDS) -> Mended:
    """What becomes of a valid estate when every fix of the findings that are `wanted` is taken. Python specs are never changed."""
    kept = Kept()

    before: dict[str, str] = {}
    now: dict[str, str] = {}
    taken: list[Taken] = []
    refused: dict[tuple[str, object], Taken] = {}

    def step_to(texts: Mapping[str, str], fixes: Sequence[Taken]) -> tuple[Checked, dict[str, str]] | None:
        """The estate after some fixes, and all texts that differ from the disk; None where it would not be valid."""
        new = {**now, **mended(texts, fixes)}
        view = View({os.path.realpath(file): text for file, text in new.items()}, 0, kept)
        after = check(checked.root, environment, targets=targets, overlay=view)
        return (after, new) if after.valid else None

    for _ in range(rounds):
        fixes = [one for one in compatible(wanted(checked)) if _key(one) not in refused]
        if not fixes:
            break
        texts = {span.file: checked.loaded.sources.text(span.file) or "" for one in fixes for span in one.spans}
        for file, text in texts.items():
            before.setdefault(file, text)
        step = step_to(texts, fixes)
        if step is None:  # one of them breaks something: find out which
            good: list[Taken] = []
            for one in fixes:
                if step_to(texts, [*good, one]) is None:
                    refused[_key(one)] = one
                else:
                    good.append(one)
            fixes, step = good, step_to(texts, good) if good else None
        if step is None:
            continue
        checked, now = step
        taken += fixes
    changed = {file: (before[file], text) for file, text in sorted(now.items()) if before[file] != text}
    return Mended(changed, tuple(taken), tuple(refused.values()), checked)


def _key(one: Taken) -> tuple[str, object]:
    return one.finding.code, (one.finding.origin, one.fix.title, tuple(edit.within for edit in one.fix.edits))
