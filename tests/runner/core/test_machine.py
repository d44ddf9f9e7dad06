"""Whatever happens in whatever order: what must always hold of one monitor's incidents and messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monctl.bundle import Bundle
from monctl.decode import from_json
from monctl.program import to_json
from monctl.runner.core.carry import carried, shifted
from monctl.runner.core.effect import Chronicle, Effect, Notice, Transition
from monctl.runner.core.event import Acked, Event, Removed, Result, Tick, Unacked
from monctl.runner.core.state import Incident, Instance, MonitorState
from monctl.runner.core.step import step, wake
from monctl.runner.core.tell import OVER
from monctl.runner.core.truth import Predicate, of_outcome, of_reading
from monctl.runner.core.watch import Watch, watch
from monctl.runner.core.world import Matcher, Silence, Standing, World, ties
from monctl.runner.outcome import Failed, Fault, Measured, Missed, Nothing, Outcome, Reading
from tests.runner.core.table import estate

START = 1_767_600_000.0
SPEC = """
severities:
  critical: {notify: [page, pager], escalation: ops}
  warning: {notify: [chat], during: office}
  notice: {notify: [mail], digest: daily}
people: {ana: {email: ana@example.com}, ben: {email: ben@example.com}}
escalations: {ops: {levels: [{after: 0m, notify: [person.ana]}, {after: 10m, notify: [person.ben, boss]}], repeat: 1}}
calendars: {office: {time_zone: Europe/Berlin, hours: [{days: daily, start: "10:00", end: "12:00"}]}}
channels:
  page: {webhook: {url: "https://example.com/p"}, repeat: 7m}
  pager: {pagerduty: {service: Shop, integration_key: "${env:KEY}", owned: false}}
  chat: {webhook: {url: "https://example.com/c"}, group_by: [service]}
  mail: {webhook: {url: "https://example.com/m"}}
  boss: {webhook: {url: "https://example.com/b"}, resolved: false}
services: {shop: {depends_on: [base]}, base: {}}
datasources: {prom: {type: prometheus, url: "https://prometheus.example.com"}, db: {type: sqlite, path: x.db}}
monitors:
  parent: {tcp: {host: db.example.com, port: 5432}, service: base, every: 1m, alert: {critical: "down for 1m"}}
  plain: {command: {run: [x]}, service: shop, every: 1m, alert: {critical: "> 2", warning: "> 1", notice: "> 0"}}
  slow: {command: {run: [x]}, service: shop, every: 1m, alert: {critical: "> 2 for 3m or < 0 for 2m", warning: "> 1 for 2m"}, recover_after: 2m}
  many: {prometheus: {datasource: prom, query: x}, every: 1m, alert: {critical: "> 2 for 2m", warning: "> 1"}}
  rows: {sql: {datasource: db, query: select 1, mode: rows}, every: 1m, alert: {critical: "> 0 for 1m"}}
  loud: {command: {run: [x]}, every: 1m, alert: {critical: "> 2", warning: "no data for 2m or error"}, no_data: critical}
  trend: {command: {run: [x]}, every: 1m, alert: {warning: "increasing for 3m or > 5 in 4m"}}
