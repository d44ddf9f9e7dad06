"""What the block `targets.pagerduty` of monctl.yaml may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from monctl.target_options import Options

Region = Literal["us", "eu"]
Form = Literal["v2", "v3"]


class PagerDutyOptions(Options):
    """The options of PagerDuty."""

    region: Region | None = None
    """Service region of the account; `us` when left out."""
    sender: str | None = Field(None, alias="from")
    """E-mail address of a user, which account keys need for some writes."""
    prefix: str | None = None
    """Stands before the name of every object, to keep estates or environments of one account apart."""
    members: bool | None = None
    """False leaves who is in a team to PagerDuty."""
    schedules: Form | None = None
    """`v2` makes schedules of layers, `v3` schedules of shifts; `v2` when left out."""
