"""[I/O] One apply at a time: a lock of the operating system on a file of the state folder, per estate and environment.

The lock is the kernel's and ends with the process that holds it, however it ends; the file that stays behind is no lock. It keeps two runs over one
state folder apart, on one machine or on a shared file system that carries locks (`MONCTL_STATE`). Runs over two folders meet at the provider alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from monctl.errors import JournalError, PlanRefused
from monctl.instant import now_text


def lock_path(state: Path, estate: str, environment: str) -> Path:
    """Where the lock of an estate in an environment lies: beside its journal."""
    return state / f"{estate}{f'.{environment}' if environment else ''}.lock".replace(os.sep, "-")


@contextmanager
def held(path: Path, what: str, *, now: Callable[[], str] = now_text) -> Iterator[None]:
    """Holds the lock, and names the holder in the file for whoever comes second.

    `what` is said in the refusal: "estate 'shop'". Raises PlanRefused when another process (or this one) holds it, JournalError when the
    file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise _failed(path, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlanRefused(
                f"another apply or destroy is at work on {what}{_holder(file)}; nothing was done",
                hint="wait until it ends, then run this again; the lock ends with the process that holds it",
            ) from None
        except OSError as error:
            raise _failed(path, error) from error
        try:
            _write(file, {"pid": os.getpid(), "host": socket.gethostname(), "since": now()})
        except OSError as error:
            raise _failed(path, error) from error
        yield
        # closing lets go; the file stays, for another process may hold it open by now


@contextmanager
def all_held(locks: Iterable[tuple[Path, str]]) -> Iterator[None]:
    """Several locks, (path, what) each, or none of them."""
    with ExitStack() as stack:
        for path, what in locks:
            stack.enter_context(held(path, what))
        yield


def _write(file: TextIO, holder: dict[str, int | str]) -> None:
    file.seek(0)
    file.truncate()
    file.write(json.dumps(holder) + "\n")
    file.flush()


def _holder(file: TextIO) -> str:
    """Who has it, as far as the file tells: it may be between taking the lock and writing."""
    file.seek(0)
    try:
        holder = json.loads(file.read())
        return f" (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        return ""


def _failed(path: Path, error: OSError) -> JournalError:
    return JournalError(
        f"cannot write the lock {path}: {error.strerror or error}; nothing was done",
        hint="make room, or let this folder be written: the journal lies there as well",
    )
