"""Reads threshold sentences by recursive descent; the grammar is in the user's reference and below.

condition  = term { "or" term }
term       = comparison [ "for" duration ] | trend "for" duration | "down" ["for" duration]
           | "no data" ["for" duration] | "error" ["for" duration] | "first seen" | "regression" | "any"
comparison = [ value ] ( ">" | ">=" | "<" | "<=" | "==" | "!=" ) quantity [ "in" duration ]
           | [ value ] ( "between" | "outside" ) quantity "and" quantity
trend      = [ value ] ( "increasing" | "decreasing" | "unchanged" )

Case and white space do not matter, but in names of values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Never, cast

from monctl.condition import Direction, StateKind
from monctl.misread import Misread
from monctl.number import shorten
from monctl.quantity import DURATION, Duration
from monctl.threshold_ast import (
    AT_ONCE,
    DIRECTIONS,
    LASTING,
    MOMENTS,
    OPERATORS,
    RESERVED,
    Comparison,
    Condition,
    Range,
    State,
    Term,
    ThresholdError,
    Trend,
)
from monctl.threshold_words import VALUE, Token, joint_meant, operator_meant, term_meant, tokens
from monctl.unit import Quantity, same_kind

_EXAMPLES = "write a condition such as '> 10', '> 200ms for 5m', 'down for 2m' or 'no data'"
_STATES = {tuple(kind.split()): kind for kind in (*LASTING, *MOMENTS)}
_TYPESET = frozenset("“”„‟‘’‚«»")
"""Quotes that word processors and chats put in the place of straight ones."""
_BARE = re.compile(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?")


def read_sentence(text: str) -> Condition:
    """The condition a sentence states. Raises ThresholdError with offsets into `text`."""
    return _Parser(text).condition()


class _Parser:
    """One pass over the tokens of one sentence."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = 0

    def condition(self) -> Condition:
        if not self._tokens:
            raise ThresholdError("the threshold is empty", 0, len(self._text), _EXAMPLES)
        terms = [self._term()]
        while self._at("or"):
            self._next += 1
            terms.append(self._term())
        if self._peek() is not None:
            self._unexpected_joint(terms[-1])
        return Condition(tuple(terms), self._text)

    def _term(self) -> Term:
        first = self._peek()
        if first is None:
            self._fail("the threshold ends where a condition is expected", self._tokens[-1], _EXAMPLES)
        value = self._value()
        token = self._peek()
        if token is not None and token.kind == "op":
            return self._comparison(first, value)
        if token is not None and token.lower in {"between", "outside"}:
            return self._range(first, value)
        if token is not None and token.lower in DIRECTIONS:
            return self._trend(first, value)
        return self._state(first)

    def _value(self) -> str | None:
        """The name of a value, where one stands before an operator, a range or a trend."""
        token, after = self._peek(), self._peek(1)
        if token is None or token.kind != "word" or token.lower in RESERVED or after is None:
            return None
        if after.kind != "op" and after.lower not in {"between", "outside", *DIRECTIONS}:
            return None
        if after.kind == "word" and not VALUE.fullmatch(token.text):
            self._fail(f"'{shorten(token.text)}' is not the name of a value", token, "names hold letters, digits, '_', '-' and '.'")
        if "/" in token.text:
            self._fail(f"'{shorten(token.text)}' is not the name of a value", token, "names hold letters, digits, '_', '-' and '.'")
        self._next += 1
        return token.text

    def _comparison(self, first: Token, value: str | None) -> Comparison:
        op = self._take()
        if op.text not in OPERATORS:
            meant = operator_meant(op.text)
            self._fail(f"'{op.text}' is not a comparison", op, f"write '{meant}'" if meant else "write one of > >= < <= == !=")
        quantity = self._quantity(f"after '{op.text}'")
        window = None
        if self._at("in"):
            word = self._take()
            window = self._duration(word)
            if window.ms == 0:
                self._fail("a window cannot be empty", word, "write how long, such as 'in 10m'", upto=self._last)
        hold = self._hold()
        if self._at("in"):
            self._fail("'in' stands before 'for'", self._take(), f"write '{op.text} {quantity} in 10m for {hold}'")
        return Comparison(value, op.text, quantity, window, hold, first.start, self._last.end)

    def _range(self, first: Token, value: str | None) -> Range:
        word = self._take()
        low = self._quantity(f"after '{word.lower}'")
        if not self._at("and"):
            found = self._peek()
            way_out = f"write '{word.lower} {low} and …'"
            self._fail(f"'{word.lower}' takes two bounds joined by 'and'", found or self._last, way_out)
        self._next += 1
        high = self._quantity("after 'and'")
        self._check_bounds(word, low, high)
        hold = self._hold()
        return Range(value, word.lower == "between", low, high, hold, first.start, self._last.end)

    def _check_bounds(self, word: Token, low: Quantity, high: Quantity) -> None:
        if fault := bounds_fault(low, high, word.lower):
            raise ThresholdError(fault.message, low.start, high.end, fault.help)

    def _trend(self, first: Token, value: str | None) -> Trend:
        word = self._take()
        if not self._at("for"):
            self._fail(f"'{word.lower}' needs to know for how long", word, f"write '{word.lower} for 15m'")
        hold = self._hold()
        if hold.ms == 0:
            self._fail("a trend needs time to show", word, f"write '{word.lower} for 15m'", upto=self._last)
        return Trend(value, cast("Direction", word.lower), hold, first.start, self._last.end)

    def _state(self, first: Token) -> State:
        kind = self._state_kind()
        if kind is None:
            self._unexpected_term(first)
        if kind in MOMENTS and self._at("for"):
            self._fail(f"'{kind}' is told at once and takes no 'for'", self._take(), f"write '{kind}' alone")
        hold = self._hold()
        return State(kind, hold, first.start, self._last.end)

    def _state_kind(self) -> StateKind | None:
        for words, kind in _STATES.items():
            if all((token := self._peek(ahead)) is not None and token.lower == word for ahead, word in enumerate(words)):
                self._next += len(words)
                return kind
        return None

    def _hold(self) -> Duration:
        return self._duration(self._take()) if self._at("for") else AT_ONCE

    def _duration(self, word: Token) -> Duration:
        found = self._gathered()
        if found is None:
            stray = self._peek()
            if stray is not None and stray.kind == "word" and stray.lower not in RESERVED:
                number = next((token.text for token in self._tokens[self._next :] if token.kind == "number"), "5m")
                self._fail(f"'{shorten(stray.text)}' is not a duration", stray, f"write '{word.lower} {shorten(number)}'")
            self._fail(f"a duration is missing after '{word.lower}'", word, f"write '{word.lower} 5m'")
        text, start, end, exact = found
        try:
            return Duration.parse(text)
        except Misread as fault:
            raise self._moved(fault, Duration.parse, start, end, exact) from None

    def _quantity(self, where: str) -> Quantity:
        found = self._gathered()
        if found is None:
            token = self._peek()
            if token is not None and token.lower.strip("+-") in {"nan", "inf", "infinity"}:
                self._fail(f"'{token.text}' is not a number that can be measured", token, "write a finite number")
            if token is not None and token.kind == "other" and token.text[0] in "$€£¥":
                found = (token.text, token.start, token.end, True)
            elif token is not None and token.text not in {"or", "for", "in", "and"}:
                self._fail(f"'{shorten(token.text)}' is not a number", token, "write a number with its unit, such as 200ms, 80% or 10")
            else:
                self._fail(f"a number is missing {where}", self._last, "write a number with its unit, such as 200ms, 80% or 10")
        text, start, end, exact = found
        try:
            quantity = Quantity.parse(text)
        except Misread as fault:
            raise self._moved(fault, Quantity.parse, start, end, exact) from None
        return Quantity(quantity.value, quantity.unit, start, end)

    def _gathered(self) -> tuple[str, int, int, bool] | None:
        """A number with its unit, also where a space stands between: text, start, end, and whether the text is exactly the user's."""
        token = self._peek()
        if token is None or token.kind != "number":
            return None
        self._next += 1
        text, last, pure = token.text, token, _BARE.fullmatch(token.text) is not None
        while (after := self._peek()) is not None:
            unit = after.kind == "suffix" or (after.kind == "word" and after.lower not in RESERVED)
            if pure and unit:
                text, pure = f"{text}{after.text}", False
            elif not pure and after.kind == "number" and after.text[0].isdigit() and DURATION.fullmatch(text):
                text, pure = text + after.text, _BARE.fullmatch(after.text) is not None
            else:
                break
            self._next += 1
            last = after
        return text, token.start, last.end, last is token

    def _unexpected_term(self, first: Token) -> Never:
        shown = shorten(first.text)
        if first.kind == "number":
            gathered = self._gathered()
            self._fail(f"'{shown}' has no comparison before it", first, f"write '> {shorten(gathered[0] if gathered else first.text)}'")
        if first.text in _TYPESET:
            rest = "".join(letter for letter in self._text if letter not in _TYPESET).strip()
            self._fail(f"'{shown}' is a quote of typesetting, and no quote to YAML", first, f'write straight quotes: "{shorten(rest)}"')
        if first.kind == "other":
            self._fail(f"'{shown}' does not belong here", first, _EXAMPLES)
        if first.lower in RESERVED or first.kind == "suffix":
            self._fail(f"a condition is expected, not '{shown}'", first, _EXAMPLES)
        after = self._peek(1)
        if after is not None and after.kind == "word" and (op := term_meant(after.text)) in OPERATORS and term_meant(first.text) is None:
            negated = op == "==" and (third := self._peek(2)) is not None and third.lower == "not"
            self._fail(f"'{shorten(after.text)}' is not a comparison", after, f"write '{shown} {'!=' if negated else op} …'")
        if after is not None and after.kind == "word" and (third := self._peek(2)) is not None and third.kind == "op":
            self._two_words(first, after)
        if meant := term_meant(first.text):
            self._next += 1
            if meant in OPERATORS and after is not None and after.lower == "than":
                after = self._peek(1)
            if meant in OPERATORS and after is not None and after.kind == "number":
                meant = f"{meant} {shorten(after.text)}"
            self._fail(f"'{shown}' is not a condition", first, _did_you_mean(meant, self._peek()))
        if after is not None and after.kind == "number":
            self._fail(f"a comparison is missing after '{shown}'", first, f"write '{shown} > {shorten(after.text)}'", upto=after)
        self._fail(f"'{shown}' is not a condition", first, _EXAMPLES)

    def _two_words(self, first: Token, second: Token) -> Never:
        one = f"{first.text}_{second.text}"
        self._fail(
            f"'{shorten(self._text[first.start : second.end])}' is two words",
            first,
            f"the name of a value is one word, such as '{shorten(one)}'",
            upto=second,
        )

    def _unexpected_joint(self, term: Term) -> Never:
        before, token, after = self._last, self._take(), self._peek()
        shown, meant = shorten(token.text), joint_meant(token.text)
        if token.kind == "number" and before.kind == "word" and (joint := joint_meant(before.text)):
            self._fail(f"'{shorten(before.text)}' does not belong here", before, f"did you mean '{joint}'?")
        if token.kind == before.kind == "word" and after is not None and after.kind == "op":
            self._two_words(before, token)
        if (isinstance(term, State) and term_meant(token.text) is not None) or (shown,) in _STATES:
            self._fail(f"'{shown}' does not belong here", token, f"join conditions with 'or': '{term} or {shown}'")
        if token.lower == "and" or meant == "and":
            way_out = "write two monitors and join them in a third with `all_of`"
            self._fail(f"a threshold joins conditions with 'or', never '{shown}'", token, way_out)
        if token.lower == "in":
            self._fail(
                f"'in' belongs to a comparison such as '> 10 in 10m', not to '{term}'", token, "write 'for' to say how long it must last"
            )
        if token.lower == "for":
            self._fail("'for' is said twice", token, "write one 'for' in each condition")
        if token.kind == "op":
            self._fail(f"'{shown}' follows a condition that is already complete", token, f"write '{term} or {shown} …'")
        if after is None and token.text in {",", ";", "."}:
            self._fail(f"'{shown}' does not belong here", token, "remove it")
        if meant:
            self._fail(f"'{shown}' does not belong here", token, f"did you mean '{meant}'?")
        self._fail(f"'{shown}' does not belong here", token, "join conditions with 'or', and say how long with 'for 5m'")

    def _moved(self, fault: Misread, read: Callable[[str], object], start: int, end: int, exact: bool) -> ThresholdError:
        """The fault of a part of the sentence, in the user's own spelling where spaces were dropped, with offsets into the whole."""
        if not exact:
            try:
                read(self._text[start:end])
            except Misread as spelled:
                fault = spelled
        if fault.end > fault.start:
            return ThresholdError(fault.message, start + fault.start, start + fault.end, fault.help)
        return ThresholdError(fault.message, start, end, fault.help)

    def _at(self, word: str) -> bool:
        token = self._peek()
        return token is not None and token.lower == word

    def _peek(self, ahead: int = 0) -> Token | None:
        position = self._next + ahead
        return self._tokens[position] if position < len(self._tokens) else None

    def _take(self) -> Token:
        self._next += 1
        return self._last

    @property
    def _last(self) -> Token:
        return self._tokens[max(self._next - 1, 0)]

    def _fail(self, message: str, token: Token, way_out: str, *, upto: Token | None = None) -> Never:
        raise ThresholdError(message, token.start, (upto or token).end, way_out)


