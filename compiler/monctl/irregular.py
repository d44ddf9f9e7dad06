"""[I/O] What is named like a file and is none: pipes, sockets, devices. Opening one may wait for ever, or do something to it."""

from __future__ import annotations

import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def irregular(path: Path | str) -> str | None:
    """`a named pipe`, `a socket` or `a device`, after links were followed, without opening it. None for what can be read or gives an OSError."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):  # ValueError: a zero byte in the path
        return None
    return next((kind for holds, kind in _KINDS if holds(mode)), None)
