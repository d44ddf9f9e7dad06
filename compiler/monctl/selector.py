"""What `--select` and `--exclude` mean: objects of a program by name, team, service, severity or file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

from monctl.errors import UsageError
from monctl.program import Monitor, Program
from monctl.selection import Selection
from monctl.suggest import did_you_mean

_WORDS = ("team", "service", "severity", "path")


def selection(program: Program, selected: Sequence[str], excluded: Sequence[str]) -> Selection | None:
    """The part of a program that is meant; None when nothing was said.

    Each entry is a glob of names (`orphaned-*`) or addresses (`dashboard.*`), `team:NAME`, `service:NAME`, `severity:NAME` or `path:GLOB`; entries are
    joined by "or". Raises UsageError for a word that is none of these, and for an entry that means nothing.
    """
    if not selected and not excluded:
        return None
    objects = dict(_objects(program))
    chosen = set(objects) if not selected else {address for entry in selected for address in _meant(entry, objects, program)}
    left_out = {address for entry in excluded for address in _meant(entry, objects, program)}
    names = tuple(pattern for entry in selected if ":" not in entry for pattern in (entry, entry.partition(".")[2]) if pattern)
    return Selection(frozenset(chosen - left_out), names)


def _objects(program: Program) -> Iterator[tuple[str, object]]:
    kinds = {
        "rotation": program.rotations, "escalation": program.escalations, "team": program.teams, "channel": program.channels, "calendar": program.calendars,
        "maintenance": program.maintenance, "datasource": program.datasources, "service": program.services, "monitor": program.monitors,
        "slo": program.slos, "dashboard": program.dashboards, "runbook": program.runbooks, "report": program.reports,
    }  # fmt: skip
    for kind, objects in kinds.items():
        for name, one in objects.items():
            yield f"{kind}.{name}", one
    yield f"estate.{program.estate}", program


def _meant(entry: str, objects: dict[str, object], program: Program) -> set[str]:
    word, colon, rest = entry.partition(":")
    if colon and word not in _WORDS:
        raise UsageError(f"'{entry}' selects by '{word}'", hint=did_you_mean(word, _WORDS, noun="words"))
    fits = _fits(word, rest) if colon else _named(entry)
    found = {address for address, one in objects.items() if fits(address, one)}
    if not found and (colon or not any(mark in entry for mark in "*?[")):
        names = [address.partition(".")[2] for address in objects]
        raise UsageError(
            f"nothing is selected by '{entry}' in estate '{program.estate}'",
            hint=None if colon else did_you_mean(entry, [*objects, *names]),
        )
    return found


def _fits(word: str, name: str) -> Callable[[str, object], bool]:
    def fits(_: str, one: object) -> bool:
        match word:
            case "severity":
                return isinstance(one, Monitor) and any(alert.severity == name for alert in one.alerts)
            case "path":
                origin = getattr(one, "origin", None)
                return origin is not None and _path(origin.file, name)
            case _:
                return getattr(one, word, None) == name

    return fits


def _named(pattern: str) -> Callable[[str, object], bool]:
    return lambda address, _: fnmatchcase(address, pattern) or fnmatchcase(address.partition(".")[2], pattern)


def _path(file: str, pattern: str) -> bool:
    return fnmatchcase(file, pattern) or fnmatchcase(file, f"*/{pattern}")
