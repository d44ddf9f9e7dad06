"""Which of an account's contacts and integrations a look-up means, and whether it would hear of anything. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from monctl.errors import Rejected
from monctl.resource import Lookup
from monctl_targets.uptimerobot import mark as marks
from monctl_targets.uptimerobot.normalize import NOTIFY, canonical, text

_DEAF = {"Up": "only that it is up again", "None": "of nothing"}


def chosen(wanted: Lookup, found: Sequence[Mapping[str, Any]]) -> str:
    """The wanted field of the one active contact of those that fit. Raises Rejected when it is not one, or would never be told of an outage."""
    active = [person for person in found if person.get("status", "Active") == "Active"]
    if len(active) == 1:
        when = active[0].get("enableNotificationsFor")
        events = NOTIFY[when] if type(when) is int and 0 <= when < len(NOTIFY) else when
        if events in _DEAF:
            raise Rejected(
                f"{wanted} wants to hear {_DEAF[events]}, so it would never be told of an outage",
                target="uptimerobot",
                hint="change which events it wants in the dashboard (Integrations & API)",
            )
        return str(active[0].get(wanted.field))
    if active:
        raise Rejected(
            f"{wanted} matches {len(active)} contacts: {', '.join(sorted(str(person['id']) for person in active))}",
            target="uptimerobot",
            hint="rename or remove all but one in the dashboard",
        )
    raise Rejected(
        f"{wanted} is {found[0].get('status')}, so it would never be told",
        target="uptimerobot",
        hint="activate it in the dashboard (Integrations & API)",
    )


def fits(person: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Equality, never containment; phone numbers by their digits."""
    for name, wanted in query.items():
        if name == "type":
            same = canonical(person["type"]).lower() == canonical(wanted).lower()
        elif name == "value":
            same = _plain(person.get("value")) == _plain(wanted)
        else:
            same = any(
                _plain(value) == _plain(wanted) for value in (marks.unsigned(text(person.get("friendlyName"))), person.get("customValue"))
            )
        if not same:
            return False
    return True


def _plain(value: str | None) -> str:
    told = (value or "").strip().lower()
    digits = re.sub(r"[\s()./-]", "", told)
    return digits if re.fullmatch(r"\+?[0-9]+", digits) else told
