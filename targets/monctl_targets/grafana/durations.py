"""Durations as Grafana's alerting writes them: `5m`, `1h30m`, `1d`. Prometheus' model.Duration, so 60m comes back as 1h."""

from __future__ import annotations

import re

_UNITS = (("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))
_PART = re.compile(r"(\d+)(ms|[ywdhms])")


def show(seconds: float) -> str:
    """Seconds in the shortest form the server itself would write; `0s` for nothing."""
    rest = round(seconds * 1000)
    if rest == 0:
        return "0s"
    said = ""
    for name, size in _UNITS:
        # the server uses years, weeks and days only where they divide evenly (prometheus/common model.Duration.String, read 2026-11-20)
        if name in {"y", "w", "d"} and rest % size:
            continue
        if count := rest // size:
            said += f"{count}{name}"
            rest -= count * size
    return said


def read(text: str) -> float | None:
    """The seconds of such a text; None when it is none."""
    parts = _PART.findall(text)
    if not parts or "".join(count + name for count, name in parts) != text:
        return None
    return sum(int(count) * dict(_UNITS)[name] for count, name in parts) / 1000
