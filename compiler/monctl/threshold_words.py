"""The words of threshold sentences: tokens with their offsets, and what a near miss most likely meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from monctl.suggest import closest
from monctl.threshold_ast import DIRECTIONS, LASTING, MOMENTS, OPERATORS, RESERVED

Kind = Literal["op", "number", "word", "suffix", "other"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a sentence. Offsets are 0-based, end exclusive."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The text, for comparing with words of the language."""
        return self.text.lower()


_TOKEN = re.compile(
    r"""
    (?P<op>[<>=!≥≤≠~]+)
  | (?P<number>[+-]?(?:\d|\.\d)(?:[\w/$€£¥]|[.,](?=\w))*(?:(?<=[eE])[+-]\d+[\w/]*)?%?)
  | (?P<word>[^\W\d](?:[\w.]|[-/](?=\w))*)
  | (?P<suffix>%|/[^\W\d]\w*)
  | (?P<other>[$€£¥][\d.,]*|\|\||&&|\S)
    """,
    re.VERBOSE,
)
VALUE = re.compile(r"[^\W\d](?:[\w.]|-(?=\w))*")
"""The name of a value of a source: response_time, p95, orphaned-posts."""

_OPERATOR_MEANT = {
    "=>": ">=",
    "=<": "<=",
    "=": "==",
    "===": "==",
    "<>": "!=",
    "!==": "!=",
    "!": "!=",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    ">>": ">",
    "<<": "<",
}
_MEANT = {
    "increasing": "increase increases increased rising rises growing grows up climbing trending",
    "decreasing": "decrease decreases decreased falling falls dropping drops shrinking",
    "unchanged": "stalled stalls stale flat constant stuck steady same",
    "no data": "nodata no_data no-data missing absent empty none null",
    "down": "timeout unreachable offline dead unavailable failing",
    "error": "errors exception exceptions failed failure fails",
    "first seen": "new firstseen first_seen first-seen unseen",
    "regression": "regressed regressing",
    "any": "every anything",
    ">": "over above exceeds exceeding exceed greater more gt",
    "<": "below under less fewer lower lt",
    ">=": "gte ge atleast",
    "<=": "lte le atmost",
    "==": "is equals equal eq",
    "!=": "not ne differs",
    "or": "|| | ; else",
    "and": "&& &",
    "in": "within over during last past per",
    "for": "since lasting longer fo fr fro fot foor forr fir",
}
_OF_TERMS = ("increasing", "decreasing", "unchanged", "no data", "down", "error", "first seen", "regression", "any")
_OF_OPERATORS = OPERATORS
_OF_JOINTS = ("or", "and", "in", "for")


@lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[Token, ...]:
    """The pieces of a sentence, none lost but white space."""
    return tuple(
        Token(found.lastgroup, found.group(), found.start(), found.end())  # type: ignore[arg-type]  # every alternative of the pattern is named after a Kind
        for found in _TOKEN.finditer(text)
    )


def operator_meant(text: str) -> str | None:
    """`>=` for `=>`, and the like."""
    return _OPERATOR_MEANT.get(text)


def term_meant(word: str) -> str | None:
    """The trend, state or operator meant by a word such as `increased` or `above`."""
    return _meant(word, (*_OF_TERMS, *_OF_OPERATORS)) or closest(word, (*DIRECTIONS, *LASTING, *MOMENTS))


def joint_meant(word: str) -> str | None:
    """The joining word meant after a term: `or`, `and`, `in`, `for`."""
    return _meant(word, _OF_JOINTS) or (closest(word, RESERVED - {"between", "outside"}) if len(word) > 2 else None)


def _meant(word: str, among: tuple[str, ...]) -> str | None:
    return next((meaning for meaning in among if word.lower() in _MEANT.get(meaning, "").split()), None)
