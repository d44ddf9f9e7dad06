"""What the runner takes: everything the language can say. It is the fallback of every estate."""

from __future__ import annotations

from monctl.measure import KINDS
from monctl.target import Capabilities, Capability, Fit

_OWN = "docs/runner.md (2026-11-21)"

CAPABILITIES = Capabilities(
    capabilities=(
        *(Capability(f"source.{kind}", Fit.EXACT, source=_OWN) for kind in KINDS),
        Capability("threshold.comparison", Fit.EXACT, source=_OWN),
        Capability("threshold.for", Fit.EXACT, source=_OWN),
        Capability("threshold.in", Fit.EXACT, source=_OWN),
        Capability("threshold.trend", Fit.EXACT, source=_OWN),
        Capability("threshold.no data", Fit.EXACT, source=_OWN),
        Capability("severity", Fit.EXACT, source=_OWN),
        Capability("escalation", Fit.EXACT, source=_OWN),
        Capability("escalation.repeat", Fit.EXACT, source=_OWN),
        Capability("rotation", Fit.EXACT, source=_OWN),
        Capability("calendar", Fit.EXACT, source=_OWN),
        Capability("maintenance", Fit.EXACT, source=_OWN),
        Capability("runbook", Fit.EXACT, source=_OWN),
        Capability("report", Fit.EXACT, source=_OWN),
        Capability("slo", Fit.EXACT, source=_OWN),
        Capability("dashboard", Fit.DROPPED, "dashboards are for Grafana", _OWN),
    ),
    default_for=frozenset(),
    accepts=frozenset(KINDS),
    fallback=True,
)
