"""Time zones as PagerDuty takes them, and local wall times as the instants it stores."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

UTC_NAME = "Etc/UTC"
"""How PagerDuty writes it."""
_UTC = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal", "GMT", "Etc/GMT"})
_BACKWARD = ("US/", "Canada/", "Brazil/", "Chile/", "Mexico/", "Etc/", "SystemV/", "posix/", "right/")


@cache  # the list of all zones takes 19 ms to read
def vendor_zone(name: str) -> str | None:
    """The name to send for an IANA zone: `Etc/UTC` for every name of UTC, None for names PagerDuty refuses.

    Only names ActiveSupport knows are taken: none without a region, none of tzdata's old aliases such as `US/Mountain`.
    Source: https://developer.pagerduty.com/docs/types and terraform-provider-pagerduty #796 (read 2026-11-20)
    """
    if name in _UTC:
        return UTC_NAME
    if "/" not in name or name.startswith(_BACKWARD) or name not in available_timezones():
        return None
    return name


def instant(local: datetime, zone: str) -> datetime:
    """The UTC instant of a naive local wall time; of a time that occurs twice, the first."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def utc_text(moment: datetime) -> str:
    """`2027-01-04T14:00:00Z`.

    Always UTC: an offset in `rotation_virtual_start` is applied twice and the rotation drifts (terraform-provider-pagerduty #4, read 2026-11-20).
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The UTC instant of an ISO 8601 date-time with an offset, as PagerDuty answers."""
    return datetime.fromisoformat(text).astimezone(UTC)
