"""The scales of time, data and rates: their symbols, and which symbol a user meant by another word."""

from __future__ import annotations

MS_PER = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
BYTES_PER = (
    {"B": 1}
    | {f"{letter}B": 1000**i for i, letter in enumerate("KMGTP", 1)}
    | {f"{letter}iB": 1024**i for i, letter in enumerate("KMGTP", 1)}
)
SECONDS_PER = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
TIME_SYMBOL_OF = {
    word: symbol
    for symbol, words in {
        "ms": "ms msec msecs millisecond milliseconds millis",
        "s": "s sec secs second seconds",
        "m": "m min mins minute minutes",
        "h": "h hr hrs hour hours",
        "d": "d day days",
        "w": "w wk wks week weeks",
    }.items()
    for word in words.split()
}
_PER_WORDS = {
    "sec": "s",
    "second": "s",
    "m": "min",
    "minute": "min",
    "hr": "h",
    "hour": "h",
    "day": "d",
}


def size_symbol(word: str) -> str | None:
    """The symbol meant by "kb", "gib", "M" or "bytes"; None for anything else."""
    plain = word.lower()
    if plain in {"byte", "bytes"}:
        return "B"
    plain = plain if plain.endswith("b") else plain + "b"
    return next((symbol for symbol in BYTES_PER if symbol.lower() == plain), None)


def period_symbol(word: str) -> str | None:
    """The symbol meant by "m", "minute" or "hours"; None for anything else."""
    plain = word.lower()
    return plain if plain in SECONDS_PER else _PER_WORDS.get(plain) or _PER_WORDS.get(plain.rstrip("s"))
