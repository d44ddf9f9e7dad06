"""Times, shares and short sentences as the page shows them. Pure."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup, escape

from monctl.quantity import Duration
from monctl.runner.core.hours import local

DONE = {
    "ack": "Taken. The runner carries it out within a second or two.",
    "unack": "Given back. Escalations go on within a second or two.",
    "silence": "Asked for. The runner begins it within a second or two.",
    "ended": "Asked for. It ends within a second or two.",
    "in": "You are signed in.",
}
"""What is said after something was asked for, by the word in the address: never words of the address itself."""


def ago(at: float, now: float) -> str:
    """`4m`, `2h 10m`, `3d 4h`: the distance of two instants in two units at most."""
    seconds = int(abs(now - at))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return f"{days}d {hours}h" if hours and days < 10 else f"{days}d"
    if hours:
        return f"{hours}h {minutes}m" if minutes else f"{hours}h"
    if minutes:
        return f"{minutes}m {seconds}s" if minutes < 5 and seconds else f"{minutes}m"
    return f"{seconds}s"


def when(at: float, now: float, time_zone: str) -> str:
    """`14:03`, or with its day when it is another one, in a zone; the zone's name is said once on the page."""
    there, here = local(at, time_zone), local(now, time_zone)
    if there.date() == here.date():
        return f"{there:%H:%M:%S}"
    return f"{there:%a %d %b %H:%M}" if there.year == here.year else f"{there:%d %b %Y %H:%M}"


def span(seconds: float | None) -> str:
    """A length of time as specs write it; a dash where there is none."""
    if seconds is None:
        return "–"
    if seconds >= 86_400:
        seconds = round(seconds / 3600) * 3600
    elif seconds >= 600:
        seconds = round(seconds / 60) * 60
    return str(Duration(int(round(seconds, 1 if seconds < 1 else 0) * 1000)))


def percent(share: float | None) -> str:
    """A share; a dash where there is none."""
    return "–" if share is None else f"{share:.0%}"


def web(address: str) -> str:
    """An address to link to; nothing for what is not http or https: `javascript:` in a spec must not run here."""
    return address if address.startswith(("https://", "http://")) else ""


def ticks(text: str) -> Markup:
    """A text whose `words in backticks` are shown as code. Escaped."""
    parts = [Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(text.split("`"))]
    return Markup("").join(parts) if len(parts) % 2 else escape(text)


def weekday(number: int) -> str:
    """`Mon` … `Sun`, from 1."""
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[number - 1]


def clock(minute: int) -> str:
    """`23:30`, of minutes since midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"


def path(text: str) -> str:
    """A text as one part of an address."""
    return quote(text, safe="")
