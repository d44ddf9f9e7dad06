"""SEC001."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from monctl.clear_text import find_secret
from monctl.finding import Finding, Level
from monctl.lines import Lines
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin

_WORDS = ("token", "secret", "passw", "key", "credential", "authorization")
_FIELD = re.compile(
    r"""(?:token|secret|passw\w*|key|credentials?|authorization)["']?\s*[:=]\s*["']?(?P<value>[A-Za-z0-9+/=_.~-]{20,})(?=["'\s,})]|$)""",
    re.IGNORECASE,
)
_NAME = re.compile(r"[\w-]+\Z")
_WAY_OUT = "write ${env:NAME} or ${file:PATH}, and revoke the secret: it is in the history now"


@rule("SEC001", "secret-in-clear", level=Level.ERROR)
def secret_in_clear(program: Program, context: Context) -> Iterator[Finding]:
    """A secret is written in a spec.

    Every text of every file is looked at, comments too, and Python specs line by line: for the forms in which vendors issue tokens and
    webhooks, passwords inside URLs, private keys, and long random values in fields such as `token` or `password`.

    **Why.** A repository is copied to laptops, forks, caches and backups. A secret that was in it once is no secret any more.

    **Example**

        channels:
          slack: {slack: {channel: "#alerts", webhook: <the webhook's URL>}}

    **Instead**

        channels:
          slack: {slack: {channel: "#alerts", webhook: "${env:SLACK_WEBHOOK}"}}

    and revoke the one that was here.

    **Source.** Whose secrets others look for: https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns
    (read 2026-11-21)
    """
    for file, text in context.texts.items():
        lines: Lines | None = None
        for what, start, end in _secrets(text):
            lines = lines or Lines(text)
            yield replace(found(f"this looks like {what}, in clear", Origin(file), help=_WAY_OUT), span=lines.span(file, start, end))


def _secrets(text: str) -> Iterator[tuple[str, int, int]]:
    """What, start and end of each secret in a text; never the secret."""
    at = 0
    while (secret := find_secret(text[at:])) is not None:
        yield secret.what, at + secret.start, at + secret.end
        at += secret.end
    small = text.lower()
    if not any(word in small for word in _WORDS):
        return
    for field in _FIELD.finditer(text):
        name = _NAME.search(text[max(0, field.start() - 60) : field.start("value")].rstrip("\"' :=\t"))
        known = find_secret(field["value"], field=name[0] if name else "")
        if known is not None and known.end == len(field["value"]) and find_secret(field["value"]) is None:
            yield known.what, *field.span("value")
