"""[I/O] Files to specs: every YAML and Python spec of an estate, read, filled and checked against its model. Never raises for what is in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monctl import discover, misfit
from monctl.document import Document, SourceMap, load_file
from monctl.errors import UsageError
from monctl.expand import Expander, Raw
from monctl.finding import Finding, Level
from monctl.source import Origin
from monctl.spec.base import NAME_PATTERN, Spec
from monctl.spec.estate import Environment, Estate
from monctl.spec.file import KINDS, SINGULAR, TOP_LEVEL
from monctl.suggest import did_you_mean

_NAME = re.compile(NAME_PATTERN)

PYTHON_SECONDS = 10.0
"""How long one Python spec may take."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object, checked against its model, not linked yet."""

    kind: str
    name: str
    spec: Spec
    origin: Origin

    @property
    def address(self) -> str:
        """`monitor.orphaned-posts`."""
        return f"{SINGULAR[self.kind]}.{self.name}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything an estate says, before names are resolved."""

    root: Path
    settings: Estate | None
    """None when `monctl.yaml` itself is not valid."""
    environment: str
    """Empty when the estate has none."""
    items: tuple[Item, ...]
    """In the order of the files and within them; the first of two with one name."""
    moved: Mapping[str, tuple[str, Origin]]
    findings: tuple[Finding, ...]
    sources: SourceMap
    files: tuple[Path, ...]
    """Every file that was read, settings first."""
    settings_file: str
    """`monctl.yaml` as shown to the user."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Runbook files, by path relative to the root."""
    broken: frozenset[tuple[str, str]] = frozenset()
    """(kind, name) of objects that are declared but could not be read: naming them is no fault."""


def load(root: Path, environment: str | None = None, *, shown_from: Path | None = None, python_seconds: float = PYTHON_SECONDS) -> Loaded:
    """Read an estate. Paths in findings are relative to `shown_from` (the current folder).

    Raises UsageError for an environment the estate does not have, and EstateError when there is no estate at `root`.
    """
    return _Loading(root, shown_from or Path.cwd(), python_seconds).run(environment)


