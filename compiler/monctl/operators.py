"""Operators of PostgreSQL that sqlglot does not know, written as one that it knows, sign for sign. Pure.

PostgreSQL reads as one operator as many of the signs `+ - * / < > = ~ ! @ # % ^ & | ` ?` as follow each other; one of several signs ends in `+` or `-`
only where it holds one of `~ ! @ # % ^ & | ` ?` (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-OPERATORS, read 2026-11-21).
"""

from __future__ import annotations

import re

_PARTS = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | (?P<tag>\$\w*\$).*?(?P=tag) | --[^\n]* | /\*.*?\*/ | (?P<signs>[-+*/<>=~!@#%^&|`?]{2,})""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"--|/\*")
_LONGER = frozenset("~!@#%^&|`?")
_KNOWN = frozenset(
    {
        "<=", ">=", "<>", "!=", "||", "<<", ">>", "&&", "&<", "&>", "@>", "<@", "->", "->>", "#>", "#>>", "#-", "?|", "?&", "@?", "@@",
        "~~", "~~*", "!~~", "!~~*", "~*", "!~", "!~*", "^@", "-|-", "<->", "|/", "||/",
    }
)  # fmt: skip


def spelled(text: str) -> str:
    """The text with `=` for each operator that is not known, and as long as it was: `a <<= b` is `a =   b`. What is in quotes and comments stays."""
    return _PARTS.sub(lambda found: _spelled(found["signs"]) if found["signs"] else found[0], text)


def _spelled(signs: str) -> str:
    comment = _COMMENT.search(signs)
    if comment is not None:
        return _spelled(signs[: comment.start()]) + signs[comment.start() :]
    operator = signs if _LONGER.intersection(signs) else signs.rstrip("+-") or signs[:1]
    if len(operator) < 2 or operator in _KNOWN:
        return signs
    return "=".ljust(len(operator)) + signs[len(operator) :]