def bounds_fault(low: Quantity, high: Quantity, word: str) -> ThresholdError | None:
    """Why two quantities cannot be the bounds of one range; None where they can."""
    if (low.unit is None) != (high.unit is None):
        bare, other = (low, high) if low.unit is None else (high, low)
        return ThresholdError(f"'{bare}' has no unit, but '{other}' has", help="write the unit on both bounds, or on none")
    if low.unit is not None and high.unit is not None and not same_kind(low.unit, high.unit):
        return ThresholdError(f"'{low}' and '{high}' are not of one kind", help="write both bounds in the same unit")
    below, above = (quantity.value * (quantity.unit.scale if quantity.unit else 1.0) for quantity in (low, high))
    if below == above:
        return ThresholdError(f"the bounds '{low}' and '{high}' are equal", help=f"write '{'==' if word == 'between' else '!='} {low}'")
    if below > above:
        return ThresholdError(f"the lower bound '{low}' is not below '{high}'", help=f"write '{word} {high} and {low}'")
    return None


def _did_you_mean(meant: str, after: Token | None) -> str:
    if meant in DIRECTIONS and (after is None or after.lower != "for"):
        return f"write '{meant} for 15m'"
    return f"did you mean '{meant}'?" if meant[0].isalpha() else f"write '{meant}'"
