"""The codes of what Grafana does not take, each with what it is said of."""

from __future__ import annotations

CODES = {
    "GRAFANA101": "an alert is one that Grafana cannot hold",
    "GRAFANA102": "the title of a dashboard is too long",
    "GRAFANA104": "a condition must hold for less time than passes between two evaluations",
}
"""Code → what is so, where it is told."""
