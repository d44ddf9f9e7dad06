"""What the block `targets.grafana` of monctl.yaml says: the version to write for, and what is there already and is used as it is.

A folder is known by its uid, a contact point and a mute timing by their names, and none of them has a place for an owner's mark: so they
are never taken over. The block names them, and the estate's objects then lead to them; what is named there is never written or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monctl.program import Program
from monctl.source import Origin
from monctl_targets.grafana.version import NEWEST, OLDEST, Version, read, show

OPTIONS = Origin("monctl.yaml", ("targets", "grafana"))
FOLDERS, CONTACT_POINTS, MUTE_TIMINGS = "folders", "contact_points", "mute_timings"
_MAPS = {
    FOLDERS: "the title of a folder → its uid",
    CONTACT_POINTS: "a channel → the name of a contact point",
    MUTE_TIMINGS: "hours-CALENDAR, holidays-CALENDAR or maintenance-NAME → the name of a mute timing",
}


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
    """The block as far as it can be understood; what cannot is in `faults`."""
    maps = {name: options.get(name) for name in _MAPS}
    return Given(
        bool(options.get("editable")),
        read(str(options.get("version") or "")) or NEWEST,
        **{name: {str(key): str(value) for key, value in said.items()} for name, said in maps.items() if isinstance(said, Mapping)},
    )


def faults(options: Mapping[str, Any], program: Program) -> Iterator[tuple[Origin, str, str]]:
    """Place, what is wrong, and the way out, for each thing in the block that means nothing."""
    if (said := options.get("version")) is not None and ((found := read(str(said))) is None or found < OLDEST):
        yield (
            OPTIONS.at("version"),
            f"'{said}' is no version of Grafana from {show(OLDEST)} on",
            f'write it as "{show(NEWEST)}", or leave it out',
        )
    for name, meaning in _MAPS.items():
        value = options.get(name)
        if value is not None and (
            not isinstance(value, Mapping) or any(not isinstance(one, str) or not (one or name == FOLDERS) for one in value.values())
        ):
            yield OPTIONS.at(name), f"`{name}` is a map of texts", f"write {meaning}"
    known = {
        CONTACT_POINTS: program.channels.keys(),
        MUTE_TIMINGS: {
            *(f"{kind}-{name}" for name in program.calendars for kind in ("hours", "holidays")),
            *(f"maintenance-{name}" for name in program.maintenance),
        },
    }
    for name, keys in known.items():
        value = options.get(name)
        for key in value if isinstance(value, Mapping) else ():
            if key not in keys:
                yield (
                    OPTIONS.at(name, str(key)),
                    f"`{name}` names '{key}', which the specs do not have",
                    f"write {_MAPS[name]}, or remove the line",
                )
