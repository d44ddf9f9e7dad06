"""[I/O] Bundles in a folder: `<key>.json`, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from monctl import atomic
from monctl.bundle import fingerprint
from monctl.errors import Garbled, UsageError
from monctl.resource import Json, Live, Lookup, Mark, Resource
from monctl.target import Settings

_LARGEST = 256 * 1024 * 1024


class Folder:
    """The folder that holds bundles. It is made when the first one is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, settings: Settings) -> Folder:
        """From `url` (a path, or a file: URL), else the option `path`, else `.monctl/runner`."""
        said = settings.url or str(settings.options.get("path") or ".monctl/runner")
        parts = urlsplit(said)
        if parts.scheme not in {"", "file"}:
            raise UsageError(f"the runner's bundles lie in a folder, not at '{parts.scheme}:'", hint="give a path, or file:///path")
        return cls(Path(unquote(parts.path) if parts.scheme == "file" else said))

    def read(self, resources: Iterable[Resource]) -> Iterable[Live]:
        """Every bundle of the folder. Raises Garbled for a file that is not a bundle."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.glob("*.json")):
            yield self._live(path.stem, self._load(path))

    def lookup(self, wanted: Lookup) -> str | None:
        """A bundle names nothing that is not in it."""
        return None

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        """Write a bundle that was not there."""
        return self._write(resource.key, body, mark)

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        """Write a bundle over the one that is there."""
        return self._write(live.remote_id, body, mark)

    def delete(self, live: Live) -> None:
        """Remove the file."""
        (self.folder / f"{live.remote_id}.json").unlink(missing_ok=True)

    def _load(self, path: Path) -> dict[str, Any]:
        try:
            if path.stat().st_size > _LARGEST:
                raise Garbled(f"'{path.name}' is too large to be a bundle", target="runner")
            body = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Garbled(f"'{path.name}' is not a bundle: {error}", target="runner", hint="remove the file, or restore it") from None
        if not isinstance(body, dict) or "format_version" not in body:
            raise Garbled(f"'{path.name}' is not a bundle", target="runner", hint="only bundles belong in this folder")
        return body

    def _live(self, key: str, body: dict[str, Any]) -> Live:
        said = body.get("mark")
        mark = Mark.find(said) if isinstance(said, str) else None
        return Live("bundle", key, str(body.get("title", key)), body, mark, str(body.get("fingerprint", "")))

    def _write(self, key: str, body: Json, mark: Mark) -> Live:
        assert isinstance(body, dict)
        # references of secrets are part of a bundle as {"$secret": …}: there is nothing to resolve in it, so what is written is what was built
        whole = {**body, "mark": mark.text()}
        whole["fingerprint"] = fingerprint({name: value for name, value in whole.items() if name != "mark"})
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        atomic.write(self.folder / f"{key}.json", text.encode(), durable=True)
        return self._live(key, whole)
