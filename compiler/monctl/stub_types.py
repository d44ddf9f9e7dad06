"""Annotations of spec models as the types of `python.pyi`: what a Python spec may give for a field."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from keyword import iskeyword
from typing import Annotated, Any, Literal, Union

from pydantic.fields import FieldInfo

from monctl.quantity import Duration, Percent, Rate, Size
from monctl.secret import Secret
from monctl.spec.base import NUMBERS_TOO, MetricPath, Name, Pattern, Short, Spec
from monctl.spec.oncall import ClockTime, LocalTime
from monctl.spec.routing import Day

_SPECIAL: tuple[tuple[Any, str], ...] = (
    (Name, "Named"),
    (MetricPath, "Named"),
    (Pattern, "Named"),
    (ClockTime, "Clock"),
    (LocalTime, "Moment"),
    (Day, "Day"),
)
_PLAIN: dict[Any, str] = {
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    Any: "Any",
    type(None): "None",
    Duration: "Duration",
    Percent: "str",
    Rate: "str",
    Size: "str",
    Secret: "str",
}
_LONG = 60


class Types:
    """Renders types, and keeps the definitions they need: a TypedDict for each model, an alias for each long list of words."""

    def __init__(self) -> None:
        self._models: dict[str, str] = {}
        self._words: dict[tuple[Any, ...], str] = {}
        self._by_name: dict[str, type[Spec]] = {}

    def of_fields(self, model: type[Spec]) -> dict[str, str]:
        """Field → its type."""
        hints = typing.get_type_hints(model, include_extras=True)
        return {name: self._of(hints[name], f"{model.__name__}{name.title()}") for name in model.model_fields}

    def of_model(self, name: str) -> str:
        """The TypedDict of a model that a type rendered before this one names."""
        assert name in self._models
        return f"_{name}"

    def definitions(self) -> str:
        """Everything that the rendered types name, sorted."""
        words = [
            f"{name}: TypeAlias = Literal[\n" + "".join(f'    "{word}",\n' for word in given) + "]\n" for given, name in self._words.items()
        ]
        return "\n".join([*sorted(words), *(self._models[name] for name in sorted(self._models))])

    def _of(self, wanted: Any, place: str) -> str:
        for special, name in _SPECIAL:
            if wanted == special:
                return name
        origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
        if origin is Annotated:
            coerced = any(isinstance(about, FieldInfo) and about.json_schema_extra == NUMBERS_TOO for about in arguments[1:])
            return "str | float" if coerced else self._of(arguments[0], place)
        if wanted in _PLAIN:
            return _PLAIN[wanted]
        if origin is Literal:
            return self._literal(arguments, place)
        if origin in {Union, types.UnionType}:
            return self._union(arguments, place)
        if origin in {list, Sequence}:
            return f"Sequence[{self._of(arguments[0], place)}]"
        if origin in {dict, Mapping}:
            return f"Mapping[str, {self._of(arguments[1], place)}]"
        if isinstance(wanted, type) and issubclass(wanted, Spec):
            return self._model(wanted)
        raise TypeError(f"no type for {wanted!r}")

    def _literal(self, words: tuple[Any, ...], place: str) -> str:
        written = "Literal[" + ", ".join(f'"{word}"' for word in words) + "]"
        if len(written) <= _LONG:
            return written
        return self._words.setdefault(words, f"_{place}")

    def _union(self, members: tuple[Any, ...], place: str) -> str:
        found: dict[str, None] = {}
        for member in members:
            rendered = self._of(member, place)
            found.update(dict.fromkeys([rendered] if "[" in rendered else rendered.split(" | ")))
        if "Named" in found:
            found.pop("str", None)
        if "float" in found:
            found.pop("int", None)
        none = found.pop("None", "absent") is None
        return " | ".join([*found, *(["None"] if none else [])])

    def _model(self, model: type[Spec]) -> str:
        name = f"_{model.__name__}"
        if model.__name__ not in self._models:
            self._models[model.__name__] = ""  # a model that holds itself finds the name
            self._models[model.__name__] = self._typed_dict(name, model)
        if not issubclass(model, Short):
            return name
        short = self.of_fields(model)[model.shorthand].removesuffix(" | None")
        return f"{short} | {name}"

    def _typed_dict(self, name: str, model: type[Spec]) -> str:
        hints = self.of_fields(model)
        fields = {}
        for field, info in model.model_fields.items():
            shown = hints[field] if "None" in hints[field].split(" | ") or info.is_required() else f"{hints[field]} | None"
            fields[info.alias or field] = f"Required[{shown}]" if info.is_required() else shown
        said = " ".join((model.__doc__ or "").split())
        if any(iskeyword(field) for field in fields):
            lines = "".join(f'    "{field}": {shown},\n' for field, shown in fields.items())
            return f'{name} = TypedDict("{name}", {{\n{lines}}}, total=False)\n'
        lines = "".join(f"    {field}: {shown}\n" for field, shown in fields.items())
        return f'class {name}(TypedDict, total=False):\n    """{said}"""\n\n{lines}'
