"""[I/O] Spec files read before what understands them is loaded: a second process reads while this one imports, which takes as long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from monctl import discover
from monctl.document import load_file
from monctl.halves import beside, in_halves

Read = tuple[str, dict[str, Any]]
"""Text and value of a YAML file about which there is nothing to tell."""


def texts_and_values(paths: Sequence[Path]) -> list[Read | None]:
    """Each YAML file as read; None where there is something to tell about it. `discover.files` gives none but regular files."""
    documents = (load_file(path, "", regular=True) for path in paths)
    return [None if document.findings else (document.text, document.value) for document in documents]


class Ahead:
    """What has been found and read of some estates. What was left out, or has a fault, is read by whoever asks for it."""

    def __init__(self) -> None:
        self._found: dict[tuple[Path, tuple[str, ...]], discover.Files] = {}
        self._waiting: dict[Path, tuple[list[Path], Callable[[], list[Read | None]]]] = {}

    def add(self, root: Path, exclude: tuple[str, ...], found: discover.Files, paths: list[Path], rest: Callable[[], list[Any]]) -> None:
        """The files of an estate without those that `exclude` leaves out; `rest` gives what was read of `paths`."""
        self._found[root, exclude] = found
        self._waiting[root] = paths, rest

    def files(self, root: Path, exclude: tuple[str, ...]) -> discover.Files:
        """As `discover.files`."""
        found = self._found.get((root, exclude))
        return discover.files(root, exclude) if found is None else found

    def documents(self, root: Path, paths: list[Path]) -> list[Read | None]:
        """Each YAML file of an estate, read ahead or now, by two processes where there are many. To be asked for once: what was read goes along."""
        begun, rest = self._waiting.pop(root, ([], list))
        if begun == paths:
            return rest()
        known = dict(zip(begun, rest(), strict=True))
        others = [path for path in paths if path not in known]
        known |= zip(others, in_halves(texts_and_values, others), strict=True)
        return [known[path] for path in paths]


@contextmanager
def reading(roots: Iterable[Path]) -> Iterator[Ahead]:
    """Begin to read estates. What cannot be found out here, somebody else will find out and tell."""
    ahead = Ahead()
    with ExitStack() as stack:
        for root in roots:
            exclude = left_out(root)
            found = discover.files(root, exclude)
            paths = [path for path in found.specs if path.suffix != ".py"]
            ahead.add(root, exclude, found, paths, stack.enter_context(beside(texts_and_values, paths)))
        yield ahead


def left_out(root: Path) -> tuple[str, ...]:
    """What the settings of an estate leave out, as they say it before variables and environments."""
    said = load_file(root / discover.SETTINGS, "").value.get("exclude")
    return tuple(pattern for pattern in said if isinstance(pattern, str)) if isinstance(said, list) else ()
