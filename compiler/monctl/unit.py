"""Units of what is measured, and the conversion of a threshold's quantity into a metric's unit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from monctl.misread import Misread
from monctl.number import NUMBER, BadQuantity, read_number, shorten, show_number
from monctl.quantity import DURATION, Duration, Size
from monctl.scale import BYTES_PER, MS_PER, period_symbol, size_symbol

Dimension = Literal["time", "size", "ratio", "rate", "money", "count", "none"]

_PER_DAY = {"s": 86_400, "min": 1_440, "h": 24, "d": 1}
_TIME_WORDS = {
    "us": "us µs microsecond microseconds",
    "ms": "ms msec msecs millisecond milliseconds",
    "s": "s sec secs second seconds",
    "min": "min m mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
    "w": "w week weeks",
}
_CURRENCIES = "USD EUR GBP CHF JPY CNY CAD AUD NZD SEK NOK DKK PLN CZK HUF INR BRL MXN ZAR SGD HKD KRW TRY ILS AED BTC ETH"
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_BARE = "none number score index level status value"
_NOUN = re.compile(r"[^\W\d](?:[\w.]|[- ](?=\w))*")
_QUANTITY = re.compile(rf"([+-]?{NUMBER})\s*(.*)", re.DOTALL)
_BASE_OF = {"ms": 1.0} | {word: float(MS_PER[word]) for word in ("s", "h", "d", "w")} | {"min": 60_000.0, "us": 0.001}


class WrongUnit(Misread):
    """A quantity whose dimension is not the metric's."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What one step of a measured number means."""

    name: str
    """In one spelling: `us ms s min h d w`, `B KB MiB …`, `percent`, `ratio`, `errors/min`, `USD`, `posts`, `score`, `none`."""
    dimension: Dimension
    scale: float = 1.0
    """Base units in one of this unit. Bases: millisecond, byte, percent, one a day; 1 for money, count and none."""
    noun: str = ""
    """What is counted (`posts`; `errors` of `errors/min`; `bytes` of `MB/s`) or the currency; empty where it says nothing."""

    @classmethod
    def parse(cls, text: str) -> Unit:
        """From "ms", "seconds", "percent", "%", "ratio", "bytes", "GiB", "errors/min", "USD", "posts", "score". Raises BadQuantity."""
        return _unit(text.strip())

    def __str__(self) -> str:
        return self.name


NO_UNIT = Unit("none", "none")
PERCENT = Unit("percent", "ratio")
RATIO = Unit("ratio", "ratio", 100.0)
MILLISECONDS = Unit("ms", "time")
SECONDS = Unit("s", "time", 1000.0)
BYTES = Unit("B", "size")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit it was written with, or with none: then it takes the metric's."""

    value: float
    unit: Unit | None = None
    """Durations are held in ms, sizes in B, whatever they were written in."""
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @classmethod
    def parse(cls, text: str, *, start: int = 0) -> Quantity:
        """From "200ms", "1h30m", "80%", "10", "5/min", "5 errors/min", "1GiB", "10 posts", "100 USD". Raises BadQuantity.

        Offsets in the result and in the fault are shifted by `start`.
        """
        try:
            value, unit = _quantity(text)
        except BadQuantity as fault:
            raise BadQuantity(fault.message, start + fault.start, start + fault.end, fault.help) from None
        return cls(value, unit, start, start + len(text))

    def __str__(self) -> str:
        if self.unit is None:
            return show_number(self.value)
        if self.unit.dimension == "time":
            return str(Duration(int(self.value)))
        if self.unit.dimension == "size":
            return str(Size(int(self.value)))
        if self.unit == PERCENT:
            return f"{show_number(self.value)}%"
        return f"{show_number(self.value)}{'' if self.unit.name.startswith('/') else ' '}{self.unit.name}"


