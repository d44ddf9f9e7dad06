"""Why a text is no duration, size, percentage or rate, and how to write what it means."""

from __future__ import annotations

import re

from monctl.number import NUMBER, WHOLE_OR_DECIMAL, BadQuantity, read_number, shorten
from monctl.scale import MS_PER, TIME_SYMBOL_OF, period_symbol, size_symbol

_PIECE = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*([^\W\d]*)")
_DAYS_OF = {"mo": 30, "month": 30, "months": 30, "y": 365, "yr": 365, "year": 365, "years": 365}


def bad_duration(text: str) -> BadQuantity:
    """The fault of "5 minutes", "5", "30m1h", "-5m" and the like."""
    shown, end = shorten(text), len(text)
    if fault := _no_number(text, "duration", "5m"):
        return fault
    parts = _PIECE.findall(text)
    loose = _PIECE.sub("", text).strip(" ,") == ""
    if loose and len(parts) == 1 and not parts[0][1]:
        return BadQuantity(f"'{shown}' has no unit", 0, end, f"write {parts[0][0]}s or {parts[0][0]}m")
    symbols = [TIME_SYMBOL_OF.get(word.lower(), "") if word != "M" else "m" for _, word in parts]
    if loose and all(symbols):
        unique = {symbol: f"{count}{symbol}" for (count, _), symbol in zip(parts, symbols, strict=True)}
        if len(unique) == len(parts):
            meant = "".join(unique[symbol] for symbol in MS_PER if symbol in unique)
            return BadQuantity(f"'{shown}' is not how a duration is written", 0, end, f"write {meant}")
        return BadQuantity(f"'{shown}' names a unit twice", 0, end, "write each unit once, such as 1h30m")
    for found in _PIECE.finditer(text):
        count, word = found.groups()
        if word and word.lower() not in TIME_SYMBOL_OF:
            days = _DAYS_OF.get(word.lower())
            if days and count.isdecimal():
                days *= min(int(count[:6]), 100)
            way_out = f"write {days}d" if days else "the units are ms, s, m, h, d and w, such as 5m or 1h30m"
            return BadQuantity(f"'{shorten(word)}' is not a unit of time", found.start(2), found.end(2), way_out)
    return BadQuantity(f"'{shown}' is not a duration", 0, end, "write a number and a unit (ms, s, m, h, d, w), such as 5m or 1h30m")


def bad_size(text: str) -> BadQuantity:
    """The fault of "5mb", "2M", "5" and the like."""
    if fault := _no_number(text, "size", "10MiB"):
        return fault
    if found := re.fullmatch(rf"({WHOLE_OR_DECIMAL})\s*([^\W\d]*)", text):
        count, word = found.groups()
        if not word:
            return BadQuantity(f"'{shorten(text)}' has no unit", 0, len(text), f"write {count}MiB or {count}B")
        if meant := size_symbol(word):
            return BadQuantity(f"'{word}' is not how a unit of data is written", found.start(2), found.end(2), f"write {count}{meant}")
        way_out = "the units are B, KB, MB, GB, TB, PB and KiB, MiB, GiB, TiB, PiB"
        return BadQuantity(f"'{shorten(word)}' is not a unit of data", found.start(2), found.end(2), way_out)
    return BadQuantity(f"'{shorten(text)}' is not a size", 0, len(text), "write a number and a unit, such as 10MiB or 2GB")


def bad_percent(text: str) -> BadQuantity:
    """The fault of "5", "5 percent" and the like."""
    if fault := _no_number(text, "percentage", "99.9%"):
        return fault
    if found := re.fullmatch(rf"({NUMBER})\s*(%|percent|pct)?", text, re.IGNORECASE):
        lack = "is not how a percentage is written" if found[2] else "has no unit"
        return BadQuantity(f"'{shorten(text)}' {lack}", 0, len(text), f"write {found[1]}%")
    return BadQuantity(f"'{shorten(text)}' is not a percentage", 0, len(text), "write a number and %, such as 99.9%")


def bad_rate(text: str) -> BadQuantity:
    """The fault of "5/m", "5 per minute", "5" and the like."""
    if fault := _no_number(text, "rate", "5/min"):
        return fault
    if found := re.fullmatch(rf"({NUMBER})\s*(?:(?:/|per\b)\s*([^\W\d]+))?", text):
        count, per = found.groups()
        if not per:
            return BadQuantity(f"'{shorten(text)}' has no unit", 0, len(text), f"write {count}/s, {count}/min or {count}/h")
        meant = period_symbol(per)
        way_out = f"write {count}/{meant}" if meant else "the periods are s, min, h and d, such as 5/min"
        return BadQuantity(f"'{shorten(per)}' is not a period of a rate", found.start(2), found.end(2), way_out)
    return BadQuantity(f"'{shorten(text)}' is not a rate", 0, len(text), "write a number and a period, such as 5/min or 10/s")


def _no_number(text: str, noun: str, example: str) -> BadQuantity | None:
    """The fault of a text that holds no usable number at all, or a negative one."""
    end = len(text)
    if not text.strip():
        return BadQuantity(f"the {noun} is empty", 0, end, f"write a {noun} such as {example}")
    if re.match(rf"\s*-\s*{NUMBER}", text):
        return BadQuantity(f"'{shorten(text)}' is negative", 0, end, f"write a {noun} such as {example}")
    head = re.match(rf"\s*([+-]?(?:{NUMBER}|nan\b|inf\b|infinity\b))", text, re.IGNORECASE)
    if head:
        try:
            read_number(head[1], start=head.start(1))
        except BadQuantity as fault:
            fault.help = f"write a {noun} such as {example}"
            return fault
    return None
