"""SEC001."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from monctl.clear_text import WORDS, find_secrets, may_hold, random_words
from monctl.finding import Finding, Level
from monctl.lines import Lines
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin

_PIECE = 500_000
"""Characters that are looked at together."""
_WAY_OUT = "write ${env:NAME} or ${file:PATH}, and revoke the secret: it is in the history now"


@rule("SEC001", "secret-in-clear", level=Level.ERROR)
def secret_in_clear(program: Program, context: Context) -> Iterator[Finding]:
    """A secret is written in a spec.

    Every text of every file is looked at, comments too, and Python specs line by line: for the forms in which vendors issue tokens and
    webhooks, passwords inside URLs, private keys, keys and passwords in fields and headers that name them, and values of 32 characters and more that look
    drawn by lot where any word of the field's name says what they are: `old_token_of_ci`. By itself such a value may be a checksum, an id, an address: it
    is not told. What is found is shown as `***`.

    **Why.** A repository is copied to laptops, forks, caches and backups. A secret that was in it once is no secret any more.

    **Example**

        channels:
          slack: {slack: {channel: "#alerts", webhook: <the webhook's URL>}}

    **Instead**

        channels:
          slack: {slack: {channel: "#alerts", webhook: "${env:SLACK_WEBHOOK}"}}

    and revoke the one that was here.

    **Source.** The forms of tokens: https://github.com/gitleaks/gitleaks config/gitleaks.toml b58d3f1 (2026-07-22), and the vendors' own pages beside each
    in `clear_text.py` (read 2026-11-21)
    """
    for some in _pieces(context.texts):
        everything = "\n".join(some.values())
        kinds, small = may_hold(everything), everything.lower()
        words, drawn = [word for word in WORDS if word in small], random_words(everything)
        for file, text in some.items() if kinds or words or drawn else ():
            lines: Lines | None = None
            for secret in find_secrets(text, kinds=kinds, words=words, drawn=drawn):
                lines = lines or Lines(text)
                told = found(f"this looks like {secret.what}, in clear", Origin(file), help=_WAY_OUT)
                yield replace(told, span=lines.span(file, secret.start, secret.end))


def _pieces(texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Some files at a time: what many files cannot hold is asked of all of them together, without a copy of the whole estate."""
    some: dict[str, str] = {}
    length = 0
    for file, text in texts.items():
        some[file] = text
        length += len(text)
        if length > _PIECE:
            yield some
            some, length = {}, 0
    yield some
