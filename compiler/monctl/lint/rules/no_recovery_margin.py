"""MON020."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Between, Comparison, Term
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import sentence
from monctl.measure import Dns, Host, Http, Log, Ping, Redis, Source, Storage, Tcp
from monctl.program import Program

_NOISY = ("response_time", "loss")
_WAVERING = (Http, Tcp, Dns, Ping, Redis, Storage, Host, Log)
"""Sources of which some figure is noisy."""


@rule("MON020", "no-recovery-margin", level=Level.WARNING)
def no_recovery_margin(program: Program, context: Context) -> Iterator[Finding]:
    """An alert that wakes somebody begins with one measurement of a noisy figure and ends with the next.

    Noisy are response times, lost packets, the load of a machine, percentiles of logs. What Sentry and Prometheus give is a mean already. Neither `for` nor `in` smooths the condition, and no
    `recover_after` keeps the alert until it is really over.

    **Why.** A figure that wavers about its limit pages, resolves and pages again, all night. After the third time nobody looks.

    **Example**

        monitors:
          latency: {http: https://example.com, alert: {critical: "response_time > 2s"}}

    **Instead**

        monitors:
          latency: {http: https://example.com, alert: {critical: "response_time > 2s for 5m"}, recover_after: 10m}

    **Source.** `keep_firing_for` is there "to prevent situations such as flapping alerts":
    https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ (read 2026-11-21)
    """
    for monitor in program.monitors.values():
        if monitor.recover_s > 0 or not isinstance(monitor.source, _WAVERING):
            continue
        for alert in monitor.alerts:
            if not program.severities[alert.severity].pages:
                continue
            sudden = next(
                (
                    term
                    for term in alert.condition
                    if isinstance(term, Comparison | Between)
                    and _is_sudden(term)
                    and _is_noisy(monitor.source, term.value or monitor.value)
                ),
                None,
            )
            if sudden is not None:
                yield found(
                    f"one measurement of '{_called(monitor.source, sudden.value or monitor.value)}' pages, and the next one ends it",
                    sentence(alert, context),
                    help="add `for` to the condition, or `recover_after:` to the monitor",
                    address=monitor.address,
                )


def _is_sudden(term: Term) -> bool:
    match term:
        case Comparison(op=op, window_s=None, for_s=0):
            return op in {">", ">=", "<", "<="}
        case Between(for_s=0):
            return True
        case _:
            return False


def _called(source: Source, value: str) -> str:
    """A figure by the word that is in the spec: the load of a machine and a percentile of logs have no other name."""
    return source.measure if isinstance(source, Host | Log) else value


def _is_noisy(source: Source, value: str) -> bool:
    match source:
        case Http() | Tcp() | Dns() | Ping() | Redis() | Storage():
            return value in _NOISY
        case Host(measure=measure):
            return measure in {"cpu", "load", "network", "disk_io"}
        case Log(measure=measure):
            return measure != "count"
        case _:
            return False
