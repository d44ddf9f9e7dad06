"""[I/O] What an apply meant to do and what it did: JSON Lines, on the disk before and after every call. `apply --resume` reads it.

The first line names the plan; then each step has `intended`, and `done` or `failed`. A step that was intended and never finished may or may
not have reached the provider.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Self, TextIO

from monctl.errors import JournalError
from monctl.instant import now_text
from monctl.order import Step, Verb
from monctl.plan import Action, Plan
from monctl.resource import Json

_VERSION = 1


class Journal:
    """An open journal, which several threads may write. Use it with `with`; every line is on the disk when the method returns, or JournalError is raised."""

    def __init__(self, path: Path, *, now: Callable[[], str] = now_text) -> None:
        self.path = path
        self._now = now
        self._lock = Lock()
        self._fault: OSError | None = None
        """What a write met. Nothing is written after it: it would become a part of a torn line."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _mend(path)
            self._file: TextIO = path.open("a", encoding="utf-8")
        except OSError as error:
            raise self._failed("open", error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # on a full disk closing fails too, after all that matters was said
            self._file.close()

    def begin(self, plan: Plan) -> None:
        """A plan is about to be carried out."""
        self._write(
            {"event": "begin", "version": _VERSION, "plan": plan.fingerprint, "estate": plan.estate, "environment": plan.environment}
        )

    def intended(self, step: Step) -> None:
        """A call is about to be made."""
        change = step.change
        about = {"step": step.id, "change": change.id, "target": change.target, "kind": change.kind, "verb": step.verb.value}
        old = {"old": change.remote_id} if change.action is Action.REPLACE else {}
        self._write({"event": "intended", **about, "remote_id": change.remote_id if step.verb is not Verb.CREATE else None, **old})

    def done(self, step: Step, remote_id: str | None) -> None:
        """The provider said yes."""
        self._write({"event": "done", "step": step.id, "remote_id": remote_id})

    def failed(self, step: Step, reason: str, *, lost: bool = False) -> None:
        """The provider said no; or, when the answer was `lost`, nobody knows what it said, and the step stays open."""
        self._write({"event": "failed", "step": step.id, "reason": reason, **({"lost": True} if lost else {})})

    def end(self, *, done: int, failed: int, untried: int) -> None:
        """Nothing more will be tried."""
        self._write({"event": "end", "done": done, "failed": failed, "untried": untried})

    def _write(self, entry: dict[str, Json]) -> None:
        with self._lock:
            if self._fault is None:
                try:
                    self._file.write(json.dumps({"at": self._now(), **entry}, ensure_ascii=False) + "\n")
                    self._file.flush()
                    os.fsync(self._file.fileno())
                except OSError as error:
                    self._fault = error
        if self._fault is not None:
            raise self._failed("write", self._fault) from self._fault

    def _failed(self, what: str, error: OSError) -> JournalError:
        return JournalError(
            f"cannot {what} the journal {self.path}: {error.strerror or error}; nothing is done that cannot be journalled",
            hint="make room or let it be written, then run `monctl apply --resume`",
        )


def _mend(path: Path) -> None:
    """Takes away the torn last line of a crash, or what is written next would become a part of it."""
    with path.open("ab+") as file:
        file.seek(0)
        whole = file.read()
        if whole and not whole.endswith(b"\n"):
            file.truncate(whole.rfind(b"\n") + 1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broken-off apply came."""

    plan: str = ""
    """Fingerprint of the last plan that was begun."""
    done: frozenset[str] = frozenset()
    """Ids of steps that are finished."""
    open: frozenset[str] = frozenset()
    """Ids of steps that were intended and never finished, or whose answer was lost: looked up before they are tried again."""
    ended: bool = False
    """It came to its end, with failures or without."""
    old: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    """(target, kind, remote id) of objects whose replacement was begun and that were not seen to go."""

    @property
    def begun(self) -> frozenset[str]:
        """Ids of changes whose objects may have moved by our own hand."""
        return frozenset(id.removesuffix(" (old)") for id in self.done | self.open)

    def leftovers(self, target: str) -> frozenset[tuple[str, str]]:
        """(kind, remote id) for `diff`: what a broken-off replacement left behind in one target."""
        return frozenset((kind, remote_id) for name, kind, remote_id in self.old if name == target)


def read_journal(path: Path) -> Progress:
    """How far the last apply came that a journal tells of; an empty Progress when there is none.

    A torn last line is what a crash leaves, and ignored. Raises JournalError for anything else that is not a journal.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return Progress()
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(f"cannot read the journal {path}: {error}", hint="name another one, or plan again without --resume") from error
    plan, ended = "", False
    done: set[str] = set()
    open_: set[str] = set()
    old: dict[str, tuple[str, str, str]] = {}
    for number, line in enumerate(lines, start=1):
        if number == len(lines):
            continue  # what follows the last line feed is empty, or torn
        entry = _entry(path, number, line)
        match entry["event"]:
            case "begin":
                plan, ended = str(entry["plan"]), False
                done, open_ = set(), set()
            case "intended":
                open_.add(entry["step"])
                if entry.get("old"):
                    old[f"{entry['change']} (old)"] = (entry["target"], entry["kind"], entry["old"])
            case "done":
                open_.discard(entry["step"])
                done.add(entry["step"])
                old.pop(entry["step"], None)
            case "failed":
                if not entry.get("lost"):
                    open_.discard(entry["step"])
            case _:
                ended = True
    return Progress(plan, frozenset(done), frozenset(open_), ended, frozenset(old.values()))


_NEEDED = {"begin": ("plan",), "intended": ("step", "change", "target", "kind"), "done": ("step",), "failed": ("step",), "end": ()}


def _entry(path: Path, number: int, line: str) -> dict[str, Json]:
    try:
        entry = dict(json.loads(line))
        good = all(isinstance(entry[name], str) for name in _NEEDED[entry["event"]])
    except (ValueError, KeyError, TypeError):
        entry, good = {}, False
    if not good:
        raise JournalError(
            f"{path}:{number}: this line is not of a journal of monctl", hint="name another one, or plan again without --resume"
        )
    return entry
