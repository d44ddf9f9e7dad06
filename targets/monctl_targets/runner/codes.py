"""The codes of what the runner does not take, each with what it is said of."""

from __future__ import annotations

CODES = {
    "RUNNER101": "an option is none, or has a value that it cannot have",
    "RUNNER102": "an option names what is not there",
}
"""Code → what is so, where it is told."""
