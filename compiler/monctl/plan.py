"""The plan as a value: what would change, field by field, counted and fingerprinted. JSON is this and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from monctl.resource import Json
from monctl.target import Fidelity, Fit

FORMAT_VERSION = 1

# pydantic reads this when the JSON Schema of a plan is made; the docstrings under the fields become descriptions
_DESCRIBED: Any = {"use_attribute_docstrings": True}


class Action(StrEnum):
    """What a change does to one object."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    """A new one is made, what refers to the old one is moved over, then the old one goes."""
    DELETE = "delete"
    ADOPT = "adopt"
    """An object that was not ours gets our mark, and our fields where they differ."""


class Cause(StrEnum):
    """Why an object differs from its spec, as far as the digest in its mark can tell."""

    SPEC = "spec"
    """The spec changed since the last apply; the object did not."""
    OUTSIDE = "outside"
    """Somebody changed the object; the spec did not."""
    BOTH = "both"
    UNKNOWN = "unknown"
    """The object's mark carries no digest."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs."""

    __pydantic_config__ = _DESCRIBED

    path: str
    """Dotted, in the vendor's words; items of a list by name where they have one, else by 0-based index: `rules[orphaned-posts].for`."""
    before: Json = None
    """What the target holds; null when it holds nothing there, or when it is secret."""
    after: Json = None
    """What it should hold. `{"$ref": "kind/key"}` is an id known only after that object is made, `{"$secret": "env:NAME"}` a secret."""
    sensitive: bool = False
    """The value is secret: only that it changes is said."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a change comes from in the specs."""

    __pydantic_config__ = _DESCRIBED

    file: str
    line: int
    """1-based; 0 when only the file is known."""


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen to one object of one target."""

    __pydantic_config__ = _DESCRIBED

    address: str
    """The object of the program: `monitor.orphaned-posts`. For an object no spec names any more: the vendor's kind and its key."""
    target: str
    kind: str
    """The vendor's word for it."""
    key: str
    """Unique within target and kind."""
    name: str
    """What a person calls it."""
    action: Action
    remote_id: str | None = None
    """The vendor's id of the object as it is now; null when it is to be created."""
    fields: tuple[FieldChange, ...] = ()
    source: Place | None = None
    classes: tuple[str, ...] = ()
    """For whom it is: `pages` when somebody may be woken, `calls NAME`, `tells CHANNEL`, `concerns TEAM`."""
    depends_on: tuple[str, ...] = ()
    """Ids (`target/kind/key`) of changes that have to be done first."""
    cause: Cause | None = None
    """For updates and replacements."""
    reason: str = ""
    """Why, in a sentence, where the fields do not say it."""
    parts: tuple[str, ...] = ()
    """Addresses of all objects of the program it holds, when it holds several."""
    protect: bool = False
    """Declared `protect: true`."""
    owner: str = ""
    """`estate/environment` of somebody else's mark on the object; such a change is refused."""
    live: str = ""
    """Fingerprint of the object as it was read; a saved plan refuses to touch an object that moved since."""
    was: str = ""
    """Its key before it was renamed."""

    @property
    def id(self) -> str:
        """`grafana/dashboard/data-integrity`: unique in a plan."""
        return f"{self.target}/{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class Summary:
    """How many objects of each."""

    __pydantic_config__ = _DESCRIBED

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    adopt: int = 0
    unchanged: int = 0

    @property
    def changes(self) -> int:
        """All but the unchanged."""
        return self.create + self.update + self.replace + self.delete + self.adopt


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a change from being carried out, or that a person should know before it is."""

    __pydantic_config__ = _DESCRIBED

    target: str
    address: str
    message: str
    help: str = ""
    change: str = ""
    """Id of the change it is about."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What `diff` gives for one target."""

    target: str
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    owned: int = 0
    """Objects that bear our mark now; deletions are limited against this."""
    errors: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes of one estate in one environment."""

    __pydantic_config__ = _DESCRIBED

    format_version: int
    """Of this shape; 1."""
    fingerprint: str
    """16 hex digits over everything that would be done and the objects it would be done to."""
    estate: str
    environment: str
    """Empty when the estate has no environments."""
    summary: Summary
    changes: tuple[Change, ...] = ()
    """By target, then deletions first, then by kind and key."""
    fidelity: tuple[Fidelity, ...] = ()
    """What a target cannot say exactly."""
    errors: tuple[Problem, ...] = ()
    """Each keeps one change from being carried out."""
    notes: tuple[Problem, ...] = ()
    """What a person should know; keeps nothing from being done."""
    unchanged: Mapping[str, int] = field(default_factory=dict)
    """Per target."""
    owned: Mapping[str, int] = field(default_factory=dict)
    """Per target: objects that bear our mark now."""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Per target: names of ids that occur in fields, for people."""
    unasked: Mapping[str, str] = field(default_factory=dict)
    """Target that could not be asked → why. The plan says nothing about what it holds."""

    @property
    def empty(self) -> bool:
        """There is nothing to do and nothing in the way."""
        return not self.changes and not self.errors

    @property
    def targets(self) -> tuple[str, ...]:
        """Every target that was looked at, sorted."""
        return tuple(sorted(self.owned))

    def only(self, keep: Iterable[str]) -> Plan:
        """The plan with these changes (by id) alone, counted and fingerprinted anew."""
        kept = frozenset(keep)
        changes = tuple(change for change in self.changes if change.id in kept)
        return _sealed(replace(self, changes=changes, errors=tuple(error for error in self.errors if error.change in kept)))


