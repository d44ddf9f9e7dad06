"""Which address a monitor takes up, and how several monitors of one address are told apart.

UptimeRobot takes a URL once among the monitors that GET or HEAD it, and a name once among DNS monitors; key and error are not recorded:
https://github.com/uptimerobot/terraform-provider-uptimerobot b41c1c3, acceptance tests since 2025-11-26 (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from monctl_targets.uptimerobot.normalize import WEB, normalize


def slot(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """What a monitor, desired or live, takes from all others: `URL` or `DNS`, and the address. None: nothing."""
    if body["type"] == "DNS":
        return "DNS", str(normalize("monitor", body)["url"])
    if body["type"] not in WEB:
        return None
    normal = normalize("monitor", body)
    # a wanted body without a method is the free plan's, where the vendor chooses GET or HEAD
    return ("URL", str(normal["url"])) if normal["httpMethodType"] in {"GET", "HEAD"} else None


def marked_url(url: str, key: str) -> str:
    """The URL with `monctl=KEY` in its query, which servers ignore."""
    parts = urlsplit(url)
    query = f"{parts.query}&monctl={key}" if parts.query else f"monctl={key}"
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))
