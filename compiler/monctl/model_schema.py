"""JSON Schema of the spec models as an editor wants it: what may be written in YAML, each field explained.

Beside what pydantic makes of a model: shorthands, `${…}` in every place, names of one's own for keys, and the strings under the fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from monctl.field_docs import field_docs
from monctl.spec.base import Short

Json = dict[str, Any]

_REFERENCE = {
    "type": "string",
    "pattern": r"\$\{",
    "description": "A reference, filled before the value is read.",
    "examples": ["${var.name}", "${each.key}", "${each.value}"],
}
_ABOUT = ("description", "default", "examples", "title", "deprecated")
"""Keywords that say something about a value, not what it may be."""


def document_schema(model: type[BaseModel]) -> Json:
    """The schema of a model of documents that monctl writes: no reference, no shorthand."""
    return _described(model)


def spec_schema(model: type[BaseModel]) -> Json:
    """The schema of a model of files that users write."""
    schema = _described(model)
    for one in models(model):
        definition = schema["$defs"].get(one.__name__)
        if definition is not None and issubclass(one, Short):
            _shorten(definition, one)
    definitions = {name: _filled(definition) for name, definition in schema.pop("$defs").items()}
    return {**_filled(schema), "$defs": dict(sorted((definitions | {"Reference": _REFERENCE}).items()))}


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and every model in its fields, at any depth, each once."""
    seen: dict[type[BaseModel], None] = {}
    waiting: list[Any] = [model]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel):
            if one not in seen:
                seen[one] = None
                waiting.extend(field.annotation for field in one.model_fields.values())
        else:
            waiting.extend(getattr(one, "__args__", ()))
    yield from seen


def _described(model: type[BaseModel]) -> Json:
    schema = model.model_json_schema(by_alias=True)
    for one in models(model):
        definition = schema if one is model else schema.get("$defs", {}).get(one.__name__)
        if definition is not None:
            _describe(definition, one)
    return schema


def _describe(definition: Json, model: type[BaseModel]) -> None:
    docs = field_docs(model)
    definition.pop("title", None)
    if "description" in definition:
        definition["description"] = " ".join(definition["description"].split())
    for name, field in model.model_fields.items():
        shown = definition["properties"][field.alias or name]
        shown.pop("title", None)
        if shown.get("default") in ([], {}, "", None):
            shown.pop("default", None)
        if name in docs:
            shown["description"] = docs[name]


def _shorten(definition: Json, model: type[Short]) -> None:
    """Let the model be written as its one most important field, too."""
    whole = {key: definition.pop(key) for key in list(definition) if key != "description"}
    short = whole["properties"][model.shorthand]
    forms = short.get("anyOf", [short])
    definition["anyOf"] = [*(form for form in forms if form != {"type": "null"}), whole]


def _filled(schema: Any) -> Any:
    """The schema with references allowed wherever a value stands, and names as keys."""
    if isinstance(schema, list):
        return [_filled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    filled: Json = {}
    for key, value in schema.items():
        match key:
            case "properties":
                filled[key] = {name: _open(_filled(item)) for name, item in value.items()}
            case "items" | "additionalProperties" if isinstance(value, dict):
                filled[key] = _open(_filled(value))
            case "patternProperties":
                (pattern, item), *_ = value.items()
                filled |= {"propertyNames": {"pattern": f"{pattern}|{_REFERENCE['pattern']}"}, "additionalProperties": _open(_filled(item))}
            case "additionalProperties" if "patternProperties" in schema:
                pass
            case _:
                filled[key] = _filled(value) if key in {"anyOf", "allOf", "oneOf"} else value
    return filled


def _open(schema: Json) -> Json:
    """A value that may be a reference, or left empty where it may be left out."""
    if _takes_text(schema):
        return schema
    if schema.get("type") == "string" and "pattern" in schema:
        return {**schema, "pattern": f"{schema['pattern']}|{_REFERENCE['pattern']}"}
    about = {key: schema[key] for key in _ABOUT if key in schema}
    rest = {key: value for key, value in schema.items() if key not in about}
    forms = rest["anyOf"] if set(rest) == {"anyOf"} else [rest]
    for index, form in enumerate(forms):
        if form.get("type") == "string" and "pattern" in form:
            return {**about, "anyOf": [*forms[:index], _open(form), *forms[index + 1 :]]}
    return {**about, "anyOf": [*forms, {"$ref": "#/$defs/Reference"}]}


def _takes_text(schema: Json) -> bool:
    """Whether any text is valid already."""
    if "anyOf" in schema:
        return any(_takes_text(form) for form in schema["anyOf"])
    if {"$ref", "enum", "const", "pattern", "format"} & schema.keys():
        return False
    kinds = schema.get("type")
    return (kinds is None and "anyOf" not in schema) or kinds == "string" or (isinstance(kinds, list) and "string" in kinds)
