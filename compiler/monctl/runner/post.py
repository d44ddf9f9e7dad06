"""Effects of steps made into one commit: history, groups and letters. Pure but for what it collects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from monctl.bundle import Bundle
from monctl.decode import from_json
from monctl.program import to_json
from monctl.resource import Json
from monctl.runner.checks import shard
from monctl.runner.core.compose import alone, together
from monctl.runner.core.effect import Chronicle, Effect, Notice, Recheck, Transition
from monctl.runner.core.group import Group, collect, flush, group_key
from monctl.runner.store.store import Commit, Forwarded, Letter


@dataclass(slots=True)
class Post:
    """What is to be written next. `take` gives it away and begins anew."""

    bundle: Bundle
    page: str = ""
    groups: dict[str, Group] = field(default_factory=dict)
    """Groups this runner holds."""
    _states: dict[str, Json | None] = field(default_factory=dict)
    _groups: dict[str, Json | None] = field(default_factory=dict)
    _values: dict[str, Json | None] = field(default_factory=dict)
    _transitions: list[Transition] = field(default_factory=list)
    _chronicles: dict[str, Chronicle] = field(default_factory=dict)
    _letters: list[Letter] = field(default_factory=list)
    _forwarded: list[Forwarded] = field(default_factory=list)
    _taken: list[int] = field(default_factory=list)
    _heard: set[int] = field(default_factory=set)
    """Forwarded notices that were taken and may still lie in the store."""

    @property
    def empty(self) -> bool:
        """Nothing is to be written."""
        return not any(
            (self._states, self._groups, self._values, self._transitions, self._chronicles, self._letters, self._forwarded, self._taken)
        )

    @property
    def time_zone(self) -> str:
        """Where the day of digests begins: the option `time_zone`, UTC by default."""
        return str(self.bundle.options.get("time_zone") or "UTC")

    def state(self, monitor: str, state: Json | None) -> None:
        """The newest state of a monitor."""
        self._states[monitor] = state

    def value(self, name: str, value: Json | None) -> None:
        """A named value."""
        self._values[name] = value

    def effects(
        self, effects: Iterable[Effect], now: float, *, recheck: Callable[[Recheck], None], holds: Callable[[int], bool]
    ) -> set[str]:
        """All of a step; gives the groups something came to. `holds` tells whether a shard is ours."""
        touched: set[str] = set()
        for effect in effects:
            match effect:
                case Notice():
                    if (key := self._notice(effect, now, holds)) is not None:
                        touched.add(key)
                case Transition():
                    self._transitions.append(effect)
                case Chronicle():
                    self._chronicles[effect.key] = effect
                case Recheck():
                    recheck(effect)
        return touched

    def forwarded(self, found: Iterable[Forwarded], now: float, *, holds: Callable[[int], bool]) -> set[str]:
        """Notices of other runners whose groups are ours; gives the groups."""
        touched: set[str] = set()
        there = list(found)
        self._heard &= {one.id for one in there}
        for one in there:
            if holds(shard(one.group)) and one.id not in self._heard:
                touched.add(one.group)
                self._heard.add(one.id)
                self._collect(one.group, from_json(Notice, one.notice), now)
                self._taken.append(one.id)
        return touched

    def unhear(self) -> None:
        """What was taken is not in any group: it was not written."""
        self._heard.clear()

    def flush(self, key: str, now: float, *, muted: Callable[[Notice], bool]) -> float | None:
        """Send a group that is due, but for what is muted now; gives when it is due next, None when it is over."""
        group = self.groups.get(key)
        if group is None:
            return None
        left, notices = flush(group, now, time_zone=self.time_zone, muted=muted)
        if notices:
            message = together(group, notices, self.bundle, now, page=self.page)
            self._letters.append(Letter(group.receiver, key, message.kind, message))
        if left is None:
            del self.groups[key]
            self._groups[key] = None
            return None
        self.groups[key] = left
        self._groups[key] = to_json(left)
        return left.flush_at

    def take(self) -> Commit:
        """Everything collected, once."""
        found = Commit(
            dict(self._states), dict(self._groups), tuple(self._transitions), tuple(self._chronicles.values()),
            tuple(self._letters), tuple(self._forwarded), tuple(self._taken), dict(self._values),
        )  # fmt: skip
        for held in (self._states, self._groups, self._values, self._chronicles):
            held.clear()
        for listed in (self._transitions, self._letters, self._forwarded, self._taken):
            listed.clear()
        return found

    def _notice(self, notice: Notice, now: float, holds: Callable[[int], bool]) -> str | None:
        """Gives the group it went to, if it is one of ours."""
        key = group_key(notice, self.bundle.channels.get(notice.receiver))
        if key is None:
            message = alone(notice, self.bundle, now, page=self.page)
            self._letters.append(Letter(notice.receiver, notice.incident, notice.kind, message))
        elif holds(shard(key)):
            self._collect(key, notice, now)
            return key
        else:
            self._forwarded.append(Forwarded(key, to_json(notice)))
        return None

    def _collect(self, key: str, notice: Notice, now: float) -> None:
        severity = self.bundle.severities.get(notice.item.severity)
        urgent = severity is not None and severity.pages
        group = collect(self.groups.get(key), key, notice, now, time_zone=self.time_zone, urgent=urgent)
        self.groups[key] = group
        self._groups[key] = to_json(group)