"""
NAMES = ["plain", "slow", "many", "rows", "loud", "trend"]
NUMBERS = st.sampled_from([-1.0, 0.0, 1.0, 1.5, 2.0, 3.0])


@cache
def made() -> Bundle:
    with TemporaryDirectory() as folder:
        return estate(SPEC, Path(folder) / "estate")


class Machine(RuleBasedStateMachine):
    """One monitor, its world, and what was said so far."""

    @initialize(name=st.sampled_from(NAMES))
    def begin(self, name: str) -> None:
        self.given, self.name = made(), name
        self.watch: Watch = watch(self.given, self.given.monitors[name])
        self.now = START
        self.state = MonitorState()
        self.silences: dict[str, Silence] = {}
        self.standings: dict[str, Standing] = {}
        self.told: dict[str, dict[str, list[Notice]]] = {}
        self.over: set[str] = set()
        self.history: dict[str, list[tuple[float, Outcome, Instance]]] = {}

    def world(self) -> World:
        return World(self.given, ties(self.given), tuple(self.silences.values()), self.standings)

    def do(self, event: Event) -> None:
        """Step; the state from the store gives the same; then look at every effect."""
        before = self.state
        stored = from_json(MonitorState, json.loads(json.dumps(to_json(before))))
        assert stored == before
        after = step(self.watch, before, event, self.now, self.world())
        assert step(self.watch, stored, event, self.now, self.world()) == after
        self.state = after[0]
        for effect in after[1]:
            self.look(effect, event, before)
        again = step(self.watch, self.state, Tick(), self.now, self.world())
        assert not [effect for effect in again[1] if isinstance(effect, Notice)], "a tick at the same instant says it again"

    def look(self, effect: Effect, event: Event, before: MonitorState) -> None:
        match effect:
            case Notice():
                self.noticed(effect, event)
            case Transition():
                self.moved(effect)
            case Chronicle(key=key, over=over):
                if over is not None:
                    self.closed(effect)
                    if not any(one.over is not None for one in incidents(self.state).values() if one.number == number(key)):
                        self.over.add(key)

    def noticed(self, notice: Notice, event: Event) -> None:
        assert notice.incident not in self.over, "a message of what is closed"
        threads = self.told.setdefault(notice.incident, {})
        said = threads.setdefault(notice.receiver, [])
        latest = max((one.seq for found in threads.values() for one in found), default=0)
        assert notice.seq > latest, "seq increases within an incident"
        assert notice.first is (not said)
        if notice.kind == "resolved":
            assert said, "a resolve without a firing"
            assert said[-1].kind != "resolved", "resolved twice"
        if notice.kind in {"update", "reminder", "acknowledged"}:
            assert said
            assert said[-1].kind != "resolved"
        if notice.kind not in {"acknowledged", "resolved"}:
            assert notice.item.state == "firing"
        if notice.kind != "acknowledged" and not isinstance(event, Removed):
            assert self.world().overlay(self.name, notice.item.labels, self.now) is None, "something mutes it"
        said.append(notice)

    def moved(self, transition: Transition) -> None:
        """Nothing fires on less evidence than its `for`."""
        rung = next((rung for rung in self.watch.rungs if rung.severity.name == transition.after), None)
        was = next((rung for rung in self.watch.rungs if rung.severity.name == transition.before), None)
        if rung is None or (was is not None and was.severity.rank < rung.severity.rank):
            return
        history = self.history.get(transition.instance, [])
        assert any(evidence(self.watch, one, history) >= one.for_s for one in rung.predicates), f"{transition} on too little evidence"

    def closed(self, chronicle: Chronicle) -> None:
        """Everybody who was told that it began was told that it is over."""
        if chronicle.key in {f"{self.watch.namespace}/{self.name}/{name}" for name in self.still_open()}:
            return
        for receiver, said in self.told.get(chronicle.key, {}).items():
            channel = self.given.channels.get(receiver)
            assert said[-1].kind == "resolved" or (channel is not None and not channel.resolved), f"{receiver} was not told of the end"

    def still_open(self) -> list[str]:
        return [name for name, incident in incidents(self.state).items() if incident.held]

    # what can happen

    @rule(number=NUMBERS, missed=st.integers(0, 3))
    @precondition(lambda self: self.name not in {"many", "rows"})
    def measure(self, number: float, missed: int) -> None:
        self.slot(Measured((Reading({"value": number}),)), missed)

    @rule(numbers=st.dictionaries(st.sampled_from(["a", "b", "c"]), NUMBERS), missed=st.integers(0, 3))
    @precondition(lambda self: self.name in {"many", "rows"})
    def measure_several(self, numbers: dict[str, float], missed: int) -> None:
        found = tuple(Reading({"value": number}, {"pod": pod}) for pod, number in numbers.items())
        self.slot(Measured(found) if found or self.name == "rows" else Nothing("none"), missed)

    @rule(
        outcome=st.sampled_from([Nothing("none"), Failed("a", "b"), Failed("c", "d"), Fault("files", "none left"), Missed("late")]),
        times=st.integers(1, 8),
    )
    def know_nothing(self, outcome: Outcome, times: int) -> None:
        for _ in range(times):
            self.slot(outcome, 0)

    @rule(number=NUMBERS)
    def come_late(self, number: float) -> None:
        late = Result(self.state.slot, Measured((Reading({"value": number}),)))

        assert step(self.watch, self.state, late, self.now, self.world()) == (carried(self.watch, self.state), ())

    def slot(self, outcome: Outcome, missed: int) -> None:
        self.now = START + (round((self.now - START) // 60) + 1 + missed) * 60.0
        self.remember(outcome)
        self.do(Result(self.now, outcome))

    def remember(self, outcome: Outcome) -> None:
        """What each instance was given, as the machine saw it: readings where there were some, else the outcome for the one without labels."""
        if isinstance(outcome, Measured):
            for reading in outcome.readings:
                name = ",".join(f"{label}={text}" for label, text in sorted(reading.labels.items()))
                self.history.setdefault(name, []).append((self.now, outcome, Instance(reading.labels, values=reading.values)))
            for found in self.history.values():
                if found[-1][0] != self.now:
                    found.append((self.now, Missed("absent") if self.name != "rows" else Measured(()), Instance()))
        elif isinstance(outcome, Nothing | Failed):
            self.history.setdefault("", []).append((self.now, outcome, Instance()))

    @rule(seconds=st.integers(1, 59))
    def wait(self, seconds: int) -> None:
        """A tick at every instant that was asked for, and at one that was not."""
        until = min(self.now + seconds, START + (round((self.now - START) // 60) + 1) * 60.0 - 0.5)
        while (at := wake(self.watch, self.state, self.now, self.world())) is not None and at <= until:
            assert at > self.now
            self.now = at
            self.do(Tick())
        self.now = max(self.now, until)
        self.do(Tick())

    @rule(until=st.none() | st.integers(1, 1200))
    def acknowledge(self, until: int | None) -> None:
        self.do(Acked("ana", until=None if until is None else self.now + until))

    @rule()
    def give_back(self) -> None:
        self.do(Unacked("ana"))

    @rule(seconds=st.integers(1, 900), severity=st.sampled_from(["", "critical", "warning"]), maintenance=st.booleans())
    def silence(self, seconds: int, severity: str, maintenance: bool) -> None:
        matchers = (Matcher("severity", "=", severity),) if severity else (Matcher("monitor", "=", self.name),)
        self.silences["one"] = Silence("one", matchers, self.now, self.now + seconds, "ana", maintenance=maintenance)

    @rule()
    def unsilence(self) -> None:
        self.silences.clear()

    @rule(word=st.sampled_from(["ok", "pending", "down", "unknown", "stale"]))
    def parent_stands(self, word: str) -> None:
        rank = 0 if word in {"down", "pending"} else 1_000_000
        self.standings["parent"] = {
            "ok": Standing("ok", rank, at=self.now),
            "stale": Standing("ok", rank, at=0.0),
            "pending": Standing("pending", rank, "pending", self.now),
            "down": Standing("firing", rank, "firing", self.now),
            "unknown": Standing("unknown", rank, at=self.now),
        }[word]

    @rule()
    @precondition(lambda self: self.name == "plain")
    def change_the_spec(self) -> None:
        """Its `plain` becomes another's alerts, and back: nothing may break, and nobody is told but by results."""
        other = watch(self.given, self.given.monitors["slow"])
        twice = carried(self.watch, carried(other, self.state))
        assert incidents(twice) == incidents(self.state)
        self.state = twice

    @rule(by=st.integers(1, 7200))
    def set_the_clock_back(self, by: int) -> None:
        """All that is stored moves along, so that nothing is different but the numbers."""
        there = shifted(self.state, -float(by))
        assert shifted(there, float(by)) == self.state

    @rule()
    def remove(self) -> None:
        self.do(Removed())
        assert not self.state.instances
        self.history.clear()
        self.state = MonitorState(count=self.state.count)

    @invariant()
    def messages_fit_what_is_remembered(self) -> None:
        for name, incident in incidents(self.state).items():
            threads = self.told.get(f"{self.watch.namespace}/{self.name}/{name}", {})
            assert incident.told.keys() == threads.keys()
            for receiver, told in incident.told.items():
                assert (told.rank == OVER) == (threads[receiver][-1].kind == "resolved")

    @invariant()
    def the_next_look_is_to_come(self) -> None:
        at = wake(self.watch, self.state, self.now, self.world())
        assert at is None or at > self.now


