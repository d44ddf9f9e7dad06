"""Logs: how many lines match, or a figure of one of their fields, since the last run or over a window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from monctl.measure import Log
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.outcome import Measured, Nothing, Outcome, Reading
from monctl.runner.probes import log_line, log_reader
from monctl.runner.probes.dial import patience
from monctl.runner.probes.engine import QueryFailed, Threads
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.trouble import failed, fault, unreachable

_THREADS: Final = 4
_SHARES: Final = 120
"""Steps a window moves in: counts are kept per step, not per line."""
_MOST_VALUES: Final = 50_000
"""Of one window; beyond that every second one is let go, and the figure is that of a sample."""
_MOST_SAVED: Final = 2_000
"""Entries a cursor holds; a larger window is read again from the files after a restart."""
_MOST_GROUPS: Final = 1_000
_REMEMBERED_S: Final = 3_600.0
"""A group that was there is told as 0 for so long (and ten runs at least), so that its incident ends."""


@dataclass(slots=True)
class _Kept:
    """What a check knows between runs."""

    places: tuple[log_reader.Place, ...] | None = None
    counts: dict[tuple[float, str], float] = field(default_factory=dict)
    """(step, group) → lines."""
    values: list[tuple[float, str, float]] = field(default_factory=list)
    """(time, group, value)."""
    groups: dict[str, float] = field(default_factory=dict)
    """Group → slot it was last seen in."""


class LogProbe:
    """One question about the files of a datasource. Without a window its figures are of the lines since the last run that succeeded."""

    def __init__(self, source: Log, means: Means, *, clock: Clock | None = None) -> None:
        self._source = source
        self._means = means
        self._datasource = means.datasources[source.datasource]
        self._clock = clock or SystemClock()
        self._kept: _Kept | None = None
        self._threads = means.shared.take("log-threads", lambda: Threads("logs", _THREADS))

    async def ask(self, ask: Ask) -> Outcome:
        """The window ends at the slot, less what the datasource lags. Nothing is taken as read before all of it was."""
        name = self._source.datasource
        begin = self._clock.mono()
        path = str(self._datasource.options.get("path") or self._datasource.url or "")
        if not path:
            return failed(name, "not set up", "it has no `path`")
        kept = self._kept or self._load(ask)
        run = _Run(self._source, self._datasource.options, kept, ask, ask.slot - self._datasource.lag_s)
        given_up: list[bool] = []
        try:
            found = await self._threads.run(
                lambda: log_reader.read_new(path, kept.places, run.take, given_up=lambda: bool(given_up)),
                stop=lambda: given_up.append(True),
                timeout_s=patience(ask.timeout_s),
            )
        except QueryFailed as error:
            return failed(name, error.words if error.words != "statement timeout" else "its files cannot be read in time", str(error))
        except (OSError, MemoryError) as error:
            where = str(error.filename) if isinstance(error, OSError) and error.filename else path
            return await fault(error) or failed(name, unreachable(error), where)
        if not found.files and not found.places:
            self._kept = replace(kept, places=kept.places or ())  # a file that comes later is read from its beginning
            return failed(name, "no such file", f"nothing matches {path}")
        self._kept = run.after(found)
        self._save(ask)
        note = "more was written than one run reads; the rest is counted in the next" if found.behind else ""
        return run.outcome(self._kept, note, self._clock.mono() - begin)

    async def close(self) -> None:
        await self._means.shared.give_back("log-threads")

    def _load(self, ask: Ask) -> _Kept:
        said = self._means.cursors.load(ask.check) if self._means.cursors is not None else None
        if not isinstance(said, dict) or said.get("question") != self._question():
            return _Kept()
        places = log_reader.from_json(said.get("places"))
        try:
            counts = {(float(step), str(group)): float(count) for step, group, count in said["counts"]}
            values = [(float(time), str(group), float(value)) for time, group, value in said["values"]]
            return _Kept(places, counts, values, {str(group): float(slot) for group, slot in said["groups"].items()})
        except (KeyError, TypeError, ValueError, AttributeError):
            return _Kept()

    def _save(self, ask: Ask) -> None:
        kept = self._kept
        if self._means.cursors is None or kept is None or kept.places is None:
            return
        fits = len(kept.values) + len(kept.counts) <= _MOST_SAVED
        place: dict[str, Any] = {
            "question": self._question(),
            "places": log_reader.to_json(kept.places) if fits else None,
            "counts": [[step, group, count] for (step, group), count in kept.counts.items()] if fits else [],
            "values": [list(one) for one in kept.values] if fits else [],
            "groups": kept.groups,
        }
        self._means.cursors.save(ask.check, place)

    def _question(self) -> str:
        """What a cursor was kept for: another question begins anew."""
        source = self._source
        where = sorted((name, str(value)) for name, value in source.where.items())
        return repr((source.datasource, where, source.contains, source.measure, source.field, source.by, source.window_s))


class _Run:
    """One run: takes lines on a thread, and makes readings of them afterwards. Changes nothing that outlives it until `after`."""

    def __init__(self, source: Log, options: Mapping[str, Any], kept: _Kept, ask: Ask, end: float) -> None:
        self._source, self._kept, self._ask, self._end = source, kept, ask, end
        self._begins = kept.places is None
        self._json = options.get("format", "json") != "text"
        self._time_field = str(options["time_field"]) if options.get("time_field") else None
        self._span_s = source.window_s if source.window_s is not None else ask.every_s
        self._step_s = max(1.0, self._span_s / _SHARES)
        self._taken: list[tuple[float, str, float]] = []

    def take(self, line: str) -> None:
        """A new line. When the check begins only lines that tell their time are taken: nobody knows how old the others are."""
        source = self._source
        if source.contains is not None and source.contains not in line:
            return
        fields = log_line.fields_of(line, json_lines=self._json)
        if fields is None or not log_line.matches(line, fields, source.where, source.contains):
            return
        group = log_line.text_of(log_line.field_of(fields, source.by)) if source.by is not None else ""
        value = 1.0 if source.measure == "count" else log_line.number_of(log_line.field_of(fields, source.field or ""))
        if group is None or value is None:
            return
        time = None
        if self._begins or source.window_s is not None:
            time = log_line.time_of(line, fields, self._time_field)
            if time is None and self._begins:
                return
            if time is not None and time <= self._end - self._span_s:
                return
        self._taken.append((self._end if time is None else time, group, value))

    def after(self, found: log_reader.Read) -> _Kept:
        """What is known from now on."""
        kept = _Kept(found.places, groups=dict(self._kept.groups))
        if self._source.window_s is None:
            # a line that was written after the slot, and before we read, counts now: it is never seen again
            kept.values = [] if self._source.measure == "count" else self._taken
            kept.counts = _added({}, self._taken, self._step_s) if self._source.measure == "count" else {}
        elif self._source.measure == "count":
            begin = self._end - self._span_s
            kept.counts = _added({key: n for key, n in self._kept.counts.items() if key[0] > begin}, self._taken, self._step_s)
        else:
            begin = self._end - self._span_s
            kept.values = [one for one in (*self._kept.values, *self._taken) if one[0] > begin]
            while len(kept.values) > _MOST_VALUES:
                kept.values = kept.values[::2]
        for _, group, _ in self._taken:
            kept.groups[group] = self._ask.slot
        oldest = self._ask.slot - max(_REMEMBERED_S, 10 * self._ask.every_s, self._span_s)
        kept.groups = {group: slot for group, slot in kept.groups.items() if slot >= oldest} if self._source.by is not None else {}
        return kept

    def outcome(self, kept: _Kept, note: str, took_s: float) -> Outcome:
        """The readings of what is known."""
        figures = self._counted(kept) if self._source.measure == "count" else self._figures(kept)
        if self._source.window_s is None:
            kept.counts, kept.values = {}, []
        if not figures and self._source.measure != "count":
            return Nothing("no line matched that has a number there", took_s)
        if len(figures) > _MOST_GROUPS:
            note = f"only the {_MOST_GROUPS} largest of {len(figures)} groups are told apart"
            figures = dict(sorted(figures.items(), key=lambda item: (-item[1], item[0]))[:_MOST_GROUPS])
        by = self._source.by
        readings = tuple(Reading({"value": figure}, {by: group} if by is not None else {}, note) for group, figure in figures.items())
        return Measured(readings, took_s)

    def _counted(self, kept: _Kept) -> dict[str, float]:
        counted = dict.fromkeys(kept.groups, 0.0) if self._source.by is not None else {"": 0.0}
        for (step, group), count in kept.counts.items():
            if self._source.window_s is None or step <= self._end:
                counted[group] = counted.get(group, 0.0) + count
        return counted

    def _figures(self, kept: _Kept) -> dict[str, float]:
        grouped: dict[str, list[float]] = {}
        for time, group, value in kept.values:
            if self._source.window_s is None or time <= self._end:
                grouped.setdefault(group, []).append(value)
        return {group: log_line.figure(self._source.measure, values) for group, values in grouped.items()}


def _added(counts: dict[tuple[float, str], float], taken: list[tuple[float, str, float]], step_s: float) -> dict[tuple[float, str], float]:
    """The counts with what was taken, each line in the step it falls into."""
    for time, group, _ in taken:
        key = (time // step_s * step_s, group)
        counts[key] = counts.get(key, 0.0) + 1.0
    return counts
