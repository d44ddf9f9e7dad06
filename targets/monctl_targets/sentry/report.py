"""What became of each field of one monitor, and what of it cannot be compiled."""

from __future__ import annotations

from dataclasses import dataclass

from monctl.build_report import Report
from monctl.finding import Level
from monctl.source import Origin


@dataclass(frozen=True, slots=True)
class Notes:
    """The report of one monitor."""

    report: Report
    address: str
    origin: Origin

    def exact(self, name: str, how: str = "", *, severity: str = "") -> None:
        """Said as it is."""
        self.report.exact(self.address, name, how, severity=severity)

    def approximated(self, name: str, how: str, *, severity: str = "") -> None:
        """Said nearly."""
        self.report.approximated(self.address, name, how, severity=severity)

    def dropped(self, name: str, why: str, *, severity: str = "") -> None:
        """Not said."""
        self.report.dropped(self.address, name, why, severity=severity)

    def finding(
        self, code: str, message: str, *, help: str | None = None, origin: Origin | None = None, level: Level = Level.ERROR
    ) -> None:
        """Cannot be compiled, or should not be."""
        self.report.finding(code, message, origin or self.origin, help=help, address=self.address, level=level)
