"""The support matrix: features against targets, from what each target says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monctl.render.style import Style
from monctl.target import Capabilities, Capability, Fit

_SIGN = {Fit.EXACT: "yes", Fit.APPROXIMATED: "nearly", Fit.DROPPED: "no"}
_COLOR = {Fit.EXACT: "green", Fit.APPROXIMATED: "yellow", Fit.DROPPED: "red"}


def records(targets: Mapping[str, Capabilities]) -> dict[str, Any]:
    """All of it as plain JSON."""
    return {
        "format_version": 1,
        "targets": {
            name: {
                "accepts": sorted(can.accepts),
                "default_for": sorted(can.default_for),
                "fallback": can.fallback,
                "capabilities": [
                    {"feature": one.feature, "fit": one.fit.value, "how": one.how, "source": one.source} for one in can.capabilities
                ],
                "limits": [{"name": one.name, "value": one.value, "unit": one.unit, "source": one.source} for one in can.limits],
            }
            for name, can in sorted(targets.items())
        },
    }


def text(targets: Mapping[str, Capabilities], *, color: bool = False) -> str:
    """A table, then a note for everything that is not simply yes."""
    style = Style(color)
    table = _table(targets)
    names = sorted(targets)
    first = max((len(feature) for feature in table), default=0)
    widths = {name: max(len(name), 6) for name in names}
    lines = [style.bold(" ".join([f"{'':{first}}", *(f"{name:{widths[name]}}" for name in names)]).rstrip())]
    for feature, row in table.items():
        cells = []
        for name in names:
            one = row.get(name)
            cell = f"{_SIGN[one.fit] if one else '-':{widths[name]}}"
            cells.append(style.paint(cell, _COLOR[one.fit]) if one else cell)
        lines.append(f"{feature:{first}} " + " ".join(cells).rstrip())
    notes = [
        f"  {name:{max(map(len, names))}}  {feature:{first}}  {one.how}"
        for name in names
        for feature, row in table.items()
        if (one := row.get(name)) and one.how
    ]
    return "\n".join([*lines, "", style.bold("Notes"), *notes]) + "\n"


def markdown(targets: Mapping[str, Capabilities]) -> str:
    """The same for docs: a table, notes and limits with their sources."""
    table, names = _table(targets), sorted(targets)
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for feature, row in table.items():
        lines.append(f"| {feature} | " + " | ".join(_SIGN[row[name].fit] if name in row else "–" for name in names) + " |")
    for name in names:
        lines += ["", f"## {name}", ""]
        lines += [
            f"* {one.feature}: {_SIGN[one.fit]}{f' — {one.how}' if one.how else ''}{f' ({one.source})' if one.source else ''}"
            for one in targets[name].capabilities
        ]
        lines += [f"* limit, {one.name}: {one.value:g} {one.unit} ({one.source})" for one in targets[name].limits]
    return "\n".join(lines) + "\n"


def _table(targets: Mapping[str, Capabilities]) -> dict[str, dict[str, Capability]]:
    table: dict[str, dict[str, Capability]] = {}
    for name, can in targets.items():
        for one in can.capabilities:
            table.setdefault(one.feature, {})[name] = one
    return dict(sorted(table.items()))
