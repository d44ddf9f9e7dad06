"""MON024."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.discover import SETTINGS
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin


@rule("MON024", "phase-never-active", level=Level.WARNING)
def phase_never_active(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor belongs to phases in which no environment can be.

    Every environment of `monctl.yaml` names its own `phase:`, which wins over the estate's, and none of them is one of the monitor's.

    **Why.** The monitor is paused everywhere, for ever. When the phase comes somebody sets `phase:` of the estate, and nothing happens.

    **Example**

        phases: {normal: {}, sale: {}}
        environments:                       # in monctl.yaml
          production: {phase: normal}
          staging: {phase: normal}
        monitors:
          banner: {http: https://example.com/sale, phases: [sale]}

    **Instead**

        environments:
          production: {}
          staging: {phase: normal}
        phase: sale

    **Source.** Which phase counts: an environment's over the estate's (spec language, 2026-11-21)
    """
    file = next((name for name in context.texts if name == SETTINGS or name.endswith(f"/{SETTINGS}")), None)
    environments = context.raw(Origin(file, ("environments",))) if file is not None else None
    if not program.phases or not isinstance(environments, dict) or not environments:
        return
    phases = [one.get("phase") if isinstance(one, dict) else None for one in environments.values()]
    if any(not isinstance(phase, str) or "${" in phase for phase in phases):
        return
    for monitor in program.monitors.values():
        if monitor.phases and not set(monitor.phases) & set(phases):
            yield found(
                f"no environment is in {' or '.join(repr(phase) for phase in monitor.phases)}, and each says which phase it is in",
                monitor.origin.at("phases"),
                help="let an environment leave `phase:` to the estate, or name one of the monitor's",
                address=monitor.address,
            )
