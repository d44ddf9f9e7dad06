"""[I/O] The JSON Schemas in `schemas/`: made from the models, described by the strings under their fields.

`python -m monctl.schema` writes them, `--check` says which are stale (exit 1).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monctl.drift_report import drift_schema
from monctl.import_report import import_schema
from monctl.model_schema import document_schema, spec_schema
from monctl.option_schema import with_options
from monctl.plan import plan_schema
from monctl.render.findings_json import FindingsDocument
from monctl.review_report import review_schema
from monctl.snapshot import snapshot_schema
from monctl.spec.estate import Estate
from monctl.spec.file import KINDS, SpecFile
from monctl.status_report import status_schema
from monctl.target import DISTRIBUTION, Target, discover

BASE = "urn:monctl:schemas/"
"""Identity only: nothing is fetched from there."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas(targets: Mapping[str, Target] | None = None) -> dict[str, Any]:
    """Name → schema: `spec`, `estate`, `findings`, `plan`, `drift`, `import`, `snapshot`, and what targets add (`bundle`).

    `targets` are those whose options `estate` describes; every installed one when left out.
    """
    known = discover() if targets is None else targets
    found: dict[str, Any] = {
        "spec": _titled("spec", "A monctl spec file", _spec()),
        "estate": _titled("estate", "monctl.yaml: the settings of an estate", with_options(spec_schema(Estate), known)),
        "findings": _titled("findings", "Findings of monctl validate and monctl lint", document_schema(FindingsDocument)),
        "plan": _titled("plan", "A plan of monctl diff", plan_schema()),
        "drift": _titled("drift", "A report of monctl drift", drift_schema()),
        "import": _titled("import", "A report of monctl import", import_schema()),
        "status": status_schema(id=f"{BASE}status.schema.json", title="What monctl status and a runner's /api/board give"),
        "review": review_schema(id=f"{BASE}review.schema.json", title="A report of monctl report"),
        "snapshot": _titled("snapshot", "A file of monctl snapshot", snapshot_schema()),
    }
    for target in known.values():
        more = getattr(target, "schemas", None)
        if more is not None:
            found.update(more(BASE))
    return dict(sorted(found.items()))


def for_editors() -> dict[str, str]:
    """Path below an estate's folder → text of the two schemas that editors use; the first line of a spec names them."""
    known = schemas()
    return {f"schemas/{name}.schema.json": text(known[name]) for name in ("estate", "spec")}


def text(schema: Any) -> str:
    """As it is written to a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def stale(folder: Path, targets: Mapping[str, Target] | None = None) -> list[str]:
    """Names of files that differ from the models, are missing, or are left over."""
    wanted = {f"{name}.schema.json": text(schema) for name, schema in schemas(targets).items()}
    there = {path.name for path in folder.glob("*.schema.json")}
    differing = [name for name, body in wanted.items() if name not in there or (folder / name).read_text(encoding="utf-8") != body]
    return sorted([*differing, *(there - set(wanted))])


def write(folder: Path, targets: Mapping[str, Target] | None = None) -> None:
    """Write every schema; remove what is left over."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{name}.schema.json": text(schema) for name, schema in schemas(targets).items()}
    for path in folder.glob("*.schema.json"):
        if path.name not in wanted:
            path.unlink()
    for name, body in wanted.items():
        (folder / name).write_text(body, encoding="utf-8")


def main() -> int:
    """Write or check `schemas/` of the current folder: of monctl's own targets, whatever else is installed."""
    folder, own = Path("schemas"), discover(of=DISTRIBUTION)
    if "--check" in sys.argv[1:]:
        old = stale(folder, own)
        for name in old:
            sys.stderr.write(f"{folder / name} is stale: run `python -m monctl.schema`\n")
        return 1 if old else 0
    write(folder, own)
    return 0


def _titled(name: str, title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": f"{BASE}{name}.schema.json", "title": title} | {
        key: value for key, value in schema.items() if key not in {"$schema", "$id", "title"}
    }


def _spec() -> Any:
    """A spec file may hold keys of the user's own, for anchors, and kinds and objects with nothing behind them."""
    schema = spec_schema(SpecFile)
    schema["patternProperties"] = {
        "^x-": {"description": "Anything: a place for anchors (`&name`) that other values take up (`*name`, `<<: *name`)."}
    }
    templates = {kind: shown for kind, shown in schema["$defs"]["Template"]["properties"].items() if kind in KINDS}
    for shown in [*schema["properties"].values(), *templates.values()]:
        shown["anyOf"][-1] = {"type": "null"}  # a kind is never a reference, only what it holds
        named = shown["anyOf"][0]["additionalProperties"]
        if "anyOf" in named:
            named["anyOf"].append({"type": "null"})
    return schema


if __name__ == "__main__":
    sys.exit(main())
