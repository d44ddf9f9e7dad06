"""Secrets of a spec as secrets of the program: references, never values."""

from __future__ import annotations

from monctl.resource import SecretRef
from monctl.secret import Secret


def secret(value: Secret | None) -> SecretRef | None:
    """A field that is a secret."""
    return None if value is None else SecretRef(value.reference)


def reference(text: str) -> str | SecretRef:
    """A text that may be a secret as a whole."""
    if text.startswith(("${env:", "${file:")) and text.endswith("}"):
        return SecretRef(text[2:-1])
    return text
