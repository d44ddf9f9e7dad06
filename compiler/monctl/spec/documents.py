"""What people read: runbooks, procedures, checklists and reports."""

from __future__ import annotations

from typing import Literal

from monctl.spec.base import Described, Name, Sentence


class Runbook(Described):
    """What to do. Steps, sections, a Markdown file or a URL; attached to every alert that names it."""

    kind: Literal["runbook", "procedure", "checklist", "reference"] = "runbook"
    """Procedures, checklists and references are for the playbook; no alert needs to name them."""
    steps: list[Sentence] = []
    """In order; the first one goes into messages."""
    sections: dict[str, str | list[Sentence]] = {}
    """Heading → text or list: `Symptoms`, `Investigation`, `Quick fix`, `Permanent fix`."""
    file: str | None = None
    """A Markdown file; the path is relative to the folder of monctl.yaml."""
    url: str | None = None
    """Where it lives, when it lives elsewhere."""


class Report(Described):
    """A review made from the runner's history."""

    every: Literal["daily", "weekly", "monthly"]
    """How often it is made."""
    sections: list[Sentence] = []
    """What it goes through."""
    goals: dict[
        Literal["mttd", "mttr", "mtta", "noise", "acknowledged", "resolved", "coverage", "availability", "error_rate", "response_time"],
        Sentence,
    ] = {}
    """Figure → where it should be: `mttr: < 30m`."""
    notify: list[Name] = []
    """Channels it is sent to."""