class _Loading:
    """The state of one load."""

    def __init__(self, root: Path, shown_from: Path, python_seconds: float) -> None:
        self.root = root
        self.shown_from = shown_from
        self.python_seconds = python_seconds
        self.findings: list[Finding] = []
        self.documents: list[Document] = []
        self.texts: dict[str, str] = {}
        self.broken: set[tuple[str, str]] = set()

    def run(self, environment: str | None) -> Loaded:
        settings_document = self._read(self.root / discover.SETTINGS)
        settings = self._settings(settings_document)
        chosen, block = _environment(settings, environment)
        variables = {**(settings.variables if settings else {}), **block.variables}
        expander = Expander(variables, {"estate": settings.estate if settings else self.root.name, "environment": chosen})
        if settings is not None:
            settings = self._filled(settings, expander, settings_document)
        files = discover.files(self.root, tuple(settings.exclude if settings else ()))
        raws, moved = self._raws(files, settings, expander)
        items = self._items(raws)
        self.findings.extend(expander.findings)
        self._runbook_files(items)
        if not raws and not any(finding.level is Level.ERROR for finding in self.findings):
            self.findings.append(
                Finding(
                    "SPEC091",
                    "the estate is empty: no file below it declares anything",
                    Origin(self._shown(files.settings)),
                    Level.WARNING,
                    help="add a file such as monitors.yaml; `monctl init` writes a first one",
                )
            )
        return Loaded(
            self.root, settings, chosen, tuple(items), moved, tuple(self.findings), SourceMap.of(self.documents), (files.settings, *files.specs), settings_document.file, self.texts, frozenset(self.broken)
        )

    def _shown(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.shown_from)).as_posix()

    def _read(self, path: Path) -> Document:
        document = load_file(path, self._shown(path))
        self.documents.append(document)
        self.findings.extend(document.findings)
        return document

    def _settings(self, document: Document) -> Estate | None:
        if any(finding.level is Level.ERROR for finding in document.findings):
            return None
        value = document.value
        origin = Origin(document.file)
        try:
            return Estate.model_validate(value)
        except ValidationError as error:
            self.findings.extend(misfit.findings(error, Estate, value, origin, None))
            return None

    def _filled(self, settings: Estate, expander: Expander, document: Document) -> Estate:
        """The settings with the environment's targets merged and variables filled."""
        block = settings.environments.get(str(expander.builtin["environment"]), Environment())
        targets = {name: {**settings.targets.get(name, {}), **block.targets.get(name, {})} for name in {**settings.targets, **block.targets}}
        return settings.model_copy(
            update={
                "targets": expander.fill(targets, {}, Origin(document.file, ("targets",))),
                "labels": {**settings.labels, **block.labels},
                "phase": block.phase or settings.phase,
            }
        )

    def _raws(self, files: discover.Files, settings: Estate | None, expander: Expander) -> tuple[list[Raw], dict[str, tuple[str, Origin]]]:
        raws: list[Raw] = []
        moved: dict[str, tuple[str, Origin]] = {}
        declared = self._python([path for path in files.specs if path.suffix == ".py"], settings)
        for path in files.specs:
            if path.suffix == ".py":
                for raw in declared.get(str(path), ()):
                    if raw.kind == "moved":
                        moved[raw.name] = (str(raw.value), raw.origin)
                    else:
                        raws.extend(expander.objects(raw))
                continue
            self._take(self._read(path), expander, raws, moved)
        return raws, moved

    def _take(self, document: Document, expander: Expander, raws: list[Raw], moved: dict[str, tuple[str, Origin]]) -> None:
        origin = Origin(document.file)
        for kind, objects in document.value.items():
            if kind not in TOP_LEVEL:
                if not str(kind).startswith("x-"):
                    self.findings.append(
                        Finding("SPEC037", f"unknown kind '{kind}'", origin.at(kind), help=did_you_mean(str(kind), TOP_LEVEL, noun="kinds", limit=30), on_key=True)
                    )
                continue
            if objects is None:
                continue
            if not isinstance(objects, dict):
                self.findings.append(Finding("SPEC032", f"'{kind}' is a map of names, not {_word(objects)}", origin.at(kind), help=f"write `{kind}:` and below it, indented, `name:`"))
                continue
            for name, value in objects.items():
                here = origin.at(kind, name)
                if kind == "moved":
                    moved[str(name)] = (str(value), here)
                elif kind == "templates":
                    raws.extend(self._template(str(name), value, here, expander))
                else:
                    raws.extend(expander.objects(Raw(kind, str(name), value, here)))

    def _template(self, name: str, value: Any, origin: Origin, expander: Expander) -> Iterable[Raw]:
        if not isinstance(value, dict):
            self.findings.append(Finding("SPEC032", f"template '{name}' is {_word(value)}, not a map", origin, help="give it `for_each:` and kinds such as `monitors:`"))
            return []
        for key in value:
            if key != "for_each" and key not in KINDS:
                self.findings.append(Finding("SPEC037", f"unknown kind '{key}' in a template", origin.at(key), help=did_you_mean(str(key), KINDS), on_key=True))
        return [raw for raw in expander.template(value, origin) if raw.kind in KINDS]

    def _items(self, raws: list[Raw]) -> list[Item]:
        items: list[Item] = []
        first: dict[tuple[str, str], Origin] = {}
        for raw in raws:
            model = KINDS[raw.kind]
            address = f"{SINGULAR[raw.kind]}.{raw.name}"
            earlier = first.setdefault((raw.kind, raw.name), raw.origin)
            if earlier is not raw.origin:
                where = f"{earlier.file}" + (f":{earlier.line}" if earlier.line else "")
                self.findings.append(
                    Finding("SPEC036", f"{address} is declared twice; first in {where}", raw.origin, help="rename one of them", address=address, on_key=True)
                )
                continue
            if not _NAME.match(raw.name):
                self.findings.append(
                    Finding(
                        "SPEC035",
                        f"'{raw.name}' cannot be a name",
                        raw.origin,
                        help="a name is letters, digits, - and _, begins with a letter or digit, and has at most 63 characters",
                        on_key=True,
                    )
                )
                continue
            try:
                spec = model.model_validate({} if raw.value is None else raw.value)
            except ValidationError as error:
                self.findings.extend(misfit.findings(error, model, raw.value, raw.origin, address))
                rest = misfit.without(error, raw.value)
                try:
                    spec = model.model_validate(rest)
                except ValidationError:
                    self.broken.add((raw.kind, raw.name))
                    continue
            items.append(Item(raw.kind, raw.name, spec, raw.origin))
        return items

    def _python(self, paths: list[Path], settings: Estate | None) -> dict[str, list[Raw]]:
        if not paths:
            return {}
        if settings is not None and not settings.python:
            for path in paths:
                self.findings.append(
                    Finding("SPEC083", "Python specs are refused by this estate", Origin(self._shown(path), line=1), help="remove the file, or `python: false` from monctl.yaml")
                )
            return {}
        declared: dict[str, list[Raw]] = {}
        for answer in run_python(self.root, paths, self.python_seconds):
            path = Path(answer["file"])
            origin = Origin(self._shown(path), line=1)
            self._keep_text(path)
            self._python_faults(answer, origin)
            for item in answer["declared"]:
                if item["file"] != answer["file"]:
                    self._keep_text(Path(item["file"]))
                where = Origin(self._shown(Path(item["file"])), line=item["line"])
                declared.setdefault(answer["file"], []).append(Raw(item["kind"], item["name"], item["value"], where))
        return declared

    def _keep_text(self, path: Path) -> None:
        shown = self._shown(path)
        if any(document.file == shown for document in self.documents):
            return
        try:
            self.documents.append(Document(shown, path.read_text(encoding="utf-8", errors="replace")))
        except OSError:
            return  # the worker has told of it already

    def _python_faults(self, answer: Mapping[str, Any], origin: Origin) -> None:
        if answer["printed"].strip():
            said = " ".join(answer["printed"].split())[:80]
            self.findings.append(Finding("SPEC082", f"the spec printed '{said}'", origin, Level.WARNING, help="a spec only declares; remove the print"))
        fault = answer["fault"]
        if fault is None:
            return
        where = Origin(origin.file, line=fault["line"])
        match fault["kind"]:
            case "slow":
                self.findings.append(Finding("SPEC081", f"the spec did not return within {fault['message']} s", where, help="this line was running; a spec must not wait or loop for ever"))
            case "syntax":
                self.findings.append(Finding("SPEC080", f"not valid Python: {fault['message']}", where))
            case "exit":
                self.findings.append(Finding("SPEC080", f"the spec ended the process: {fault['message']}", where, help="remove the exit; raise an error if something is wrong"))
            case _:
                self.findings.append(Finding("SPEC080", f"the spec raised {fault['message']}", where, help="nothing this file declares is used until it runs through"))

    def _runbook_files(self, items: list[Item]) -> None:
        for item in items:
            name = getattr(item.spec, "file", None) if item.kind == "runbooks" else None
            if not name:
                continue
            path = (self.root / name).resolve()
            if not path.is_relative_to(self.root.resolve()):
                self.findings.append(Finding("SPEC045", f"'{name}' is outside the estate", item.origin.at("file"), help="a runbook's file lives below monctl.yaml", address=item.address))
                continue
            try:
                self.texts[name] = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "not UTF-8"
                self.findings.append(Finding("SPEC045", f"'{name}' cannot be read: {reason}", item.origin.at("file"), help="paths are relative to monctl.yaml", address=item.address))


