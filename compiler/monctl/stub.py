"""[I/O] `python.pyi`: what type checkers and editors see of `monctl.python`, made from the models as the JSON Schemas are.

`python -m monctl.stub` writes it, `--check` says whether it is stale (exit 1).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from keyword import iskeyword
from pathlib import Path

from pydantic.fields import FieldInfo

from monctl import python
from monctl.field_docs import field_docs
from monctl.spec import sources
from monctl.spec.base import Spec
from monctl.spec.file import KINDS, Template
from monctl.spec.sources import SOURCE_FIELDS, Sourced
from monctl.stub_types import Types

PATH = Path(__file__).with_name("python.pyi")

_HEAD = '''\
"""Generated from the models by `python -m monctl.stub`; never edited by hand."""

# ruff: noqa: A002, D205, D415, PYI021, RUF100  # fields are called what users call them, and editors show these texts
# fmt: off

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Required, TypeAlias, TypedDict

from monctl.declare import Object as Object
from monctl.declare import Source as Source

__all__ = [
'''
_ALIASES = """\
Named: TypeAlias = str | Object  # an object of the estate, or its name
Duration: TypeAlias = str | timedelta  # "5m"
Moment: TypeAlias = str | date | datetime  # "2027-01-04T09:00", local time
Day: TypeAlias = str | date
Clock: TypeAlias = str | time  # "09:00"
"""
_SOURCES: dict[str, type[Spec]] = {
    "sql": sources.SqlSource,
    "http": sources.HttpSource,
    "tcp": sources.TcpSource,
    "dns": sources.DnsSource,
    "ping": sources.PingSource,
    "tls": sources.TlsSource,
    "host": sources.HostSource,
    "prometheus": sources.PrometheusSource,
    "sentry": sources.SentrySource,
    "log": sources.LogSource,
    "heartbeat": sources.HeartbeatSource,
    "redis": sources.RedisSource,
    "storage": sources.StorageSource,
    "command": sources.CommandSource,
}


def text() -> str:
    """The whole stub."""
    types = Types()
    models = {name: KINDS.get(value.kind, Template) for name, value in _classes()}
    body = [
        *(_class(name, models[name], types) for name in sorted(models)),
        *(_source(name, model, types) for name, model in sorted(_SOURCES.items())),
        *(_plain(name, types) for name in sorted(set(python.__all__) - models.keys() - _SOURCES.keys() - {"Object", "Source"})),
    ]
    names = "".join(f'    "{name}",\n' for name in python.__all__)
    return _HEAD + names + "]\n\n" + _ALIASES + "\n" + types.definitions() + "\n" + "\n".join(body)


def main() -> int:
    """Write or check the stub."""
    wanted = text()
    if "--check" in sys.argv[1:]:
        if PATH.is_file() and PATH.read_text(encoding="utf-8") == wanted:
            return 0
        sys.stderr.write(f"{PATH.name} is stale: run `python -m monctl.stub`\n")
        return 1
    PATH.write_text(wanted, encoding="utf-8")
    return 0


def _classes() -> Iterator[tuple[str, type[python.Object]]]:
    for name in python.__all__:
        value = getattr(python, name)
        if isinstance(value, type) and issubclass(value, python.Object) and value is not python.Object:
            yield name, value


def _class(name: str, model: type[Spec], types: Types) -> str:
    left_out = {*SOURCE_FIELDS, "metric"} if issubclass(model, Sourced) and "metric" not in model.model_fields else set(SOURCE_FIELDS)
    fields = {field: info for field, info in model.model_fields.items() if field not in left_out or not issubclass(model, Sourced)}
    source = ["source: Source | None = None"] if issubclass(model, Sourced) else []
    parameters = ["self", "name: str", *source, "/", "*", *_keywords(model, fields, types)]
    return f'class {name}(Object):\n    """{_said(model)}"""\n\n' + _indented(
        _function("__init__", parameters, "None", _docs(model, fields))
    )


def _source(name: str, model: type[Spec], types: Types) -> str:
    """A function that makes a source: its positional arguments as it has them, the rest of its model's fields as keywords."""
    given = inspect.signature(getattr(python, name)).parameters.values()
    hints = types.of_fields(model)
    parameters = []
    for one in given:
        if one.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        if one.kind is inspect.Parameter.VAR_POSITIONAL:
            parameters.append(f"*{one.name}: str")
            continue
        parameters.append(f"{one.name}: {hints[one.name]}{_default(one)}")
    named = {one.name for one in given}
    fields = {field: info for field, info in model.model_fields.items() if field not in named}
    keywords = list(_keywords(model, fields, types))
    if keywords and not any(parameter.startswith("*") for parameter in parameters):
        parameters.append("*")
    return _function(name, [*parameters, *keywords], "Source", _docs(model, fields, getattr(python, name).__doc__))


def _plain(name: str, types: Types) -> str:
    """A function whose own annotations say all."""
    function = getattr(python, name)
    signature = inspect.signature(function)
    parameters = []
    star = False
    for one in signature.parameters.values():
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not star:
            parameters.append("*")
        star = star or one.kind in {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_POSITIONAL}
        mark = "*" if one.kind is inspect.Parameter.VAR_POSITIONAL else "**" if one.kind is inspect.Parameter.VAR_KEYWORD else ""
        parameters.append(f"{mark}{one.name}: {one.annotation}{_default(one)}")
    returned = signature.return_annotation
    return _function(name, parameters, types.of_model("Term") if returned == "dict[str, Any]" else returned, [function.__doc__])


def _keywords(model: type[Spec], fields: dict[str, FieldInfo], types: Types) -> Iterator[str]:
    """Required fields first."""
    hints = types.of_fields(model)
    for field, info in sorted(fields.items(), key=lambda item: not item[1].is_required()):
        shown = info.alias or field
        shown = f"{shown}_" if iskeyword(shown) else shown
        none = "" if info.is_required() else " = None"
        hint = hints[field] if info.is_required() or "None" in hints[field].split(" | ") else f"{hints[field]} | None"
        yield f"{shown}: {hint}{none}"


def _default(parameter: inspect.Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return ""
    return f' = "{parameter.default}"' if isinstance(parameter.default, str) else f" = {parameter.default!r}"


def _docs(model: type[Spec], fields: Iterable[str], first: str | None = None) -> list[str]:
    docs = field_docs(model)
    lines = [f"{model.model_fields[field].alias or field}: {docs[field]}" for field in fields if field in docs]
    return [first or _said(model), *(["", *lines] if lines else [])]


def _function(name: str, parameters: Iterable[str], returned: str, docs: list[str]) -> str:
    given = "".join(f"    {parameter},\n" for parameter in parameters)
    said = "\n".join(f"    {line}".rstrip() for line in docs).lstrip()
    return f'def {name}(\n{given}) -> {returned}:\n    """{said}{chr(10) + "    " if len(docs) > 1 else ""}"""\n'


def _said(model: type[Spec]) -> str:
    return " ".join((model.__doc__ or "").split())


def _indented(block: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in block.splitlines())


if __name__ == "__main__":
    sys.exit(main())
