"""Makes two bundles comparable."""

from __future__ import annotations

from monctl.resource import Json


def normalize(kind: str, body: Json) -> Json:
    """The bundle without the fingerprint (which follows from the rest) and the mark."""
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in {"fingerprint", "mark"}}
