"""What a rule may look at besides the program: the texts, defaults of severities, the time, and the ignores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from monctl.lint.levels import Levels
from monctl.lint.ways import Way, ways
from monctl.program import Delivery, Program
from monctl.query import Query, queries
from monctl.source import Origin
from monctl.yaml_reader import read_yaml

if TYPE_CHECKING:
    from monctl.lint.ignores import Ignore


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
    ignores: Sequence[Ignore] = ()
    hidden: frozenset[tuple[Ignore, str]] = frozenset()
    """(ignore, code) pairs that hid something; known to rules that run last."""
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
