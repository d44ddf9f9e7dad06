"""What pydantic says of a misfit, in the user's words: one finding per fault, at the key or value it is about."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monctl.clear_text import find_secret
from monctl.expand import UNFILLED
from monctl.finding import Finding
from monctl.misread import Misread
from monctl.secret import BadSecret, Secret
from monctl.source import Origin
from monctl.spec.base import PATTERN_HELP, MaySecret, Short, Spec
from monctl.suggest import begun, closest
from monctl.yaml_slip import glued

Path = tuple[str | int, ...]

_MOST_NAMES = 8
"""Known names told where none is near; all of them would hide the message."""
_WRONG_TYPE = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number of usual size",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
    "none_required": "nothing",
}
_DASHES = re.compile(r"-[^\s-]\S*(?: -\S+)*$")
"""A list whose dashes have no space behind them, as YAML reads it: one text."""
_BOUND = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


@dataclass(frozen=True, slots=True)
class _Fault:
    detail: ErrorDetails
    path: Path
    """The part of the location that is in the file."""
    missing: str | int | None
    """The last part of the location when it is not in the file: the field that is missing."""

    @property
    def is_type(self) -> bool:
        """Whether it only says that another type was expected, as each form of a union does of a value in another form."""
        return self.detail["type"] in _WRONG_TYPE


def findings(error: ValidationError, model: type[Spec], raw: Any, origin: Origin, address: str | None) -> list[Finding]:
    """The faults of one object. `raw` is what was validated, `origin` where it stands."""
    faults = [_Fault(detail, *_written(detail["loc"], raw)) for detail in error.errors(include_url=False)]
    paths = {fault.path for fault in faults}
    inner = {path[:length] for path in paths for length in range(len(path))}
    told: dict[tuple[object, ...], list[_Fault]] = {}
    for fault in faults:
        if _at(raw, fault.path) is UNFILLED or (fault.is_type and fault.path in inner):
            continue  # told already, or the form that fits best says more
        told.setdefault((fault.path, fault.missing if fault.detail["type"] == "missing" else None), []).append(fault)
    return [_finding(group, model, raw, origin, address) for group in told.values()]


def clear_secrets(error: ValidationError) -> Iterator[str]:
    """What was written where a secret belongs, to be hidden wherever its file is shown."""
    for detail in error.errors(include_url=False):
        if isinstance(detail.get("ctx", {}).get("error"), BadSecret):
            yield from _texts(detail["input"])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if not value.startswith("$"):
            yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def without(error: ValidationError, raw: Any) -> Any:
    """The raw value less what did not fit, so that the rest can be looked at in the same run; None when nothing is left of it."""
    rest = copy.deepcopy(raw)
    paths = {_written(detail["loc"], raw)[0] for detail in error.errors(include_url=False)}
    if () in paths:
        return None
    for path in sorted(paths, key=_from_the_end, reverse=True):
        parent: Any = _at(rest, path[:-1])
        if path and isinstance(parent, dict):
            parent.pop(path[-1], None)
        elif path and isinstance(parent, list) and isinstance(path[-1], int):
            del parent[int(path[-1]) :]  # the ones before it keep their index, by which findings find their place
    return rest


def _from_the_end(path: Path) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]


def _at(value: Any, path: Path) -> Any:
    """What stands at a path; None where nothing does."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _written(loc: tuple[int | str, ...], raw: Any) -> tuple[Path, str | int | None]:
    """The part of a location that is in the file, and the last part when it is not (a missing field). Tags of unions are skipped."""
    path: list[str | int] = []
    value = raw
    rest: str | int | None = None
    for part in loc:
        rest = None
        if (isinstance(value, dict) and part in value) or (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            value = _at(value, (part,))
            path.append(part)
        elif part != "[key]":
            rest = part
    return tuple(path), rest


def _finding(group: list[_Fault], model: type[Spec], raw: Any, origin: Origin, address: str | None) -> Finding:
    """One finding of all faults at one place: what is not about types says the most."""
    fault = next((one for one in group if not one.is_type), group[0])
    detail, path = fault.detail, fault.path
    on_key = "[key]" in detail["loc"]
    value = path[-1] if on_key and path else _at(raw, path)
    where = origin.at(*path)
    match detail["type"]:
        case "extra_forbidden":
            parent = f" of '{path[-2]}'" if len(path) > 1 and isinstance(path[-2], str) else ""
            help = _layout(path, raw) or _near(str(path[-1]), list(_fields(model, detail["loc"][:-1])))
            return Finding("SPEC030", f"unknown field {said(path[-1])}{parent}", where, help=help, address=address, on_key=True)
        case "missing":
            return Finding("SPEC031", f"'{fault.missing}' is missing", where, help=f"add `{fault.missing}:`", address=address, on_key=True)
        case "value_error" if isinstance(misread := detail["ctx"]["error"], Misread):
            within = (misread.start, misread.end) if misread.end > misread.start and isinstance(value, str) else None
            place = where.at(*misread.path)
            code = "SPEC034" if "secret" in misread.message else "SPEC033"
            return Finding(code, misread.message, place, help=misread.help, address=address, within=within)
        case _:
            code, message, help = _told(group, fault, value, on_key=on_key)
            return Finding(code, message, where, help=help, address=address, on_key=on_key)


def _told(group: list[_Fault], fault: _Fault, value: Any, *, on_key: bool) -> tuple[str, str, str | None]:
    """Code, message and way out of what needs no more than the value."""
    kind, context = fault.detail["type"], fault.detail.get("ctx", {})
    if kind == "value_error":
        return "SPEC032", str(context["error"]), None
    if kind == "literal_error":
        choices = [part.strip().strip("'\"") for part in context["expected"].replace(" or ", ", ").split(",")]
        near = closest(str(value), choices) or begun(str(value), choices)
        return "SPEC032", f"{said(value)} is not one of {', '.join(choices)}", f"did you mean '{near}'?" if near else None
    if fault.is_type:
        wanted = list(dict.fromkeys(_WRONG_TYPE[one.detail["type"]] for one in group if one.is_type))
        return "SPEC032", f"expected {' or '.join(wanted)}, found {said(value)}", _other_type(wanted, value)
    if kind == "string_pattern_mismatch":
        help = glued(value) if on_key else _no_name(value)
        help = help or PATTERN_HELP.get(context["pattern"], f"it must match {context['pattern']}")
        return "SPEC035" if on_key else "SPEC032", f"{said(value)} {'cannot be a name' if on_key else 'does not fit'}", help
    if kind in _BOUND:
        word, text = _BOUND[kind]
        return "SPEC033", f"{said(value)} is out of range", f"write a number that is {text} {context[word]:g}"
    if kind == "finite_number":
        return "SPEC033", f"{said(value)} is not a number that can be measured", "write a finite number"
    if kind in {"too_short", "too_long"}:
        least, most, given = context.get("min_length"), context.get("max_length"), context["actual_length"]
        help = f"give it at least {least}" if kind == "too_short" else f"give it at most {most}"
        what = "map" if isinstance(value, dict) else "list"
        size = "is empty" if not given else f"has {given} entries" if given > 1 else "has one entry"
        return "SPEC032", f"the {what} {size}", help
    if kind == "string_too_short":
        return "SPEC032", "the text is empty", "write something, or leave the field out"
    return "SPEC032", f"{_plain(fault.detail['msg'])}, found {said(value)}", None


def _other_type(wanted: list[str], value: Any) -> str | None:
    """How to write a value as the type that is expected."""
    match wanted:
        case _ if value is None:
            return "write something behind the ':', or leave the field out"
        case ["text"] if isinstance(value, int | float):
            return f'write it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
        case ["a list"] if isinstance(value, dict):
            return "write each entry on a line of its own, with '- ' before it"
        case ["a list"] if isinstance(value, str) and _DASHES.match(value):
            return "put a space behind each '-'"
        case ["text"] if isinstance(value, list):
            return "write one text, without brackets"
        case ["a list", *_] if isinstance(value, str | int | float) and find_secret(str(value)) is None:
            return f"write [{value}]" if len(str(value)) <= 60 else "put it into [ ]"
        case ["a map"] if isinstance(value, list):
            return "write `name: value` instead, without '-' or brackets"
        case ["a map"]:
            return "write `name: value` below it, indented"
        case _:
            return None


def _layout(path: Path, raw: Any) -> str | None:
    """How to write a field that is none because of the space before or in it: `{http:https://…}`, `url:` that lines up with its `http:`."""
    key, holder = path[-1], _at(raw, path[:-1])
    if not isinstance(holder, dict) or not isinstance(key, str):
        return None
    before = list(holder)[: list(holder).index(key)]
    if holder[key] is None and (way_out := glued(key)):
        return way_out
    if before and holder[before[-1]] is None:
        return f"indent it deeper than '{before[-1]}:' if it belongs to that"
    return None


def _no_name(value: Any) -> str | None:
    """How to write a list of which YAML made one text, since an item is indented deeper than the first; and `#ops` or `@ana`, which are no names."""
    if not isinstance(value, str):
        return None
    if value[:1] in {"#", "@"} and len(value) > 1:
        return f"write the name it has in the estate, without '{value[0]}'"
    return "line up each '-' of the list" if " - " in value else None


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]


