"""SEC003."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.measure import Http, Source
from monctl.program import Program
from monctl.resource import SecretRef
from monctl.source import Origin

_LOOPBACK = re.compile(r"http://(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)")


@rule("SEC003", "secret-unprotected", level=Level.ERROR)
def secret_unprotected(program: Program, context: Context) -> Iterator[Finding]:
    """A check sends a secret where others can read it.

    A header is a secret, and the URL begins with `http://`, or `verify: false` takes any certificate. Requests to the machine itself are left alone.

    **Why.** Every few minutes, for years, to whoever stands between.

    **Example**

        http: {url: http://api.example.com/status, headers: {Authorization: "${env:API_TOKEN}"}}

    **Instead**

        http: {url: https://api.example.com/status, headers: {Authorization: "${env:API_TOKEN}"}}

    **Source.** "Bearer tokens need to be protected from disclosure in storage and in transport": https://www.rfc-editor.org/rfc/rfc6750 (abstract,
    read in a copy 2026-11-21)
    """
    for source, origin, address in _checks(program):
        secrets = [name for name, value in source.headers.items() if isinstance(value, SecretRef)]
        if not secrets or _LOOPBACK.match(source.url):
            continue
        if source.url.startswith("http://"):
            yield found(f"the secret in header '{secrets[0]}' is sent unencrypted", origin.at("url"), help="use https://", address=address)
        elif not source.verify:
            yield found(
                f"the secret in header '{secrets[0]}' is sent to whoever answers",
                origin.at("verify"),
                help="remove `verify: false`",
                address=address,
            )


def _checks(program: Program) -> Iterator[tuple[Http, Origin, str]]:
    sources: list[tuple[Source, Origin, str]] = [
        (metric.source, metric.origin, f"metric.{metric.name}") for metric in program.metrics.values()
    ]
    sources += [(monitor.source, monitor.origin, monitor.address) for monitor in program.monitors.values() if monitor.metric is None]
    return ((source, origin.at("http"), address) for source, origin, address in sources if isinstance(source, Http))