def convert(quantity: Quantity, to: Unit, *, name: str = "the metric") -> float:
    """The quantity as a number in the unit `to`. `name` is what the metric or value is called in the message.

    Raises WrongUnit, with the offsets of the quantity, where the dimensions differ.
    """
    unit = quantity.unit
    if unit is None:
        return quantity.value
    if not same_kind(unit, to):
        message = f"'{quantity}' is {_said(unit)}, but '{name}' {_measured(to)}"
        raise WrongUnit(message, quantity.start, quantity.end, _way_out(quantity, unit, to))
    return quantity.value if unit.scale == to.scale else quantity.value * unit.scale / to.scale


@lru_cache(maxsize=4096)
def _unit(text: str) -> Unit:
    if not text:
        raise BadQuantity("the unit is empty", 0, 0, "write a unit such as ms, percent, bytes, errors/min or posts")
    if known := _KNOWN.get(text) or _KNOWN.get(text.lower() if len(text) > 3 else text):
        return known
    if text[0].isdigit() or text[0] in "+-.":
        raise BadQuantity(f"'{shorten(text)}' is a quantity, not a unit", 0, len(text), "write the unit alone, such as ms")
    if "/" in text:
        return _rate_unit(text)
    if (meant := size_symbol(text)) and len(text) <= 3 and text not in {"k", "m", "g", "t", "p"}:
        raise BadQuantity(f"'{text}' is not how a unit of data is written", 0, len(text), f"write {meant}")
    if len(text) <= 2 and (lower := _KNOWN.get(text.lower())):
        raise BadQuantity(f"'{text}' is not a unit", 0, len(text), f"write {lower.name}")
    if (found := re.fullmatch(r"(.+?)\s+(?:per|a|an|each)\s+(\w+)", text)) and (period := period_symbol(found[2])):
        raise BadQuantity(f"'{shorten(text)}' is not how a rate is written", 0, len(text), f"write {found[1]}/{period}")
    if not _NOUN.fullmatch(text):
        raise BadQuantity(f"'{shorten(text)}' is not a unit", 0, len(text), "write a unit such as ms, percent, bytes, errors/min or posts")
    return Unit(text, "count", noun=text)


def _rate_unit(text: str) -> Unit:
    noun, _, period = text.partition("/")
    symbol = period_symbol(period)
    if symbol is None or (noun and not _NOUN.fullmatch(noun)):
        raise BadQuantity(
            f"'{shorten(period)}' is not a period of a rate",
            len(noun) + 1,
            len(text),
            "the periods are s, min, h and d, such as errors/min",
        )
    if noun in BYTES_PER or noun.lower() in {"byte", "bytes"}:
        return Unit(f"{noun}/{symbol}", "rate", float(BYTES_PER.get(noun, 1) * _PER_DAY[symbol]), "bytes")
    return Unit(f"{noun}/{symbol}", "rate", float(_PER_DAY[symbol]), noun)


@lru_cache(maxsize=4096)
def _quantity(text: str) -> tuple[float, Unit | None]:
    found = _QUANTITY.fullmatch(text)
    if not found:
        sign = _SIGNS.get(text[:1])
        if sign and (rest := text[1:].strip()):
            raise BadQuantity(f"'{shorten(text)}' is not how an amount is written", 0, len(text), f"write {shorten(rest)} {sign}")
        read_number(text)  # says what is wrong with it
        raise AssertionError("a text that is no quantity is no number")
    number, word = found.groups()
    if word and number[0] not in "+-" and DURATION.fullmatch(tight := number + word):
        return float(Duration.parse(tight).ms), MILLISECONDS
    if word[:1] in {",", "_", "'"}:
        read_number(text)
    value = read_number(number)
    if not word:
        return float(value) + 0.0, None
    if word in BYTES_PER and number[0] not in "+-":
        return float(Size.parse(number + word).bytes), BYTES
    try:
        unit = _unit(word)
    except BadQuantity as fault:
        shift = found.start(2)
        raise BadQuantity(fault.message, shift + fault.start, shift + fault.end, fault.help) from None
    if " " in word:
        raise BadQuantity(f"'{shorten(word)}' is more than one word", found.start(2), found.end(2), "write the unit as one word")
    if unit.dimension == "time":
        Duration.parse(text)  # a spelling such as "5 minutes" or "-5ms": says how it is written
        raise BadQuantity(f"'{shorten(text)}' is not a duration", 0, len(text), "write a duration such as 200ms or 5m")
    if unit.dimension in {"size", "rate"} and value < 0:
        raise BadQuantity(f"'{shorten(text)}' is negative", 0, len(text), f"write a number from 0, such as {number.lstrip('-')}{word}")
    if unit.dimension == "size":
        return float(Size.parse(f"{number}B").bytes), BYTES
    return float(value) + 0.0, None if unit == NO_UNIT else unit


