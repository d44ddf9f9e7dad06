"""MON010."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.sources import meaning
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
    sources = {metric.name: meaning(metric.source) for metric in program.metrics.values()}
    for monitor in program.monitors.values():
        if not monitor.alerts:
            continue
        other = first.setdefault(_meaning(monitor, sources), monitor.name)
        if other != monitor.name:
            yield found(
                f"'{monitor.name}' means the same as '{other}'",
                monitor.origin,
                help="remove one of them",
                address=monitor.address,
                on_key=True,
            )


def _meaning(monitor: Monitor, sources: Mapping[str, Hashable]) -> tuple[object, ...]:
    """What a monitor does, whatever it and its metric are called. The order of terms means nothing."""
    source = sources[monitor.metric] if monitor.metric is not None else meaning(monitor.source)
    conditions = tuple((alert.severity, frozenset(alert.condition)) for alert in monitor.alerts)
    return source, monitor.value, monitor.every_s, conditions, monitor.targets, monitor.phases, monitor.active
