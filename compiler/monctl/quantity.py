"""Durations, sizes, percentages and rates as types: read strictly, printed in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache, partial
from typing import Annotated, Any

from monctl.number import NUMBER, WHOLE_OR_DECIMAL, BadQuantity, read_number, shorten, show_number, spell
from monctl.quantity_fault import bad_duration, bad_percent, bad_rate, bad_size
from monctl.scale import BYTES_PER, MS_PER, SECONDS_PER
from monctl.text_field import TextField

__all__ = [
    "DURATION_SHOWN",
    "BadQuantity",
    "Duration",
    "DurationField",
    "Percent",
    "PercentField",
    "Rate",
    "RateField",
    "Size",
    "SizeField",
]

LONGEST_MS = 36_525 * MS_PER["d"]
"""100 years: anything longer is a slip."""

DURATION = re.compile("".join(rf"(?:(?P<{unit}>{WHOLE_OR_DECIMAL}){unit}{'(?!s)' if unit == 'm' else ''})?" for unit in MS_PER))
_SIZE = re.compile(rf"(?P<number>{WHOLE_OR_DECIMAL})(?P<unit>{'|'.join(BYTES_PER)})")
_PERCENT = re.compile(rf"(?P<number>{NUMBER})%")
_RATE = re.compile(rf"(?P<number>{NUMBER})/(?P<per>{'|'.join(SECONDS_PER)})")


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time, never negative, exact to the millisecond."""

    ms: int

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.ms / 1000

    @classmethod
    def of(cls, seconds: float) -> Duration:
        """Seconds to the nearest millisecond."""
        return cls(round(seconds * 1000))

    @classmethod
    def parse(cls, text: str) -> Duration:
        """From "5m", "1h30m", "90s", "2w", "500ms", "1.5h", "0s": units from large to small, each once. Raises BadQuantity."""
        return _duration(text)

    def __str__(self) -> str:
        """The one form that is printed: "5m", "1h30m", "30d", "1w", "200ms"; weeks only where nothing is left over."""
        if self.ms == 0:
            return "0s"
        if self.ms % MS_PER["w"] == 0:
            return f"{self.ms // MS_PER['w']}w"
        parts, rest = [], self.ms
        for unit in ("d", "h", "m", "s", "ms"):
            count, rest = divmod(rest, MS_PER[unit])
            if count:
                parts.append(f"{count}{unit}")
        return "".join(parts)


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """An amount of data, in whole bytes."""

    bytes: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """From "512B", "10KB" (1000), "10KiB" (1024), "1.5GiB". Raises BadQuantity."""
        if found := _SIZE.fullmatch(text):
            number = read_number(found["number"])
            return cls(_whole(number * BYTES_PER[found["unit"]], text, "byte"))
        raise bad_size(text)

    def __str__(self) -> str:
        """The fewest digits that are exact: "1GiB", "10MB", "1536B"."""
        if self.bytes == 0:
            return "0B"
        exact = [(len(str(self.bytes // scale)), -scale, unit) for unit, scale in BYTES_PER.items() if self.bytes % scale == 0]
        _, scale, unit = min(exact)
        return f"{self.bytes // -scale}{unit}"


@dataclass(frozen=True, slots=True, order=True)
class Percent:
    """A share of a whole, 0 to 100."""

    percent: float

    @property
    def ratio(self) -> float:
        """The same, 0 to 1."""
        return self.percent / 100

    @classmethod
    def parse(cls, text: str) -> Percent:
        """From "99.9%". Raises BadQuantity, also above 100."""
        if not (found := _PERCENT.fullmatch(text)):
            raise bad_percent(text)
        number = float(read_number(found["number"]))
        if number > 100:
            raise BadQuantity(f"'{shorten(text)}' is more than the whole", 0, len(text), "write a percentage between 0% and 100%")
        return cls(number)

    def __str__(self) -> str:
        return f"{show_number(self.percent)}%"


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something may happen: so many in each second, minute, hour or day."""

    count: float
    per: str
    """One of `s`, `min`, `h`, `d`."""

    @property
    def per_second(self) -> float:
        """The same as a number in each second."""
        return self.count / SECONDS_PER[self.per]

    @property
    def period_s(self) -> int:
        """The length of the period, in seconds."""
        return SECONDS_PER[self.per]

    @classmethod
    def parse(cls, text: str) -> Rate:
        """From "5/min", "10/s", "3/h", "100/d". Raises BadQuantity."""
        if found := _RATE.fullmatch(text):
            return cls(float(read_number(found["number"])), found["per"])
        raise bad_rate(text)

    def __str__(self) -> str:
        return f"{show_number(self.count)}/{self.per}"


@lru_cache(maxsize=4096)
def _duration(text: str) -> Duration:
    found = DURATION.fullmatch(text)
    if not text or not found:
        raise bad_duration(text)
    total = sum((read_number(count) * MS_PER[unit] for unit, count in found.groupdict().items() if count), Decimal(0))
    ms = _whole(total, text, "millisecond")
    if ms > LONGEST_MS:
        raise BadQuantity(f"'{shorten(text)}' is longer than 100 years", 0, len(text), "write a duration such as 5m, 12h or 30d")
    return Duration(ms)


def _whole(amount: Decimal, text: str, grain: str) -> int:
    if amount > 10**18:
        raise BadQuantity(f"'{shorten(text)}' is larger than any measurement", 0, len(text), "write a smaller number")
    if amount != amount.to_integral_value():
        raise BadQuantity(f"'{shorten(text)}' is finer than a {grain}", 0, len(text), f"write a whole number of {grain}s")
    return int(amount)


def _read(kind: type[Any], noun: str, value: object) -> Any:
    """The value as `kind`: itself, or parsed from text. A number or a bool is refused, since its unit is unknown."""
    if isinstance(value, kind):
        return value
    if isinstance(value, str):
        return kind.parse(value.strip())
    if isinstance(value, timedelta) and kind is Duration:
        return Duration.parse(f"{value // timedelta(milliseconds=1)}ms")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return kind.parse(spell(value))
    raise BadQuantity(f"a {noun} is a text, not {_NAMES.get(type(value).__name__, type(value).__name__)}")


_NAMES = {"bool": "true or false", "dict": "a map", "list": "a list", "NoneType": "nothing"}


def _schema(description: str, pattern: str, *examples: str) -> dict[str, object]:
    return {"type": "string", "description": description, "pattern": pattern, "examples": list(examples)}


_SHARE = r"(100(\.0+)?|\d{1,2}(\.\d+)?)"
DURATION_SHOWN = _schema(
    "A duration: numbers with units from large to small, w d h m s ms.",
    "^(?=.)" + "".join(rf"({WHOLE_OR_DECIMAL}{unit})?".replace("?:", "") for unit in MS_PER) + "$",
    *("5m", "1h30m", "90s", "500ms", "30d"),
)
"""JSON Schema of a duration as it is written."""
DurationField = Annotated[Duration, TextField(partial(_read, Duration, "duration"), DURATION_SHOWN)]
SizeField = Annotated[
    Size,
    TextField(
        partial(_read, Size, "size"),
        _schema(
            "An amount of data: KB, MB, GB count in thousands, KiB, MiB, GiB in 1024.",
            r"^\d+(\.\d+)?([KMGTP]i?)?B$",
            *("10MiB", "2GB", "512B"),
        ),
    ),
]
PercentField = Annotated[
    Percent,
    TextField(partial(_read, Percent, "percentage"), _schema("A percentage between 0% and 100%.", f"^{_SHARE}%$", "99.9%", "80%")),
]
RateField = Annotated[
    Rate,
    TextField(
        partial(_read, Rate, "rate"),
        _schema("So many in each second, minute, hour or day.", r"^\d+(\.\d+)?/(s|min|h|d)$", "5/min", "10/s", "3/h"),
    ),
]
