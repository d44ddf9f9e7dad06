"""ROUTE019."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.quantity import Duration

_EVERY_S = {"hourly": 3600.0, "daily": 86_400.0, "weekly": 604_800.0}


@rule("ROUTE019", "digest-after-response", level=Level.WARNING)
def digest_after_response(program: Program, context: Context) -> Iterator[Finding]:
    """A severity promises a response sooner than its digest is sent.

    **Why.** With `response: 4h` and `digest: daily` the promise is broken before anybody has read of the alert.

    **Example**

        severities:
          minor: {response: 4h, digest: daily, notify: [mail]}

    **Instead**

        severities:
          minor: {response: 4h, digest: hourly, notify: [mail]}

    or a response of two days.

    **Source.** The meaning of `response` and `digest` in the spec language (2026-11-21)
    """
    for severity in program.severities.values():
        if severity.digest is not None and severity.response_s is not None and severity.response_s < _EVERY_S[severity.digest]:
            yield found(
                f"'{severity.name}' promises a response in {Duration.of(severity.response_s)}, and is told {severity.digest}",
                severity.origin.at("digest"),
                help="collect for less long, or promise less",
                address=f"severity.{severity.name}",
            )
