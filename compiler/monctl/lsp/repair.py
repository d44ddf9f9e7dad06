"""Half-typed YAML made readable: lines that cannot be read are blanked, so that every other character keeps its place. Pure."""

from __future__ import annotations

from functools import lru_cache

from monctl.yaml_reader import compose

_MOST = 24
"""Lines that are given up before the whole is."""


@lru_cache(maxsize=64)
def repaired(text: str) -> str:
    """The text itself where it can be read, else the same length with spaces for what stands in the way; all spaces where nothing helps."""
    fixed = text
    for _ in range(_MOST):
        _, fault = compose(fixed)
        if fault is None:
            return fixed
        at = _last_written(fixed, min(fault.start, len(fixed)))
        if at is None:
            break
        fixed = _blanked(fixed, at)
    return _without_tail(text)


def _without_tail(text: str) -> str:
    """The longest beginning, cut at a line without indentation, that can be read."""
    cut = len(text)
    for _ in range(_MOST):
        cut = _top_before(text, cut)
        if cut <= 0:
            break
        fixed = text[:cut] + _spaces(text[cut:])
        if compose(fixed)[1] is None:
            return fixed
    return _spaces(text)


def _top_before(text: str, cut: int) -> int:
    """Where the last line before `cut` begins that has no indentation and says something."""
    at = text.rfind("\n", 0, max(cut - 1, 0))
    while at >= 0:
        if text[at + 1 : at + 2] not in {"", " ", "\t", "\n", "\r", "#", "-"}:
            return at + 1
        at = text.rfind("\n", 0, at)
    return 0


def _last_written(text: str, at: int) -> int | None:
    """An offset on the line at `at`, or on the last line before it, that is not blank."""
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        if text[start : end if end >= 0 else len(text)].strip():
            return start
        if start == 0:
            break
        at = start - 1
    rest = text.lstrip()
    return len(text) - len(rest) if rest else None


def _blanked(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = end if end >= 0 else len(text)
    return text[:start] + _spaces(text[start:end]) + text[end:]


def _spaces(text: str) -> str:
    return "".join(char if char in "\r\n" else " " for char in text)