def run_python(root: Path, paths: list[Path], seconds: float) -> Iterable[Mapping[str, Any]]:
    """What each Python spec declares, in a process of its own. A spec that cannot even be interrupted is killed, and the rest go on."""
    left = [str(path) for path in paths]
    while left:
        request = json.dumps({"root": str(root), "files": left, "seconds": seconds})
        worker = subprocess.Popen([sys.executable, "-m", "monctl.python_worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            out, _ = worker.communicate(request, timeout=seconds * len(left) + 10)
        except subprocess.TimeoutExpired:
            worker.kill()
            out, _ = worker.communicate()
        done = 0
        for line in out.splitlines():
            done += 1
            yield json.loads(line)
        if done < len(left):
            stuck = {"kind": "slow", "message": f"{seconds:g}", "line": 1} if worker.returncode in {-9, None} else {
                "kind": "exit", "message": f"status {worker.returncode}", "line": 1}  # fmt: skip
            yield {"file": left[done], "declared": [], "printed": "", "fault": stuck}
            done += 1
        left = left[done:]


def _environment(settings: Estate | None, wanted: str | None) -> tuple[str, Environment]:
    if settings is None:
        return wanted or "", Environment()
    if wanted is not None and wanted not in settings.environments:
        known = ", ".join(settings.environments) or "none"
        raise UsageError(f"estate '{settings.estate}' has no environment '{wanted}'", hint=f"its environments: {known}")
    chosen = wanted or settings.environment or next(iter(settings.environments), "")
    return chosen, settings.environments.get(chosen, Environment())


def _word(value: object) -> str:
    return {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}.get(type(value), "something else")
