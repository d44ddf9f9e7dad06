"""What would become of a file, as a unified diff that `patch` and `git apply` take."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from monctl.render.style import Style


def text_diff(file: str, old: str, new: str, style: Style | None = None) -> str:
    """The diff of one file, `a/` and `b/` before its name; empty where there is none. Painted where a style is given."""
    diff = "".join(_lines(file, old, new))
    return painted(diff, style) if style is not None else diff


def painted(diff: str, style: Style) -> str:
    """A diff in colours."""
    return "".join(_painted(line, style) for line in _split(diff))


def _lines(file: str, old: str, new: str) -> Iterator[str]:
    for line in unified_diff(_split(old), _split(new), f"a/{file}", f"b/{file}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """Lines with their ends; only LF ends one, as for `patch`."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _painted(line: str, style: Style) -> str:
    match line[:2]:
        case "--" | "++":
            return style.bold(line[:-1]) + "\n"
        case "@@":
            return style.paint(line[:-1], "cyan") + "\n"
        case _:
            color = {"-": "red", "+": "green"}.get(line[:1])
            return style.paint(line[:-1], color) + "\n" if color else line
