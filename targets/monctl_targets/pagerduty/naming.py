"""Names and descriptions within PagerDuty's limits, and the people behind names in a program."""

from __future__ import annotations

from dataclasses import dataclass

from monctl.program import Program
from monctl.resource import Json, lookup
from monctl.source import Origin
from monctl_targets.pagerduty.notes import Notes

FORBIDDEN = {"\\": "-", "/": "-", "&": "and", "<": "", ">": ""}
"""Refused in names of escalation policies; kept out of all names. terraform-provider-pagerduty's validation (read 2026-11-20)."""
LONGEST_TEAM, LONGEST_NAME, LONGEST_DESCRIPTION = 100, 255, 1024
"""Characters. REST reference of /teams, support.pagerduty.com on schedules (read 2026-11-20)."""
_ROOM = 224
"""Left in a description for the ownership mark."""


@dataclass(frozen=True)
class Naming:
    """How one program's objects are called at PagerDuty. `prefix` is the target's option of that name."""

    program: Program
    notes: Notes
    prefix: str = ""

    def name(self, wanted: str, address: str, *, most: int = LONGEST_NAME) -> str:
        """The name to send: printable, without forbidden characters, not too long."""
        text = f"{self.prefix}{wanted}"
        for bad, good in FORBIDDEN.items():
            text = text.replace(bad, good)
        text = " ".join("".join(char if char.isprintable() else " " for char in text).split())[:most].rstrip()
        if text != f"{self.prefix}{wanted}".strip():
            self.notes.approximated(address, "title", f"PagerDuty refuses some characters and long names: it is called '{text}' there")
        return text

    def description(self, wanted: str, address: str, *, room: int = 0) -> str:
        """The description to send, short enough for the mark to follow, and for `room` characters before it."""
        text, most = wanted.strip(), max(0, LONGEST_DESCRIPTION - _ROOM - room)
        if len(text) <= most:
            return text
        self.notes.approximated(
            address, "description", f"cut to {most} characters: PagerDuty takes {LONGEST_DESCRIPTION}, and the mark needs room"
        )
        return text[: most - 1].rstrip() + "…"

    def user(self, person: str, origin: Origin, address: str) -> Json | None:
        """A reference to somebody's account, looked up by e-mail; None and a finding when there is no address."""
        known = self.program.people[person]
        email = known.pagerduty or known.email
        if email is None:
            self.notes.fault(
                "PAGERDUTY101",
                f"'{person}' has no e-mail address to find the PagerDuty account by",
                known.origin if known.origin.file else origin,
                address=f"person.{person}",
                help=f"add `email:` (or `pagerduty:`) to person.{person}; {address} calls them",
            )
            return None
        return {"id": lookup("user", email=email.lower()), "type": "user_reference"}
