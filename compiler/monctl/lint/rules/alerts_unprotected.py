"""SEC004."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.resource import SecretRef

_LOOPBACK = re.compile(r"http://(?:localhost|127\.[\d.]+|\[::1\])(?:[:/]|$)")


@rule("SEC004", "alerts-unprotected", level=Level.ERROR)
def alerts_unprotected(program: Program, context: Context) -> Iterator[Finding]:
    """A webhook with a secret is called over `http://`.

    A header is a secret, or the body is signed. Webhooks on the machine itself are left alone.

    **Why.** Whoever stands between reads the secret and what is broken at the moment, and may answer in place of the receiver.

    **Example**

        channels:
          hook: {webhook: {url: http://hooks.example.com/alerts, headers: {Authorization: "${env:HOOK_TOKEN}"}}}

    **Instead**

        channels:
          hook: {webhook: {url: https://hooks.example.com/alerts, headers: {Authorization: "${env:HOOK_TOKEN}"}}}

    **Source.** "Bearer tokens need to be protected from disclosure in storage and in transport": https://www.rfc-editor.org/rfc/rfc6750 (abstract,
    read in a copy 2026-11-21)
    """
    for channel in program.channels.values():
        url = channel.settings.get("url")
        if channel.kind != "webhook" or not isinstance(url, str) or not url.startswith("http://") or _LOOPBACK.match(url):
            continue
        headers = channel.settings.get("headers") or {}
        secret = next((name for name, value in headers.items() if isinstance(value, SecretRef)), None)
        if secret is not None or channel.settings.get("secret") is not None:
            what = f"the secret in header '{secret}' is sent" if secret is not None else "alerts are signed, and sent"
            yield found(f"{what} unencrypted", channel.origin.at("webhook", "url"), help="use https://", address=f"channel.{channel.name}")
