"""Runs whole processes and says what they cost: wall clock, CPU, peak memory. Always in pairs with an interpreter that does nothing.

The measuring process stays small on purpose: on Linux the peak memory of a child counts from the pages of the process that started it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PASS = (sys.executable, "-c", "pass")
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of one process, its own children included."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    """Of the largest process, not the sum of all."""
    status: int
    """Exit status; negative when a signal ended it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Medians over several pairs of runs."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    pass_s: float
    """Wall clock of `python -c pass`, run just before each."""
    ratio: float
    """Median of the ratios of the pairs: a noisy minute strikes both."""
    runs: int


class WrongExit(Exception):
    """A measured command failed, so its figure would mean nothing."""

    def __init__(self, command: Sequence[str], status: int, said: str) -> None:
        super().__init__(command, status, said)
        self.command, self.status, self.said = command, status, said

    def __str__(self) -> str:
        return f"exit {self.status} from: {' '.join(self.command)}\n{self.said[-2000:]}"


def cost(
    command: Sequence[str], *, folder: Path, environ: Mapping[str, str], expected: Sequence[int] = (0,), log: Path | None = None
) -> Cost:
    """Run one process to its end; what it says goes to `log`. Raises WrongExit on an exit status that is not expected."""
    log = log or folder / ".output"
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        _, state, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(state)
    if process.returncode not in expected:
        raise WrongExit(command, process.returncode, log.read_text(encoding="utf-8", errors="replace"))
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MIB  # bytes on macOS, KiB on Linux: getrusage(2)
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak, process.returncode)


def sample(
    command: Sequence[str],
    *,
    runs: int,
    folder: Path,
    environ: Mapping[str, str],
    expected: Sequence[int] = (0,),
    before: Callable[[int], None] = lambda _: None,
) -> Sample:
    """Medians of `runs` pairs; `before(n)` prepares the nth run and is not measured."""
    pairs = []
    for number in range(runs):
        before(number)
        idle = cost(PASS, folder=folder, environ=environ)
        pairs.append((idle, cost(command, folder=folder, environ=environ, expected=expected)))
    return Sample(
        wall_s=median([busy.wall_s for _, busy in pairs]),
        cpu_s=median([busy.cpu_s for _, busy in pairs]),
        peak_mib=median([busy.peak_mib for _, busy in pairs]),
        pass_s=median([idle.wall_s for idle, _ in pairs]),
        ratio=median([busy.wall_s / idle.wall_s for idle, busy in pairs]),
        runs=runs,
    )


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle; `statistics` would double the memory of this process."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
