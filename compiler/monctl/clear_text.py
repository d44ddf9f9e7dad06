"""Recognises secrets written in clear, by the vendors' own prefixes and by the name of the field they stand in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2


@dataclass(frozen=True, slots=True)
class ClearText:
    """A secret found in a text. Holds its place, never the secret."""

    what: str
    """"a Slack webhook", "a private key"."""
    start: int
    """0-based character offset."""
    end: int
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One form in which a vendor issues secrets."""

    what: str
    hints: tuple[str, ...]
    """One of them is in every text that holds such a secret."""
    pattern: re.Pattern[str]
    rough: re.Pattern[str] | None = None
    """Instead of hints: found in every such text, and quicker than the pattern."""


# The forms, unless another page stands beside one: https://github.com/gitleaks/gitleaks config/gitleaks.toml b58d3f1 (2026-07-22, read 2026-11-21), of which
# those of estates and their surroundings are taken; lengths are kept loose, vendors lengthen tokens.
# Whose secrets are worth looking for: https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns (read 2026-11-21)
_KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "a Slack webhook",
        ("hooks.slack",),
        r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Z0-9]{6,}/[A-Za-z0-9]{6,}/[A-Za-z0-9/]{16,}",
    ),
    ("a Slack token", ("xox", "xapp-"), r"\b(?:xox[abeoprs]|xapp)[-.][A-Za-z0-9.-]{16,}"),
    # the four prefixes: https://github.com/getsentry/sentry src/sentry/types/token.py 118f0ec (read 2026-11-21)
    ("a Sentry token", ("sntry",), r"\bsntry[suai]_[A-Za-z0-9+/=_-]{20,}"),
    ("a Grafana token", ("glsa_", "glc_", "eyJrIjoi"), r"\b(?:gl(?:sa|c)_[A-Za-z0-9+/=_-]{20,}|eyJrIjoi[A-Za-z0-9]{70,}={0,3})"),
    # no page of the vendor's says the form: `u956-afus321g565fghr519` on https://uptimerobot.com/api (a copy, read 2026-11-21); nine and 24 characters:
    # https://github.com/trufflesecurity/trufflehog pkg/detectors/uptimerobot 5faf556 (read 2026-11-21)
    ("an UptimeRobot key", (), r"\b(?:ur?|m)\d{5,12}-[0-9a-f]{20,40}\b"),
    # OAuth tokens: https://github.com/PagerDuty/developer-docs docs/app-integration-development/06-OAuth-Functionality.md 9422439 (read 2026-11-20);
    # pdeu+ was found in public code only, on no page of the vendor's. Its API keys are 20 characters and its integration keys 32 hex digits without a mark of
    # their own: the field they stand in tells
    ("a PagerDuty token", ("pdus+", "pdeu+"), r"\bpd(?:us|eu)\+[A-Za-z0-9_+=/.-]{16,}"),
    ("an AWS access key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"),
    (
        "a private key",
        ("PRIVATE KEY", "AGE-SECRET-KEY-"),
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----|\bAGE-SECRET-KEY-1[A-Z0-9]{58}",
    ),
    (
        "a GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})",
    ),
    ("a GitLab token", ("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20,}"),
    # whsec_: https://github.com/stripe/stripe-node examples/webhook-signing/README.md 011e144 (read 2026-11-21)
    ("a Stripe key", ("_live_", "_prod_", "whsec_"), r"\b(?:(?:sk|rk)_(?:live|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{24,})"),
    ("a SendGrid key", ("SG.",), r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("a Twilio key", ("SK",), r"\bSK[0-9a-f]{32}\b"),
    ("a Google API key", ("AIza",), r"\bAIza[A-Za-z0-9_-]{35}"),
    (
        "an API key of a language model",
        ("T3BlbkFJ", "sk-ant-"),
        r"\bsk-(?:(?:proj|svcacct|admin)-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}|\bsk-ant-(?:api|admin)\d\d-[A-Za-z0-9_-]{40,}",
    ),
    (
        "a token of a package registry",
        ("npm_", "pypi-", "rubygems_"),
        r"\b(?:npm_[A-Za-z0-9]{36}|pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}|rubygems_[a-f0-9]{48})",
    ),
    ("a DigitalOcean token", ("_v1_",), r"\bdo[opr]_v1_[a-f0-9]{64}"),
    # https://developers.cloudflare.com/fundamentals/api/get-started/token-formats (a copy, read 2026-11-21)
    ("a Cloudflare token", ("cfk_", "cfut_", "cfat_"), r"\bcf(?:k|ut|at)_[A-Za-z0-9_-]{40,}"),
    (
        "a token of a secret store",
        ("hvs.", "hvb.", "dp.pt.", ".atlasv1.", "ops_eyJ"),
        r"\b(?:hv[sb]\.[A-Za-z0-9_-]{90,}|dp\.pt\.[A-Za-z0-9]{43}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}|ops_eyJ[A-Za-z0-9+/]{100,})",
    ),
    (
        "a key of a monitoring service",
        ("NRAK-", "NRII-", "dt0c01."),
        r"\b(?:NRAK-[A-Z0-9]{27}|NRII-[A-Za-z0-9-]{32}|dt0c01\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64})",
    ),
    ("a Databricks token", ("dapi",), r"\bdapi[a-f0-9]{32}(?:-\d)?\b"),
    ("a Heroku key", ("HRKU-",), r"\bHRKU-AA[A-Za-z0-9_-]{58}"),
    ("an Atlassian token", ("ATATT3",), r"\bATATT3[A-Za-z0-9_=-]{100,}"),
    ("a Telegram token", (":A", "/bot"), r"(?<![A-Za-z0-9])(?:bot)?\d{8,12}:A[A-Za-z0-9_-]{34}\b"),
    # https://docs.rs/twilight-util/0.15.4 link::webhook::parse, its example (read 2026-11-21)
    ("a Discord webhook", ("/api/webhooks/",), r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{10,}/[A-Za-z0-9_-]{20,}"),
    (
        "a Microsoft Teams webhook",
        (".webhook.office.com",),
        r"https://[a-z0-9]+\.webhook\.office\.com/webhookb2/[a-z0-9@-]{36,}/IncomingWebhook/[a-z0-9]{32}/[a-z0-9-]{36}",
    ),
    ("a signed token (JWT)", ("eyJ",), r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("a URL with a password", ("://",), r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@'\"]*:(?P<password>[^\s/@'\"]+)@[^\s/'\":]+"),
)
_ROUGH = re.compile(r"-[0-9a-f]{20}")
"""Of what has no hint: UptimeRobot's keys."""
_PATTERNS = tuple(Kind(what, hints, re.compile(pattern), None if hints else _ROUGH) for what, hints, pattern in _KINDS)
_KEY_FIELD = re.compile(
    r"(?:^|_)(?:token|secret|password|passwd|(?:api|integration|routing|access|private|signing|auth|service)_?key|credentials?|authorization|sig|signature)$"
)
_PASSWORD_FIELD = re.compile(r"(?:^|_)(?:password|passwd|pwd)$")
_PASSWORD = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[^\s$'\"{}<>]{8,}")
_KEY = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/=_.~-]{20,}")
_PLACEHOLDER = re.compile(
    r"\$\{|\{\{|<[^>]+>|_here\b|\byour\b|your[_-]|_your|change.?me|example|placeholder|redacted|dummy|x{4,}|\*{3}|\.{3}|(?:0{8})|123456789",
    re.IGNORECASE,
)
WORDS = ("token", "secret", "passw", "pwd", "key", "credential", "authorization", "sig")
"""In lower case: one of them is in every text with a field that names a secret."""
_FIELD = re.compile(
    r"""(?:token|secret|passw\w*|pwd|key|credentials?|authorization|sig(?:nature)?)["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token)\s+)?"""
    r"""(?P<value>[A-Za-z0-9+/=_.~-]{20,}(?=["'\s,})#&]|$)|[A-Za-z0-9+/=_.~!@%^&*-]{8,}(?=["'\s,})#]|$))""",
    re.IGNORECASE,
)
_NAME = re.compile(r"[\w-]+\Z")
_BEFORE = re.compile(r"""([\w.-]+)["'\]]*\s*(?::|=>?|:=)\s*["']?\Z""")
"""The name of a field, up to where its value begins."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SECRET_WORDS = frozenset(
    {
        "token", "tokens", "secret", "secrets", "password", "passwd", "passphrase", "pwd", "pass", "credential", "credentials", "apikey", "bearer",
        "authorization", "pager", "pagerduty", "opsgenie", "webhook",
    }
)  # fmt: skip
_KEYS_OF = frozenset(
    {"api", "access", "private", "integration", "routing", "signing", "auth", "service", "encryption", "master", "license"}
)
"""Words before `key` that make it one to a lock; others make it one of a table, a cache or a map."""
_PUBLIC_WORDS = frozenset(
    {
        "id", "ids", "uid", "uuid", "name", "hash", "sha", "digest", "fingerprint", "checksum", "integrity", "commit", "public", "pub", "cache", "ref",
        "path", "file", "url", "uri", "type", "version", "address", "count", "contract", "asset", "policy",
    }
)  # fmt: skip
"""Words by which a field says that anybody may know its value, whatever else it is about: `secret_name`, `token_address`."""
_SCHEME = re.compile(r"authorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|token)\s+\Z", re.IGNORECASE)
_RANDOM = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_TOKEN_RUNS = bytes(97 if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "+/_-=.:@?&~%#") else 32 for byte in range(256))
_TOKEN = b"a" * 20
"""The shortest that is looked for: an AWS access key."""
_SPREAD = frozenset({"a private key", "a URL with a password"})
"""Kinds that are found by words, or by something short."""
_RUNS = bytes(97 if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "+/_-=") else 32 for byte in range(256))
"""Each sign that a random value may hold becomes `a`, each other one a space."""
_EDGES = frozenset({b""} | {bytes([byte]) for byte in b" \t\n\r'\",;()[]{}"})
"""What stands around a value that is one of its own."""
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_LEAST_RANDOM, _MOST_RANDOM = 32, 200
_LONG = b"a" * _LEAST_RANDOM
_HEX_KEY = 32
"""Keys of PagerDuty, Datadog and Twilio are 32 hex digits; commits have 40, checksums 64."""
_ENTROPY, _HEX_ENTROPY = 4.5, 3.2
"""Bits a character from which a word is taken for chance; our own, measured on random keys and on names of the estates (2026-11-21)."""
_WEAK_PASSWORDS = frozenset({"password", "pass", "secret", "pw", "postgres", "root", "admin", "user", "test", "guest"})
_LOOPBACK = re.compile(r"@(?:localhost|127\.0\.0\.1|\[::1\]|postgres|db|database|mysql|redis)$")


def may_hold(text: str) -> Sequence[Kind]:
    """The kinds of secret that may be in a text: asked once of all texts together it costs next to nothing."""
    long = b" ".join(_long_words(text)).decode()
    return [kind for kind in _PATTERNS if _hinted(kind, text if kind.what in _SPREAD else long)]


def find_secret(text: str, *, field: str = "", kinds: Sequence[Kind] = _PATTERNS) -> ClearText | None:
    """The first secret in clear in a text. `field` is the name of the key it stands under, such as `integration_key`.

    Placeholders (`YOUR/CRITICAL/WEBHOOK`, `xxxx`, `${env:NAME}`) and throw-away passwords on loopback are none. `kinds` may leave out those that
    `may_hold` does.
    """
    for kind in kinds:
        if _hinted(kind, text):  # a tenth of the price of the expression
            for found in kind.pattern.finditer(text):
                if not _is_placeholder(found):
                    return ClearText(kind.what, found.start(), found.end())
    name = field.lower().replace("-", "_")
    if not name or _PLACEHOLDER.search(text):
        return None
    if _KEY_FIELD.search(name) and _KEY.fullmatch(text):
        return ClearText("a key or token", 0, len(text))
    if _PASSWORD_FIELD.search(name) and _PASSWORD.fullmatch(text):
        return ClearText("a password", 0, len(text))
    return None


def _long_words(text: str) -> Iterator[bytes]:
    """What of a text is long enough to hold a token: a small part of it, so that looking for sixty hints costs little."""
    data = text.encode("utf-8", "replace")
    runs = data.translate(_TOKEN_RUNS)
    at = runs.find(_TOKEN)
    while at >= 0:
        end = runs.find(b" ", at)
        end = len(data) if end < 0 else end
        yield data[at:end]
        at = runs.find(_TOKEN, end)


def random_words(text: str) -> list[str]:
    """The words of a text that are values of their own and of letters and digits as by chance, each once. Commits and checksums are none."""
    found: dict[str, None] = {}
    data = text.encode("utf-8", "replace")
    runs = data.translate(_RUNS)  # a tenth of the price of looking at words: long runs are rare
    at = runs.find(_LONG)
    while at >= 0:
        end = runs.find(b" ", at)
        end = len(data) if end < 0 else end
        if data[at - 1 : at] in _EDGES and data[end : end + 1] in _EDGES:
            found[data[at:end].decode()] = None
        at = runs.find(_LONG, end)
    return [word for word in found if _is_random(word) and not _PLACEHOLDER.search(word)]


def find_secrets(
    text: str, *, kinds: Sequence[Kind] = _PATTERNS, words: Sequence[str] = WORDS, drawn: Sequence[str] | None = None
) -> list[ClearText]:
    """Every secret in clear in the text of a whole file, in order: by their forms, and by the fields they stand in.

    A value that looks drawn by lot counts only in a field whose name says that it is a secret, in any of its words. By itself it is none: of 3,474
    such values in 4,967 YAML, JSON, TOML and SQL files of public repositories not one was (2026-11-21); they were checksums, digests of queries,
    ids of builds and dashboards, encoded documents, and addresses of chains. `kinds` and `words` may leave out those that no text has; `drawn` are the
    `random_words` of all texts, where they are known.
    """
    found: list[ClearText] = []
    at = 0
    while (secret := find_secret(text[at:] if at else text, kinds=kinds)) is not None:
        found.append(ClearText(secret.what, at + secret.start, at + secret.end))
        at += secret.end
    drawn = random_words(text) if drawn is None else drawn
    named = (one for one in _random(text, drawn) if _says_secret(text[text.rfind("\n", 0, one.start) + 1 : one.start]))
    return _with(found, (*_in_fields(text, words), *named))


def to_hide(text: str) -> list[ClearText]:
    """What of a file is not to be shown, in order: every secret, and every long random value, which may be one."""
    return _with(find_secrets(text), _random(text, random_words(text)))


def _with(found: list[ClearText], more: Iterable[ClearText]) -> list[ClearText]:
    """What was found and what more there is beside it, in order."""
    for one in more:
        if all(one.end <= other.start or one.start >= other.end for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _says_secret(before: str) -> bool:
    """Whether the name of the field that a value stands in says it is a secret: `old_token_of_ci`, `clientSecret2`; not `secret_name`."""
    name = _BEFORE.search(before[-100:])
    words = [word.lower() for word in _WORD.findall(name[1])] if name is not None else []
    if not _PUBLIC_WORDS.isdisjoint(words):
        return False
    return not _SECRET_WORDS.isdisjoint(words) or any(of in _KEYS_OF and key == "key" for of, key in pairwise(words))


def _in_fields(text: str, words: Sequence[str]) -> Iterator[ClearText]:
    small = text.lower()
    if not any(word in small for word in words):
        return
    for field in _FIELD.finditer(text):
        name = _NAME.search(text[max(0, field.start() - 60) : field.start("value")].rstrip("\"' :=\t"))
        scheme = _SCHEME.search(text[max(0, field.start() - 60) : field.start("value")])
        said = "authorization" if scheme is not None else name[0] if name else ""
        known = find_secret(field["value"], field=said)
        if known is not None and known.end == len(field["value"]):
            yield ClearText(known.what, *field.span("value"))


def _random(text: str, drawn: Sequence[str]) -> Iterator[ClearText]:
    for word in drawn:
        at = text.find(word)
        while at >= 0:
            yield ClearText("a long random value", at, at + len(word))
            at = text.find(word, at + len(word))


def _is_random(word: str) -> bool:
    if not _LEAST_RANDOM <= len(word) <= _MOST_RANDOM or not _RANDOM.fullmatch(word):
        return False
    if _HEX.fullmatch(word):
        return len(word) == _HEX_KEY and _entropy(word) >= _HEX_ENTROPY
    kinds = (any(map(str.isdigit, word)), any(map(str.isupper, word)), any(map(str.islower, word)))
    return all(kinds) and _entropy(word) >= _ENTROPY


def _entropy(word: str) -> float:
    """Bits a character, by the word's own letters (Shannon). 40 random letters and digits have 4.8, CamelCase about 4."""
    return -sum(count / len(word) * log2(count / len(word)) for count in Counter(word).values())


def looks_secret(text: str, *, field: str = "") -> str | None:
    """What a secret in clear in the text looks like ("a Slack webhook"); None where there is none."""
    found = find_secret(text, field=field)
    return found.what if found else None


def _hinted(kind: Kind, text: str) -> bool:
    if kind.rough is not None:
        return kind.rough.search(text) is not None
    return any(hint in text for hint in kind.hints)


def _is_placeholder(found: re.Match[str]) -> bool:
    if _PLACEHOLDER.search(found.group()):
        return True
    password = found.groupdict().get("password")
    return password is not None and password.lower() in _WEAK_PASSWORDS and _LOOPBACK.search(found.group()) is not None
