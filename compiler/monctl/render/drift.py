"""Drift as text for a terminal, as Markdown and as JSON: what was changed outside, field by field, and the way out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from monctl.drift import Deviation, What
from monctl.drift_report import FORMAT_VERSION, Counts, Report, total
from monctl.plan import Cause
from monctl.render.plan_fields import lines, one_line
from monctl.render.plan_json import to_json
from monctl.render.plan_markdown import LONGEST, fenced
from monctl.render.style import Style
from monctl.resource import Json

_SIGNS = {
    What.CHANGED: ("~", "yellow"),
    What.DELETED: ("-", "red"),
    What.UNMARKED: ("?", "magenta"),
    What.MISSING: ("-", "yellow"),
    What.COPIED: ("+", "cyan"),
}
_WORDS = {
    What.CHANGED: "changed outside",
    What.DELETED: "deleted outside",
    What.UNMARKED: "lost its mark",
    What.MISSING: "not there",
    What.COPIED: "copied with its mark",
}
_FIELDS = 24
"""Lines of one object that are shown before the rest is only counted."""


def text(reports: Sequence[Report], *, color: bool = False) -> str:
    """One estate after the other, each ending with its summary."""
    return "\n".join("".join(f"{line}\n" for line in _lines(one, Style(color))) for one in reports)


def markdown(reports: Sequence[Report], *, limit: int = LONGEST) -> str:
    """The same for an issue or a comment, in at most `limit` characters; what comes from outside stands in code, where nothing is obeyed."""
    said = ["Drift of each estate:", ""]
    said += [f"- `{one_line(f'{one.estate} · {one.environment}' if one.environment else one.estate)}`: {summary(one)}" for one in reports]
    room = limit - sum(len(line) + 1 for line in said) - 200
    shown: list[str] = []
    every = [line for one in reports if one.drifted or one.notes for line in (*_lines(one, Style(False)), "")]
    for line in every:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    left = len(every) - len(shown)
    rest = ["", f"_{left} more lines are not shown; `monctl drift` shows them._"] if left else []
    return "\n".join([*said, *(["", *fenced(shown)] if shown else []), *rest, ""])


def json_text(reports: Sequence[Report]) -> str:
    """The document of one report; of several estates one of the same shape, addresses written `estate/kind.name`."""
    documents = [document(one) for one in reports]
    if len(documents) == 1:
        return json.dumps(documents[0], indent=2, ensure_ascii=False) + "\n"
    for one in documents:
        for entry in (*one["drift"], *one["notes"]):
            entry["address"] = f"{one['estate']}/{entry['address']}"
    whole = {
        "format_version": FORMAT_VERSION,
        "summary": to_json(total(one.summary for one in reports)),
        **{name: [entry for one in documents for entry in one[name]] for name in ("drift", "notes")},
        "unasked": {f"{one['estate']}/{target}": why for one in documents for target, why in one["unasked"].items()},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Json]:
    """The report as a JSON value, in the order of its fields."""
    return dict(to_json(report))


def summary(report: Report, *, color: bool = False) -> str:
    """One line that says it all."""
    style, counts = Style(color), report.summary
    kinds = [
        (counts.changed, "changed outside"),
        (counts.deleted, "deleted outside"),
        (counts.unmarked, "without their mark"),
        (counts.missing, "not there"),
        (counts.copied, "copied"),
    ]
    found = ", ".join(f"{count} {word}" for count, word in kinds if count)
    as_left = f"{counts.unchanged} as applied"
    rest = [(counts.spec, "changed in the specs"), (counts.pending, "not applied yet"), (counts.foreign, "not ours")]
    said = ", ".join([as_left, *(f"{count} {word}" for count, word in rest if count)])
    if found:
        return f"{style.bold('Drift:')} {found}; {said}."
    if report.unasked:
        return f"{style.bold('No drift')} in what could be asked: {said}."
    return style.paint(f"No drift: {said}.", "green")


def _lines(report: Report, style: Style) -> Iterator[str]:
    yield style.bold(one_line(f"{report.estate} · {report.environment}" if report.environment else report.estate))
    yield ""
    for target, counts in report.targets.items():
        deviations = [one for one in report.drift if one.target == target]
        if not deviations:
            continue
        yield f"{style.bold(one_line(target))}   {style.dim(_counted(counts))}"
        for one in deviations:
            yield from _deviation(one, report, style)
        yield ""
    for note in report.notes:
        yield f"{style.paint('note', 'yellow', bold=True)}: {one_line(f'{note.address}: {note.message}')}"
    for target in report.unasked:
        yield f"{style.paint('not asked', 'red', bold=True)}: {one_line(target)}"
    yield summary(report, color=style.color)


def _deviation(one: Deviation, report: Report, style: Style) -> Iterator[str]:
    sign, paint = _SIGNS[one.what]
    word = _WORDS[one.what]
    if one.what is What.CHANGED and one.cause is not Cause.OUTSIDE:
        word = "changed outside, and in the specs" if one.cause is Cause.BOTH else "differs"
    said = [f"{one_line(one.kind).replace('_', ' ')} {one_line(one.name)}", style.paint(word, paint)]
    said += [one_line(one.reason)] if one.reason else []
    said += [style.dim(one_line(f"{one.source.file}:{one.source.line}" if one.source.line else one.source.file))] if one.source else []
    yield f"  {style.paint(sign, paint, bold=True)} {'   '.join(said)}"
    every = [line for field in one.fields for line in lines(field, report.names.get(one.target, {}))]
    for line in every[:_FIELDS]:
        yield f"      {line.sign} {line.text}"
    if len(every) > _FIELDS:
        yield style.dim(f"      … and {len(every) - _FIELDS} more lines")
    yield f"    {style.dim('=')} {one_line(one.help)}"


def _counted(counts: Counts) -> str:
    return f"({counts.unchanged} as applied)"
