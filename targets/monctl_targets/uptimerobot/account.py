"""What `targets.uptimerobot` of monctl.yaml says of the account: plan, regions, size, time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monctl.build_report import Report
from monctl.resource import Json
from monctl.source import Origin
from monctl_targets.uptimerobot.normalize import REGIONS
from monctl_targets.uptimerobot.plan import DEFAULT, FEATURES, PLANS, Plan, cheapest

OPTIONS = Origin("monctl.yaml", ("targets", "uptimerobot"))


@dataclass(frozen=True, slots=True)
class Account:
    """The options, with what they leave out filled in."""

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
    """The account. `options` are in order (`monctl_targets.uptimerobot.options`); what is not is left out."""
    regions = options.get("regions")
    limit = options.get("monitor_limit")
    chosen = PLANS.get(str(options.get("plan")), PLANS[DEFAULT])
    named = tuple(name for name in REGIONS if isinstance(regions, list) and name in regions)
    if named and "regions" not in chosen.features:
        message = f"`regions` needs {FEATURES['regions']}, which UptimeRobot's {chosen.name} plan lacks"
        report.finding("UPTIMEROBOT102", message, OPTIONS.at("regions"), help=larger(feature="regions"))
        named = ()
    return Account(chosen, named, limit if type(limit) is int and limit > 0 else chosen.monitors, str(options.get("time_zone") or "UTC"))


def larger(*, interval_s: float | None = None, integration: str | None = None, feature: str | None = None) -> str | None:
    """Advice: the smallest plan that would do."""
    name = cheapest(interval_s=interval_s, integration=integration, feature=feature)
    return f"set `targets.uptimerobot.plan` to {name} when the account has it" if name else None
