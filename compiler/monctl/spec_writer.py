"""Objects of the spec as the text of a YAML file: block scalars for long texts, quotes where they are needed, a comment for each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from monctl.resource import Json, SecretRef
from monctl.saying import SaidObject
from monctl.yaml_reader import plain_value

SCHEMA = "schemas/spec.schema.json"
"""Where an editor finds the JSON Schema of specs, from the estate's folder: `monctl init` puts it there, `monctl schema --out DIR` as well."""
ESTATE_SCHEMA = "schemas/estate.schema.json"
_SHORT_LIST = 90
"""Characters up to which a list of plain values stays on one line."""


def spec_text(kinds: Mapping[str, Iterable[SaidObject]], *, about: str = "", depth: int = 0) -> str:
    """A spec file: kinds in the given order, each with its objects, each object under a comment that says where it comes from.

    `depth` counts the folders between the file and the estate's.
    """
    lines = [f"# yaml-language-server: $schema={'../' * depth}{SCHEMA}"]
    lines += [f"# {_comment(about)}"] if about else []
    for kind, objects in kinds.items():
        lines += ["", f"{kind}:"]
        for number, one in enumerate(objects):
            lines += [""] if number and (one.note or one.spec) else []
            lines += [f"  # {_comment(one.note)}"] if one.note else []
            body = yaml_text({one.name: one.spec})
            lines += [f"  {line}" if line else "" for line in body.rstrip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def estate_text(settings: Mapping[str, Json]) -> str:
    """A monctl.yaml."""
    return f"# yaml-language-server: $schema={ESTATE_SCHEMA}\n{yaml_text(settings)}"


def yaml_text(value: Json) -> str:
    """A value as block YAML that monctl's own reader gives back as it was; secrets as references, every other text literal."""
    dumped: str = yaml.dump(
        _written(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**31, default_flow_style=False, indent=2
    )
    return dumped


def _written(value: Json) -> Json:
    """With references to secrets as text, and `${` of the provider's own texts escaped: it must never be read as a reference."""
    if isinstance(value, SecretRef):
        return f"${{{value.reference}}}"
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {str(key): _written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return value


def _comment(text: str) -> str:
    """One line, whatever a provider holds."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:200]


class _Dumper(yaml.SafeDumper):
    """The style of the estates in this repository."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    if "\n" in text.rstrip("\n") and _blockable(text):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
    plain = text.isprintable() and text != "" and plain_value(text) == text and not re.fullmatch(r"[\d:.+-]+|off", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


def _blockable(text: str) -> bool:
    """Whether a literal block keeps every character."""
    return not any(line != line.rstrip() for line in text.split("\n")) and all(char.isprintable() or char == "\n" for char in text)


def _list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    plain = all(isinstance(item, str | int | float | bool) and "\n" not in str(item) for item in items)
    short = plain and sum(len(str(item)) + 2 for item in items) <= _SHORT_LIST
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


# `on` is a field of monitors, and no truth value to monctl's reader (YAML 1.2); other words of YAML 1.1 stay in quotes, for other readers
_Dumper.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not (first == "o" and tag.endswith(":bool"))]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
