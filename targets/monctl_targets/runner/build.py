"""Builds the runner's one resource: the bundle."""

from __future__ import annotations

from monctl.bundle import bundle
from monctl.program import Program
from monctl.resource import Resource
from monctl.target import Built, Fidelity, Fit


def build(program: Program) -> Built:
    """Pure. Everything is exact: the runner's semantics are the language's."""
    placed = [monitor.name for monitor in program.placed("runner")]
    resource = Resource(
        target="runner",
        kind="bundle",
        key=f"{program.estate}-{program.environment}" if program.environment else program.estate,
        name=program.title,
        body=bundle(program),
        address=f"estate.{program.estate}",
        parts=tuple(f"monitor.{name}" for name in placed),
    )
    fidelity = tuple(Fidelity(f"monitor.{name}", "runner", "monitor", Fit.EXACT) for name in placed)
    return Built((resource,), fidelity)
