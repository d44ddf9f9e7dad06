"""Colour and weight for a terminal, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass

_CODES = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}


@dataclass(frozen=True, slots=True)
class Style:
    """Paints when `color` is true, else gives the text back."""

    color: bool = False

    def paint(self, text: str, name: str, *, bold: bool = False) -> str:
        """The text in a colour: red green yellow blue magenta cyan."""
        return f"\x1b[{'1;' if bold else ''}{_CODES[name]}m{text}\x1b[0m" if self.color else text

    def bold(self, text: str) -> str:
        """The text in bold."""
        return f"\x1b[1m{text}\x1b[0m" if self.color else text

    def dim(self, text: str) -> str:
        """The text faint."""
        return f"\x1b[2m{text}\x1b[0m" if self.color else text
