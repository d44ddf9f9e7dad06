"""Which values must not be shown: by the name of their field, or by their own form. Used wherever live data meets a person or a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from monctl.resource import Json

HIDDEN = "***"

_NAME = re.compile(
    r"token|secret|passw|credential|authorization|api_?key|(integration|routing|private|access|signing|service)_?key|\bdsn$|"
    r"^secure(_?(json|settings|fields|data))+$|webhook_?url"
)
_VALUE = re.compile(
    r"xox[abeprs]-|hooks\.slack\.com/(services|workflows)/|\bgl(sa|c)_\w|\bsntry[su]_\w|\bgh[pousr]_\w{20}|"
    r"://[^/\s:@]+:[^/\s@]+@|^bearer \S|^basic [A-Za-z0-9+/=]{8}",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def sensitive_name(name: str) -> bool:
    """Whether a field of this name holds a secret: `token`, `http_password`, `integrationKey`, `secureSettings`."""
    return _NAME.search(_CAMEL.sub("_", name).lower()) is not None


def sensitive_value(value: Json) -> bool:
    """Whether a text is a secret by its look: a Slack webhook, a token with its vendor's prefix, a URL with a password."""
    return isinstance(value, str) and _VALUE.search(value) is not None


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` in the place of each secret, the longest first: one may be a part of another."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def scrub(value: Json, name: str = "", hidden: frozenset[Any] = frozenset()) -> Json:
    """The value with every secret in it replaced by `***`. `name` is the field that holds it, `hidden` are texts known to be secret."""
    kind = type(value)
    if kind is dict:
        return {key: scrub(item, str(key), hidden) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [scrub(item, name, hidden) for item in value]
    if kind is bool or value is None or value == "":
        return value
    if kind is str or kind is int or kind is float:
        secret = (name and sensitive_name(name)) or value in hidden or (kind is str and sensitive_value(value))
        return HIDDEN if secret else value
    if isinstance(value, Mapping):
        return {key: scrub(item, str(key), hidden) for key, item in value.items()}
    return value
