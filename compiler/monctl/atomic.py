"""[I/O] A file written whole or not at all: beside its place first, then moved over it."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path


def write(path: Path, data: bytes, *, mode: int = 0o600, durable: bool = False) -> None:
    """Put `data` at `path`, whose folder exists. What was there before is as it was until the new file is complete.

    `mode` are the permissions of the file; `durable` waits until the disk has it. Raises OSError, and leaves no temporary file then.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if mode != 0o600:  # what mkstemp gives
            temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def rewrite(path: Path, data: bytes) -> None:
    """Another content for a file that is there. Its permissions stay, and a link still leads to it.

    Raises OSError, for a file that may not be written, too: moving another over it would ask only whether its folder may be.
    """
    may_rewrite(path)
    real = path.resolve()
    write(real, data, mode=real.stat().st_mode & 0o7777)


def may_rewrite(path: Path) -> None:
    """Raises OSError for a file that may not be written."""
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
