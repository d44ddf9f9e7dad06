"""What the models say of a place in a spec: the keys there may be, their documentation, the words, and which names are meant. Pure."""

from __future__ import annotations

import types as python_types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from monctl.field_docs import field_docs
from monctl.model_schema import models as every_model
from monctl.option_types import AS_SECONDS, Names
from monctl.quantity import DurationField
from monctl.spec.base import Short, Threshold
from monctl.spec.estate import Environment, Estate
from monctl.spec.file import KINDS, SpecFile
from monctl.spec.sources import SOURCE_FIELDS
from monctl.target_options import marks

_BY_FIELD: dict[str, tuple[str, ...]] = {
    "team": ("teams",), "service": ("services",), "services": ("services",), "depends_on": ("services",), "runbook": ("runbooks",),
    "escalation": ("escalations",), "during": ("calendars",), "notify": ("channels",), "datasource": ("datasources",),
    "monitor": ("monitors",), "monitors": ("monitors",), "metric": ("metrics",), "metrics": ("metrics",), "good": ("metrics",),
    "total": ("metrics",), "inputs": ("metrics",), "lead": ("people",), "members": ("people",), "person": ("people",),
    "phases": ("phases",), "phase": ("phases",), "severity": ("severities",), "severities": ("severities",), "slo": ("slos",),
    "environments": ("environments",), "on": ("targets",), "no_data": ("severities",), "on_error": ("severities",),
}  # fmt: skip
"""Field → kinds of what it names, in every model that has it."""
_BY_MODEL: dict[tuple[str, str], tuple[str, ...]] = {
    ("PagerDutyChannel", "service"): (),
    ("EscalationLevel", "notify"): ("rotations", "people", "teams", "channels"),
    ("SmsChannel", "to"): ("rotations", "people"),
    ("Rotation", "layers"): ("people",),
    ("Estate", "environments"): (),
    ("Estate", "environment"): ("environments",),
    ("Estate", "placement"): ("targets",),
    ("SpecFile", "moved"): ("*",),
}
"""(model, field) → the same, where it differs; `*` is an address."""
_KEYS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Monitor", "alert"): ("severities",), ("Estate", "targets"): ("targets",), ("Environment", "targets"): ("targets",),
}  # fmt: skip
"""Fields whose keys are names of something else."""
_MAPS = frozenset({dict, Mapping})
_LISTS = frozenset({list, tuple})
POLICIES = ("keep", "ok")
"""What `no_data` and `on_error` take beside severities."""

Options = tuple[tuple[str, type[BaseModel]], ...]
"""Targets, each with what its block of monctl.yaml may say."""


@dataclass(frozen=True)
class Place:
    """Somewhere in a spec file: what may be written there."""

    annotation: Any
    owner: type[BaseModel] | None = None
    """The model of whose field it is, or is part."""
    field: str = ""
    """Name of that field in Python."""
    depth: int = 0
    """Keys and indexes below the field."""

    @property
    def names(self) -> tuple[str, ...]:
        """Kinds of what a text here names; empty where it names nothing."""
        if self.owner is None or models(self) or (self.owner is SpecFile and self.field != "moved"):
            return ()
        marked = tuple(mark.kind for mark in marks(self.annotation) if not mark.prefix)
        return marked or (_named(self.owner.__name__, self.field) if self.owner in _language() else ())

    @property
    def key_names(self) -> tuple[str, ...]:
        """Kinds of what the keys here name."""
        if self.owner is None or self.depth:
            return ()
        return _KEYS.get((self.owner.__name__, self.field)) or tuple(mark.kind for mark in key_marks(self) if not mark.prefix)

    @property
    def kind(self) -> str | None:
        """The kind whose objects are declared here: the place of `monitors:`."""
        kinds = self.owner is not None and self.depth == 0 and self.field in KINDS and self.owner.__name__ in {"SpecFile", "Template"}
        return self.field if kinds else None

    @property
    def doc(self) -> str:
        """What the field is for."""
        return field_docs(self.owner).get(self.field, "") if self.owner is not None else ""


@dataclass(frozen=True)
class Key:
    """A key that may be written."""

    name: str
    doc: str
    required: bool
    own: bool
    """Of this model itself, not of every object."""
    place: Place


def top(*, settings: bool) -> Place:
    """The top of a spec file, or of monctl.yaml."""
    return Place(Estate if settings else SpecFile)


def follow(place: Place | None, path: tuple[str | int, ...], known: Options = ()) -> Place | None:
    """The place a path leads to; None where the models know none. `known`: what targets say of their options."""
    for part in path:
        place = step(place, part, known) if place is not None else None
    return place


