"""An import as text and as JSON: what was said, what was not, what is to be done next. Pure."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from monctl.import_report import report
from monctl.importing import Imported
from monctl.number import counted
from monctl.render.plan_json import to_json
from monctl.saying import Unsaid
from monctl.spec.file import KINDS

_INLINE = 4
"""So many adoptions are named on the command line; more are read from the file."""
_ALIKE = 3
"""So many objects with the same reason are named; more are counted."""


def adopt_command(found: Imported, *, options: Sequence[str] = ()) -> str:
    """What takes over everything that was imported; empty when there is nothing to take over."""
    if not found.adopt:
        return ""
    words = ["monctl", "apply", "-C", str(found.layout.root), "--target", found.target, *options]
    if len(found.adopt) <= _INLINE:
        return shlex.join([*words, *(part for one in found.adopt for part in ("--adopt", one))])
    return f"xargs -a {shlex.quote(str(found.layout.root / found.layout.adopt_file))} {shlex.join(words)}"


def text(found: Imported, *, command: str, saved: bool) -> str:
    """The report for a person."""
    return "".join(f"{_printable(line)}\n" for line in _lines(found, command=command, saved=saved))


def json_text(found: Imported, *, command: str, saved: bool) -> str:
    """The report for programs."""
    return json.dumps(to_json(report(found, command=command, saved=saved)), indent=2, ensure_ascii=False) + "\n"


def _lines(found: Imported, *, command: str, saved: bool) -> Iterator[str]:
    yield from _counted(found, saved=saved)
    if found.unsaid:
        yield ""
        yield "Not said, or left where it is:"
        yield from _unsaid(found.unsaid)
    if found.advice:
        yield ""
        yield "Add to monctl.yaml, for all of it to mean the same:"
        yield from (f"  {line}" for line in found.advice)
    if found.secrets:
        yield ""
        yield "Secrets to set, which are never read from the provider:"
        yield from (f"  {name}  {what}" for name, what in found.secrets.items())
    yield ""
    yield from _verdict(found)
    if command and saved:
        yield ""
        yield "Take over what is there:"
        yield f"  {command}"


def _printable(line: str) -> str:
    """A line without the control characters that a provider's names may hold."""
    return "".join(char if char.isprintable() else " " for char in line)


def _counted(found: Imported, *, saved: bool) -> Iterator[str]:
    counts = Counter(one.kind for one in found.objects)
    said = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind]) or "nothing"
    yield f"{found.target}: {found.foreign} objects that are nobody's; said: {said}"
    if found.ours:
        yield f"  {found.ours} are this estate's already"
    for owner, count in found.others:
        yield f"  {count} belong to {owner} and are left alone"
    for path in found.layout.written:
        yield f"  {'written' if saved else 'would write'}  {found.layout.root / path}"


def _unsaid(unsaid: Sequence[Unsaid]) -> Iterator[str]:
    """By kind and reason: what a hundred objects have in common is told once."""
    alike: dict[tuple[str, str, str], list[Unsaid]] = {}
    for one in unsaid:
        alike.setdefault((one.kind, one.field, one.why), []).append(one)
    for (kind, field, why), several in alike.items():
        shown = ", ".join(_one(each) for each in several[:_ALIKE]) + (f" and {len(several) - _ALIKE} more" if len(several) > _ALIKE else "")
        yield f"  {kind.replace('_', ' ')} {shown}: {f'{field}: ' if field else ''}{why}"


def _one(each: Unsaid) -> str:
    return f"'{each.name}' ({each.remote_id})" if each.remote_id else f"'{each.name}'"


def _verdict(found: Imported) -> Iterator[str]:
    settled = found.settled
    for message in settled.unfit:
        yield f"  {message}"
    if settled.unfit:
        yield "The estate with the import in it has errors that are no object's own: correct them, then import again."
    elif not found.objects:
        yield "There is nothing to take over."
    elif not found.adopt:
        yield "The plan after this import is empty: nothing of it is taken over."
    elif settled.clean:
        yield f"The plan after this import is empty: it takes over {_objects(len(found.adopt))} with a mark, and no field changes."
    else:
        yield f"The plan after this import takes over {_objects(len(found.adopt))}. What they do stays; once it is applied the plan is empty."
        yield from _written(found)


def _written(found: Imported) -> Iterator[str]:
    reasons = Counter((_general(one.path), one.why) for one in found.settled.touched)
    yield from (f"  {path}: {why} ({_objects(count)})" for (path, why), count in reasons.items())
    made = Counter(why for _, why in found.settled.made)
    yield from (f"  {why} ({_objects(count)})" for why, count in made.items())


def _general(path: str) -> str:
    """A path without the names of items: `rules[*].annotations`."""
    head, bracket, rest = path.partition("[")
    return head + (f"[*]{_general(rest.partition(']')[2])}" if bracket else "")


def _objects(count: int) -> str:
    return f"{counted(count, 'object')}"
