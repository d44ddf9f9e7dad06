"""An import as a value for programs: what was said, what was not, what is to be done next. JSON is this and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monctl.resource import Json
from monctl.sensitive import scrub

if TYPE_CHECKING:
    from monctl.importing import Imported  # which writes an estate, and so needs the schemas, this one too

FORMAT_VERSION = 1
# pydantic reads this when the JSON Schema is made; the docstrings under the fields become descriptions
_DESCRIBED: Any = {"use_attribute_docstrings": True}


@dataclass(frozen=True, slots=True)
class HeldObject:
    """A live object that an object of the specs stands for."""

    __pydantic_config__ = _DESCRIBED

    kind: str
    """The vendor's word for it."""
    key: str
    """Unique in its kind and target."""
    remote_id: str
    """The vendor's id."""


@dataclass(frozen=True, slots=True)
class Said:
    """One object of the specs that were written."""

    __pydantic_config__ = _DESCRIBED

    kind: str
    """`monitors`, `people`, …"""
    name: str
    holds: tuple[HeldObject, ...]
    """Empty for what others only name."""


@dataclass(frozen=True, slots=True)
class NotSaid:
    """A live object, or a field of one, that is not in the specs."""

    __pydantic_config__ = _DESCRIBED

    kind: str
    remote_id: str
    name: str
    field: str
    """Empty: the whole object is left where it is."""
    why: str


@dataclass(frozen=True, slots=True)
class TouchedField:
    """A field that taking over writes, although what it does stays."""

    __pydantic_config__ = _DESCRIBED

    address: str
    remote_id: str
    path: str
    why: str
    before: Json
    """Without secrets."""
    after: Json
    """Without secrets."""


@dataclass(frozen=True, slots=True)
class MadeObject:
    """An object that comes along."""

    __pydantic_config__ = _DESCRIBED

    id: str
    """`target/kind/key`."""
    why: str


@dataclass(frozen=True, slots=True)
class NextPlan:
    """What the plan after the import does when everything in `adopt` is taken over."""

    __pydantic_config__ = _DESCRIBED

    empty: bool
    """It writes marks and nothing else."""
    touched: tuple[TouchedField, ...]
    made: tuple[MadeObject, ...]
    unfit: tuple[str, ...]
    """Errors that no object of the import is to blame for; with one of these the exit status is 1."""


@dataclass(frozen=True, slots=True)
class Report:
    """An import from one target."""

    __pydantic_config__ = _DESCRIBED

    format_version: int
    """Of this shape; 1."""
    target: str
    saved: bool
    """The files were written; false with `--dry-run`."""
    files: tuple[str, ...]
    objects: tuple[Said, ...]
    adopt: tuple[str, ...]
    """Values for `apply --adopt`: `pagerduty/team/database=PT00001`."""
    command: str
    """What takes over everything; empty when there is nothing to take over."""
    secrets: Mapping[str, str]
    """Environment variables that the specs name → what belongs into them; no provider gives them back."""
    unsaid: tuple[NotSaid, ...]
    others: Mapping[str, int]
    """`estate/environment` → how many objects bear its mark; they are left alone."""
    plan: NextPlan
    advice: tuple[str, ...]
    """What a person has to add to a monctl.yaml that is there already."""


def report(found: Imported, *, command: str, saved: bool) -> Report:
    """The report of an import; values of fields are scrubbed of secrets."""
    settled = found.settled
    return Report(
        FORMAT_VERSION,
        found.target,
        saved,
        tuple(str(found.layout.root / path) for path in found.layout.written),
        tuple(
            Said(one.kind, one.name, tuple(HeldObject(hold.kind, hold.key, hold.remote_id) for hold in one.holds)) for one in found.objects
        ),
        found.adopt,
        command,
        dict(found.secrets),
        tuple(NotSaid(one.kind, one.remote_id, one.name, one.field, one.why) for one in found.unsaid),
        dict(found.others),
        NextPlan(
            settled.clean,
            tuple(
                TouchedField(one.address, one.remote_id, one.path, one.why, _scrubbed(one.path, one.before), _scrubbed(one.path, one.after))
                for one in settled.touched
            ),
            tuple(MadeObject(id, why) for id, why in settled.made),
            settled.unfit,
        ),
        found.advice,
    )


def import_schema() -> dict[str, Any]:
    """The JSON Schema of a report; the texts under the fields are its descriptions."""
    from pydantic import TypeAdapter

    return TypeAdapter(Report).json_schema(mode="serialization")


def _scrubbed(path: str, value: Json) -> Json:
    return scrub(value, path.rpartition(".")[2])
