"""[I/O] What a runner takes of its machine: file descriptors, threads that look names up, and when memory is searched for garbage."""

from __future__ import annotations

import asyncio
import gc
import resource
from concurrent.futures import ThreadPoolExecutor

_SPARE = 256
"""File descriptors for the store, the page, pools of databases and what sends."""
_EACH = 2
"""File descriptors of one check at most: two addresses of a name are tried side by side."""
_MOST = 1_000
"""Checks in flight: enough for 45,000 monitors at 30 s of which one in twenty never answers within 10 s, and about 60 MB."""
_FEWEST = 16
_LOOKUPS = 64
"""Threads that look names up. A resolver that is silent holds each for seconds, and asyncio's own pool has six threads on two cores."""
_YOUNG = 10_000
"""Objects that come before the youngest are searched; Python's own 700 is for programs that hold less."""


def take_files() -> int:
    """As many file descriptors as the machine lets this process have; gives how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = 1_048_576
    if soft == resource.RLIM_INFINITY or soft >= hard:
        return soft if soft != resource.RLIM_INFINITY else hard
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # macOS lets nobody have more than kern.maxfilesperproc, whatever the hard limit is
        return soft
    return hard


def at_once(files: int, said: int | None = None) -> int:
    """Checks in flight that so many file descriptors are enough for; `said` when somebody asked for fewer. Pure."""
    able = max(_FEWEST, (files - _SPARE) // _EACH)
    return min(able, _MOST if said is None else said)


def take_threads() -> None:
    """More threads for the running loop's look-ups."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="monctl-lookup"))


def settle(*, search: bool = True) -> None:
    """What is there now stays: it is never searched for garbage again. 10,000 monitors would hold the loop for half a second each time.

    Without `search` the little garbage of this moment stays too, and nothing waits.
    """
    if search:
        gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 20)
