"""What pydantic says of a misfit, in the user's words: one finding per fault, at the key or value it is about."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from monctl.finding import Finding
from monctl.misread import Misread
from monctl.source import Origin
from monctl.spec.base import Spec
from monctl.suggest import closest

_WRONG_TYPE = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
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


def findings(error: ValidationError, model: type[Spec], raw: Any, origin: Origin, address: str | None) -> list[Finding]:
    """The faults of one object. `raw` is what was validated, `origin` where it stands."""
    told: dict[tuple[str | int, ...], tuple[bool, Finding]] = {}
    for detail in error.errors(include_url=False):
        path, rest = _written(detail["loc"], raw)
        found = _finding(detail, model, raw, path, rest, origin, address)
        weak = detail["type"] in _WRONG_TYPE
        place = (*path, found.message) if detail["type"] in {"extra_forbidden", "missing"} else path
        if place not in told or (told[place][0] and not weak):
            told[place] = (weak, found)
    strong = [place for place, (weak, _) in told.items() if not weak]
    # where a value may be one of several forms, pydantic complains for each: the form that fits best says the most
    return [found for place, (weak, found) in told.items() if not (weak and any(other[: len(place)] == place for other in strong))]


def without(error: ValidationError, raw: Any) -> Any:
    """The raw value less what did not fit, so that the rest can be looked at in the same run."""
    rest = copy.deepcopy(raw)
    for detail in error.errors(include_url=False):
        path, _ = _written(detail["loc"], raw)
        parent = rest
        for part in path[:-1]:
            parent = parent.get(part) if isinstance(parent, dict) else None
        if path and isinstance(parent, dict):
            parent.pop(path[-1], None)
    return rest


def _written(loc: tuple[int | str, ...], raw: Any) -> tuple[tuple[str | int, ...], str | int | None]:
    """The part of a location that is in the file, and the last part when it is not (a missing field). Tags of unions are skipped."""
    path: list[str | int] = []
    value = raw
    rest: str | int | None = None
    for part in loc:
        rest = None
        if isinstance(value, dict) and part in value:
            value = value[part]
            path.append(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
            path.append(part)
        elif part != "[key]":
            rest = part
    return tuple(path), rest


def _finding(detail: Any, model: type[Spec], raw: Any, path: tuple[str | int, ...], rest: str | int | None, origin: Origin, address: str | None) -> Finding:
    kind, context = detail["type"], detail.get("ctx", {})
    value = detail.get("input")
    where = origin.at(*path)

    def made(code: str, message: str, help: str | None = None, *, on_key: bool = False, within: tuple[int, int] | None = None, at: Origin = where) -> Finding:
        return Finding(code, message, at, help=help, address=address, on_key=on_key, within=within)

    if kind == "extra_forbidden":
        fields = list(_fields(model, detail["loc"][:-1]))
        near = closest(str(path[-1]), fields)
        parent = f" of '{path[-2]}'" if len(path) > 1 and isinstance(path[-2], str) else ""
        help = f"did you mean '{near}'?" if near else f"known fields: {', '.join(sorted(fields))}"
        return made("SPEC030", f"unknown field '{path[-1]}'{parent}", help, on_key=True)
    if kind == "missing":
        return made("SPEC031", f"'{rest}' is missing", f"add `{rest}:`", on_key=True)
    if kind == "value_error":
        error = context.get("error")
        if isinstance(error, Misread):
            code = "SPEC034" if "secret" in error.message else "SPEC033"
            within = (error.start, error.end) if error.end > error.start and isinstance(value, str) else None
            return made(code, error.message, error.help, within=within, at=where.at(*error.path))
        return made("SPEC032", str(error))
    if kind == "literal_error":
        choices = [choice.strip().strip("'\"") for choice in context.get("expected", "").replace(" or ", ", ").split(",")]
        near = closest(str(value), choices)
        on_key = "[key]" in detail["loc"]
        return made("SPEC032", f"{_said(value)} is not one of {', '.join(choices)}", f"did you mean '{near}'?" if near else None, on_key=on_key)
    if kind in _WRONG_TYPE:
        unquoted = kind == "string_type" and isinstance(value, int | float | bool)
        help = "quote it: in YAML a text that looks like a number or true/false needs quotes" if unquoted else None
        return made("SPEC032", f"expected {_WRONG_TYPE[kind]}, found {_said(value)}", help)
    if kind == "string_pattern_mismatch":
        on_key = "[key]" in detail["loc"]
        return made("SPEC035" if on_key else "SPEC032", f"{_said(value)} does not fit", _pattern_help(context.get("pattern", ""), on_key), on_key=on_key)
    return made("SPEC032", _plain(detail["msg"]) + f", found {_said(value)}")


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]


def _pattern_help(pattern: str, on_key: bool) -> str | None:
    if on_key or "{0,62}" in pattern:
        return "a name is letters, digits, - and _, and begins with a letter or digit"
    known = {
        "@": "write an address such as ops@example.com",
        "#[0-9a-f": "write a colour such as '#d62728'",
        r"\+[1-9]": "write a number in E.164 form, quoted: '+4915112345678'",
        "https?": "write a URL that begins with http:// or https://",
        "mon|tue": "write days such as mon-fri, sat,sun, weekdays, weekend or daily",
        "2[0-4]": "write a time of day in quotes: '09:00'",
        r"\d{4}-": "write a date such as 2027-01-04, or with a time 2027-01-04T09:00",
        r"^\$": "a JSONPath begins with $",
        "xx": "write a status such as 200, or a class such as 2xx",
        "{0,39}": "lower case letters, digits and dashes",
    }
    return next((help for mark, help in known.items() if mark in pattern), f"it must match {pattern}")


def _said(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            short = value if len(value) <= 60 else value[:57] + "…"
            return f"'{short}'"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case dict():
            return "a map"
        case _:
            return f"a {type(value).__name__}"


def _fields(model: type[Spec], loc: tuple[int | str, ...]) -> Iterator[str]:
    """Names a user may write in the model a location leads to."""
    inner: Any = model
    for part in loc:
        inner = _step(inner, part)
    for one in _models(inner):
        for name, field in one.model_fields.items():
            yield field.alias or name


def _step(annotation: Any, part: int | str) -> Any:
    for one in _models(annotation):
        if one.__name__ == part:
            return one
        for name, field in one.model_fields.items():
            if part in {name, field.alias}:
                return field.annotation
    return annotation


def _models(annotation: Any) -> list[type[Spec]]:
    """Every model inside an annotation: `dict[str, A] | list[B] | None` gives A and B."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models(part)]
