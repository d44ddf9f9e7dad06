"""Another name for an object, everywhere it is written. Refused where a name is computed: an edit of half of them breaks the estate. Pure."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from monctl.errors import UsageError
from monctl.lsp import grammar, names, refer
from monctl.lsp.hover import Spot, mention_at
from monctl.lsp.python_names import python_names
from monctl.lsp.refer import Spelled, Texts
from monctl.lsp.seen import Seen
from monctl.spec.base import NAME_PATTERN
from monctl.spec.file import KINDS, SINGULAR
from monctl.yaml_reader import plain_value

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Renaming:
    """What is renamed, and all that has to be edited."""

    kind: str
    name: str
    places: tuple[Spelled, ...]
    home: str
    """Real path of the file that declares it."""


def target(spot: Spot, seen: Seen) -> tuple[str, str, int, int]:
    """Kind, name, and place under the cursor of what can be renamed. Raises UsageError where nothing can."""
    near = mention_at(spot)
    if near is None:
        raise UsageError("there is no name of an object here", hint="put the cursor on one")
    mention, start, end = near
    kind = names.meant(mention, seen.known)
    if kind is None and mention.declares:
        raise UsageError(f"'{mention.name}' makes several objects, which others name by their own names", hint="rename it by hand")
    if kind is None:
        raise UsageError(f"nothing is called '{mention.name}'", hint="declare it first")
    if kind not in KINDS:
        raise UsageError(f"'{mention.name}' is declared in monctl.yaml", hint="change it there, and where it is used, by hand")
    return kind, mention.name, start, end


def renaming(kind: str, name: str, new: str, seen: Seen, texts: Texts) -> Renaming:
    """Every edit. Raises UsageError with the reason why it cannot be done safely."""
    if not re.fullmatch(NAME_PATTERN.strip("^$"), new):
        raise UsageError(f"'{new}' cannot be a name", hint="a name is letters, digits, - and _, and begins with a letter or digit")
    if not isinstance(plain_value(new), str):
        raise UsageError(f"'{new}' cannot be a name here: without quotes it is read as something else than text", hint="take another name")
    if new in seen.known.get(kind, ()) and new != name:
        raise UsageError(f"there is a {SINGULAR[kind]} '{new}' already", hint="take another name")
    if not seen.checked.loaded.complete:
        raise UsageError("a file of the estate cannot be read, and may name it", hint="mend that file first")
    places = refer.spelled(kind, name, seen, texts)
    home = next((place for place in places if place.declares), None)
    if home is None:
        raise UsageError(
            f"the name of {SINGULAR[kind]} '{name}' is computed by a for_each, a template, an SLO or a Python spec",
            hint="rename it where it is made",
        )
    if twice := [place for place in places if place.declares and place != home]:
        raise UsageError(f"{SINGULAR[kind]} '{name}' is declared {len(twice) + 1} times", hint="remove all but one first")
    if unclear := refer.computed(kind, name, seen, texts):
        first = unclear[0]
        file = os.path.relpath(first.file, seen.root)
        raise UsageError(f"{file}:{first.line}: {first.why}", hint="write the name itself there, then rename")
    _globs(kind, name, new, seen)
    return Renaming(kind, name, tuple(places), home.path)


def moved(renaming_: Renaming, new: str, text: str) -> tuple[int, str] | None:
    """Where to insert the line that tells providers it is the same object, and the line; None in a Python spec without one to add to."""
    word = SINGULAR[renaming_.kind]
    if renaming_.home.endswith(".py"):
        calls = python_names(text).calls
        at = max((call.end for call in calls), default=len(text))
        return None if "moved" not in text else (at, f'\nmoved("{word}.{renaming_.name}", "{word}.{new}")')
    found = re.search(r"^moved:[ \t]*\r?$", text, re.MULTILINE)
    line = f"  {word}.{renaming_.name}: {word}.{new}"
    if found is not None:
        return found.end(), f"\n{line}"
    if re.search(r"^moved:", text, re.MULTILINE):
        return None
    gap = "" if text.endswith("\n") else "\n"
    return len(text), f"{gap}\nmoved:\n{line}\n"


def _globs(kind: str, name: str, new: str, seen: Seen) -> None:
    """Raises UsageError where a pattern means the old name and not the new one, or the other way round."""
    for item in seen.checked.loaded.items:
        value = item.spec.model_dump(by_alias=True, exclude_unset=True, warnings=False)
        for pattern in _patterns(value, grammar.follow(grammar.top(settings=False), (item.kind, item.name)), kind):
            if fnmatchcase(name, pattern) != fnmatchcase(new, pattern):
                raise UsageError(
                    f"the pattern '{pattern}' of {item.address} matches only one of '{name}' and '{new}'", hint="change the pattern first"
                )


def _patterns(value: object, place: grammar.Place | None, kind: str) -> list[str]:
    if place is None:
        return []
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _patterns(item, grammar.step(place, key), kind)]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _patterns(item, grammar.step(place, index), kind)]
    return [value] if isinstance(value, str) and _GLOB.search(value) and kind in grammar.scalar(place).names else []