def said(value: Any) -> str:
    """A value as messages name it: short, and `***` where it looks like a secret."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            if find_secret(value) is not None:
                return "'***'"
            line = " ".join(value.split())
            return f"'{line}'" if len(line) <= 60 else f"'{line[:57]}…'"
        case int() | float():
            return f"the number {value}" if len(str(value)) <= 30 else "a number of very many digits"
        case list():
            return "a list"
        case dict():
            return "a map"
        case _:
            return f"a {type(value).__name__}"


def _near(word: str, known: list[str]) -> str | None:
    near = closest(word, known)
    if near:
        return f"did you mean '{near}'?"
    if not known:
        return None
    more = f", … ({len(known)} in all)" if len(known) > _MOST_NAMES else ""
    return f"its fields are {', '.join(known[:_MOST_NAMES])}{more}"


def takes_secret(model: type[Spec], path: Path) -> bool:
    """Whether the field a path leads to takes a secret, or anything at all."""
    annotation: Any = model
    for part in path:
        annotation = _step(annotation, part)
    shorthands = [one.model_fields[one.shorthand] for one in models(annotation) if issubclass(one, Short)]
    return any(_holds_secret(one) for one in (annotation, *(field.rebuild_annotation() for field in shorthands)))


def _holds_secret(annotation: Any) -> bool:
    if annotation is Any or annotation is Secret or isinstance(annotation, MaySecret):
        return True
    parts = (*getattr(annotation, "__args__", ()), *getattr(annotation, "__metadata__", ()))
    return not (isinstance(annotation, type) and issubclass(annotation, Spec)) and any(map(_holds_secret, parts))


def _fields(model: type[Spec], loc: tuple[int | str, ...]) -> Iterator[str]:
    """Names a user may write in the model a location leads to: its own first, then those every object has."""
    inner: Any = model
    for part in loc:
        inner = _step(inner, part)
    for one in models(inner):
        for own in (True, False):
            yield from (field.alias or name for name, field in one.model_fields.items() if (name in one.__annotations__) is own)


def _step(annotation: Any, part: int | str) -> Any:
    """The annotation one part of a location further: a field of a model, or a model of a union; keys and indexes change nothing."""
    for one in models(annotation):
        if one.__name__ == part:
            return one
        for name, field in one.model_fields.items():
            if part == (field.alias or name):
                return field.rebuild_annotation()
    return annotation


def models(annotation: Any) -> list[type[Spec]]:
    """Every model inside an annotation: `dict[str, A] | list[B] | None` gives A and B."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in models(part)]
