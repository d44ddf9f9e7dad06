"""A plan as JSON; `monctl.plan` is its description, `monctl.plan.plan_schema` its schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from monctl.plan import Plan
from monctl.resource import Json


def document(plan: Plan) -> dict[str, Json]:
    """The plan as a JSON value, in the order of its fields."""
    return dict(to_json(plan))


def render(plan: Plan) -> str:
    """The plan as indented JSON, with a line feed at the end."""
    return json.dumps(document(plan), indent=2, ensure_ascii=False) + "\n"


def to_json(value: Any) -> Json:
    """Dataclasses, enums and maps as plain JSON. Raises TypeError for anything else."""
    match value:
        case Enum():
            return value.value
        case str() | int() | float() | None:
            return value
        case list() | tuple():
            return [to_json(item) for item in value]
        case Mapping():
            return {key: to_json(item) for key, item in value.items()}
        case _ if is_dataclass(value):
            return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
        case _:
            raise TypeError(f"not JSON: {type(value).__name__}")