def assemble(differences: Iterable[Difference], *, estate: str, environment: str = "", fidelity: Iterable[Fidelity] = ()) -> Plan:
    """One plan of the differences of all targets. `fidelity` may hold exact entries; they are left out."""
    every = sorted(differences, key=lambda difference: difference.target)
    changes = sorted((change for difference in every for change in difference.changes), key=_shown)
    lossy = sorted(
        (entry for entry in fidelity if entry.fit is not Fit.EXACT),
        key=lambda entry: (entry.target, entry.fit is not Fit.DROPPED, entry.address, entry.field, entry.severity),
    )
    return _sealed(
        Plan(
            FORMAT_VERSION,
            "",
            estate,
            environment,
            Summary(),
            tuple(changes),
            tuple(lossy),
            tuple(error for difference in every for error in difference.errors),
            tuple(note for difference in every for note in difference.notes),
            {difference.target: difference.unchanged for difference in every},
            {difference.target: difference.owned for difference in every},
            {difference.target: difference.names for difference in every if difference.names},
        )
    )


def fingerprint(plan: Plan) -> str:
    """16 hex digits over what would be done: estate, environment, and every change with its fields and the state it was made against."""
    done = [
        [
            change.id,
            change.action,
            change.remote_id,
            change.live,
            change.was,
            [[one.path, one.before, one.after, one.sensitive] for one in change.fields],
            list(change.depends_on),
        ]
        for change in plan.changes
    ]
    text = json.dumps([plan.format_version, plan.estate, plan.environment, done], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of a plan as JSON; the texts under the fields are its descriptions."""
    from pydantic import TypeAdapter

    return TypeAdapter(Plan).json_schema(mode="serialization")


_FIRST = {Action.DELETE: 0, Action.REPLACE: 1, Action.UPDATE: 2, Action.ADOPT: 3, Action.CREATE: 4}


def _shown(change: Change) -> tuple[str, int, str, str]:
    return (change.target, _FIRST[change.action], change.kind, change.key)


def _sealed(plan: Plan) -> Plan:
    counted = Counter(change.action.value for change in plan.changes)
    summary = Summary(**counted, unchanged=sum(plan.unchanged.values()))
    return replace(plan, summary=summary, fingerprint=fingerprint(plan))
