"""What the block `targets.grafana` of monctl.yaml says: the version to write for, and what is there already and is used as it is.

A folder is known by its uid, a contact point and a mute timing by their names, and none of them has a place for an owner's mark: so they
are never taken over. The block names them, and the estate's objects then lead to them; what is named there is never written or deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monctl_targets.grafana.version import NEWEST, Version, read

FOLDERS, CONTACT_POINTS, MUTE_TIMINGS = "folders", "contact_points", "mute_timings"


@dataclass(frozen=True, slots=True)
class Given:
    """The block, with what it leaves out filled in."""

    editable: bool = False
    """What is written stays open to edits in the UI."""
    version: Version = NEWEST
    """The oldest server it is for."""
    folders: Mapping[str, str] = field(default_factory=dict)
    """Title in the specs → uid of a folder that is there; empty for the top, where what is in no folder lies."""
    contact_points: Mapping[str, str] = field(default_factory=dict)
    """Channel → name of the contact point that is there; several channels may be one."""
    mute_timings: Mapping[str, str] = field(default_factory=dict)
    """`hours-office` → name of the mute timing that is there."""

    def point(self, channels: frozenset[str]) -> str | None:
        """The contact point that is exactly these channels."""
        names = {self.contact_points.get(channel) for channel in channels}
        name = names.pop() if len(names) == 1 else None
        return name if name is not None and channels == {one for one, point in self.contact_points.items() if point == name} else None


def given(options: Mapping[str, Any]) -> Given:
    """The block as far as it can be understood; `options` says what it may be."""
    maps = {name: options.get(name) for name in (FOLDERS, CONTACT_POINTS, MUTE_TIMINGS)}
    return Given(
        bool(options.get("editable")),
        read(str(options.get("version") or "")) or NEWEST,
        **{name: {str(key): str(value) for key, value in said.items()} for name, said in maps.items() if isinstance(said, Mapping)},
    )
