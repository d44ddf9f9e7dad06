"""What a doctor found, as text for a terminal and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from monctl.doctor import Examined
from monctl.examination import Check, Verdict
from monctl.render.plan_fields import one_line
from monctl.render.plan_json import to_json
from monctl.render.style import Style

_SIGNS = {
    Verdict.OK: ("✓", "green"),
    Verdict.NOTE: ("·", "blue"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.FAILED: ("✗", "red"),
    Verdict.UNASKED: ("?", "red"),
}
_SUMMED = ((Verdict.FAILED, "failed"), (Verdict.UNASKED, "could not be asked"), (Verdict.WARNING, "to look at"))


def text(every: Sequence[Examined], *, color: bool = False) -> str:
    """One target after the other, and a line that sums it up."""
    style = Style(color)
    return "".join(f"{line}\n" for one in every for line in _target(one, style)) + summary(every, color=color) + "\n"


def json_text(every: Sequence[Examined]) -> str:
    """Every check as plain JSON."""
    return json.dumps({"format_version": 1, "targets": to_json(list(every))}, indent=2, ensure_ascii=False) + "\n"


def summary(every: Sequence[Examined], *, color: bool = False) -> str:
    """One line."""
    counts = Counter(check.verdict for one in every for check in one.checks)
    wrong = [f"{counts[verdict]} {word}" for verdict, word in _SUMMED if counts[verdict]]
    style = Style(color)
    if wrong:
        return f"{style.bold('Doctor:')} {', '.join(wrong)}, {counts[Verdict.OK]} good."
    return style.paint(f"All is well: {counts[Verdict.OK]} checks.", "green")


def _target(one: Examined, style: Style) -> Iterator[str]:
    where = " · ".join(part for part in (one.estate, one.environment, one.target) if part)
    yield f"{style.bold(one_line(where))}   {style.dim(one_line(f'{one.url} ({one.url_from})'.lstrip()))}"
    width = max((len(check.name) for check in one.checks), default=0)
    for check in one.checks:
        yield from _check(check, width, style)
    yield ""


def _check(check: Check, width: int, style: Style) -> Iterator[str]:
    sign, paint = _SIGNS[check.verdict]
    yield f"  {style.paint(sign, paint)} {one_line(check.name):<{width}}  {one_line(check.said)}"
    if check.help:
        yield f"    {style.dim('=')} {one_line(check.help)}"