def is_targets(place: Place) -> bool:
    """Whether the keys here are targets, with their options: in the estate, or in an environment."""
    return place.owner in {Estate, Environment} and place.field == "targets" and place.depth == 0


@lru_cache(maxsize=4096)
def step(place: Place, part: str | int, known: Options = ()) -> Place | None:
    """The place one key or index further."""
    if is_targets(place):
        return next((Place(model) for name, model in known if name == part), None)
    for option in options(place.annotation):
        if _is_model(option) and isinstance(part, str):
            if (found := _field(option, part)) is not None:
                return found
        elif get_origin(option) in _MAPS and isinstance(part, str):
            return Place(get_args(option)[1], place.owner, place.field, place.depth + 1)
        elif get_origin(option) in _LISTS and isinstance(part, int):
            return Place(get_args(option)[0], place.owner, place.field, place.depth + 1)
    return None


def scalar(place: Place) -> Place:
    """The place of a single value: that of the field meant, where a model may be written as its one most important field."""
    for model in models(place):
        if issubclass(model, Short):
            found = _field(model, _alias(model, model.shorthand))
            assert found is not None
            return scalar(found)
    return place


def models(place: Place) -> list[type[BaseModel]]:
    """The models a map here may be."""
    return [option for option in options(place.annotation) if _is_model(option)]


def keys(place: Place) -> list[Key]:
    """Every key a map here may have, own ones first; none where they are names of the user's own."""
    found: dict[str, Key] = {}
    for model in models(place):
        docs = field_docs(model)
        for name, field in model.model_fields.items():
            alias = field.alias or name
            own = name in model.__annotations__ or name in SOURCE_FIELDS
            where = Place(field.rebuild_annotation(), model, name)
            found.setdefault(alias, Key(alias, docs.get(name, ""), field.is_required(), own, where))
    return sorted(found.values(), key=lambda key: not key.own)


def words(place: Place) -> list[str]:
    """The words that may be written here, where only some may."""
    found = [str(word) for option in options(place.annotation) if get_origin(option) is Literal for word in get_args(option)]
    if any(option is bool for option in options(place.annotation)):
        found += ["true", "false"]
    return found


def key_words(place: Place) -> list[str]:
    """The words that keys here may be, where only some may."""
    return [
        str(word)
        for key in _key_annotations(place)
        for option in options(key)
        if get_origin(option) is Literal
        for word in get_args(option)
    ]


def key_marks(place: Place) -> list[Names]:
    """What the keys here name."""
    return [mark for key in _key_annotations(place) for mark in marks(key)]


def _key_annotations(place: Place) -> Iterator[Any]:
    return (get_args(option)[0] for option in options(place.annotation) if get_origin(option) in _MAPS)


def is_threshold(place: Place) -> bool:
    """Whether a sentence such as `> 10 for 5m` is meant here."""
    return _has(place.annotation, Threshold)


def is_duration(place: Place) -> bool:
    """Whether a length of time is meant here."""
    return _has(place.annotation, DurationField) or _has(place.annotation, AS_SECONDS)


def is_list(place: Place) -> bool:
    """Whether a list is written here."""
    return any(get_origin(option) in _LISTS for option in options(place.annotation))


def is_map(place: Place) -> bool:
    """Whether a map is written here."""
    return bool(models(place)) or any(get_origin(option) in _MAPS for option in options(place.annotation))


def options(annotation: Any) -> Iterator[Any]:
    """The parts of a union, without what is said about them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from options(get_args(annotation)[0])
    elif origin in {Union, python_types.UnionType}:
        for part in get_args(annotation):
            yield from options(part)
    elif annotation is not type(None):
        yield annotation


@cache
def _field(model: type[BaseModel], alias: str) -> Place | None:
    for name, field in model.model_fields.items():
        if alias == (field.alias or name):
            return Place(field.rebuild_annotation(), model, name)
    return None


def _alias(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].alias or name


def _named(model: str, field: str) -> tuple[str, ...]:
    return _BY_MODEL[model, field] if (model, field) in _BY_MODEL else _BY_FIELD.get(field, ())


def _is_model(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, BaseModel)


@cache
def _language() -> frozenset[type[BaseModel]]:
    """The models of specs and of monctl.yaml, in which a field of one name means one thing; options of targets say themselves what they name."""
    return frozenset([*every_model(SpecFile), *every_model(Estate)])


def _has(annotation: Any, wanted: Any) -> bool:
    if annotation == wanted:
        return True
    return get_origin(annotation) in {Union, python_types.UnionType, Annotated} and any(_has(part, wanted) for part in get_args(annotation))
