"""What the runner takes: everything the language can say. It is the fallback of every estate."""

from __future__ import annotations

from monctl.measure import KINDS
from monctl.target import Capabilities, Capability, Fit

_OWN = "docs/runner.md (2026-11-21)"

_SAID = (
    *(f"threshold.{term}" for term in ("comparison", "for", "in", "between", "trend", "down", "any", "error", "no_data")),
    *(f"channel.{kind}" for kind in ("slack", "email", "pagerduty", "sms", "webhook", "sentry")),
    *(f"channel.{part}" for part in ("rate", "repeat", "resolved", "group_by")),
    *(
        "escalation",
        "escalation.repeat",
        "rotation",
        "rotation.layers",
        "rotation.overrides",
        "rotation.restrictions",
        "rotation.time_zone",
    ),
    *("severity", "severity.digest", "severity.urgency", "calendar", "calendar.holidays", "maintenance", "phases"),
    *("action", "goal", "labels", "message", "no_data", "on_error", "recover_after", "runbook", "report", "slo", "team"),
)
"""Everything but the sources and the dashboards."""

CAPABILITIES = Capabilities(
    capabilities=(
        *(Capability(f"source.{kind}", Fit.EXACT, source=_OWN) for kind in KINDS),
        *(Capability(feature, Fit.EXACT, source=_OWN) for feature in _SAID),
        Capability("dashboard", Fit.DROPPED, "dashboards are for Grafana", _OWN),
    ),
    default_for=frozenset(),
    accepts=frozenset(KINDS),
    fallback=True,
)
