"""Commands: a program run without a shell, in a clean environment, in its own process group and within limits; killed as a group."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from monctl.measure import Command
from monctl.resource import SecretRef
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.outcome import Failed, Measured, Outcome, Reading
from monctl.runner.probes.dial import patience
from monctl.runner.probes.mishap import fault_of
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.secret import Unknown, value
from monctl.runner.probes.trouble import redact

_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CLEAN: Final = {"PATH": _PATH, "LANG": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent"}
_READ: Final = 64 * 1024
"""Bytes of its output that are read."""
_LIMITS: Final = {"CORE": 0, "NOFILE": 256, "FSIZE": 16 * 1024 * 1024, "AS": 4 * 1024**3}
"""FSIZE ends what writes without end: its output goes to a file. AS is roomy, because some runtimes reserve a lot."""
# Limits are set by a small program that then becomes the command: code between fork and exec of a process with threads can deadlock
_SETTER: Final = (
    "import os,resource,sys\n"
    "for pair in sys.argv[1].split(','):\n"
    " name,_,text=pair.partition('=');which=getattr(resource,'RLIMIT_'+name);top=resource.getrlimit(which)[1];most=int(text)\n"
    " most=most if top==resource.RLIM_INFINITY else min(most,top)\n"
    " resource.setrlimit(which,(most,most))\n"
    "os.execv(sys.argv[2],sys.argv[3:])\n"
)


class CommandProbe:
    """Values `exit_code`, `value` (the number it prints, if it prints one), `up` (1 when it exits with 0)."""

    def __init__(self, source: Command, means: Means, *, clock: Clock | None = None) -> None:
        self._source = source
        self._means = means
        self._clock = clock or SystemClock()

    async def ask(self, ask: Ask) -> Outcome:
        """Failed when it cannot be started or is not done in time."""
        program = self._source.argv[0]
        begin = self._clock.mono()
        try:
            hidden = {name: value(text, self._means) for name, text in self._source.environ.items() if isinstance(text, SecretRef)}
        except Unknown as error:
            return Failed(f"command {program}: its secret cannot be read", str(error))
        plain = {name: text for name, text in self._source.environ.items() if isinstance(text, str)}
        environ = _CLEAN | dict(self._means.environ) | plain | hidden
        found = _find(program, environ["PATH"])
        if found is None:
            return Failed(f"command {program}: not found", f"the program '{program}' is not in {environ['PATH']}, or may not be run")
        budget_s = patience(ask.timeout_s)
        try:
            # one file each: nobody waits for a pipe that a child of the command keeps open
            with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
                code = await _run(found, self._source.argv, environ, out, errors, budget_s)
                said, complaint = _head(out), _tail(errors)
        except TimeoutError:
            took_s = self._clock.mono() - begin
            return Failed(f"command {program}: not done in time", f"'{program}' was not done in {budget_s:.3g} s, and was killed", took_s)
        except OSError as error:
            own = fault_of(error)
            return own or Failed(f"command {program}: cannot be started", f"'{program}' cannot be started: {error.strerror}")
        took_s = self._clock.mono() - begin
        values = {"exit_code": float(code), "up": 1.0 if code == 0 else 0.0}
        if (number := number_of(said)) is not None:
            values["value"] = number
        return Measured((Reading(values, note=_note(code, redact(complaint, *hidden.values()))),), took_s)

    async def close(self) -> None:
        """Nothing is kept between checks."""


def _find(program: str, path: str) -> str | None:
    """Where it is; a relative path counts from the folder the runner was started in."""
    found = shutil.which(program, path=path)
    return None if found is None else str(Path(found).absolute())


async def _run(program: str, argv: tuple[str, ...], environ: Mapping[str, str], out: IO[bytes], errors: IO[bytes], timeout_s: float) -> int:
    """The exit code; -n for signal n. Whatever is left of its group afterwards is killed. Raises TimeoutError, OSError."""
    limits = ",".join(f"{name}={most}" for name, most in {**_LIMITS, "CPU": math.ceil(timeout_s) + 1}.items())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", _SETTER, limits, program, *argv,
        stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=errors, env=dict(environ), cwd="/", start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(timeout_s):
            return await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.returncode is None:
            await process.wait()


def number_of(said: str) -> float | None:
    """The number that is all it prints, or that begins its last line; None where there is none that can be measured."""
    lines = said.split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    try:
        number = float(last.split()[0]) if last.split() else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _note(code: int, complaint: str) -> str:
    if code == 0:
        return ""
    try:
        how = f"it exited with {code}" if code > 0 else f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        how = f"it was ended by signal {-code}"
    return f"{how}: {complaint}" if complaint else how


def _head(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_READ).decode("utf-8", "replace")


def _tail(file: IO[bytes]) -> str:
    """The last line, or the end of it."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - 2_000))
    return next((line.strip() for line in reversed(file.read().decode("utf-8", "replace").splitlines()) if line.strip()), "")
