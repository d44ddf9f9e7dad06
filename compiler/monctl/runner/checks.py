"""What is asked, how often, for whom: the checks of a bundle. Pure."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monctl.bundle import Bundle
from monctl.measure import Burn, Composite, Expr, Heartbeat, Source

SHARDS = 64
"""Into how many parts several runners divide the work."""
REACHES: frozenset[str] = frozenset({"http", "tcp", "dns", "ping", "tls", "heartbeat", "redis", "storage"})
"""Kinds whose being refused or late is itself the answer: `up` is 0. For the others it says nothing about what they measure."""


@dataclass(frozen=True, slots=True)
class Check:
    """One source on one schedule, asked once for all monitors that watch it."""

    id: str
    """`metric:NAME`, or the monitor's name for an inline source."""
    source: Source
    every_s: float
    timeout_s: float
    monitors: tuple[str, ...]
    """Those that watch it; none for a metric that is only an input of others."""

    @property
    def phase_s(self) -> float:
        """Where in its interval it runs: the same after a restart and on every runner, spread over all checks.

        A multiple of 1/64 s, so that slots are exact numbers and `for 5m` is over after five minutes, not a hair before.
        """
        return math.floor(zlib.crc32(self.id.encode()) % 1_000_003 / 1_000_003 * self.every_s * 64) / 64

    @property
    def derived(self) -> bool:
        """Computed from other checks, not asked."""
        return isinstance(self.source, Expr | Composite | Burn)

    @property
    def heartbeat(self) -> bool:
        """Waits to be called."""
        return isinstance(self.source, Heartbeat)

    def slot(self, now: float) -> float:
        """The newest slot at or before `now`: `phase + k * interval` on the epoch."""
        return self.phase_s + math.floor((now - self.phase_s) / self.every_s) * self.every_s

    def next_slot(self, now: float) -> float:
        """The first slot after `now`."""
        return self.slot(now) + self.every_s


def checks(bundle: Bundle) -> dict[str, Check]:
    """Every check a bundle needs, inputs of composites, expressions and objectives included."""
    watched: dict[str, list[str]] = {}
    found: dict[str, Check] = {}
    for monitor in bundle.monitors.values():
        if not monitor.active:
            continue
        if monitor.metric is not None and monitor.metric in bundle.metrics:
            watched.setdefault(monitor.metric, []).append(monitor.name)
        else:
            found[monitor.name] = Check(monitor.name, monitor.source, monitor.every_s, monitor.timeout_s, (monitor.name,))
    queue = [*watched, *(name for check in found.values() for name in inputs(check.source, bundle))]
    while queue:
        name = queue.pop()
        key = metric_check(name)
        metric = bundle.metrics.get(name)
        if key in found or metric is None:
            continue
        found[key] = Check(key, metric.source, metric.every_s, metric.timeout_s, tuple(watched.get(name, ())))
        queue += inputs(metric.source, bundle)
    return found


def metric_check(metric: str) -> str:
    """The id of a metric's check."""
    return f"metric:{metric}"


def check_of(bundle: Bundle, monitor: str) -> str:
    """The id of the check a monitor watches."""
    metric = bundle.monitors[monitor].metric
    return metric_check(metric) if metric is not None and metric in bundle.metrics else monitor


def inputs(source: Source, bundle: Bundle) -> Iterator[str]:
    """The metrics a derived source reads."""
    match source:
        case Expr(inputs=named):
            yield from (name.partition(".")[0] for name in named.values())
        case Composite(members=members):
            yield from (member.metric.partition(".")[0] for member in members if member.metric)
        case Burn(slo=slo):
            said = bundle.slos.get(slo)
            names = (said.good, said.total, said.metric) if said is not None else ()
            yield from (name.partition(".")[0] for name in names if name)
        case _:
            return


def in_order(found: Mapping[str, Check], bundle: Bundle) -> list[Check]:
    """The derived checks, each after those it is computed from."""
    ordered: dict[str, Check] = {}

    def visit(check: Check, above: tuple[str, ...]) -> None:
        if not check.derived or check.id in ordered or check.id in above:
            return
        for other in below(check, bundle):
            if other in found:
                visit(found[other], (*above, check.id))
        ordered[check.id] = check

    for check in found.values():
        visit(check, ())
    return list(ordered.values())


def below(check: Check, bundle: Bundle) -> Iterator[str]:
    """The checks a derived one is computed from."""
    yield from map(metric_check, inputs(check.source, bundle))
    watched = [member.monitor for member in check.source.members] if isinstance(check.source, Composite) else []
    if isinstance(check.source, Burn) and check.source.slo in bundle.slos:
        watched.append(bundle.slos[check.source.slo].monitor)
    yield from (check_of(bundle, name) for name in watched if name is not None and name in bundle.monitors)


def shard(name: str) -> int:
    """The part a monitor, group or check belongs to; stable for ever, since rows are found by it."""
    return zlib.crc32(name.encode()) % SHARDS


def value_of(bundle: Bundle, reference: str) -> tuple[str, str]:
    """(metric, value) of `metric` or `metric.value`."""
    metric, _, value = reference.partition(".")
    return metric, value or (bundle.metrics[metric].default_value if metric in bundle.metrics else "value")


def by_monitor(found: Mapping[str, Check]) -> dict[str, Check]:
    """Monitor → its check."""
    return {monitor: check for check in found.values() for monitor in check.monitors}
