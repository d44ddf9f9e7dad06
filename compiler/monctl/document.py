"""One YAML file as loaded: its text, its plain value, and what is wrong with it. Never raises for any bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from monctl.errors import reason
from monctl.finding import Finding
from monctl.irregular import irregular
from monctl.lines import Lines, split_lines
from monctl.source import Origin, Span
from monctl.source_map import SourceMap
from monctl.yaml_fault import NOT_A_MAP, NOT_UTF8, TOO_LARGE, UNREADABLE, Fault
from monctl.yaml_reader import read_yaml
from monctl.yaml_slip import glued

__all__ = ["MAX_BYTES", "Document", "SourceMap", "load_file", "load_text"]

MAX_BYTES = 1_048_576
"""1 MiB: 25,000 lines. Larger files are dumps that were meant for something else."""
_PIECE = 65_536


@dataclass(frozen=True)
class Document:
    """A YAML file. `value` is empty where the file is, or cannot be read."""

    file: str
    """As shown to the user: relative, with forward slashes."""
    text: str = field(default="", repr=False)
    """Without a byte order mark; empty where the file is too large to be held."""
    value: dict[str, Any] = field(default_factory=dict, repr=False)
    """Plain data; aliased parts are one object: do not change it."""
    findings: tuple[Finding, ...] = ()
    """With their spans."""

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; line 1 is at index 0."""
        return split_lines(self.text)


def load_text(file: str, data: bytes | str) -> Document:
    """The document in some bytes (UTF-8) or in a text. All faults are in `findings`, SPEC001 to SPEC014."""
    if isinstance(data, str):
        text = data.removeprefix("\ufeff")
    elif len(data) > MAX_BYTES:
        return Document(file, findings=(_too_large(file, len(data)),))
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return _not_utf8(file, data, error)
    value, faults = read_yaml(text)
    if value is None or isinstance(value, dict):
        if not faults:  # nearly always
            return Document(file, text, value or {})
    else:
        faults = [*faults, _not_a_map(value, text)]
        value = None
    lines = Lines(text)
    return Document(file, text, value or {}, tuple(_finding(file, lines, fault) for fault in faults))


def load_file(path: Path, file: str, *, regular: bool = False) -> Document:
    """The document in a file of the disk, shown to the user as `file`. A file that cannot be read is a finding, too.

    What is no regular file is never opened, unless it is known (`regular`) to be one: asking 10,000 times takes its time.
    """
    if not regular and (what := irregular(path)) is not None:
        return Document(file, findings=(no_file(file, what),))
    try:
        data = _read(path)
        if len(data) > MAX_BYTES:
            return Document(file, findings=(_too_large(file, path.stat().st_size),))
    except OSError as error:
        message = f"the file cannot be read: {reason(error)}"
        return Document(file, findings=(_whole_file(file, UNREADABLE, message, "check that it exists and is yours"),))
    return load_text(file, data)


def no_file(file: str, what: str) -> Finding:
    """What is told of a pipe, a socket or a device that has the name of a spec."""
    return _whole_file(file, UNREADABLE, f"the file cannot be read: it is {what}", "put a regular file there, or move it out of the estate")


def _read(path: Path) -> bytes:
    """The bytes of a file, MAX_BYTES + 1 at most. Without Python's file objects it takes a third of the time, and memory in small pieces."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(opened, _PIECE)
        while len(data) <= MAX_BYTES and (more := os.read(opened, _PIECE)):
            data += more
    finally:
        os.close(opened)
    return data[: MAX_BYTES + 1]


def _finding(file: str, lines: Lines, fault: Fault) -> Finding:
    return Finding(fault.code, fault.message, Origin(file), help=fault.help, span=lines.span(file, fault.start, fault.end))


def _whole_file(file: str, code: str, message: str, way_out: str) -> Finding:
    return Finding(code, message, Origin(file), help=way_out, span=Span(file))


def _too_large(file: str, size: int) -> Finding:
    message = f"the file has {size / MAX_BYTES:.1f} MiB; a spec file has 1 MiB at most"
    return _whole_file(file, TOO_LARGE, message, "split it, or move data out of the estate's folder")


def _not_utf8(file: str, data: bytes, error: UnicodeDecodeError) -> Document:
    text = data.decode("utf-8", "replace")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return Document(file, findings=(_whole_file(file, NOT_UTF8, "the file is UTF-16, not UTF-8", "save it as UTF-8"),))
    at = len(data[: error.start].decode("utf-8", "replace"))
    message = f"the byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8"
    return Document(file, text, findings=(_finding(file, Lines(text), Fault(NOT_UTF8, message, "save the file as UTF-8", at, at + 1)),))


def _not_a_map(value: object, text: str) -> Fault:
    kind = "a list" if isinstance(value, list) else "a single value"
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    way_out = glued(value) or "begin with a kind, such as 'monitors:'"
    return Fault(NOT_A_MAP, f"a spec file is a map at its top, not {kind}", way_out, start, end if end >= 0 else len(text))
