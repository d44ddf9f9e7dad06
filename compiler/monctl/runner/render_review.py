"""A review as Markdown, beside the goals the estate's reports declare. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from monctl.bundle import Bundle
from monctl.quantity import Duration
from monctl.runner.review import Review


def goals_of(bundle: Bundle) -> dict[str, str]:
    """What the estate's reports set out to reach, by figure."""
    return {name: text for report in bundle.reports.values() for name, text in report.goals.items()}


def markdown(found: Review, bundle: Bundle, *, complete: bool = True) -> str:
    """Figures in a table, then what fired most, then what is still open."""
    goals = goals_of(bundle)
    rows = (
        ("Time to detect (MTTD)", _time(found.mttd_s), goals.get("mttd", "")),
        ("Time to acknowledge (MTTA)", _time(found.mtta_s), goals.get("mtta", "")),
        ("Time to resolve (MTTR)", _time(found.mttr_s), goals.get("mttr", "")),
        ("Noise (over within 5 minutes, taken by nobody)", _share(found.noise), goals.get("noise", "")),
        ("Acknowledged within 5 minutes", _share(found.acknowledged), goals.get("acknowledged", "")),
        ("Still open at the end", str(len(found.unresolved)), goals.get("resolved", "")),
    )
    month = datetime.fromtimestamp(found.since, UTC)
    lines = [f"# {bundle.title}: alerts of {month:%B %Y}", ""]
    quiet = f", {found.suppressed} more were muted" if found.suppressed else ""
    if not complete:
        lines += [f"So far: until {datetime.fromtimestamp(found.until, UTC):%Y-%m-%d %H:%M} UTC.", ""]
    told = f"{found.incidents} incidents were" if found.incidents != 1 else "1 incident was"
    lines += [f"{told} told{quiet}.", "", "| figure | value | goal |", "| --- | --- | --- |"]
    lines += [f"| {name} | {value} | {goal} |" for name, value, goal in rows]
    if found.by_severity:
        lines += ["", "## By severity", "", "| severity | incidents |", "| --- | --- |"]
        lines += [f"| {name} | {count} |" for name, count in found.by_severity]
    if found.by_monitor:
        lines += ["", "## What fired most", "", "| monitor | incidents | time |", "| --- | --- | --- |"]
        lines += [f"| {name} | {count} | {_time(length)} |" for name, count, length in found.by_monitor[:20]]
    if found.unresolved:
        lines += ["", "## Still open", "", "| incident | severity | since |", "| --- | --- | --- |"]
        lines += [
            f"| {one.key} | {one.severity} | {datetime.fromtimestamp(one.opened, UTC):%Y-%m-%d %H:%M} UTC |" for one in found.unresolved
        ]
    return "\n".join(lines) + "\n"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    rounded = round(seconds) if seconds >= 1 else round(seconds, 1)
    return str(Duration(int(rounded * 1000)))


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
