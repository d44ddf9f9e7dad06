"""How long a text message is: GSM-7 and its segments, and the same text in fewer of them. Pure.

https://www.twilio.com/docs/glossary/what-sms-character-limit (read 2026-11-21): 160 characters of GSM-7 or 70 of UCS-2 in one message,
153 or 67 in each segment of a longer one.
"""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
"""Two places each."""
_PLAINER = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "·": "-", "•": "-", "×": "x", "≥": ">=", "≤": "<="}
    | {"≠": "!=", "→": "->", "µ": "u", "μ": "u", "°": " deg", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2011": "-", "`": "'"}
)


def plainer(text: str) -> str:
    """The text with typographic signs replaced, and without emoji, which would more than halve the room."""
    shown = text.translate(_PLAINER)
    kept = "".join(c for c in shown if unicodedata.category(c) not in {"So", "Sk", "Mn", "Me", "Cf"} or c in _BASIC or c in _EXTENDED)
    return " ".join(kept.split())


def units(text: str) -> tuple[int, bool]:
    """How many places it takes, and whether GSM-7 has all its characters."""
    if all(c in _BASIC or c in _EXTENDED for c in text):
        return sum(2 if c in _EXTENDED else 1 for c in text), True
    return len(text.encode("utf-16-be")) // 2, False


def segments(text: str) -> int:
    """How many messages a telephone gets, and somebody pays for."""
    count, gsm = units(text)
    one, each = (160, 153) if gsm else (70, 67)
    return 1 if count <= one else -(-count // each)


def fit(text: str, link: str, limit: int) -> str:
    """`text` and `link` within so many segments. The link is never cut: words go first, and it goes alone where it would not fit."""
    tail = f" {link}" if link and link not in text else ""
    if tail and segments(f"...{tail}") > limit:
        tail = ""
    if segments(text + tail) <= limit:
        return text + tail
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if segments(f"{text[:middle].rstrip()}...{tail}") <= limit else (low, middle - 1)
    return f"{text[:low].rstrip()}...{tail}"
