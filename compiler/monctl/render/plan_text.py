"""A plan as text for a terminal: deletions first, names instead of ids, unchanged only counted, one line at the end that says it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monctl.plan import Action, Cause, Change, Plan, Problem
from monctl.render.plan_fields import Line, lines, one_line
from monctl.render.style import Style

_SIGNS = {Action.DELETE: "-", Action.REPLACE: "±", Action.UPDATE: "~", Action.ADOPT: "»", Action.CREATE: "+"}
_COLORS = {"-": "red", "±": "magenta", "~": "yellow", "»": "cyan", "+": "green", "@": "cyan"}
_CAUSES = {Cause.OUTSIDE: "changed outside", Cause.BOTH: "changed outside, and in the specs"}
_FIELDS = 24
"""Lines of one change that are shown before the rest is only counted."""
_SHORT = 6
"""The same for something new: what it is, not all it holds."""
_MANY = 40
"""New or changed objects of one target that are shown in full before the rest is only counted. Deletions are always shown."""


def render(plan: Plan, *, color: bool = False, full: bool = False) -> str:
    """The plan, ending with its summary and a line feed. `full` folds nothing."""
    style = Style(color)
    where = f"{plan.estate} · {plan.environment}" if plan.environment else plan.estate
    blocks = [f"{style.bold(one_line(where))}\n"]
    blocks += ["".join(f"{line}\n" for line in _target(plan, target, style, full)) for target in plan.targets]
    blocks += ["".join(f"{line}\n" for line in _remarks(plan, style, full))]
    return "\n".join(block for block in (*blocks, summary(plan, color=color) + "\n") if block)


def summary(plan: Plan, *, color: bool = False) -> str:
    """One line: what would be done, and the fingerprint that `apply` can be held to."""
    style = Style(color)
    total = plan.summary
    if plan.empty and plan.unasked:
        return (
            f"No changes in what could be asked. {_objects(total.unchanged)}."
            if plan.targets
            else "Nothing could be asked; nothing is known."
        )
    if plan.empty:
        return style.paint(f"No changes. {_objects(total.unchanged)}.", "green")
    parts = [f"{count} to {verb}" for verb, count in (("create", total.create), ("update", total.update), ("delete", total.delete))]
    parts += [f"{count} to {verb}" for verb, count in (("replace", total.replace), ("adopt", total.adopt)) if count]
    return f"{style.bold('Plan:')} {', '.join(parts)}; {total.unchanged} unchanged. {style.dim(f'Fingerprint {plan.fingerprint}.')}"


def _target(plan: Plan, target: str, style: Style, full: bool) -> Iterator[str]:
    changes = [change for change in plan.changes if change.target == target]
    yield _heading(plan, target, changes, style)
    names = plan.names.get(target, {})
    shown = 0
    folded = 0
    for change in changes:
        if change.action is not Action.DELETE:
            shown += 1
            if shown > _MANY and not full:
                folded += 1
                continue
        yield from _change(change, names, style, full)
    if folded:
        yield style.dim(f"  … and {folded} more; --full shows them")


def _heading(plan: Plan, target: str, changes: list[Change], style: Style) -> str:
    counts = [(sign, sum(change.action is action for change in changes)) for action, sign in _SIGNS.items()]
    counted = "  ".join(style.paint(f"{sign}{count}", _COLORS[sign]) for sign, count in reversed(counts) if count)
    return "   ".join(
        part for part in (style.bold(one_line(target)), counted, style.dim(f"({plan.unchanged.get(target, 0)} unchanged)")) if part
    )


def _change(change: Change, names: Mapping[str, str], style: Style, full: bool) -> Iterator[str]:
    sign = _SIGNS[change.action]
    said = [f"{one_line(change.kind).replace('_', ' ')} {one_line(change.name)}"]
    remarks = [change.reason, _CAUSES.get(change.cause, "") if change.cause else "", f"belongs to {change.owner}" if change.owner else ""]
    said += [style.paint(one_line(remark), "yellow") for remark in remarks if remark]
    place = (
        f"{change.source.file}:{change.source.line}"
        if change.source and change.source.line
        else change.source.file
        if change.source
        else ""
    )
    said += [style.dim(one_line(place))] if place else []
    yield f"  {style.paint(sign, _COLORS[sign], bold=True)} {'   '.join(said)}"
    if change.classes:
        yield f"      {style.dim(_audience(change.classes))}"
    if change.action is Action.DELETE:
        return
    every = [line for field in change.fields for line in lines(field, names, short=change.action is Action.CREATE)]
    most = len(every) if full else _SHORT if change.action is Action.CREATE else _FIELDS
    most = len(every) if len(every) == most + 1 else most
    for line in every[:most]:
        yield f"      {_painted(line, style)}"
    if len(every) > most:
        yield style.dim(f"      … and {len(every) - most} more lines")


def _audience(classes: Iterable[str]) -> str:
    """`pages; calls ana, ben; tells slack-critical`."""
    said: dict[str, list[str]] = {}
    for one in classes:
        verb, _, name = one_line(one).partition(" ")
        said.setdefault(verb, []).append(name)
    return "; ".join(f"{verb} {', '.join(names)}".rstrip() for verb, names in said.items())


def _painted(line: Line, style: Style) -> str:
    if line.sign == "@":
        return style.paint(line.text, _COLORS[line.sign])
    if line.sign == " ":
        return style.dim(f"  {line.text}")
    return style.paint(f"{line.sign} {line.text}", _COLORS[line.sign]) if line.sign in "+-" else f"{line.sign} {line.text}"


def _remarks(plan: Plan, style: Style, full: bool) -> Iterator[str]:
    for target in plan.unasked:
        yield f"{style.paint('not asked', 'red', bold=True)}: {one_line(target)}"
    for error in plan.errors:
        yield from _problem("error", "red", error, style)
    for note in plan.notes:
        yield from _problem("note", "yellow", note, style)
    lossy = plan.fidelity
    if lossy:
        dropped = sum(loss.fit == "dropped" for loss in lossy)
        yield f"{style.bold('Fidelity:')} {len(lossy) - dropped} approximated, {dropped} dropped; `monctl compile --report` says each"
        touched = {address for change in plan.changes for address in (change.address, *change.parts)}
        shown = [loss for loss in lossy if full or (loss.fit == "dropped" and loss.severity and loss.address in touched)]
        for loss in shown[: len(shown) if full else _FIELDS]:
            level = f" ({loss.severity})" if loss.severity else ""
            how = f": {loss.how}" if loss.how else ""
            yield "  " + one_line(f"{loss.target} · {loss.address} · {loss.field}{level} {loss.fit.value}{how}")
        if len(shown) > _FIELDS and not full:
            yield style.dim(f"  … and {len(shown) - _FIELDS} more; --full shows them")


def _problem(word: str, color: str, problem: Problem, style: Style) -> Iterator[str]:
    about = f"{problem.address}: " if problem.address else f"{problem.target}: "
    yield f"{style.paint(word, color, bold=True)}: {one_line(about + problem.message)}"
    if problem.help:
        yield f"  {style.dim('=')} {one_line(problem.help)}"


def _objects(count: int) -> str:
    return (
        "The one object is as the specs say"
        if count == 1
        else f"All {count} objects are as the specs say"
        if count
        else "Nothing is declared, and nothing is held"
    )
