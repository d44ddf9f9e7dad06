"""[I/O] Baselines: findings that are known and shall not be told again. A finding is known by code, object and what it says, not by its line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monctl import atomic
from monctl.errors import UsageError, reason
from monctl.finding import Finding
from monctl.lint.levels import is_locked

FORMAT_VERSION = 1


def digest(found: Finding) -> str:
    """16 hexadecimal digits of what it says: the same wherever it stands, and whichever other objects it names or counts."""
    return _digits(found.message if found.same is None else found.same)


def _digits(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """What a finding is known by."""

    estate: str
    code: str
    address: str
    """Empty where it is about no object."""
    digest: str


class Entry(BaseModel):
    """One known finding."""

    model_config = ConfigDict(extra="forbid")

    estate: str
    code: str
    address: str = ""
    digest: str = Field(pattern=r"^[0-9a-f]{16}$")
    message: str = ""
    """For the reader of the file; only the digest counts."""
    count: int = Field(default=1, ge=1)
    """How many such findings the object has."""

    @property
    def known(self) -> Known:
        """What it stands for."""
        return Known(self.estate, self.code, self.address, self.digest)


class Document(BaseModel):
    """A baseline file."""

    model_config = ConfigDict(extra="forbid")

    format_version: Literal[1]
    findings: list[Entry]


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings beside a baseline."""

    new: list[Finding]
    """In their order."""
    old: list[Finding]
    """Those the baseline knows."""
    stale: list[Entry]
    """Entries of which there is no finding any more, or fewer."""


def known(estate: str, found: Finding) -> Known:
    """What a finding of an estate is known by."""
    address = found.address if found.same_at is None else found.same_at
    return Known(estate, found.code, address or "", digest(found))


@dataclass(slots=True)
class Memory:
    """What was found before, and how often."""

    counts: Counter[Known]
    left: Counter[Known] = field(init=False)
    """Of which there is no finding any more, or fewer."""

    def __post_init__(self) -> None:
        self.left = self.counts.copy()

    def new(self, estate: str, findings: Sequence[Finding]) -> list[Finding]:
        """Those of an estate's findings that were not there, in their order.

        First each is looked for where it is, then where it may have been told instead: then others may be known by the same.
        """
        unknown = [one for one in findings if not self._takes(known(estate, one)) and not self._takes(self._by_message(estate, one))]
        elsewhere = {id(one): there for one in unknown if (there := self._elsewhere(estate, one))}
        for there in elsewhere.values():
            for one in there:
                self.left[one] = 0
        return [one for one in unknown if id(one) not in elsewhere]

    def _takes(self, one: Known) -> bool:
        is_known = self.left[one] > 0
        self.left[one] -= is_known
        return is_known

    def _elsewhere(self, estate: str, found: Finding) -> tuple[Known, ...]:
        several = (tuple(Known(estate, found.code, address, digest(found)) for address in each) for each in found.elsewhere)
        return next((each for each in several if each and all(self.counts[one] for one in each)), ())

    @staticmethod
    def _by_message(estate: str, found: Finding) -> Known:
        """What older baselines know it by."""
        return Known(estate, found.code, found.address or "", _digits(found.message))


def read(path: Path) -> Document:
    """A baseline. Raises UsageError for a file that is not there, or is none."""
    hint = f"`monctl lint --write-baseline {path}` writes one"
    try:
        return Document.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"there is no baseline {path}", hint=hint) from None
    except OSError as error:
        raise UsageError(f"the baseline {path} cannot be read: {reason(error)}", hint=hint) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path} is not a baseline{f': {where}' if where else ''}: {first['msg'].lower()}", hint=hint) from None


def compare(found: Mapping[str, Sequence[Finding]], baseline: Document) -> Compared:
    """The findings of each estate beside the entries of a baseline. What says that a spec is not valid is never known; other estates' entries wait."""
    counts: Counter[Known] = Counter()
    for entry in baseline.findings:
        counts[entry.known] += entry.count
    memory = Memory(counts)
    new: list[Finding] = []
    old: list[Finding] = []
    for estate, findings in found.items():
        unknown = {id(one) for one in memory.new(estate, [one for one in findings if not is_locked(one.code)])}
        for one in findings:
            (new if is_locked(one.code) or id(one) in unknown else old).append(one)
    stale = [entry for entry in baseline.findings if entry.estate in found and memory.left[entry.known] > 0]
    return Compared(new, old, stale)


def document(found: Mapping[str, Iterable[Finding]], *, others: Iterable[Entry] = ()) -> str:
    """A baseline of findings by estate, and of `others`, in order: the same findings make the same bytes. Faults of specs are left out."""
    counts: Counter[Known] = Counter()
    messages: dict[Known, str] = {}
    for estate, findings in found.items():
        for finding in findings:
            if not is_locked(finding.code):
                one = known(estate, finding)
                counts[one] += 1
                messages[one] = finding.message
    entries = [
        Entry(estate=one.estate, code=one.code, address=one.address, digest=one.digest, message=messages[one], count=count)
        for one, count in counts.items()
    ]
    ordered = sorted([*entries, *others], key=lambda entry: entry.known)
    written = {"format_version": FORMAT_VERSION, "findings": [entry.model_dump() for entry in ordered]}
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def write(path: Path, text: str) -> None:
    """The file, with its folders. Raises UsageError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path.resolve(), text.encode(), mode=0o644)
    except OSError as error:
        raise UsageError(f"the baseline {path} cannot be written: {reason(error)}", hint="name another file") from None