def incidents(state: MonitorState) -> Mapping[str, Incident]:
    """What comes after the monitor in the key of each → the incident; no two of one instance, and no number twice."""
    found = {f"{name}#{one.incident.number}": one.incident for name, one in state.instances.items() if one.incident is not None}
    if state.health.incident is not None:
        found[f"health#{state.health.incident.number}"] = state.health.incident
    assert len({incident.number for incident in found.values()}) == len(found)
    assert all(incident.number <= state.count for incident in found.values())
    return found


def number(key: str) -> int:
    return int(key.rpartition("#")[2])


def evidence(one_watch: Watch, predicate: Predicate, history: list[tuple[float, Outcome, Instance]]) -> float:
    """Seconds a term has been true without a false answer, unknown time left out; -1 where it is not true now. Trends and windows: their own."""
    if predicate.window_s:
        return predicate.for_s
    total, last = -1.0, None
    for slot, outcome, instance in history:
        if isinstance(outcome, Measured) and outcome.readings and predicate.term.kind not in {"no data", "error"}:
            true = of_reading(predicate, Reading(instance.values, instance.labels), ())
        elif isinstance(outcome, Measured) and not outcome.readings:
            true = False
        else:
            true = of_outcome(predicate.term, outcome)
        if true is None:
            continue
        if not true:
            total = -1.0
        elif total < 0:
            total = 0.0
        else:
            gap = slot - (last or slot)
            total += gap if gap <= one_watch.pace.max_gap_s else one_watch.pace.interval_s
        last = slot
    return total


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