def same_kind(a: Unit, b: Unit) -> bool:
    """Whether numbers in one unit can be told in the other: one dimension, and the same thing counted."""
    if a.dimension != b.dimension:
        return False
    return a.noun == b.noun or (a.dimension in {"rate", "none"} and not (a.noun and b.noun)) or _stem(a.noun) == _stem(b.noun)


def _stem(noun: str) -> str:
    plain = noun.casefold()
    return plain[:-3] + "y" if plain.endswith("ies") else plain.removesuffix("s")


def _said(unit: Unit) -> str:
    match unit.dimension:
        case "time":
            return "a duration"
        case "size":
            return "an amount of data"
        case "ratio":
            return "a percentage" if unit.name == "percent" else "a ratio"
        case "rate":
            return f"a rate of {unit.noun}" if unit.noun else "a rate"
        case "money":
            return f"an amount in {unit.noun}"
        case "count":
            return f"a number of {unit.noun}"
        case "none":
            return f"a {unit.name}"


def _measured(unit: Unit) -> str:
    match unit.dimension:
        case "time" | "size" | "money":
            return f"is measured in {unit.name}"
        case "ratio":
            return "is measured in percent" if unit.name == "percent" else "is a ratio"
        case "rate":
            return f"is a rate, {unit.name}" if unit.noun else f"is a rate{unit.name}"
        case "count":
            return f"counts {unit.noun}"
        case "none":
            return "has no unit"


def _way_out(quantity: Quantity, unit: Unit, to: Unit) -> str:
    number = show_number(quantity.value)
    match to.dimension:
        case "time":
            return "write a duration such as '> 200ms'"
        case "size":
            return "write a size such as '> 1GiB'"
        case "ratio":
            return "write a percentage such as '> 80%'"
        case "rate":
            return f"write a rate such as '> {number if unit.dimension == 'count' else 5}{'/' + to.name.partition('/')[2]}'"
        case "money":
            return f"write an amount such as '> 100 {to.noun}'"
        case "count" if unit.dimension == "rate":
            return f"write '> {number} in 1{unit.name.partition('/')[2][0]}', or declare the metric's unit as {to.noun}/{unit.name.partition('/')[2]}"
        case "count":
            return f"write '> {number if unit.dimension == 'count' else 10}', or declare the metric's unit as {unit.name}"
        case "none":
            return f"write the number alone, or give the metric `unit: {unit.name}`"


_KNOWN: dict[str, Unit] = (
    {word: Unit(name, "time", _BASE_OF[name]) for name, words in _TIME_WORDS.items() for word in words.split()}
    | {symbol: Unit(symbol, "size", float(scale)) for symbol, scale in BYTES_PER.items()}
    | dict.fromkeys(("byte", "bytes"), BYTES)
    | dict.fromkeys(("%", "percent", "pct", "percentage"), PERCENT)
    | {"ratio": RATIO}
    | {code: Unit(code, "money", noun=code) for code in _CURRENCIES.split()}
    | {sign: Unit(code, "money", noun=code) for sign, code in _SIGNS.items()}
    | {word: Unit(word, "none") for word in _BARE.split()}
)
