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
_HOLD = frozenset({"anyOf", "items", "additionalProperties"})
"""Keywords with a schema of what is inside, or several."""
_IN_TEXT: dict[str, tuple[Json, ...]] = {
    "boolean": (
        {
            "type": "string",
            "pattern": "^([01]|[Oo][Nn]|[Oo][Ff][Ff]|[Tt]([Rr][Uu][Ee])?|[Ff]([Aa][Ll][Ss][Ee])?|[Yy]([Ee][Ss])?|[Nn][Oo]?)$",
        },
        {"type": "integer", "minimum": 0, "maximum": 1},
    ),
    "integer": ({"type": "string", "pattern": r"^\s*[+-]?\d[\d_]*(\.0*)?\s*$"},),
    "number": ({"type": "string", "pattern": r"^\s*[+-]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)([Ee][+-]?\d+)?\s*$"},),
}
"""Type → what else is read as one where a model is not strict.

Source: https://docs.pydantic.dev/latest/concepts/conversion_table/ (read 2026-11-21)
"""
_ABOUT = ("description", "default", "examples", "title", "deprecated")
"""Keywords that say something about a value, not what it may be."""


def document_schema(model: type[BaseModel]) -> Json:
    """The schema of a model of documents that monctl writes: no reference, no shorthand."""
    return _described(model)


def spec_schema(model: type[BaseModel]) -> Json:
    """The schema of a model of files that users write."""
    schema = _described(model)
    definitions = _written(model, schema.pop("$defs"))
    return {**_filled(schema), "$defs": dict(sorted((definitions | {"Reference": _REFERENCE}).items()))}


def spec_definitions(model: type[BaseModel], prefix: str) -> dict[str, Json]:
    """The definitions of a model of a part of such a file, and of every model in it, each by its name behind the prefix.

    Raises pydantic's errors for a model that has no schema.
    """
    schema = model.model_json_schema(by_alias=True, ref_template=f"#/$defs/{prefix}{{model}}")
    definitions: dict[str, Json] = schema.pop("$defs", {})
    definitions.setdefault(model.__name__, schema)  # one that holds itself is there already
    for one in models(model):
        if one.__name__ in definitions:
            _describe(definitions[one.__name__], one)
            if not one.model_config.get("strict"):
                definitions[one.__name__] = _lax(definitions[one.__name__])
    return {f"{prefix}{name}": definition for name, definition in _written(model, definitions).items()}


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
        shown = definition.get("properties", {}).get(field.alias or name)
        if shown is None:
            continue  # a model of something else than a map
        shown.pop("title", None)
        if shown.get("default") in ([], {}, "", None):
            shown.pop("default", None)
        if name in docs:
            shown["description"] = docs[name]


def _written(model: type[BaseModel], definitions: dict[str, Json]) -> dict[str, Json]:
    """Definitions of a model and of those in it, with shorthands and references."""
    for one in models(model):
        if one.__name__ in definitions and issubclass(one, Short):
            _shorten(definitions[one.__name__], one)
    return {name: _filled(definition) for name, definition in definitions.items()}


def _lax(schema: Any) -> Any:
    """The schema of a model that is not strict: switches and numbers may be texts that say them."""
    if isinstance(schema, list):
        return [form for item in map(_lax, schema) for form in (item["anyOf"] if set(item) == {"anyOf"} else [item])]
    if not isinstance(schema, dict) or _says_text(schema):
        return schema
    read: Json = {}
    for key, value in schema.items():
        read[key] = {name: _lax(item) for name, item in value.items()} if key == "properties" else _lax(value) if key in _HOLD else value
    said = _IN_TEXT.get(str(read.get("type")), ())
    about = {key: read.pop(key) for key in _ABOUT if said and key in read}
    return {**about, "anyOf": [read, *said]} if said else read


def _says_text(schema: Json) -> bool:
    """Whether it says itself which texts there may be."""
    return any(form.get("type") == "string" for form in schema.get("anyOf", [schema])) or _takes_text(schema)


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
