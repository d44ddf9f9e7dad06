"""[I/O] Files to specs: every YAML and Python spec of an estate, read, filled and checked against its model. Never raises for what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from monctl import discover
from monctl.ahead import Ahead
from monctl.document import Document, SourceMap, load_file, no_file
from monctl.finding import Finding, Level
from monctl.fit import fit
from monctl.irregular import irregular
from monctl.load_python import SECONDS, PythonSpec, python_specs, refused
from monctl.load_yaml import Raws
from monctl.loaded import Item, Loaded
from monctl.overlay import Overlay
from monctl.settings import settings
from monctl.source import Origin
from monctl.spec.documents import Runbook

__all__ = ["Item", "Loaded", "load"]


def load(
    root: Path,
    environment: str | None = None,
    *,
    shown_from: Path | None = None,
    python_seconds: float = SECONDS,
    overlay: Overlay | None = None,
    ahead: Ahead | None = None,
) -> Loaded:
    """Read an estate, from the disk, from what is laid over it or was read `ahead`. Paths in findings are relative to `shown_from` (the current folder).

    Raises UsageError for an environment the estate does not have, and EstateError when there is no estate at `root`.
    """
    ahead = ahead or Ahead()
    reading = _Reading(root, shown_from or Path.cwd(), overlay, ahead)
    document = reading.yaml(root / discover.SETTINGS)
    chosen = settings(document, environment, root.resolve().name)
    exclude = tuple(chosen.estate.exclude) if chosen.estate else ()
    found = ahead.files(root, exclude) if overlay is None else discover.files(root, exclude, overlay.added(root))
    reading.unreadable(found)
    raws = Raws(chosen.expander)
    for spec in reading.specs(found.specs, python=chosen.estate is None or chosen.estate.python, seconds=python_seconds):
        if isinstance(spec, Document):
            raws.add_document(spec)
        else:
            for raw in spec.raws:
                raws.add(raw)
    sources = SourceMap(reading.texts)
    fitted = fit(raws.objects, lambda origin: f"{origin.file}:{sources.span(origin, key=True).line}")
    for file, text in (*chosen.faults.clear, *fitted.faults.clear):
        sources.hide(file, text)
    texts = reading.runbook_files(fitted.items)
    findings = [*reading.findings, *chosen.faults.findings, *chosen.expander.findings, *raws.findings, *fitted.faults.findings]
    if not raws.objects and not findings:
        findings.append(_empty(document.file))
    return Loaded(
        root=root,
        settings=chosen.estate,
        environment=chosen.environment,
        items=tuple(fitted.items),
        moved=tuple(raws.moved),
        findings=tuple(findings),
        sources=sources,
        files=(found.settings, *found.specs),
        settings_file=document.file,
        texts=texts,
        broken=frozenset(fitted.broken),
        complete=reading.complete,
    )


class _Reading:
    """The files of one estate as they are read: their texts, and the faults of those that cannot be."""

    def __init__(self, root: Path, shown_from: Path, overlay: Overlay | None, ahead: Ahead) -> None:
        self.findings: list[Finding] = []
        self.texts: dict[str, str] = {}
        self.complete = True
        """False when a file gave nothing: what seems to be missing may be in it."""
        self._root = root
        self._overlay = overlay
        self._ahead = ahead
        self._length = len(str(root)) + 1 if str(root) != "." else 0
        at = Path(os.path.relpath(root, shown_from)).as_posix()
        self._inside = shown_from if set(at.split("/")) == {".."} else None
        """Where paths are shown from, where that is a folder of the estate."""
        self._at = "" if at == "." else f"{at}/"

    def shown(self, path: Path) -> str:
        """A path as the user is told of it."""
        if self._inside is not None:
            return Path(os.path.relpath(path, self._inside)).as_posix()
        return self._at + str(path)[self._length :].replace(os.sep, "/")

    def unreadable(self, found: discover.Files) -> None:
        """Tell of folders that could not be looked into, and of what is named like a spec and is no file."""
        for path, why in found.unreadable:
            self.complete = False
            shown, help = self.shown(path), "check that it is yours; specs in it are not known"
            if path == self._root:  # which says why its settings cannot be read, too
                shown, help = self._at.rstrip("/") or ".", "check that it is yours, or name another folder with -C"
                self.findings.clear()
            self.findings.append(Finding("SPEC014", f"the folder cannot be read: {why}", Origin(shown), help=help))
        for path, what in found.irregular:
            self.complete = False
            self.findings.append(no_file(self.shown(path), what))

    def yaml(self, path: Path) -> Document:
        return self._took(self._document(path))

    def _document(self, path: Path) -> Document:
        shown = self.shown(path)
        return load_file(path, shown) if self._overlay is None else self._overlay.document(path, shown)

    def _text(self, path: Path) -> str:
        return path.read_text(encoding="utf-8") if self._overlay is None else self._overlay.text(path)

    def _took(self, document: Document) -> Document:
        self.texts[document.file] = document.text
        self.findings += document.findings
        self.complete = self.complete and (bool(document.value) or not document.findings)
        return document

    def specs(self, paths: Iterable[Path], *, python: bool, seconds: float) -> Iterable[Document | PythonSpec]:
        """Every spec file, in the order of the paths."""
        ordered = list(paths)
        files = [path for path in ordered if path.suffix == ".py"]
        documents = self._documents([path for path in ordered if path.suffix != ".py"])
        if not python:
            ran: Iterable[PythonSpec] = (refused(path, self.shown(path)) for path in files)
        else:
            ran = (python_specs if self._overlay is None else self._overlay.python)(self._root, files, self.shown, seconds)
        answers = iter(ran)
        for path in ordered:
            if path.suffix != ".py":
                yield self._took(next(documents))
                continue
            spec = next(answers)
            self.findings += spec.findings
            self.complete = self.complete and not any(found.level is Level.ERROR for found in spec.findings)
            self._keep(path)
            yield spec

    def _documents(self, paths: list[Path]) -> Iterator[Document]:
        """Each file as read. A file with faults is read here again: findings stay in this process."""
        if self._overlay is not None:
            yield from map(self._document, paths)
            return
        for path, read in zip(paths, self._ahead.documents(self._root, paths), strict=True):
            yield load_file(path, self.shown(path)) if read is None else Document(self.shown(path), *read)

    def _keep(self, path: Path) -> None:
        """Hold the text of a Python spec, to quote its lines."""
        try:
            if self._overlay is None:
                self.texts[self.shown(path)] = path.read_text(encoding="utf-8", errors="replace")
            else:
                self.texts[self.shown(path)] = self._overlay.text(path)
        except (OSError, ValueError):
            return  # told already

    def runbook_files(self, items: Iterable[Item]) -> dict[str, str]:
        """The Markdown files that runbooks name, by the path they name."""
        texts = {}
        for item in items:
            name = item.spec.file if isinstance(item.spec, Runbook) else None
            if not name:
                continue
            path = (self._root / name).resolve()
            if path.is_relative_to(self._root.resolve()):
                try:
                    if what := irregular(path):
                        raise OSError(0, f"it is {what}")
                    texts[name] = self._text(path)
                    continue
                except (OSError, ValueError) as error:
                    message = f"'{name}' cannot be read: {_reason(error)}"
                    help = "write the path as it is seen from the folder of monctl.yaml"
            else:
                message, help = f"'{name}' is outside the estate", "a runbook's file lies below the folder of monctl.yaml"
            self.findings.append(Finding("SPEC045", message, item.origin.at("file"), help=help, address=item.address))
        return texts


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return (error.strerror or "it is not a path").lower() if isinstance(error, OSError) else "it is not a path"


def _empty(file: str) -> Finding:
    help = "add a file such as monitors.yaml; `monctl init` writes a first one"
    return Finding("SPEC091", "the estate is empty: no file below it declares anything", Origin(file), Level.WARNING, help=help)
