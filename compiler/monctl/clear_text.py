"""Recognises secrets written in clear, by the vendors' own prefixes and by the name of the field they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClearText:
    """A secret found in a text. Holds its place, never the secret."""

    what: str
    """"a Slack webhook", "a private key"."""
    start: int
    """0-based character offset."""
    end: int
    """Exclusive."""


# Whose secrets are looked for: https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns (read 2026-11-21);
# that page has no forms, and the prefixes are from memory
_KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "a Slack webhook",
        ("hooks.slack.com",),
        r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Z0-9]{6,}/[A-Za-z0-9]{6,}/[A-Za-z0-9/]{16,}",
    ),
    ("a Slack token", ("xox", "xapp-"), r"\b(?:xox[abeoprs]|xapp)[-.][A-Za-z0-9.-]{16,}"),
    ("a Sentry token", ("sntry",), r"\bsntry[suai]_[A-Za-z0-9+/=_-]{20,}"),
    ("a Grafana token", ("glsa_", "glc_"), r"\bgl(?:sa|c)_[A-Za-z0-9+/=_-]{20,}"),
    ("an UptimeRobot key", ("-",), r"\b(?:ur?|m)\d{5,12}-[0-9a-f]{20,40}\b"),
    ("an AWS access key", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("a private key", ("PRIVATE KEY",), r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    (
        "a GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})",
    ),
    ("a GitLab token", ("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Stripe key", ("_live_", "whsec_"), r"\b(?:(?:sk|rk)_live_[A-Za-z0-9]{20,}|whsec_[A-Za-z0-9+/=]{24,})"),
    ("a SendGrid key", ("SG.",), r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("a Discord webhook", ("/api/webhooks/",), r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{10,}/[A-Za-z0-9_-]{20,}"),
    ("a signed token (JWT)", ("eyJ",), r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("a URL with a password", ("://",), r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@'\"]*:(?P<password>[^\s/@'\"]+)@[^\s/'\":]+"),
)
_PATTERNS = tuple((what, hints, re.compile(pattern)) for what, hints, pattern in _KINDS)
_KEY_FIELD = re.compile(
    r"(?:^|_)(?:token|secret|password|passwd|(?:api|integration|routing|access|private|signing|auth|service)_?key|credentials?|authorization)$"
)
_KEY = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/=_.~-]{20,}")
_PLACEHOLDER = re.compile(
    r"\$\{|\{\{|<[^>]+>|\byour\b|your[_-]|_your|change.?me|example|placeholder|redacted|dummy|x{4,}|\*{3}|\.{3}|(?:0{8})|123456789",
    re.IGNORECASE,
)
_WEAK_PASSWORDS = frozenset({"password", "pass", "secret", "pw", "postgres", "root", "admin", "user", "test", "guest"})
_LOOPBACK = re.compile(r"@(?:localhost|127\.0\.0\.1|\[::1\]|postgres|db|database|mysql|redis)$")


def find_secret(text: str, *, field: str = "") -> ClearText | None:
    """The first secret in clear in a text. `field` is the name of the key it stands under, such as `integration_key`.

    Placeholders (`YOUR/CRITICAL/WEBHOOK`, `xxxx`, `${env:NAME}`) and throw-away passwords on loopback are none.
    """
    for what, hints, pattern in _PATTERNS:
        if any(hint in text for hint in hints):  # a tenth of the price of the expression
            for found in pattern.finditer(text):
                if not _is_placeholder(found):
                    return ClearText(what, found.start(), found.end())
    if field and _KEY_FIELD.search(field.lower().replace("-", "_")) and _KEY.fullmatch(text) and not _PLACEHOLDER.search(text):
        return ClearText("a key or token", 0, len(text))
    return None


def looks_secret(text: str, *, field: str = "") -> str | None:
    """What a secret in clear in the text looks like ("a Slack webhook"); None where there is none."""
    found = find_secret(text, field=field)
    return found.what if found else None


def _is_placeholder(found: re.Match[str]) -> bool:
    if _PLACEHOLDER.search(found.group()):
        return True
    password = found.groupdict().get("password")
    return password is not None and password.lower() in _WEAK_PASSWORDS and _LOOPBACK.search(found.group()) is not None
