"""What `targets.uptimerobot` of monctl.yaml says of the account: plan, regions, size, time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monctl.resource import Json
from monctl.source import Origin
from monctl_targets.uptimerobot.normalize import REGIONS
from monctl_targets.uptimerobot.plan import DEFAULT, FEATURES, PLANS, Plan, cheapest
from monctl_targets.uptimerobot.report import Report

OPTIONS = Origin("monctl.yaml", ("targets", "uptimerobot"))


@dataclass(frozen=True, slots=True)
class Account:
    """The options, checked."""

    plan: Plan
    regions: tuple[str, ...]
    """Empty: the vendor chooses."""
    monitor_limit: int
    time_zone: str
    """Of maintenance windows; the vendor documents none, UTC unless declared."""

    def has(self, feature: str, wanted: str, origin: Origin, report: Report, *, address: str, help: str | None = None) -> bool:
        """Whether the plan has a feature; a finding when it has not. `wanted` is what needs it."""
        if feature in self.plan.features:
            return True
        message = f"{wanted} needs {FEATURES[feature]}, which UptimeRobot's {self.plan.name} plan lacks"
        report.finding("UPTIMEROBOT102", message, origin, help=help or larger(feature=feature), address=address)
        return False


def account(options: Mapping[str, Json], report: Report) -> Account:
    """The account; what is wrong with the options are findings, and the defaults stand in."""
    plan = str(options.get("plan", DEFAULT))
    if plan not in PLANS:
        report.finding("UPTIMEROBOT112", f"'{plan}' is not a plan of UptimeRobot", OPTIONS.at("plan"), help=f"one of {', '.join(PLANS)}")
    regions = options.get("regions") or []
    wrong = [str(name) for name in regions if name not in REGIONS] if isinstance(regions, list) else [str(regions)]
    if wrong:
        message = f"'{wrong[0]}' is not a region of UptimeRobot"
        report.finding("UPTIMEROBOT112", message, OPTIONS.at("regions"), help=f"a list of {', '.join(REGIONS)}")
    zone = str(options.get("time_zone", "UTC"))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        report.finding("UPTIMEROBOT112", f"'{zone}' is not a time zone", OPTIONS.at("time_zone"), help="write it as Europe/Berlin")
        zone = "UTC"
    limit = options.get("monitor_limit")
    if limit is not None and (type(limit) is not int or limit < 1):
        report.finding(
            "UPTIMEROBOT112",
            "`monitor_limit` is not a number of monitors",
            OPTIONS.at("monitor_limit"),
            help="write what the account may hold: 50",
        )
        limit = None
    chosen = PLANS.get(plan, PLANS[DEFAULT])
    named = tuple(name for name in REGIONS if name in regions) if not wrong else ()
    if named and "regions" not in chosen.features:
        message = f"`regions` needs {FEATURES['regions']}, which UptimeRobot's {chosen.name} plan lacks"
        report.finding("UPTIMEROBOT102", message, OPTIONS.at("regions"), help=larger(feature="regions"))
        named = ()
    return Account(chosen, named, limit or chosen.monitors, zone)


def larger(*, interval_s: float | None = None, integration: str | None = None, feature: str | None = None) -> str | None:
    """Advice: the smallest plan that would do."""
    name = cheapest(interval_s=interval_s, integration=integration, feature=feature)
    return f"set `targets.uptimerobot.plan` to {name} when the account has it" if name else None
