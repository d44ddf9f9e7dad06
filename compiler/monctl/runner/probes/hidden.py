"""Takes the secrets of one check out of whatever it says. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus

from monctl.runner.outcome import Failed, Fault, Measured, Outcome
from monctl.sensitive import HIDDEN

_SHORTEST_PART = 6
"""Characters of a part of a secret that is one itself: the token of `Bearer TOKEN`."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Texts that are never told."""

    texts: tuple[str, ...] = ()
    """Longest first."""

    @classmethod
    def of(cls, secrets: Iterable[str]) -> Hidden:
        """The secrets, their parts, and the ways a server may repeat them: quoted for a URL, decoded from Basic."""
        found: set[str] = set()
        for secret in secrets:
            parts = {secret, *(part for part in secret.split() if len(part) >= _SHORTEST_PART)}
            if secret[:6].lower() == "basic ":
                parts |= {part for part in _basic(secret[6:]) if len(part) >= _SHORTEST_PART}
            found |= parts | {quote(part, safe="") for part in parts} | {quote_plus(part) for part in parts}
        return cls(tuple(sorted(found - {""}, key=lambda text: (-len(text), text))))

    def __repr__(self) -> str:
        return f"Hidden({len(self.texts)})"

    def clean(self, text: str) -> str:
        """The text with `***` in the place of each secret."""
        for secret in self.texts:
            text = text.replace(secret, HIDDEN)
        return text

    def outcome(self, outcome: Outcome) -> Outcome:
        """The outcome with clean notes and causes."""
        match outcome:
            case Measured(readings=readings):
                return replace(outcome, readings=tuple(replace(one, note=self.clean(one.note)) for one in readings))
            case Failed() | Fault():
                return replace(outcome, cause=self.clean(outcome.cause), note=self.clean(outcome.note))
            case _:
                return outcome


def _basic(text: str) -> tuple[str, ...]:
    try:
        pair = base64.b64decode(text.strip(), validate=True).decode()
    except ValueError:
        return ()
    return (pair, pair.partition(":")[2])
