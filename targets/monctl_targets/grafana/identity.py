"""Names that carry identity: uids of what we make, and the ownership mark where an object has only a name.

Grafana lets the client choose uids (`[a-zA-Z0-9_-]`, at most 40; lower case so that they stay valid Kubernetes names).
Source: grafana/grafana pkg/util/shortid_generator.go (read 2026-11-20).
"""

from __future__ import annotations

import hashlib
import re

from monctl.resource import Mark

KEY_ROOM = 26
"""Characters of a key that fit a uid beside `mc-` and ten hex digits."""

_NAMED = re.compile(r"mc-(?P<key>\S+) \[(?P<estate>[a-z0-9][a-z0-9-]*)(?:@(?P<environment>[A-Za-z0-9_-]+))?\]")


def slug(text: str, limit: int = KEY_ROOM) -> str:
    """The text in lower case letters, digits and dashes; ten hex digits tell texts apart that would be cut or lose everything."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if plain and len(plain) <= limit:
        return plain
    return f"{plain[: limit - 11].rstrip('-')}-{_hash(text)}".lstrip("-")


def uid(kind: str, estate: str, environment: str, key: str) -> str:
    """The uid of an object: `mc-`, as much of its key as fits, ten hex digits of its whole identity. At most 40 characters."""
    plain = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:KEY_ROOM].strip("-") or kind[:KEY_ROOM].replace("_", "-")
    return f"mc-{plain}-{_hash(f'{kind}/{estate}/{environment}/{key}')}"


def folder_key(found: str, estate: str, environment: str) -> str | None:
    """The key of a folder whose uid `uid` made for this estate and environment; None for any other folder.

    The API takes a folder's description but never gives it back (schema `Folder`, Grafana 13.0.0, read 2026-11-20),
    so the uid is the only place for the mark. Folder keys are slugs of at most 26 characters, so they can be read back.
    """
    if not found.startswith("mc-") or len(found) < len("mc-x-") + 10:
        return None
    key = found[3:-11]
    return key if found == uid("folder", estate, environment, key) else None


def marked_name(mark: Mark) -> str:
    """The name of a contact point or mute timing, with its mark: `mc-office-hours [tracks-posts@production]`.

    They have no description and no tags. The form has no slash: the name is a segment of mute timings' paths. No room for a digest.
    """
    where = f"{mark.estate}@{mark.environment}" if mark.environment else mark.estate
    return f"mc-{mark.key} [{where}]"


def read_name(name: str) -> Mark | None:
    """The mark in a name, or None."""
    found = _NAMED.fullmatch(name)
    return Mark(found["estate"], found["environment"] or "", found["key"]) if found else None


def bare_name(name: str) -> str:
    """The name without its mark, as `build` gives it: `mc-office-hours`."""
    mark = read_name(name)
    return name if mark is None else f"mc-{mark.key}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
