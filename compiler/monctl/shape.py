"""JSON Schema of the program's dataclasses, in the form `monctl.program.to_json` writes them."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, Literal, Union

from monctl.field_docs import field_docs
from monctl.resource import SecretRef

Json = dict[str, Any]


def schema_of(cls: type, *, id: str, title: str, leave_out: frozenset[str] = frozenset({"origin"})) -> Json:
    """The schema of one dataclass and everything in it, draft 2020-12."""
    shaper = _Shaper(leave_out)
    root = shaper.of(cls)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": title,
        **root,
        "$defs": dict(sorted(shaper.definitions.items())),
    }


class _Shaper:
    def __init__(self, leave_out: frozenset[str]) -> None:
        self.definitions: dict[str, Json] = {}
        self._leave_out = leave_out

    def of(self, wanted: Any) -> Json:
        """The schema of one annotation."""
        origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
        simple: dict[Any, Json] = {
            str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}, type(None): {"type": "null"},
            Any: {}, date: {"type": "string", "format": "date"}, datetime: {"type": "string", "format": "local-date-time"},
        }  # fmt: skip
        if wanted in simple:
            return dict(simple[wanted])
        if wanted is SecretRef:
            return self._secret()
        if dataclasses.is_dataclass(wanted):
            return self._object(wanted)  # type: ignore[arg-type]  # is_dataclass is true of instances too, and there are none here
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in {Union, types.UnionType}:
            return self._union(arguments)
        if origin is tuple:
            if len(arguments) == 2 and arguments[1] is Ellipsis:
                return {"type": "array", "items": self.of(arguments[0])}
            return {
                "type": "array",
                "prefixItems": [self.of(one) for one in arguments],
                "minItems": len(arguments),
                "maxItems": len(arguments),
            }
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        raise TypeError(f"no schema for {wanted!r}")

    def _union(self, members: tuple[Any, ...]) -> Json:
        schemas = [self.of(member) for member in members]
        types_ = [schema["type"] for schema in schemas if set(schema) == {"type"}]
        if len(types_) == len(schemas):
            return {"type": types_}
        return {"anyOf": schemas}

    def _secret(self) -> Json:
        self.definitions.setdefault(
            "SecretRef",
            {
                "type": "object",
                "description": "A secret by reference; its value is never here.",
                "properties": {"$secret": {"type": "string", "pattern": "^(env|file):", "examples": ["env:SLACK_WEBHOOK"]}},
                "required": ["$secret"],
                "additionalProperties": False,
            },
        )
        return {"$ref": "#/$defs/SecretRef"}

    def _object(self, cls: type) -> Json:
        name = cls.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # a class that holds itself finds the name
            docs, hints = field_docs(cls), _hints(cls)
            properties: Json = {}
            kind = getattr(cls, "kind", None)
            if isinstance(kind, str) and typing.get_origin(hints.get("kind")) is ClassVar:
                properties["kind"] = {"const": kind}
            for field in dataclasses.fields(cls):
                if field.name in self._leave_out:
                    continue
                schema = self.of(hints[field.name])
                properties[field.name] = {"description": docs[field.name], **schema} if field.name in docs else schema
            said = " ".join((cls.__doc__ or "").split())
            self.definitions[name] = {
                "type": "object",
                "description": said,
                "properties": properties,
                "required": list(properties),
                "additionalProperties": False,
            }
        return {"$ref": f"#/$defs/{name}"}


@cache
def _hints(cls: type) -> dict[str, Any]:
    """Annotations of a dataclass, with the names that its module imports for type checkers only."""
    from monctl import condition, measure, program, unit

    names: dict[str, Any] = {"datetime": datetime, "date": date, "SecretRef": SecretRef}
    for module in (condition, measure, program, unit):
        names.update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    return typing.get_type_hints(cls, localns=names)
