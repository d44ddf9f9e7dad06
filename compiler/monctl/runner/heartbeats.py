"""Jobs that call: what each has said, and when to look at it next. Nothing is due in maintenance; a deadline begins anew at its end."""

from __future__ import annotations

import dataclasses

from monctl.measure import Heartbeat
from monctl.runner.agenda import Agenda
from monctl.runner.beats import Beat, called, deadline, outcome
from monctl.runner.checks import Check
from monctl.runner.outcome import Measured


class Heartbeats:
    """All of one runner. Puts `beat` into the agenda, one for each job at a time."""

    def __init__(self, agenda: Agenda, started: float) -> None:
        self.beats: dict[str, Beat] = {}
        self._agenda, self._started = agenda, started
        self._at: dict[str, float] = {}
        self._quiet: set[str] = set()
        self._floors: dict[str, float] = {}

    def call(self, name: str, word: str, now: float, *, code: str = "") -> Beat:
        """A job calls. It is looked at at once."""
        beat = self.beats[name] = called(self.beats.get(name, Beat()), word, now, code=code)
        self.look_at(name, now)
        return beat

    def hear(self, name: str, beat: Beat, now: float) -> None:
        """What another runner, or an earlier life of this one, has heard."""
        if beat != self.beats.get(name):
            self.beats[name] = beat
            self.look_at(name, now)

    def look_at(self, name: str, at: float) -> None:
        """Look at a job then, and not at another time."""
        if self._at.get(name) != at:
            self._at[name] = at
            self._agenda.put(at, "beat", name)

    def next_look(self, name: str, otherwise: float) -> float:
        """When it is looked at next."""
        return self._at.get(name, otherwise)

    def due(self, name: str, at: float) -> bool:
        """Whether a `beat` of the agenda still counts; it does so once."""
        if self._at.get(name) != at:
            return False
        del self._at[name]
        return True

    def said(self, check: Check, now: float, *, quiet_until: float | None) -> Measured | None:
        """What a job says now, and the next look at it; None: nothing is known. `quiet_until`: a maintenance of it lasts until then."""
        assert isinstance(check.source, Heartbeat)
        if quiet_until is not None and quiet_until > now:
            self._quiet.add(check.id)
            self.look_at(check.id, quiet_until)
            return None
        if check.id in self._quiet:
            self._quiet.remove(check.id)
            self._floors[check.id] = now
        beat, period_s, grace_s = self.beats.get(check.id, Beat()), check.every_s, check.source.grace_s
        floor = max(self._started, self._floors.get(check.id, 0.0))
        due = deadline(beat, period_s=period_s, grace_s=grace_s, floor=floor)
        if due is not None:
            self.look_at(check.id, due if due > now else now + period_s)
        return outcome(beat, now, period_s=period_s, grace_s=grace_s, floor=floor)

    def shift(self, by_s: float) -> None:
        """The clock was set back."""
        moved = {name: at + by_s for name, at in self._at.items()}
        self._at.clear()
        self._started += by_s
        self._floors = {name: at + by_s for name, at in self._floors.items()}
        for name, beat in self.beats.items():
            instants = {field: at + by_s for field in ("last", "started", "failed") if (at := getattr(beat, field)) is not None}
            self.beats[name] = dataclasses.replace(beat, **instants)
        for name, at in moved.items():
            self.look_at(name, at)
