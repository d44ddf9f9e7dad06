"""Near misses: the known word a user most likely meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

_ENOUGH = 0.72  # "sevrity"/"severity" 0.93, "slack-crit"/"slack-critical" 0.83, "email"/"channel" 0.5


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, or None when none is near. Case, `_` and `-` count as equal; ties go to the first by name."""
    wanted = _plain(word)
    if not wanted or len(wanted) > 100:
        return None
    best, best_score = None, _ENOUGH
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)  # the matcher keeps its index of the second sequence
    for candidate in sorted(set(candidates)):
        plain = _plain(candidate)
        if plain == wanted:
            return candidate
        if 2.0 * min(len(plain), len(wanted)) <= best_score * (len(plain) + len(wanted)):
            continue  # the lengths alone keep the ratio below the best
        matcher.set_seq1(plain)
        if matcher.quick_ratio() > best_score and (score := matcher.ratio()) > best_score:
            best, best_score = candidate, score
    return best


def begun(word: str, candidates: Iterable[str]) -> str | None:
    """The only candidate that begins with `word`, three letters at least: `pie` for `piechart`. None when there are several, or none."""
    wanted = _plain(word)
    found = {candidate for candidate in candidates if len(wanted) > 2 and _plain(candidate).startswith(wanted)}
    return found.pop() if len(found) == 1 else None


def did_you_mean(word: str, candidates: Iterable[str], *, noun: str = "", limit: int = 8) -> str | None:
    """A help sentence: "did you mean 'x'?", else the names there are (at most `limit`; none are shown of 0), else None.

    `noun` is the plural of what is named: `did_you_mean("slak", names, noun="channels")`.
    """
    names = sorted(set(candidates))
    if near := closest(word, names):
        return f"did you mean '{near}'?"
    if not names:
        return f"there are no {noun} yet" if noun else None
    if not limit:
        return None
    shown = ", ".join(names[:limit]) + (f", … ({len(names)} in all)" if len(names) > limit else "")
    return f"the {noun} are {shown}" if noun else f"known are {shown}"


def _plain(word: str) -> str:
    return word.casefold().replace("_", "-").replace(" ", "-")
