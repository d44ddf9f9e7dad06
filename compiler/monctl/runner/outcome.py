"""What became of one run of a check: plain data that probes give and the state machine takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reading:
    """The values of one instance at one slot: a whole check, or one row, series or group of it."""

    values: Mapping[str, float]
    """Value of the source → number, in the source's own unit (`response_time` ms, `certificate_expires_in` days). `up` is 1.0 or 0.0."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What tells this instance from the others; empty where there is one."""
    note: str = ""
    """Why it is down, or what was found, in one sentence without secrets; empty when there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Something was learned, bad news included: an endpoint that refuses is measured as `up` 0."""

    readings: tuple[Reading, ...]
    """Rows and series each have their own. None at all where every row or group is a problem and there is none: all is well."""
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Nothing:
    """The source answered and had no data: no row in `value` mode, an empty vector, a file with no lines yet."""

    note: str = ""
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """The source could not be asked: refused, bad SQL, statement timeout. Says nothing about what it measures."""

    cause: str
    """Short and equal for equal causes, so that they can be grouped: `datasource supabase: connection refused`."""
    note: str
    """The sentence for a person, without secrets."""
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """The runner itself could not ask: no file descriptors, no memory, its resolver or store down. Never a state of the target."""

    cause: str
    """`files`, `memory`, `resolver`, `store`, `guard`, `busy`, `bug`."""
    note: str


@dataclass(frozen=True, slots=True)
class Missed:
    """The slot was not run: started too late, the former run still in flight, no permit in time, its host busy with others, or its inputs not there yet."""

    cause: str
    """`late`, `overlap`, `permit`, `host`, `inputs` (of a derived one that have not been asked yet)."""


Outcome = Measured | Nothing | Failed | Fault | Missed
