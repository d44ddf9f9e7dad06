"""What a rule may look at besides the program: the texts, defaults of severities, the time, and the ignores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from monctl.lint.coverage import objects_of
from monctl.lint.known import Known, known
from monctl.lint.levels import Levels
from monctl.lint.ways import Way, ways
from monctl.program import Delivery, Program
from monctl.query import Query, queries
from monctl.source import Origin
from monctl.source_map import SourceMap
from monctl.yaml_reader import read_yaml

if TYPE_CHECKING:
    from monctl.finding import Finding
    from monctl.lint.ignores import Hiding, Ignore


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one run."""

    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The estate's files, by their names as shown to the user."""
    today: date | None = None
    """None: nothing is ever over."""
    defaults: Mapping[str, Delivery] = field(default_factory=dict)
    """Severity → where its alerts go when nothing else is said; only those that say something."""
    undecided: frozenset[str] = frozenset()
    """Monitors that do not say what no data means."""
    levels: Levels = field(default_factory=Levels)
    known: Known = field(default_factory=lambda: known({}), repr=False)
    """The codes there are."""
    rule: str = ""
    """The code of the rule that asks, where it is one about the whole program."""
    ignores: Sequence[Ignore] = ()
    hiding: Hiding = field(default_factory=dict, repr=False)
    """What they hide."""
    hidden: frozenset[tuple[Ignore, str]] = frozenset()
    """(ignore, code) pairs that hid something; known to rules that run last."""
    remaining: Sequence[Finding] = field(default=(), repr=False)
    """What nothing hid; known to rules that run last."""
    _values: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _ways: list[tuple[Way, ...]] = field(default_factory=list, repr=False, compare=False)
    _queries: list[tuple[Query, ...]] = field(default_factory=list, repr=False, compare=False)

    def ways(self, program: Program) -> tuple[Way, ...]:
        """The ways alerts go. Found out once: a context is of one program."""
        if not self._ways:
            self._ways.append(ways(program.monitors.values()))
        return self._ways[0]

    def queries(self, program: Program) -> tuple[Query, ...]:
        """Every SQL query. Listed once, as `ways` are."""
        if not self._queries:
            self._queries.append(tuple(queries(program)))
        return self._queries[0]

    def is_ignored(self, origin: Origin, *, on_key: bool = True) -> bool:
        """Whether a finding of this rule would be ignored there.

        A rule that tells one thing of several objects leaves those out where it would be, and tells it of each of them at its own place: there the
        ignore hides it, and is known to be needed.
        """
        lines = self.hiding.get(self.rule, {}).get(origin.file)
        if not lines:
            return False  # nearly always
        text = self.texts.get(origin.file, "")
        if origin.line is None and (whole := objects_of(text).get(origin.path[:2])) is not None:
            first, last = whole
            if lines.keys().isdisjoint(range(first, last + 1)):
                return False  # at once: to find one of 10,000 objects takes a look at half of them
        return SourceMap({origin.file: text}).span(origin, key=on_key).line in lines

    def raw(self, origin: Origin) -> Any:
        """What was written at an origin of a YAML file, before variables were filled; None where it is not there.

        The file is read again, once: ask only where there is something to tell.
        """
        if origin.line is not None or origin.file not in self.texts:
            return None
        if origin.file not in self._values:
            self._values[origin.file] = read_yaml(self.texts[origin.file])[0]
        value = self._values[origin.file]
        for part in origin.path:
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value
