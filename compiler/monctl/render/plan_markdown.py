"""A plan as Markdown for a comment on a pull request. Whatever comes from outside stands in code, where nothing is obeyed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from monctl.plan import Action, Change, Plan, Problem
from monctl.render.plan_fields import Line, lines, one_line

LONGEST = 60_000
"""Characters. GitHub takes 65,535 in a comment (runatlantis/atlantis#55); the rest is room for what a workflow adds."""

_SIGNS = {Action.DELETE: "-", Action.REPLACE: "!", Action.UPDATE: "!", Action.ADOPT: "!", Action.CREATE: "+"}
_WORDS = {Action.DELETE: "delete", Action.REPLACE: "replace", Action.UPDATE: "update", Action.ADOPT: "adopt", Action.CREATE: "create"}


def marker(plan: Plan) -> str:
    """The first line of the comment, invisible: by it the comment is found and edited in place, one for each estate and environment."""
    return f"<!-- monctl:plan {_bare(plan.estate)} {_bare(plan.environment) or '-'} -->"


def render(plan: Plan, *, limit: int = LONGEST) -> str:
    """The comment, at most `limit` characters of it: cut by whole objects, with a count of what is left out. Deletions are never folded."""
    total = plan.summary
    where = f"{_code(plan.estate)} · {_code(plan.environment)}" if plan.environment else _code(plan.estate)
    head = [marker(plan), f"### monctl: {where}", ""]
    if plan.empty:
        return "\n".join([*head, _nothing(plan), "", *_remarks(plan, losses=False)])
    said = f"{total.create} to create, {total.update} to update, {total.delete} to delete"
    said += "".join(f", {count} to {verb}" for verb, count in (("replace", total.replace), ("adopt", total.adopt)) if count)
    head += [f"**{said}**; {total.unchanged} unchanged. Fingerprint `{plan.fingerprint}`.", "", *_table(plan), *_remarks(plan)]
    deletions = [change for change in plan.changes if change.action is Action.DELETE]
    if deletions:
        head += ["**To be deleted**", "", *(f"- {_code(change.target)} {_title(change)}" for change in deletions), ""]
    budget = limit - sum(len(line) + 1 for line in head) - 200
    body: list[str] = []
    left = 0
    for target in plan.targets:
        changes = [change for change in plan.changes if change.target == target and change.action is not Action.DELETE]
        block, cut = _details(plan, target, changes, budget)
        budget -= sum(len(line) + 1 for line in block)
        left += cut
        body += block
    tail = [f"_{left} more changes are not shown; `monctl diff --full` shows them._", ""] if left else []
    return "\n".join([*head, *body, *tail])


def _nothing(plan: Plan) -> str:
    count = plan.summary.unchanged
    if plan.unasked and not plan.targets:
        return "Nothing could be asked; nothing is known."
    said = "No changes in what could be asked" if plan.unasked else "No changes"
    if not count:
        return f"{said}: nothing is declared, and nothing is held."
    return f"{said}: {'the one object is' if count == 1 else f'all {count} objects are'} as the specs say."


def _table(plan: Plan) -> list[str]:
    rows = ["| target | create | update | replace | delete | adopt | unchanged |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for target in plan.targets:
        counts = [
            sum(change.target == target and change.action is action for change in plan.changes)
            for action in (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE, Action.ADOPT)
        ]
        rows.append(f"| {_code(target)} | " + " | ".join(str(count or "") for count in counts) + f" | {plan.unchanged.get(target, 0)} |")
    return [*rows, ""]


def _details(plan: Plan, target: str, changes: list[Change], budget: int) -> tuple[list[str], int]:
    """The folded changes of one target within a budget of characters, and how many had to be left out."""
    blocks: list[str] = []
    names = plan.names.get(target, {})
    for place, change in enumerate(changes):
        block = list(_change(change, dict(names)))
        size = sum(len(line) + 1 for line in block)
        if size > budget:
            return _folded(target, changes, blocks), len(changes) - place
        budget -= size
        blocks.extend(block)
    return _folded(target, changes, blocks), 0


def _folded(target: str, changes: list[Change], blocks: list[str]) -> list[str]:
    if not blocks:
        return []
    summary = f"<summary><b>{html.escape(one_line(target))}</b>: {len(changes)} to create or change</summary>"
    return ["<details>", summary, "", *blocks, "</details>", ""]


def _change(change: Change, names: dict[str, str]) -> Iterator[str]:
    yield f"{_WORDS[change.action]} {_title(change)}"
    short = change.action is Action.CREATE
    diff = [_marked(line) for field in change.fields for line in lines(field, names, short=short)]
    if diff:
        yield from ("", *fenced(diff, "diff"))
    yield ""


def fenced(block: Sequence[str], language: str = "") -> list[str]:
    """Lines as code that none of them can end."""
    fence = "`" * max(3, 1 + max((len(run) for line in block for run in re.findall(r"`+", line)), default=0))
    return [f"{fence}{language}", *block, fence]


def _marked(line: Line) -> str:
    """As GitHub paints a diff: what is changed in place is orange, under an exclamation mark."""
    return line.text if line.sign == "@" else f"{'!' if line.sign == '~' else line.sign} {line.text}"


def _title(change: Change) -> str:
    said = f"{_code(change.kind.replace('_', ' '))} {_code(change.name)}"
    if change.source is not None and change.source.file:
        said += f" ({_code(f'{change.source.file}:{change.source.line}' if change.source.line else change.source.file)})"
    for remark in (
        change.reason,
        "changed outside" if change.cause in {"outside", "both"} else "",
        f"belongs to {change.owner}" if change.owner else "",
    ):
        said += f", {_code(remark)}" if remark else ""
    return said


def _remarks(plan: Plan, *, losses: bool = True) -> list[str]:
    said = [f"- :x: {_code(target)} was not asked: {_code(why)}" for target, why in plan.unasked.items()]
    said += [f"- :x: {_problem(error)}" for error in plan.errors] + [f"- :warning: {_problem(note)}" for note in plan.notes[:20]]
    dropped = [loss for loss in plan.fidelity if loss.fit == "dropped" and losses]
    said += [
        f"- {_code(loss.target)} cannot say {_code(loss.field)} of {_code(loss.address)}" + (f": {_code(loss.how)}" if loss.how else "")
        for loss in dropped[:20]
    ]
    if len(dropped) > 20:
        said.append(f"- and {len(dropped) - 20} more that cannot be said")
    return [*said, ""] if said else []


def _problem(problem: Problem) -> str:
    return f"{_code(problem.address or problem.target)}: {_code(problem.message)}" + (f" — {_code(problem.help)}" if problem.help else "")


def _code(text: str) -> str:
    """Inline code that its content cannot leave: no markup, mention or link in it is obeyed, not even in a table."""
    plain = one_line(text).replace("|", "¦") or "-"
    longest = max((len(run) for run in re.findall(r"`+", plain)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _bare(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "", text)
