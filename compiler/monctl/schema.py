"""[I/O] The JSON Schemas in `schemas/`: made from the models, described by the strings under their fields.

`python -m monctl.schema` writes them, `--check` says which are stale (exit 1).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from monctl.field_docs import field_docs
from monctl.plan import plan_schema
from monctl.render.findings_json import FindingsDocument
from monctl.spec.estate import Estate
from monctl.spec.file import SpecFile
from monctl.target import discover

BASE = "https://monctl.dev/schemas/"
"""Identity only: nothing is fetched from there."""


def schemas() -> dict[str, Any]:
    """Name → schema: `spec`, `estate`, `findings`, `plan`, and what targets add (`bundle`)."""
    found: dict[str, Any] = {
        "spec": _of_model(SpecFile, "spec", "A monctl spec file"),
        "estate": _of_model(Estate, "estate", "monctl.yaml: the settings of an estate"),
        "findings": _of_model(FindingsDocument, "findings", "Findings of monctl validate and monctl lint"),
        "plan": {
            "$schema": GenerateJsonSchema.schema_dialect,
            "$id": f"{BASE}plan.schema.json",
            **plan_schema(),
            "title": "A plan of monctl diff",
        },
    }
    for target in discover().values():
        more = getattr(target, "schemas", None)
        if more is not None:
            found.update(more(BASE))
    return dict(sorted(found.items()))


def text(schema: Any) -> str:
    """As it is written to a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def stale(folder: Path) -> list[str]:
    """Names of files that differ from the models, are missing, or are left over."""
    wanted = {f"{name}.schema.json": text(schema) for name, schema in schemas().items()}
    there = {path.name for path in folder.glob("*.schema.json")}
    differing = [name for name, body in wanted.items() if name not in there or (folder / name).read_text(encoding="utf-8") != body]
    return sorted([*differing, *(there - set(wanted))])


def write(folder: Path) -> None:
    """Write every schema; remove what is left over."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{name}.schema.json": text(schema) for name, schema in schemas().items()}
    for path in folder.glob("*.schema.json"):
        if path.name not in wanted:
            path.unlink()
    for name, body in wanted.items():
        (folder / name).write_text(body, encoding="utf-8")


def main() -> int:
    """Write or check `schemas/` of the current folder."""
    folder = Path("schemas")
    if "--check" in sys.argv[1:]:
        old = stale(folder)
        for name in old:
            sys.stderr.write(f"{folder / name} is stale: run `python -m monctl.schema`\n")
        return 1 if old else 0
    write(folder)
    return 0


def _of_model(model: type[BaseModel], name: str, title: str) -> Any:
    schema = model.model_json_schema(by_alias=True)
    models = {one.__name__: one for one in _models(model)}
    for label, definition in schema.get("$defs", {}).items():
        if label in models:
            _describe(definition, models[label])
    _describe(schema, model)
    return {"$schema": GenerateJsonSchema.schema_dialect, "$id": f"{BASE}{name}.schema.json", **schema, "title": title}


def _describe(definition: dict[str, Any], model: type[BaseModel]) -> None:
    docs = field_docs(model)
    for name, field in model.model_fields.items():
        shown = definition.get("properties", {}).get(field.alias or name)
        if shown is None:
            continue
        shown.pop("title", None)
        if name in docs:
            shown.setdefault("description", docs[name])
        if "description" in shown and "$ref" in shown:
            # editors show the text beside a reference only when the reference is wrapped
            shown["allOf"] = [{"$ref": shown.pop("$ref")}]
    definition.pop("title", None)
    shorthand = getattr(model, "shorthand", None)
    if shorthand is not None:
        whole = {key: definition.pop(key) for key in list(definition) if key != "description"}
        short = dict(whole["properties"][shorthand])
        definition["anyOf"] = [short, whole]


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
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


if __name__ == "__main__":
    sys.exit(main())
