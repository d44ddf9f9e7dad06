"""The base of every spec model: frozen, strict about unknown fields, read as the user wrote it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, StringConstraints, model_validator

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"
"""Names of objects: letters, digits, `-` and `_`; a dot would be read as `metric.value`."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""The name of an object of the estate."""

Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""A text that is not empty."""

Scalar = str | int | float | bool


class Spec(BaseModel):
    """What the user wrote: typed, frozen, unlinked."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=False, validate_by_alias=True, defer_build=True, hide_input_in_errors=True)

    shorthand: ClassVar[str | None] = None
    """The field meant when the whole is written as a single scalar: `http: https://example.com`."""

    @model_validator(mode="wrap")
    @classmethod
    def _expand_shorthand(cls, value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        if cls.shorthand is not None and isinstance(value, str | int | float) and not isinstance(value, bool):
            value = {cls.shorthand: value}
        return handler(value)


class Described(Spec):
    """What every named object may say about itself."""

    title: Sentence | None = None
    """What a person calls it; the name when left out."""
    description: str = ""
    """One or two sentences: what it is and why it is here."""


Labels = dict[str, Annotated[str, Field(coerce_numbers_to_str=True)]]
"""Label → value."""

Links = dict[str, str]
"""Text of the link → URL."""
