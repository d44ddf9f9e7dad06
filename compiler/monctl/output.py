"""[I/O] What `compile --out` writes: one JSON file per resource, a manifest, and nothing of anybody else's is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from monctl import atomic
from monctl.errors import UsageError
from monctl.pretty import pretty
from monctl.resource import plain
from monctl.target import Built

MANIFEST = "manifest.json"
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]")


def rendered(built: Mapping[str, Built]) -> dict[str, str]:
    """Path → text of every file, sorted: `grafana/dashboard/data-integrity.json`. Same input, same bytes."""
    found: dict[str, str] = {}
    for target, one in built.items():
        for resource in one.resources:
            key = "/".join(part for part in _UNSAFE.sub("-", resource.key).split("/") if part not in {"", ".", ".."})
            path = f"{target}/{resource.kind}/{key}.json"
            if path in found:
                raise ValueError(f"two resources would be written to {path}")
            found[path] = pretty(resource.body, plain) + "\n"
        for path, text in one.files.items():
            found[f"{target}/{path}"] = text
    return dict(sorted(found.items()))


def write(folder: Path, files: Mapping[str, str]) -> tuple[int, int]:
    """Write the files and a manifest; remove what an earlier manifest lists and this one does not. Gives (written, removed).

    A file whose text is already right is left alone. Raises UsageError when the folder cannot be written, or is not ours.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        earlier = _earlier(folder)
        if earlier is None and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty and holds no {MANIFEST} of monctl", hint="name an empty or new folder with --out")
        written = sum(_put(folder / path, text) for path, text in files.items())
        gone = [path for path in earlier or () if path not in files]
        for path in gone:
            _remove(folder, path)
        _put(folder / MANIFEST, json.dumps({"format_version": 1, "files": sorted(files)}, indent=2) + "\n")
    except OSError as error:
        raise UsageError(
            f"cannot write {error.filename or folder}: {(error.strerror or '').lower()}", hint="name another folder with --out"
        ) from None
    return written, len(gone)


def _earlier(folder: Path) -> list[str] | None:
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return [path for path in listed["files"] if isinstance(path, str)]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{folder / MANIFEST} cannot be read", hint="remove the folder and compile again") from None


def _put(path: Path, text: str) -> bool:
    data = text.encode()
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, data, mode=0o644)
    return True


def _remove(folder: Path, listed: str) -> None:
    path = folder / listed
    if not path.resolve().is_relative_to(folder.resolve()):
        return  # a manifest that was tampered with must not reach out of the folder
    path.unlink(missing_ok=True)
    for parent in path.parents:
        if parent == folder or any(parent.iterdir()):
            return
        parent.rmdir()
