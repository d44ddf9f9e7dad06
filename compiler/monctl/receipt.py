"""What became of one step of an apply."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monctl.order import Step


class Outcome(StrEnum):
    """What became of one step."""

    DONE = "done"
    FAILED = "failed"
    UNTRIED = "untried"
    """Something it needs failed, or its target stopped answering."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one step."""

    step: Step
    outcome: Outcome
    remote_id: str | None = None
    """The vendor's id as it is now; null when there is none."""
    reason: str = ""
    """Why it failed or was not tried; or what was unusual about its success."""
    hint: str = ""
    """The way out."""
