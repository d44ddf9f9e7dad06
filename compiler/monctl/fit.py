"""Raw objects to items: names, duplicates, models. Pure; every misfit is a finding, and what fits of an object is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from monctl import misfit
from monctl.expand import Raw, refers
from monctl.finding import Finding
from monctl.loaded import Item
from monctl.source import Origin
from monctl.spec.base import NAME_PATTERN, Spec
from monctl.spec.file import KINDS, SINGULAR

S = TypeVar("S", bound=Spec)

_NAME = re.compile(NAME_PATTERN)


_PASSES = 4
"""How often what does not fit is left out: a field without its required part has to go too, then perhaps what holds it."""


@dataclass(slots=True)
class Faults:
    """What is wrong with values, and what must not be shown of them."""

    findings: list[Finding] = field(default_factory=list)
    clear: list[tuple[str, str]] = field(default_factory=list)
    """(file, text) of secrets written in clear."""


@dataclass(slots=True)
class Fitted:
    """Items, and what was wrong on the way."""

    items: list[Item] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    """(kind, name) of objects of which nothing could be kept."""
    faults: Faults = field(default_factory=Faults)


def fit(raws: Iterable[Raw], place: Callable[[Origin], str]) -> Fitted:
    """Each raw object against the model of its kind; of two with one name the first. `place` is how a message names an origin."""
    fitted = Fitted()
    first: dict[tuple[str, str], Origin] = {}
    for raw in raws:
        if not _NAME.match(raw.name):
            fitted.faults.findings.append(_bad_name(raw))
            continue
        address = f"{SINGULAR[raw.kind]}.{raw.name}"
        earlier = first.setdefault((raw.kind, raw.name), raw.origin)
        if earlier is not raw.origin:
            message = f"{address} is declared twice, first in {place(earlier)}"
            fitted.faults.findings.append(Finding("SPEC036", message, raw.origin, help="rename one of them", address=address, on_key=True))
            one(KINDS[raw.kind], raw.value, raw.origin, address, fitted.faults, plain=raw.plain)  # for what else is wrong with it
            continue
        spec, whole = one(KINDS[raw.kind], raw.value, raw.origin, address, fitted.faults, plain=raw.plain)
        if spec is None:
            fitted.broken.add((raw.kind, raw.name))
        else:
            fitted.items.append(Item(raw.kind, raw.name, spec, raw.origin, whole))
    return fitted


def one(model: type[S], value: Any, origin: Origin, address: str | None, faults: Faults, *, plain: bool = False) -> tuple[S | None, bool]:
    """A value as its model, and whether all of it fits; with misfits what is left without them, or None where that is not enough.

    Nothing at all is an empty map. `plain`: the value is known to hold no `${`.
    """
    raw = {} if value is None else value
    try:
        spec = model.model_validate(raw)
    except ValidationError as error:
        told = misfit.findings(error, model, raw, origin, address)
        told.extend(_stray_secrets(model, raw, origin, address, {found.origin.path for found in told}))
        faults.findings.extend(told)
        faults.clear.extend((origin.file, text) for text in misfit.clear_secrets(error))
        return _rest(model, error, raw), False
    if not plain and refers(raw):
        faults.findings.extend(_stray_secrets(model, raw, origin, address, set()))
    return spec, True


def _rest(model: type[S], error: ValidationError, raw: Any) -> S | None:
    """What is left of a value without its misfits."""
    for _ in range(_PASSES):
        raw = misfit.without(error, raw)
        if raw is None:
            return None
        try:
            return model.model_validate(raw)
        except ValidationError as again:
            error = again
    return None


def _stray_secrets(model: type[Spec], raw: Any, origin: Origin, address: str | None, told: set[misfit.Path]) -> Iterator[Finding]:
    """Secrets in fields that take none, where nothing is told yet: their reference would be sent as it is written."""
    for path in _secrets(raw, ()):
        if origin.at(*path).path not in told and not misfit.takes_secret(model, path):
            help = "write the value itself here if it is no secret; a text that begins with ${ is written $${"
            yield Finding("SPEC034", "this field takes no secret", origin.at(*path), help=help, address=address)


def _secrets(value: Any, path: misfit.Path) -> Iterator[misfit.Path]:
    """Paths of the texts that are a reference to a secret."""
    if isinstance(value, str):
        if value.startswith(("${env:", "${file:")):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secrets(item, (*path, index))


def _bad_name(raw: Raw) -> Finding:
    reason = "is too long for a name" if len(raw.name) > 63 and _NAME.match(raw.name[:63]) else "cannot be a name"
    help = "a name is letters, digits, - and _, begins with a letter or digit, and has at most 63 characters"
    return Finding("SPEC035", f"'{raw.name}' {reason}", raw.origin, help=help, on_key=True)
