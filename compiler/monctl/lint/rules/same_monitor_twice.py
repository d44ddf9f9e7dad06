"""MON010."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Monitor, Program


@rule("MON010", "same-monitor-twice", level=Level.WARNING)
def same_monitor_twice(program: Program, context: Context) -> Iterator[Finding]:
    """Two monitors mean the same: one source, one interval, the same conditions at the same places.

    **Why.** Every failure is told twice. Somebody acknowledges one, the other escalates; somebody mends the limit of one, the other stays.

    **Example**

        monitors:
          api: {http: https://api.example.com, alert: {critical: down}}
          api-health: {http: https://api.example.com, alert: {critical: down}}

    **Instead**

    One monitor; `notify` takes several channels, and `moved:` keeps its history under a new name.

    **Source.** Duplicates by meaning, as pint finds for rules: https://cloudflare.github.io/pint/checks/rule/duplicate.html (read 2026-11-21)
    """
    first: dict[tuple[object, ...], str] = {}
    for monitor in program.monitors.values():
        if not monitor.alerts:
            continue
        other = first.setdefault(_meaning(monitor), monitor.name)
        if other != monitor.name:
            yield found(
                f"'{monitor.name}' means the same as '{other}'",
                monitor.origin,
                help="remove one of them",
                address=monitor.address,
                on_key=True,
            )


def _meaning(monitor: Monitor) -> tuple[object, ...]:
    """What a monitor does, whatever it is called. Sources hold maps, so their text stands for them."""
    source = monitor.metric or repr(monitor.source)
    conditions = tuple((alert.severity, alert.condition) for alert in monitor.alerts)
    return source, monitor.value, monitor.every_s, conditions, monitor.targets, monitor.phases, monitor.active
