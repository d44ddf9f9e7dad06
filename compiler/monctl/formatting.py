"""One layout for the text of every YAML file: what `monctl fmt` makes of it, and the proof that it says the same. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from monctl.finding import Finding
from monctl.lines import Lines
from monctl.source import Origin
from monctl.yaml_fault import explain
from monctl.yaml_layout import laid_out
from monctl.yaml_tokens import NOT_BREAKS, NotUnderstood, Token, meaning, prove, tokens

_BREAK = re.compile(r"\r\n|\r|\n")
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Formatted:
    """What became of one text."""

    text: str
    """In the one layout; as it was where there is a fault or a reason."""
    fault: Finding | None = None
    """Why it is not YAML, located."""
    reason: str = ""
    """Why it is left as it is although it is YAML, as the end of a sentence."""


def formatted(file: str, text: str) -> Formatted:
    """The text in the one layout. All its lines end as most do, by LF or CRLF, and a byte order mark is gone.

    A text is only given back changed when it says the same, to every reader of YAML, and holds the same comments.
    """
    ending = _ending(text)
    body = text.removeprefix(_MARK)
    if "\r" in body:
        body = _BREAK.sub("\n", body)
    if odd := NOT_BREAKS.search(body):
        return Formatted(text, reason=f"the character U+{ord(odd[0]):04X} ends a line for some readers of YAML and not for others")
    try:
        prove(body)
        old = list(tokens(body))
    except yaml.YAMLError as error:
        fault = explain(error, body)
        span = Lines(body).span(file, fault.start, fault.end)
        return Formatted(text, Finding(fault.code, fault.message, Origin(file), help=fault.help, span=span))
    except NotUnderstood as error:
        return Formatted(text, reason=f"there is no place here for '{error}'")
    new = laid_out(old)
    if new != body and not _is_same(body, old, new):
        return Formatted(text, reason="in the one layout it would not say the same")
    return Formatted(new if ending == "\n" else new.replace("\n", ending))


def _ending(text: str) -> str:
    """How most lines end, LF where as many end by either. A lone CR is a line end for YAML, and for hardly anything else: it counts for neither."""
    both = text.count("\r\n")
    return "\r\n" if both > text.count("\n") - both else "\n"


def _is_same(body: str, old: list[Token], new: str) -> bool:
    """Whether a new text means what the old one did, with the same comments, and would not be changed again."""
    try:
        again = list(tokens(new))
        return meaning(new) == meaning(body) and _remarks(again) == _remarks(old) and laid_out(again) == new
    except (yaml.YAMLError, NotUnderstood):
        return False


def _remarks(found: list[Token]) -> list[str]:
    return sorted(remark.text for token in found for remark in token.remarks)
