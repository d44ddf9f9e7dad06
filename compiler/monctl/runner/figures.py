"""What was measured lately: history to be written, and the inputs of expressions, composites and burn rates."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import cast

from monctl.bundle import Bundle
from monctl.measure import Burn, Composite, Expr
from monctl.runner.checks import Check, below
from monctl.runner.core.say import instance_name
from monctl.runner.core.truth import Sample
from monctl.runner.core.world import Standing
from monctl.runner.derive import Inputs, derive
from monctl.runner.outcome import Measured, Missed, Nothing, Outcome
from monctl.runner.store.store import Measurement, Store

_STALE = 3
"""Intervals after which a measurement is no input of expressions and composites any more."""
_BUFFER = 100_000
"""Measurements kept while the store is away; the oldest go first."""


class Figures:
    """The newest values, the samples burn rates look back on, and what is not written yet."""

    def __init__(self) -> None:
        self.unwritten: deque[Measurement] = deque(maxlen=_BUFFER)
        self._newest: dict[str, tuple[float, Mapping[str, float]]] = {}
        self._samples: dict[str, deque[Sample]] = {}
        self._kept_s: dict[str, float] = {}
        self._patience: dict[str, float] = {}
        self._since: dict[str, float] = {}

    def adopt(self, bundle: Bundle, checks: Mapping[str, Check], now: float) -> None:
        """What a bundle looks back on, and how far."""
        self._bundle, self._checks = bundle, checks
        self._read = {name for check in checks.values() if check.derived for name in below(check, bundle) if name in checks}
        self._patience = {
            check.id: max(
                (2 * checks[name].every_s + checks[name].timeout_s for name in below(check, bundle) if name in checks), default=0.0
            )
            for check in checks.values()
            if check.derived
        }
        self._since = {name: self._since.get(name, now) for name in self._patience}
        self._kept_s = {}
        for check in checks.values():
            slo = bundle.slos.get(check.source.slo) if isinstance(check.source, Burn) else None
            if slo is None or not isinstance(check.source, Burn):
                continue
            names = [one.partition(".")[0] for one in (slo.good, slo.total, slo.metric) if one]
            for name in [*names, *([f"monitor:{slo.monitor}"] if slo.monitor else [])]:
                self._kept_s[name] = max(self._kept_s.get(name, 0.0), check.source.long_s)

    async def load(self, store: Store, now: float) -> None:
        """Read the samples back. Raises StoreLost."""
        for name, kept_s in self._kept_s.items():
            check = name if name.startswith("monitor:") else f"metric:{name}"
            found = await store.history(check, now - kept_s, now, limit=100_000)
            self._samples[name] = deque(Sample(one.slot, one.values) for one in found if one.outcome == "measured")
        for check_id in self._read:
            name, every_s = check_id.removeprefix("metric:"), self._checks[check_id].every_s
            if check_id != name and name not in self._newest:
                found = await store.history(check_id, now - _STALE * every_s, now, limit=100_000)
                alone = [one for one in found if one.outcome == "measured" and not one.instance]
                if alone:
                    self._newest[name] = (alone[-1].slot, alone[-1].values)

    def add(self, check: Check, slot: float, found: Outcome) -> None:
        """One outcome."""
        word = type(found).__name__.lower()
        if not isinstance(found, Measured):
            note = found.cause if isinstance(found, Missed) else found.note
            self.unwritten.append(Measurement(check.id, "", slot, word, note=note))
            return
        for one in found.readings:
            self.unwritten.append(Measurement(check.id, instance_name(one.labels), slot, word, one.values, found.took_s, one.note))
        if len(found.readings) == 1 and check.id.startswith("metric:"):
            name = check.id.removeprefix("metric:")
            self._newest[name] = (slot, found.readings[0].values)
            self._sample(name, Sample(slot, found.readings[0].values))

    def stood(self, monitor: str, slot: float, found: Standing) -> None:
        """How a monitor stands, where an objective counts its good time."""
        name = f"monitor:{monitor}"
        kept = self._samples.get(name)
        if name not in self._kept_s or found.state == "unknown" or (kept and kept[-1].slot >= slot):
            return
        sample = Sample(slot, {"up": float(found.state != "firing")})
        self._sample(name, sample)
        self.unwritten.append(Measurement(name, "", slot, "measured", sample.values))

    def derive(self, check: Check, slot: float, standings: Mapping[str, Standing]) -> Outcome:
        """The outcome of a derived check."""
        newest = {}
        for name, (at, values) in self._newest.items():
            source = self._checks.get(f"metric:{name}")
            if source is not None and slot - at <= _STALE * source.every_s:
                newest[name] = values
        inputs = Inputs(self._bundle, newest, standings, self._samples)
        found = derive(cast("Expr | Composite | Burn", check.source), inputs, slot)
        if isinstance(found, Nothing) and slot - self._since[check.id] < self._patience[check.id]:
            return Missed("inputs")  # they have not been asked yet: that is no lack of data
        return found

    def shift(self, by_s: float) -> None:
        """The clock was set back."""
        self._newest = {name: (at + by_s, values) for name, (at, values) in self._newest.items()}
        self._since = {name: at + by_s for name, at in self._since.items()}
        for kept in self._samples.values():
            moved = [Sample(one.slot + by_s, one.values) for one in kept]
            kept.clear()
            kept.extend(moved)

    async def write(self, store: Store) -> None:
        """All that is not written yet. Raises StoreLost; nothing is lost then but what is too much to keep."""
        batch = [self.unwritten.popleft() for _ in range(len(self.unwritten))]
        if batch:
            try:
                await store.record(batch)
            except BaseException:
                self.unwritten.extendleft(reversed(batch))
                raise

    def _sample(self, name: str, sample: Sample) -> None:
        kept_s = self._kept_s.get(name)
        if kept_s is None:
            return
        kept = self._samples.setdefault(name, deque())
        kept.append(sample)
        while kept and kept[0].slot < sample.slot - kept_s:
            kept.popleft()
