"""Letters, lines of history and incidents for tests of what keeps and sends them."""

from __future__ import annotations

from dataclasses import replace

from monctl.runner.core.compose import dedup_key
from monctl.runner.core.effect import Chronicle, Transition
from monctl.runner.message import Item, Kind, Message
from monctl.runner.store.store import Letter

NOW = 1_800_000_000.0
ITEM = Item(
    incident="shop/api#1", monitor="api", title="API", severity="critical", emoji="", color="#ff0000", event="critical", state="firing",
    value="", threshold="", since=NOW,
)  # fmt: skip
TRANSITION = Transition("api", "", "shop/api#1", NOW, "ok", "critical", "")


def item(incident: str, state: str = "firing") -> Item:
    """One alert."""
    return replace(ITEM, incident=incident, monitor=incident.partition("#")[0], state="resolved" if state == "resolved" else "firing")


def letter(
    kind: Kind, incident: str = "shop/api#1", *, to: str = "ops", thread: str | None = None, seq: int = 1, others: tuple[str, ...] = ()
) -> Letter:
    """A letter about an incident, in its own thread unless another is named."""
    items = tuple(item(name, kind) for name in (incident, *others))
    key = dedup_key(to, incident, kind, seq)
    message = Message(kind, "Shop", "", to, key, thread or incident, NOW, items)
    return Letter(to, thread or incident, kind, message)


def chronicle(key: str, opened: float, over: float | None) -> Chronicle:
    """An incident as reports count it."""
    return Chronicle(key, "api", "", "", "critical", "alert", opened, opened, None, None, "", over, "", suppressed=False)
