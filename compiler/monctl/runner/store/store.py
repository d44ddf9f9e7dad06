"""What a store is. One commit is one transaction: the new state, its history and what is to be sent are there together or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from monctl.errors import MonctlError
from monctl.resource import Json
from monctl.runner.core.effect import Chronicle, Transition
from monctl.runner.message import Message

RowState = Literal["new", "leased", "sent", "retry", "dead", "superseded"]


class Fenced(MonctlError):
    """Another runner holds the shard now: nothing was written."""

    exit_code = 3


class StoreLost(MonctlError):
    """The store cannot be reached, or is full: nothing was written."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way, before it has a number."""

    receiver: str
    """A channel, or `person:NAME/KIND`."""
    thread: str
    """Incident or group: letters of one (receiver, thread) go out strictly in their order."""
    kind: str
    message: Message
    not_before: float = 0.0
    """Seconds since the epoch."""

    @property
    def dedup_key(self) -> str:
        """Unique: a letter that is there already is not written twice."""
        return self.message.dedup_key


@dataclass(frozen=True, slots=True)
class Row:
    """A letter in the outbox."""

    id: int
    letter: Letter
    state: RowState
    attempts: int
    next_at: float
    created: float
    why: str = ""
    """What the last attempt said."""
    unknown: bool = False
    """An attempt may have arrived all the same: its reply was lost, or its sender was."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A notice on its way to the runner that holds its group."""

    group: str
    """Key of the group."""
    notice: Json
    id: int = 0
    """Given by the store."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What one step, or several, change. Written whole."""

    states: Mapping[str, Json | None] = field(default_factory=dict)
    """Monitor → its state as JSON; None: it is gone."""
    groups: Mapping[str, Json | None] = field(default_factory=dict)
    """Group key → the group as JSON; None: it is over."""
    transitions: Sequence[Transition] = ()
    chronicles: Sequence[Chronicle] = ()
    """Written over the one of the same key."""
    letters: Sequence[Letter] = ()
    """A `resolved` whose `firing` (same receiver and incident) was never attempted supersedes it, and itself."""
    forwarded: Sequence[Forwarded] = ()
    """Notices for groups that another runner holds."""
    taken: Sequence[int] = ()
    """Forwarded notices that are in one of `groups` now."""
    values: Mapping[str, Json | None] = field(default_factory=dict)
    """Anything else by name: heartbeats (`beat:NAME`), cursors (`cursor:CHECK`), sessions, the runner's own."""
    id: str = ""
    """Written again under the same id (the answer to the first time was lost) it changes nothing. Empty: not to be recognised."""

    @property
    def empty(self) -> bool:
        """Nothing to write."""
        return not any((self.states, self.groups, self.transitions, self.chronicles, self.letters, self.forwarded, self.taken, self.values))


@dataclass(frozen=True, slots=True)
class Measurement:
    """One reading, for history."""

    check: str
    """The metric's name as `metric:NAME`, or the monitor's for an inline source."""
    instance: str
    """Labels as text; empty where there is one."""
    slot: float
    outcome: str
    """`measured`, `nothing`, `failed`, `fault`, `missed`."""
    values: Mapping[str, float] = field(default_factory=dict)
    took_s: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """Something a person asked for: by the command line or the page. Carried out once, by the runner that holds the monitor."""

    id: int
    kind: Literal["ack", "unack", "silence", "unsilence", "maintenance", "recheck"]
    by: str
    at: float
    body: Mapping[str, Json]
    """ack, unack: `monitor`, `incident`, `until` · silence, maintenance: `id`, `matchers`, `start`, `end`, `comment` · unsilence: `id`."""


class Store(Protocol):
    """Shared by all runners of one estate and environment. Every method may raise StoreLost."""

    async def states(self, monitors: Sequence[str]) -> dict[str, Json]:
        """The states of these monitors, those that have one."""

    async def groups(self, keys: Sequence[str] | None = None) -> dict[str, Json]:
        """The groups, all or these."""

    async def forwarded(self) -> list[Forwarded]:
        """Notices that wait for the runner of their group, in order."""

    async def values(self, prefix: str) -> dict[str, Json]:
        """Named values whose name begins so."""

    async def commit(self, commit: Commit, *, shards: Mapping[int, int] | None = None) -> None:
        """Write all of it in one transaction, if this runner holds these shards at these epochs. Raises Fenced when it does not."""

    async def record(self, measurements: Sequence[Measurement]) -> None:
        """History, apart from the state and less durable: losing a second of it in a crash is no harm."""

    async def history(self, check: str, since: float, until: float, *, limit: int = 5000) -> list[Measurement]:
        """By slot, oldest first."""

    async def transitions(self, since: float, until: float, *, monitor: str | None = None, limit: int = 500) -> list[Transition]:
        """Newest first."""

    async def chronicles(self, since: float, until: float) -> list[Chronicle]:
        """Incidents that were on at any time of `[since, until)`, by when they opened."""

    async def claim(self, now: float, *, lease_s: float, limit: int, each: int | None = None, but: Collection[str] = ()) -> list[Row]:
        """Rows that are due, leased to this runner for `lease_s`: the first open one of each (receiver, thread) only.

        At most `limit`, at most `each` of one receiver, none of the receivers `but`. While a digest of what a rate limit held is open,
        the other rows of its receiver wait: what it tells is older. In company a runner claims for the receivers in its shards.
        """

    async def settle(self, row: Row, state: RowState, *, next_at: float = 0.0, why: str = "", unknown: bool = False) -> None:
        """What became of an attempt; `new`: none was made. A row whose lease was lost meanwhile stays as the other runner left it."""

    async def collapse(self, rows: Sequence[Row], into: Letter) -> bool:
        """Several rows nobody ever tried to send become one, in one transaction. False, and nothing happens, when one of them was tried."""

    async def thread(self, receiver: str, thread: str) -> dict[str, str]:
        """What the last letter of a thread left behind (Slack's `ts`, PagerDuty's key)."""

    async def remember(self, receiver: str, thread: str, stored: Mapping[str, str]) -> None: ...

    async def outbox(self, *, states: Sequence[RowState] = ("new", "leased", "retry", "dead"), limit: int = 200) -> list[Row]:
        """Rows to look at: the newest `limit` of them, oldest first."""

    async def order(self, kind: str, by: str, at: float, body: Mapping[str, Json]) -> int:
        """Ask for something; gives its number."""

    async def orders(self, after: int) -> list[Order]:
        """What was asked for since, in order."""

    async def prune(self, now: float, *, results_s: float, history_s: float) -> None:
        """Forget measurements and settled rows older than this. Never blocks a commit."""

    async def close(self) -> None: ...


class Leases(Protocol):
    """Which parts of the work this runner may do."""

    @property
    def renew_s(self) -> float:
        """How often to renew, in seconds."""

    def held(self) -> Mapping[int, int]:
        """Shards that are surely ours now → their epoch, which grows when one is taken anew. Expired and doubtful leases are not among them."""

    async def renew(self) -> Mapping[int, int]:
        """Renew, take what is free up to our fair share, give back what is too much. Raises StoreLost."""

    async def release(self) -> None:
        """Give all back: a clean stop."""
