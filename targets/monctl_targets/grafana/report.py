"""What building notes down along the way: fidelity and findings, in the order they came, each once."""

from __future__ import annotations

from dataclasses import dataclass, field

from monctl.finding import Finding, Level
from monctl.source import Origin
from monctl.target import Fidelity, Fit

TARGET = "grafana"


@dataclass(slots=True)
class Report:
    """Collects; `fidelity` and `findings` are read at the end."""

    fidelity: dict[Fidelity, None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def exact(self, address: str, what: str, severity: str = "") -> None:
        """Said exactly."""
        self._note(Fidelity(address, TARGET, what, Fit.EXACT, severity=severity))

    def approximated(self, address: str, what: str, how: str, severity: str = "") -> None:
        """Said nearly: how."""
        self._note(Fidelity(address, TARGET, what, Fit.APPROXIMATED, how, severity))

    def dropped(self, address: str, what: str, why: str, severity: str = "") -> None:
        """Not said: why."""
        self._note(Fidelity(address, TARGET, what, Fit.DROPPED, why, severity))

    def find(self, code: str, message: str, origin: Origin, *, help: str, address: str, level: Level = Level.ERROR) -> None:
        """A finding about one object."""
        self.findings.append(Finding(code, message, origin, level, help, address))

    def _note(self, made: Fidelity) -> None:
        self.fidelity[made] = None
