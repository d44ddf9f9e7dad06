"""MON029."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import sentence
from monctl.measure import Http, Tls
from monctl.number import show_number
from monctl.program import Program

_LONGEST_DAYS = 200
_DAY_MS = 86_400_000


@rule("MON029", "certificate-always-due", level=Level.WARNING)
def certificate_always_due(program: Program, context: Context) -> Iterator[Finding]:
    """A certificate is told to expire for longer than public certificates live.

    No public authority issues one for more than 200 days since 2026-03-15, for more than 100 from 2027-03-15 on, for more than 47 from 2029-03-15 on.
    A private authority may.

    **Why.** With the next certificate the alert is there on its first day and never goes.

    **Example**

        alert: {warning: "certificate_expires_in < 300d"}

    **Instead**

        alert: {warning: "certificate_expires_in < 21d"}

    **Source.** Ballot SC-081v3 of the CA/Browser Forum, as told by https://www.digicert.com/blog/tls-certificate-lifetimes-will-officially-reduce-to-47-days
    and https://postquantum.com/security-pqc/sc081v3-47day-certificate (read in copies 2026-11-21)
    """
    for monitor in program.monitors.values():
        source = monitor.source
        if not isinstance(source, Http | Tls):
            continue
        for alert in monitor.alerts:
            for term in alert.condition:
                if (
                    not isinstance(term, Comparison)
                    or term.op not in {"<", "<="}
                    or (term.value or monitor.value) != "certificate_expires_in"
                ):
                    continue
                unit = monitor.units.get("certificate_expires_in")
                days = term.limit * (unit.scale if unit is not None and unit.dimension == "time" else _DAY_MS) / _DAY_MS
                if days > _LONGEST_DAYS:
                    yield found(
                        f"no public certificate ever has {show_number(days)} days left: '{alert.severity}' always fires",
                        sentence(alert, context),
                        help="write the time somebody needs to renew it, such as 21d",
                        address=monitor.address,
                    )
        if isinstance(source, Http) and (source.certificate_expires_in_s or 0) > _LONGEST_DAYS * 86_400:
            origin = program.metrics[monitor.metric].origin if monitor.metric is not None else monitor.origin
            yield found(
                f"no public certificate ever has {show_number((source.certificate_expires_in_s or 0) / 86_400)} days left",
                origin.at("http", "certificate_expires_in"),
                help="write the time somebody needs to renew it, such as 21d",
                address=monitor.address,
            )
