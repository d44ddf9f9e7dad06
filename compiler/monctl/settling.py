"""What an imported estate would still change at its provider, and whose fault that is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from monctl.finding import Finding, Level
from monctl.plan import Action, Change, FieldChange, Problem
from monctl.project import Checked
from monctl.resource import Json
from monctl.saying import Holding, SaidObject
from monctl.spec.file import PLURAL, SINGULAR
from monctl.target import Built, Fit

Faults = Mapping[tuple[str, str], str]
"""(kind, name) → why the object cannot be kept."""
_LONG = 60
_UNKNOWN = "SPEC040"
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Touched:
    """One field that adopting writes although its meaning stays."""

    address: str
    remote_id: str
    path: str
    before: Json
    after: Json
    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The plan of an import when every object of it is adopted."""

    held: tuple[Holding, ...] = ()
    """The live objects that can be adopted."""
    touched: tuple[Touched, ...] = ()
    made: tuple[tuple[str, str], ...] = ()
    """(id of a resource, why): objects that come along."""
    unfit: tuple[str, ...] = ()
    """Errors that no object of the import is to blame for."""

    @property
    def clean(self) -> bool:
        """Adopting writes marks and nothing else."""
        return not self.touched and not self.made and not self.unfit


def faults_of_specs(checked: Checked, objects: Sequence[SaidObject]) -> Faults:
    """The objects with errors, and the first error of each."""
    return _blamed((found for found in checked.findings if found.level is Level.ERROR), objects)


def faults_of_plan(
    checked: Checked, built: Built, changes: Iterable[Change], problems: Iterable[Problem], objects: Sequence[SaidObject]
) -> tuple[Settled, Faults]:
    """What is left of a plan in which everything of the import is adopted, and the objects that must go for it to be empty."""
    owners = {f"{SINGULAR[one.kind]}.{one.name}": one for one in objects}
    faults = dict(_blamed((found for found in built.findings if found.level is Level.ERROR), objects))
    for problem in problems:
        if (one := owners.get(problem.address)) is not None:
            faults.setdefault((one.kind, one.name), problem.message)
    for loss in built.fidelity:
        lost_one = owners.get(loss.address)
        severe = loss.severity != "" and loss.severity == checked.program.most_severe
        if lost_one is not None and loss.fit is Fit.DROPPED and severe:
            faults.setdefault((lost_one.kind, lost_one.name), f"{loss.field} would be lost: {loss.how}")
    touched: list[Touched] = []
    made: list[tuple[str, str]] = []
    for change in changes:
        mine = [owners[address] for address in dict.fromkeys((change.address, *change.parts)) if address in owners]
        if mine:
            fault = _judged(change, mine, touched, made)
            for one in mine if fault else ():
                faults.setdefault((one.kind, one.name), fault)
    return Settled(touched=tuple(touched), made=tuple(made)), faults


def _judged(change: Change, mine: Sequence[SaidObject], touched: list[Touched], made: list[tuple[str, str]]) -> str:
    """Why a change keeps its objects from being imported; empty when it does not."""
    kind = change.kind.replace("_", " ")
    match change.action:
        case Action.CREATE:
            why = next((one.makes[change.kind] for one in mine if change.kind in one.makes), None)
            if why is None:
                return f"a {kind} '{change.name}' would be made that is not there"
            made.append((change.id, why))
        case Action.DELETE:
            return ""
        case Action.REPLACE:
            return f"the {kind} would be replaced: {change.reason}"
        case _:
            for field in change.fields:
                why = next(
                    (
                        touch.why
                        for one in mine
                        for touch in one.touches
                        if touch.kind == change.kind and fnmatchcase(field.path, touch.path)
                    ),
                    None,
                )
                if why is None:
                    return _said(field)
                touched.append(Touched(change.address, change.remote_id or "", field.path, field.before, field.after, why))
    return ""


def _said(field: FieldChange) -> str:
    if field.sensitive:
        return f"{field.path} would change"
    return f"{field.path} would change from {_short(field.before)} to {_short(field.after)}"


def _short(value: Json) -> str:
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _blamed(findings: Iterable[Finding], objects: Sequence[SaidObject]) -> Faults:
    known = {(one.kind, one.name) for one in objects}
    faults: dict[tuple[str, str], str] = {}
    for found in findings:
        for identity in _places(found):
            if identity in known:
                faults.setdefault(identity, _reason(found))
                break
    return faults


def _reason(found: Finding) -> str:
    """The message; where a name is not known, it is that of something that has no words itself."""
    quoted = _QUOTED.findall(found.message) if found.code == _UNKNOWN else []
    return f"it names '{quoted[-1]}', which is left out" if quoted else found.message


def _places(found: Finding) -> Iterator[tuple[str, str]]:
    path = found.origin.path
    if len(path) >= 2:  # a kind, and a name in it
        yield str(path[0]), str(path[1])
    word, _, name = (found.address or "").partition(".")
    if word in PLURAL:
        yield PLURAL[word], name
