"""[I/O] Snapshots as files: JSON with a seal, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monctl import atomic
from monctl.errors import PlanRefused, UsageError
from monctl.resource import Json
from monctl.snapshot import FORMAT_VERSION, KIND, Snapshot, parsed

_TAKE = "take one with `monctl snapshot --out FILE`"


def text(snapshot: Snapshot) -> str:
    """As it is written to a file: the fields in their order, the seal last."""
    content = document(snapshot)
    return json.dumps({**content, "seal": _seal(content)}, ensure_ascii=False, indent=1) + "\n"


def document(snapshot: Snapshot) -> dict[str, Json]:
    """The snapshot as a JSON value."""
    from pydantic import TypeAdapter

    value: dict[str, Any] = TypeAdapter(Snapshot).dump_python(snapshot, mode="json")
    return value


def write(path: Path, snapshot: Snapshot) -> None:
    """Writes it. Raises UsageError when that cannot be done; the file that was there before is then as it was."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, text(snapshot).encode())
    except OSError as error:
        message = f"cannot write the snapshot to {path}: {error.strerror or error}"
        raise UsageError(message, hint="name a file in a folder that can be written to") from error


def read(path: Path) -> Snapshot:
    """Reads one. Raises UsageError when the file holds none, or one of another format, and PlanRefused when it was changed after it was written."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"cannot read the snapshot {path}: {why}", hint=_TAKE) from error
    except ValueError as error:
        raise UsageError(f"{path} is not a snapshot: it is not JSON", hint=_TAKE) from error
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise UsageError(f"{path} is not a snapshot", hint=_TAKE)
    if data.get("format_version") != FORMAT_VERSION:
        message = f"{path} is a snapshot of format {data.get('format_version')!r}; this monctl reads format {FORMAT_VERSION}"
        raise UsageError(message, hint="take a new one with this version")
    seal = data.pop("seal", None)
    if seal != _seal(data):
        raise PlanRefused(f"{path} was changed after it was written", hint="take a new one with `monctl snapshot`")
    return parsed(data)


def _seal(content: Mapping[str, Json]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
