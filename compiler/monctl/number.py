"""Numbers as users write them, and why some are no measurement."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from monctl.misread import Misread

NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
WHOLE_OR_DECIMAL = r"[0-9]+(?:\.[0-9]+)?"
_SIGNED = re.compile(rf"[+-]?{NUMBER}")
_WORD = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,_' ]\d{3})+(?:\.\d+)?")
LARGEST = 1e18
"""Above this a number is a slip: 10^18 bytes are an exabyte, 10^18 ms are 31 million years."""


class BadQuantity(Misread):
    """A number, duration, size, percentage, rate or unit that could not be read."""


def read_number(text: str, *, start: int = 0) -> Decimal:
    """The number, exact. Raises BadQuantity, offsets shifted by `start`, for anything that cannot be a measurement."""
    end = start + len(text)
    if not _SIGNED.fullmatch(text):
        if _WORD.fullmatch(text):
            raise BadQuantity(f"'{text}' is not a number that can be measured", start, end, "write a finite number")
        if _GROUPED.fullmatch(text):
            raise BadQuantity(f"'{text}' is not a number", start, end, _ungroup(text))
        raise BadQuantity(f"'{shorten(text)}' is not a number", start, end, "write digits, such as 10 or 0.5")
    approximate = float(text)
    if abs(approximate) > LARGEST:
        raise BadQuantity(f"'{shorten(text)}' is larger than any measurement", start, end, "write a number up to 1e18")
    if approximate == 0.0 and re.search(r"[1-9]", re.split("[eE]", text)[0]):
        raise BadQuantity(f"'{shorten(text)}' is smaller than any measurement", start, end, "write 0")
    return Decimal(text)


def show_number(number: float) -> str:
    """The shortest text that reads back as the same number: 10, 0.5, -3."""
    if not math.isfinite(number):
        raise ValueError(f"{number} has no text")
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def spell(number: float) -> str:
    """The text of a number that a spec holds, never failing: NaN as "nan", an int too large for a float as "1e400"."""
    if isinstance(number, int) and number.bit_length() > 1023:  # up to there an int is less than the largest float
        return "1e400" if number > 0 else "-1e400"
    return show_number(number) if math.isfinite(number) else str(number)


def counted(count: int, one: str, many: str = "") -> str:
    """`1 file`, `3 files`; `many` where it is not the noun with an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def shorten(text: str, limit: int = 40) -> str:
    """The text, cut with an ellipsis, for quoting in a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _ungroup(text: str) -> str:
    return "write " + re.sub("[,_' ]", "", text)
