"""The fidelity report: per monitor and target, what is exact, what is approximated and how, what is dropped and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monctl.number import counted
from monctl.render.style import Style
from monctl.target import Built, Fidelity, Fit

_COLOR = {Fit.EXACT: "green", Fit.APPROXIMATED: "yellow", Fit.DROPPED: "red"}


def records(built: Mapping[str, Built]) -> list[dict[str, str]]:
    """Every line as plain JSON, sorted."""
    return [
        {"address": one.address, "target": one.target, "field": one.field, "fit": one.fit.value, "how": one.how, "severity": one.severity}
        for one in _sorted(built)
    ]


def text(built: Mapping[str, Built], *, color: bool = False) -> str:
    """A table for people: exact ones counted, the others line by line."""
    style = Style(color)
    lines: list[str] = []
    entries = _sorted(built)
    for target in sorted(built):
        own = [one for one in entries if one.target == target]
        counts = {fit: sum(1 for one in own if one.fit is fit) for fit in Fit}
        resources = len(built[target].resources)
        told = ", ".join(f"{counts[fit]} {fit.value}" for fit in Fit)
        lines.append(style.bold(f"{target}: {counted(resources, 'resource')}; fields: {told}"))
        inexact = [one for one in own if one.fit is not Fit.EXACT]
        width = max((len(_place(one)) for one in inexact), default=0)
        lines.extend(f"  {style.paint(f'{one.fit.value:12}', _COLOR[one.fit])} {_place(one):{width}}  {one.how}" for one in inexact)
    return "\n".join(lines) + "\n"


def _place(one: Fidelity) -> str:
    return f"{one.address} {one.field}" + (f" ({one.severity})" if one.severity else "")


def _sorted(built: Mapping[str, Built]) -> Sequence[Fidelity]:
    found = {one for each in built.values() for one in each.fidelity}
    return sorted(found, key=lambda one: (one.target, one.address, one.field, one.severity, one.how))
