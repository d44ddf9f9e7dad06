"""What to send so that the layers of a live schedule become the wanted ones: layers are matched, re-opened or ended, never deleted.

A layer with an id is updated, one without is new, one left out stays as it is: so every live layer is sent.
Source: terraform-provider-pagerduty #257, #308, #451, #460 and the Salto adapter (read 2026-11-20)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from monctl.resource import Json
from monctl_targets.pagerduty.zone import moment, utc_text

Layer = Mapping[str, Any]
_OURS = ("id", "name", "start", "end", "rotation_virtual_start", "rotation_turn_length_seconds", "users", "restrictions")


def merged(wanted: Iterable[Layer], live: Iterable[Layer], *, now: datetime) -> list[Json]:
    """The wanted layers with the ids of the live ones of the same name, then the live ones nobody wants, ended now.

    An open layer is preferred to an ended one; an ended one is opened again by its explicit `"end": null`. Where one layer is open and one
    is wanted, they are the same whatever they are called: a schedule that is taken over keeps its layer, and everybody their turn.
    """
    layers = list(wanted)
    held = sorted(live, key=lambda layer: _ended(layer, now))
    open_ones = [layer for layer in held if not _ended(layer, now)]
    alone = open_ones[0] if len(layers) == len(open_ones) == 1 else None
    taken: set[str] = set()
    sent: list[Json] = []
    for layer in layers:
        found = alone or next((old for old in held if old.get("name") == layer["name"] and old["id"] not in taken), None)
        if found is None:
            sent.append(dict(layer))
        else:
            taken.add(found["id"])
            sent.append({**layer, "id": found["id"]})
    return sent + [_closed(layer, now) for layer in held if layer["id"] not in taken and not _ended(layer, now)]


def _ended(layer: Layer, now: datetime) -> bool:
    end = layer.get("end")
    return end is not None and moment(end) <= now


def _closed(layer: Layer, now: datetime) -> Json:
    body = {name: layer[name] for name in _OURS if name in layer}
    for name in ("start", "rotation_virtual_start"):
        body[name] = utc_text(moment(body[name]))
    users = [{"user": {"id": seat["user"]["id"], "type": "user_reference"}} for seat in layer["users"]]
    return body | {"users": users, "end": utc_text(now)}
