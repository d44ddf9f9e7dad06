"""What a target may be told in `monctl.yaml`: the base of the models of options, and what is wrong with those that are there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import ConfigDict

from monctl.finding import Finding
from monctl.fit import Faults, one
from monctl.option_types import Names, WebUrl
from monctl.source import Origin
from monctl.spec.base import Spec
from monctl.spec.file import SINGULAR
from monctl.suggest import did_you_mean

if TYPE_CHECKING:
    from monctl.program import Program

Path = tuple[str | int, ...]
BLOCK = Origin("monctl.yaml", ("targets",))


class Options(Spec):
    """The options of a target that is reached over the network. What they are checked against is what is used: `"false"` is not false."""

    model_config = ConfigDict(strict=True)

    url: WebUrl | None = None
    """Base URL: a self-hosted server, a proxy, another region; the vendor's own when left out. `MONCTL_<TARGET>_URL` in the environment wins."""


def option_faults(model: type[Options], target: str, program: Program) -> Iterator[Finding]:
    """What the options of a target say wrong: unknown names, values that do not fit, and names of what the specs do not have."""
    given = dict(program.targets.get(target, {}))
    faults = Faults()
    one(model, given, BLOCK.at(target), None, faults)
    told = {found.origin.path for found in faults.findings}
    unknown = (found for found in _unknown(model, given, BLOCK.at(target), program) if found.origin.path not in told)
    yield from (in_environment(found, program) for found in (*faults.findings, *unknown))


def in_environment(found: Finding, program: Program) -> Finding:
    """A finding about an option, told where the environment's own block has that option: it wins over the estate's."""
    option = found.origin.path[:3]  # targets, the target, the option
    return replace(found, over=("environments", program.environment, *option)) if program.environment and len(option) == 3 else found


def marks(annotation: Any) -> tuple[Names, ...]:
    """What a text of this annotation names."""
    if get_origin(annotation) is not Annotated:
        return tuple(mark for part in _parts(annotation) for mark in marks(part))
    inner, *said = get_args(annotation)
    return (*(mark for mark in said if isinstance(mark, Names)), *marks(inner))


def _unknown(model: type[Options], given: Mapping[str, Any], origin: Origin, program: Program) -> Iterator[Finding]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in given:
            yield from _unknown_in(field.rebuild_annotation(), given[key], origin.at(key), program)


def _unknown_in(annotation: Any, value: Any, origin: Origin, program: Program) -> Iterator[Finding]:
    """Names in one value that the specs do not have."""
    for part in _parts(annotation) or (annotation,):
        inner = get_args(part)
        if isinstance(value, dict) and get_origin(part) is dict:
            for key, item in value.items():
                yield from _missing(marks(inner[0]), key, origin.at(key), program, on_key=True)
                yield from _unknown_in(inner[1], item, origin.at(key), program)
        elif isinstance(value, list) and get_origin(part) is list:
            for index, item in enumerate(value):
                yield from _unknown_in(inner[0], item, origin.at(index), program)
        elif isinstance(value, str):
            yield from _missing(marks(part), value, origin, program, on_key=False)


def _missing(named: tuple[Names, ...], text: str, origin: Origin, program: Program, *, on_key: bool) -> Iterator[Finding]:
    known = {f"{mark.prefix}{name}" for mark in named for name in getattr(program, mark.kind)}
    if not named or text in known:
        return
    if any(mark.prefix for mark in named):
        message = f"'{text}' is none of {', '.join(f'{mark.prefix}{SINGULAR[mark.kind].upper()}' for mark in named)}"
    else:
        message = f"no {' or '.join(SINGULAR[mark.kind] for mark in named)} is called '{text}'"
    help = did_you_mean(text, known, noun=" and ".join(dict.fromkeys(mark.kind for mark in named)))
    yield Finding("SPEC040", message, origin, help=help, on_key=on_key)


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The parts of a union; none where it is no union."""
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else ()
