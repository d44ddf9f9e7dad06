"""The base of every spec model: frozen, strict about unknown fields, read as the user wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"
"""Names of objects: letters, digits, `-` and `_`; a dot would be read as `metric.value`."""

PATTERN_HELP: dict[str, str] = {}
"""Pattern → how to write what it wants; filled by `shaped`."""


def shaped(pattern: str, help: str) -> StringConstraints:
    """The constraint of a text that must match a pattern, with the way out for one that does not."""
    PATTERN_HELP[pattern] = help
    return StringConstraints(pattern=pattern)


@dataclass(frozen=True, slots=True)
class MaySecret:
    """Marks a text that may be a reference to a secret as a whole."""


Name = Annotated[str, shaped(NAME_PATTERN, "a name is letters, digits, - and _, and begins with a letter or digit")]
"""The name of an object of the estate."""

MetricPath = Annotated[str, StringConstraints(min_length=1), WithJsonSchema({"type": "string", "examples": ["orders", "orders.failed"]})]
"""`metric` or `metric.value`."""

Pattern = Annotated[str, StringConstraints(min_length=1), WithJsonSchema({"type": "string", "examples": ["api", "api-*"]})]
"""A name, or a glob of names."""

SecretText = Annotated[str, MaySecret(), WithJsonSchema({"type": "string", "examples": ["${env:NAME}"]})]
"""A text, or a reference to a secret as a whole."""

ForEach = dict[str, Any] | list[Any] | str
"""A map or list (its entries are `${each.key}`, `${each.value}`), or `${var.name}`."""

Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""A text that is not empty."""

Threshold = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "examples": [
                "> 0",
                "> 10 or increasing for 15m",
                "down for 2m",
                "response_time > 2s for 10m",
                "> 80% for 5m",
                "no data for 10m",
            ],
        }
    ),
]
"""A threshold sentence."""

Scalar = str | int | float | bool
"""A single value of any type."""


NO_ITEMS: Any = Field(default_factory=list, json_schema_extra={"default": []})
"""A list that is empty when left out. `= []` says the same, and is copied deeply for each object: a fifth of the time of checking 10,000 monitors."""
NO_ENTRIES: Any = Field(default_factory=dict, json_schema_extra={"default": {}})
"""The same for a map."""


class Spec(BaseModel):
    """What the user wrote: typed, frozen, unlinked."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=False,
        validate_by_alias=True,
        defer_build=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )


class Short(Spec):
    """A model that may be written as its one most important field: `http: https://example.com`."""

    shorthand: ClassVar[str]
    """The field meant when the whole is written as a single scalar."""

    @model_validator(mode="before")
    @classmethod
    def _expand_shorthand(cls, value: Any) -> Any:
        return {cls.shorthand: value} if cls.is_short(value) else value

    @classmethod
    def is_short(cls, value: Any) -> bool:
        """Whether a value is meant for the shorthand's field: any scalar."""
        return isinstance(value, str | int | float) and not isinstance(value, bool)


class Described(Spec):
    """What every named object may say about itself."""

    title: Sentence | None = None
    """What a person calls it; the name when left out."""
    description: str = ""
    """One or two sentences: what it is and why it is here."""
    for_each: ForEach | None = None
    """Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled."""
    environments: list[Name] = NO_ITEMS
    """Only in these; in every one when left out."""


NUMBERS_TOO: dict[str, Any] = {"type": ["string", "number"]}
"""JSON Schema of a text that may be written as a number."""

Labels = dict[str, Annotated[str, Field(coerce_numbers_to_str=True, json_schema_extra=NUMBERS_TOO)]]
"""Label → value."""

Links = dict[str, str]
"""Text of the link → URL."""
