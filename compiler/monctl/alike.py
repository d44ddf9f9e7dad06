"""Which queries are alike: the same but for numbers and words that something is compared with. Where rules find nothing in one, they find nothing in all. Pure.

An estate made from templates asks the same thing of many tenants: `customer_id = 4711`. A rule may look at such a value only to see whether
two of a query are equal, or which is greater; so those two things are kept. Small numbers are not left out, for rules know what 0, 1 and 100 are.
"""

from __future__ import annotations

import re

_BEFORE = "[-=<>!~@#&|?*/^+%:]"
"""Before an operator: then it is a part of another one."""
_VALUE = r"""\s*(?:([1-9]\d{2,14})|'([A-Za-z][\w-]*)')(?=\s*(?:\Z|[),;]|\b(?:AND|OR|THEN|ELSE|WHEN|GROUP|ORDER|HAVING|LIMIT|END)\b))"""
_PARTS = re.compile(
    # every way begins with another character, so that the rest of a text is passed over quickly
    rf"=(?<!{_BEFORE}=){_VALUE}|<(?<!{_BEFORE}<)[>=]?{_VALUE}|>(?<!{_BEFORE}>)=?{_VALUE}|!(?<!{_BEFORE}!)={_VALUE}"
    r"""|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/""",
    re.DOTALL | re.IGNORECASE,
)
_STRANGE = re.compile(r"[\\$\[{\0]|--|/\*.*/\*", re.DOTALL)
"""Escapes, quotes by dollars, arrays, nested comments, and comments to the end of a line, of which it matters how the file is laid out: not taken apart."""
_KNOWN_WORDS = frozenset(
    {
        "now", "today", "yesterday", "tomorrow", "allballs", "epoch", "infinity", "nan", "localtime", "current_timestamp",
        "null", "true", "false", "yes", "no", "on", "off", "t", "f", "y", "n",
    }
)  # fmt: skip
"""What a database reads as something else than a word."""
_LEAST = 101


def shape(text: str) -> str | None:
    """What texts of one shape have in common; None for a text that has no other like it, or is not taken apart.

    `a = 4711 AND b = 'red'` and `a = 815 AND b = 'green'` are of one shape.
    """
    if _STRANGE.search(text):
        return None
    pieces: list[str] = []
    numbers: list[tuple[int, int]] = []
    words: dict[str, int] = {}
    at = 0
    for found in _PARTS.finditer(text):
        group = found.lastindex
        if group is None:
            continue
        value = found[group]
        if group % 2 == 0:
            if value.lower() not in _KNOWN_WORDS:
                pieces += text[at : found.start(group)], f"\0w{words.setdefault(value, len(words))}"
                at = found.end(group)
        elif int(value) >= _LEAST:
            pieces += text[at : found.start(group)], ""
            numbers.append((len(pieces) - 1, int(value)))
            at = found.end(group)
    if not pieces:
        return None
    for place, number in numbers:
        pieces[place] = f"\0n{sum(other < number for other in {value for _, value in numbers})}"
    pieces.append(text[at:])
    return "".join(pieces)
