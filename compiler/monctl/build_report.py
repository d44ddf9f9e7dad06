"""Collects what became of each field, and what cannot be compiled, while a program is built."""

from __future__ import annotations

from dataclasses import dataclass, field

from monctl.finding import Finding, Level
from monctl.source import Origin
from monctl.target import Fidelity, Fit


@dataclass(slots=True)
class Report:
    """Fidelity and findings in the order they are met, each once."""

    target: str
    _fidelity: dict[Fidelity, None] = field(default_factory=dict)
    _findings: dict[Finding, None] = field(default_factory=dict)

    def fit(self, address: str, name: str, fit: Fit, how: str = "", *, severity: str = "") -> None:
        """One line of fidelity."""
        self._fidelity[Fidelity(address, self.target, name, fit, how, severity)] = None

    def exact(self, address: str, name: str, how: str = "", *, severity: str = "") -> None:
        """Said as it is."""
        self.fit(address, name, Fit.EXACT, how, severity=severity)

    def approximated(self, address: str, name: str, how: str, *, severity: str = "") -> None:
        """Said nearly."""
        self.fit(address, name, Fit.APPROXIMATED, how, severity=severity)

    def dropped(self, address: str, name: str, why: str, *, severity: str = "") -> None:
        """Not said."""
        self.fit(address, name, Fit.DROPPED, why, severity=severity)

    def finding(
        self,
        code: str,
        message: str,
        origin: Origin,
        *,
        help: str | None = None,
        address: str | None = None,
        level: Level = Level.ERROR,
        same: str | None = None,
    ) -> None:
        """Something the vendor or the plan refuses."""
        self._findings[Finding(code, message, origin, level, help, address, same=same)] = None

    @property
    def fidelity(self) -> tuple[Fidelity, ...]:
        """All lines."""
        return tuple(self._fidelity)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings."""
        return tuple(self._findings)
