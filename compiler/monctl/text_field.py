"""Makes a type that is read from text a field of a pydantic model. Imports pydantic only when a model is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True, eq=False)  # by identity: a schema has no hash, and typing puts annotations into sets
class TextField:
    """Annotation for a field: `Annotated[Duration, TextField(read, schema)]`."""

    read: Callable[[Any], Any]
    """From what the user wrote (str, number, bool, the type itself) to the value; raises Misread."""
    schema: Mapping[str, Any]
    """JSON Schema shown to editors: type, pattern, description, examples."""
    write: Callable[[Any], Any] = str
    """From the value back to what a user would write; used when a model is dumped."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(self.write),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)
