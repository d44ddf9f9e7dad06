"""[I/O] What is open, which estates there are, and what was told of them: the state of the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from monctl.discover import SETTINGS, estates
from monctl.errors import EstateError
from monctl.lsp.diagnostics import diagnostic
from monctl.lsp.held import Kept, View, real
from monctl.lsp.hover import Spot
from monctl.lsp.keeper import Keeper
from monctl.lsp.positions import Positions
from monctl.lsp.seen import Seen, see
from monctl.target import Target, discover

ENDINGS = (".yaml", ".yml", ".py")


@dataclass(frozen=True, slots=True)
class Open:
    """A document of the editor."""

    uri: str
    """As the editor spells it."""
    version: int
    text: str


class Estates:
    """Every estate the editor has to do with."""

    def __init__(
        self, *, environment: str | None, clock: Callable[[], datetime], told: Callable[[Keeper], None], failed: Callable[[Exception], None]
    ) -> None:
        self.encoding = "utf-16"
        self.clock = clock
        self.open: dict[str, Open] = {}
        """Real path → document."""
        self.keepers: dict[str, Keeper] = {}
        """Real path of the root → estate."""
        self._environment = environment
        self._told = told
        self._failed = failed
        self._kept = Kept()
        self._generation = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="check")
        self._known: dict[str, Target] | None = None

    def find(self, folder: str) -> list[str]:
        """Roots of the estates in a folder of the workspace; blocks while it looks."""
        try:
            return [real(root) for root in estates(Path(folder))]
        except (EstateError, OSError):
            return []

    def root_of(self, path: str) -> str | None:
        """The root of the estate a file is in: the nearest folder above it with settings, on the disk or open."""
        for folder in Path(path).parents:
            settings = folder / SETTINGS
            if str(settings) in self.open or settings.is_file():
                return str(folder)
        return None

    def keeper(self, root: str) -> Keeper:
        """The estate at a root, from now on kept checked."""
        if root not in self.keepers:
            place = Path(root)
            self.keepers[root] = Keeper(place, self._pool, partial(self._look, place), told=self._told, failed=self._failed)
        return self.keepers[root]

    def keeper_of(self, path: str) -> Keeper | None:
        """The estate of a file; None for one that is no spec of any."""
        root = self.root_of(path) if path.endswith(ENDINGS) else None
        return self.keeper(root) if root is not None else None

    def changed(self, path: str, *, ran: bool = False) -> None:
        """A file has another text; `ran`: it was saved, so what Python specs declare may be something else now."""
        if ran:
            self._generation += 1
        root = self.root_of(path)
        if root is not None and (path.endswith(ENDINGS) or root in self.keepers):
            self.keeper(root).touch()

    def forget(self, root: str) -> Keeper | None:
        """Drop an estate whose settings are gone."""
        keeper = self.keepers.pop(root, None)
        if keeper is not None:
            keeper.stop()
        return keeper

    def text(self, path: str) -> str | None:
        """The text of a file as it is typed, else as it is on the disk."""
        if path in self.open:
            return self.open[path].text
        try:
            return Path(path).read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            return None

    def texts(self, seen: Seen) -> Mapping[str, str]:
        """Every file of an estate as it is typed."""
        return {path: text for path in seen.files if (text := self.text(path)) is not None}

    def positions(self, path: str, text: str | None = None) -> Positions:
        """Where things are in a file."""
        return Positions(text if text is not None else self.text(path) or "", self.encoding)

    def uri(self, path: str) -> str:
        """As the editor spells it, where it is open."""
        return self.open[path].uri if path in self.open else from_fs_path(path) or ""

    async def spot(self, uri: str, position: types.Position) -> Spot | None:
        """What is known at a position; None outside the estates. Waits for the first check of the estate."""
        path = path_of(uri)
        keeper = self.keeper_of(path) if path is not None else None
        text = self.text(path) if path is not None else None
        if keeper is None or path is None or text is None:
            return None
        if not keeper.begun:
            keeper.touch()
        seen = await keeper.some()
        text = self.text(path) or ""
        offset = Positions(text, self.encoding).offset(position)
        return Spot(path, text, offset, path.endswith(f"/{SETTINGS}"), seen, self.clock().timestamp())

    def diagnostics(self, seen: Seen) -> dict[str, list[types.Diagnostic]]:
        """Path → what is wrong in the file, for every file of an estate."""
        return {path: self.of_file(path, seen) for path in seen.by_file}

    def of_file(self, path: str, seen: Seen) -> list[types.Diagnostic]:
        """What is wrong in one file."""
        findings = seen.by_file.get(path)
        if not findings:
            return []
        positions = self.positions(path, seen.text(path))
        return [diagnostic(found, positions) for found in findings]

    def close(self) -> None:
        """Let go of the estates."""
        for keeper in self.keepers.values():
            keeper.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _look(self, root: Path) -> Callable[[], Seen]:
        view = View({path: document.text for path, document in self.open.items()}, self._generation, self._kept)
        return lambda: see(root, self._environment, view, self._targets(), self.clock)

    def _targets(self) -> dict[str, Target]:
        if self._known is None:
            self._known = dict(discover())
        return self._known


def path_of(uri: str) -> str | None:
    """The real path of a document; None for one that is no file."""
    if not uri.startswith("file:"):
        return None
    path = to_fs_path(uri)
    return real(path) if path else None
