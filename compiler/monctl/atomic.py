"""[I/O] A file written whole or not at all: beside its place first, then moved over it."""

from __future__ import annotations

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
