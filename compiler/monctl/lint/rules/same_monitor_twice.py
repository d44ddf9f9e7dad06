"""MON010."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.shared import again
from monctl.lint.sources import meaning
from monctl.program import Monitor, Program


@rule("MON010", "same-monitor-twice", level=Level.WARNING)
def same_monitor_twice(program: Program, context: Context) -> Iterator[Finding]:
    """Two monitors mean the same: one source, one interval, the same conditions, told to the same people, at the same places.

    **Why.** Every failure is told twice. Somebody acknowledges one, the other escalates; somebody mends the limit of one, the other stays.

    **Example**

        monitors:
          api: {http: https://api.example.com, alert: {critical: down}}
          api-health: {http: https://api.example.com, alert: {critical: down}}

    **Instead**

    One monitor; `notify` takes several channels, and `moved:` keeps its history under a new name.

    **Source.** Duplicates by meaning, as pint finds for rules: https://cloudflare.github.io/pint/checks/rule/duplicate.html (read 2026-11-21)
    """
    sources = {metric.name: meaning(metric.source) for metric in program.metrics.values()}
    watching: dict[Hashable, list[Monitor]] = {}
    for monitor in program.monitors.values():
        if monitor.alerts:
            watched = sources[monitor.metric] if monitor.metric is not None else meaning(monitor.source)
            watching.setdefault(watched, []).append(monitor)
    alike: dict[tuple[object, ...], list[Monitor]] = {}
    for monitor, watched in ((monitor, watched) for watched, several in watching.items() if len(several) > 1 for monitor in several):
        alike.setdefault((watched, *_alerting(monitor)), []).append(monitor)
    for several in alike.values():
        for monitor, other in again(several, lambda one: context.is_ignored(one.origin)):
            yield found(
                f"'{monitor.name}' means the same as '{other.name}'",
                monitor.origin,
                help="remove one of them",
                address=monitor.address,
                on_key=True,
                same="",
                elsewhere=((other.address,),),
            )


def _alerting(monitor: Monitor) -> tuple[object, ...]:
    """What a monitor does with what it watches, whatever it is called. The order of terms means nothing."""
    conditions = tuple((alert.severity, frozenset(alert.condition), alert.deliveries) for alert in monitor.alerts)
    return monitor.value, monitor.every_s, conditions, monitor.targets, monitor.phases, monitor.active
