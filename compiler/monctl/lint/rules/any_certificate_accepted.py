"""SEC002."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.measure import Http
from monctl.program import Program
from monctl.resource import SecretRef


@rule("SEC002", "any-certificate-accepted", level=Level.WARNING)
def any_certificate_accepted(program: Program, context: Context) -> Iterator[Finding]:
    """A check of a site takes any certificate.

    `verify: false` on an https URL. Where the request carries a secret as well, SEC003 says so.

    **Why.** Users' browsers refuse an expired, wrong or forged certificate, and the check reports good health.

    **Example**

        http: {url: https://example.com, verify: false}

    **Instead**

        http: {url: https://example.com, certificate_expires_in: 14d}

    **Source.** The meaning of `verify` in the spec language (2026-11-21)
    """
    sources = [(metric.source, metric.origin, f"metric.{metric.name}") for metric in program.metrics.values()]
    sources += [(monitor.source, monitor.origin, monitor.address) for monitor in program.monitors.values() if monitor.metric is None]
    for source, origin, address in sources:
        if not isinstance(source, Http) or source.verify or not source.url.startswith("https:"):
            continue
        if not any(isinstance(value, SecretRef) for value in source.headers.values()):
            yield found(
                "any certificate is accepted, also one that users' browsers refuse",
                origin.at("http", "verify"),
                help="remove `verify: false`; for a private authority, trust its certificate where the check runs",
                address=address,
            )
