"""What building had to say: findings, and what became of each field that PagerDuty cannot hold as it was written."""

from __future__ import annotations

from dataclasses import dataclass, field

from monctl.finding import Finding, Level
from monctl.source import Origin
from monctl.target import Fidelity, Fit


@dataclass
class Notes:
    """Collected on the way through one build."""

    findings: list[Finding] = field(default_factory=list)
    fidelity: dict[Fidelity, None] = field(default_factory=dict)

    def fault(self, code: str, message: str, origin: Origin, *, address: str, help: str, level: Level = Level.ERROR) -> None:
        """Something that cannot be compiled, or breaks a limit of the vendor."""
        self.findings.append(Finding(code, message, origin, level, help, address))

    def dropped(self, address: str, name: str, why: str, *, severity: str = "") -> None:
        """A field PagerDuty does not get."""
        self._note(Fidelity(address, "pagerduty", name, Fit.DROPPED, why, severity))

    def approximated(self, address: str, name: str, how: str, *, severity: str = "") -> None:
        """A field PagerDuty gets in another form."""
        self._note(Fidelity(address, "pagerduty", name, Fit.APPROXIMATED, how, severity))

    def _note(self, one: Fidelity) -> None:
        self.fidelity[one] = None
