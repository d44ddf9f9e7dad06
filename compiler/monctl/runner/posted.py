"""What became of messages: for each (receiver, incident) whether the last one arrived, waits, is tried again, or was given up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monctl.bundle import Bundle
from monctl.decode import from_json
from monctl.runner.core.group import Group
from monctl.runner.core.state import Told
from monctl.runner.receivers import receiver
from monctl.runner.store.store import Row, Store
from monctl.status_report import Delivered, ShownLetter, ToldTo

_LATE_S = 60.0
"""A message that has been waiting so long is worth showing."""
_DAY_S = 86_400.0
_ROWS = 2000
"""Rows of the outbox that are looked at: the newest ones."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The outbox and the groups at one moment."""

    bundle: Bundle
    rows: tuple[Row, ...]
    """Open and given up ones, oldest first, and those sent where one was given up."""
    groups: tuple[Group, ...]

    def of(self, incident: str, told: Mapping[str, Told]) -> tuple[ToldTo, ...]:
        """Who was told of an incident, by when it was decided. A message that never arrived does not count as told."""
        return tuple(self._one(incident, name, one) for name, one in sorted(told.items(), key=lambda pair: (pair[1].at, pair[0])))

    def _one(self, incident: str, name: str, one: Told) -> ToldTo:
        title, over = title_of(self.bundle, name), one.rank < 0
        mine = [row for row in self.rows if row.letter.receiver == name and about(row, incident)]
        row = next((row for row in mine if row.state in {"new", "leased", "retry"}), mine[-1] if mine else None)
        if row is not None and row.state != "sent":
            state = _word(row)
            return ToldTo(name, title, one.at, state, row.why, row.attempts, row.next_at or None if state != "failed" else None, over)
        group = next((group for group in self.groups if group.receiver == name and _waits(group, incident)), None)
        if group is not None:
            why = f"collected for the {group.digest} digest" if group.digest else "goes out with others of its group"
            return ToldTo(name, title, one.at, "waiting", why, 0, group.flush_at, over)
        return ToldTo(name, title, one.at, "told", "", row.attempts if row is not None else 0, None, over)


async def deliveries(bundle: Bundle, store: Store) -> Deliveries:
    """Read them. Raises StoreLost."""
    rows = await store.outbox(limit=_ROWS)
    if any(row.state == "dead" for row in rows):  # only then can a later message have arrived all the same
        rows = sorted([*rows, *await store.outbox(states=("sent",), limit=_ROWS)], key=lambda row: row.id)
    groups = [from_json(Group, body) for body in (await store.groups()).values()]
    return Deliveries(bundle, tuple(rows), tuple(groups))


def letters(bundle: Bundle, found: Deliveries, now: float, *, keys: Collection[str]) -> tuple[ShownLetter, ...]:
    """What a person should know of: waiting for a minute, failed once, given up within a day or about one of the incidents `keys`."""
    shown = []
    for row in found.rows:
        dead = row.state == "dead"
        recent = now - row.created <= _DAY_S or any(about(row, incident) for incident in keys)
        late = now - max(row.created, row.letter.not_before) > _LATE_S
        if row.state == "sent" or not ((dead and recent) or (not dead and (row.attempts > 1 or row.why or late))):
            continue
        shown.append(letter(bundle, row))
    return tuple(shown)


def letter(bundle: Bundle, row: Row) -> ShownLetter:
    """One row as people read it."""
    state = _word(row)
    return ShownLetter(
        row.letter.receiver,
        title_of(bundle, row.letter.receiver),
        row.letter.kind,
        tuple(item.title for item in row.letter.message.items),
        "waiting" if state == "told" else state,
        row.attempts,
        row.why,
        row.created,
        row.next_at if state != "failed" and row.next_at else None,
    )


def title_of(bundle: Bundle, name: str) -> str:
    """A channel's title, or `Ana (sms)` for a person."""
    found = receiver(bundle, name)
    if found is None:
        return name.removeprefix("person:")
    return f"{found.title} ({name.rpartition('/')[2]})" if name.startswith("person:") else found.title


def _word(row: Row) -> Delivered:
    """Of the outbox's states, what a person wants to know."""
    match row.state:
        case "sent":
            return "told"
        case "dead":
            return "failed"
        case _:
            return "retrying" if row.state == "retry" or row.why or row.attempts > 1 else "waiting"


def about(row: Row, incident: str) -> bool:
    """Whether a row tells of an incident."""
    return row.letter.thread == incident or any(item.incident == incident for item in row.letter.message.items)


def _waits(group: Group, incident: str) -> bool:
    return any(notice.incident == incident for notice in group.pending)
