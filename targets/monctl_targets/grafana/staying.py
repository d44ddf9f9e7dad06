"""What stays as it is: live objects that cannot be taken over, why, and how the specs use them all the same. Pure."""

from __future__ import annotations

import json

from monctl.resource import Live
from monctl_targets.grafana.given import CONTACT_POINTS, FOLDERS, MUTE_TIMINGS

NO_PLACE = {
    "folder": "its uid stays for good, and it has no other place for a mark",
    "contact_point": "its name is its identity, and it has no other place for a mark",
    "mute_timing": "its name is its identity, and it has no other place for a mark",
}
"""The API gives no description of a folder back (schema `Folder`, Grafana 13.0.0); a contact point renamed by it broke the server's
configuration (grafana/grafana issue 67334). Both read 2026-11-20."""


def not_adoptable(live: Live) -> tuple[str, str] | None:
    """Why an object cannot be taken over, and the way out; None for one that can be."""
    if (why := NO_PLACE.get(live.kind)) is not None:
        return why, use(live)
    if live.kind == "dashboard" and (file := live.body.get("provisioned")):
        return f"a file on the server provisions it ({file})", "remove the file, or leave the dashboard to it"
    if live.kind == "rule_group" and (other := live.body.get("provenance")):
        return f"something else writes its rules (provenance '{other}')", "end that first, or leave the group to it"
    return None


def use(live: Live) -> str:
    """How the specs use a folder, contact point or mute timing that is there."""
    if live.kind == "folder":
        return use_folder(live.name, live.remote_id)
    name, key = (CONTACT_POINTS, "CHANNEL") if live.kind == "contact_point" else (MUTE_TIMINGS, "hours-CALENDAR")
    return f"to use it as it is, say `{name}: {{{key}: {json.dumps(live.remote_id, ensure_ascii=False)}}}` under targets.grafana in monctl.yaml"


def use_folder(title: str, uid: str) -> str:
    """How the specs use a folder that is there."""
    pair = f"{json.dumps(title, ensure_ascii=False)}: {json.dumps(uid)}"
    return f"to use it as it is, say `{FOLDERS}: {{{pair}}}` under targets.grafana in monctl.yaml"
