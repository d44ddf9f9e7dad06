"""What the block `targets.uptimerobot` of monctl.yaml may say."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from monctl.option_types import Zone
from monctl.target_options import Options
from monctl_targets.uptimerobot.normalize import Region
from monctl_targets.uptimerobot.plan import PlanName


class UptimeRobotOptions(Options):
    """The options of UptimeRobot."""

    plan: PlanName | None = None
    """The plan the account has; it decides what is possible. `team` when left out."""
    monitor_limit: Annotated[int, Field(ge=1)] | None = None
    """Monitors the account holds; the plan's when left out."""
    regions: list[Region] | None = None
    """Where it asks from; its own choice when left out."""
    time_zone: Zone | None = None
    """Of the account, for maintenance windows; UTC when left out."""
