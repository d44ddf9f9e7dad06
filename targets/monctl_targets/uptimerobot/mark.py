"""The ownership mark where UptimeRobot has room for it.

| object | place | form |
| --- | --- | --- |
| monitor, paid plans | `customFields.monctl` (255 characters) | whole |
| monitor, Free (custom fields are a paid feature) | one tag (50 characters) | whole or brief, without digest: a tag lives in the whole account |
| integration, alert contact | end of `friendlyName` (60 characters), in brackets | whole or brief |
| maintenance window | end of `name` (255 characters), in brackets | whole |

A whole mark is `monctl:estate/environment/key#digest`. A brief one is `monctl:~1a2b3c/key#digest`, with a digest of estate and environment; where
the key is too long as well, it is `~` and its digest: such an object is known by the specs that name it, and by its digest once none does.
Limits: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27); tags: github.com/uptimerobot/ai de67d60 (read 2026-11-20).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from monctl.resource import Mark

FIELD = "monctl"
"""The custom field that holds a monitor's mark."""
NAME_ROOM = 60
WINDOW_ROOM = 255
TAG_ROOM = 50
_DIGEST = "0" * 10
"""Counted whether there is a digest yet or not, so that a name is always cut at the same place."""
_BRACKETS = 3
_LEAST_NAME = 12
"""Where the name cannot be whole, a mark that leaves less than this for it gives way to a briefer one."""

_BRIEF = re.compile(r"monctl:~([0-9a-f]{6})/(~[0-9a-f]{8}|[A-Za-z0-9_./:@-]+)(?:#([0-9a-f]{4,64}))?")
_BRIEF_SIGNED = re.compile(r"\s*\[" + _BRIEF.pattern + r"\]")


def cut(name: str, mark: Mark, room: int) -> str:
    """The name as far as it fits beside its mark in so many characters; a cut one never ends in space or punctuation."""
    most = room - len(_fitting(replace(mark, digest=_DIGEST), room, name)) - _BRACKETS
    return name.strip() if len(name.strip()) <= most else name.strip()[:most].rstrip(" ,;:.-(&/")


def signed(name: str, mark: Mark, room: int) -> str:
    """`Name [monctl:…]`, at most `room` characters."""
    form = _fitting(replace(mark, digest=_DIGEST), room, name).removesuffix(f"#{_DIGEST}")
    return f"{cut(name, mark, room)} [{form}{f'#{mark.digest}' if mark.digest else ''}]".lstrip()


def unsigned(name: str) -> str:
    """A name without its mark."""
    return Mark.strip(_BRIEF_SIGNED.sub("", name))


def tag(mark: Mark) -> str:
    """The mark as one tag."""
    return next((form for form in _forms(replace(mark, digest="")) if len(form) <= TAG_ROOM), "")


def is_tag(name: str) -> bool:
    """True for a tag that is a mark."""
    return name.startswith("monctl:")


def known(keys: Iterable[str]) -> Mapping[str, str]:
    """Digest of a key (`~5e6f7a8b`) → the key, for those the specs name."""
    return {_hashed(key): key for key in keys}


def find(texts: Iterable[str], named: Mapping[str, str], estate: str, environment: str) -> Mark | None:
    """The first mark in any of the texts; None when there is none. Another owner's brief mark has `~` and a digest for an estate."""
    for text in texts:
        if (mark := Mark.find(text)) is not None:
            return mark
        if (found := _BRIEF.search(text)) is not None:
            owner, key, digest = found.groups()
            if owner == _owner(estate, environment):
                return Mark(estate, environment, named.get(key, key), digest or "")
            return Mark(f"~{owner}", "", key, digest or "")
    return None


def _fitting(mark: Mark, room: int, name: str) -> str:
    """The fullest form that leaves the name whole; where none does, the fullest that leaves enough of it."""
    forms = _forms(mark)
    rooms = {form: room - len(form) - _BRACKETS for form in forms}
    whole = (form for form in forms if rooms[form] >= len(name.strip()))
    return next(whole, None) or next((form for form in forms if rooms[form] >= _LEAST_NAME), forms[-1])


def _forms(mark: Mark) -> tuple[str, str, str]:
    """From the whole to the briefest."""
    end = f"#{mark.digest}" if mark.digest else ""
    owner = _owner(mark.estate, mark.environment)
    return mark.text(), f"monctl:~{owner}/{mark.key}{end}", f"monctl:~{owner}/{_hashed(mark.key)}{end}"


def _owner(estate: str, environment: str) -> str:
    return hashlib.sha256(f"{estate}/{environment or '-'}".encode()).hexdigest()[:6]


def _hashed(key: str) -> str:
    return "~" + hashlib.sha256(key.encode()).hexdigest()[:8]
