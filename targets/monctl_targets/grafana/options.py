"""What the block `targets.grafana` of monctl.yaml may say."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from monctl.misread import Misread
from monctl.option_types import Names
from monctl.spec.base import NUMBERS_TOO
from monctl.target_options import Options
from monctl_targets.grafana.version import NEWEST, OLDEST, read, show


def _version(value: Any) -> Any:
    return str(value) if type(value) in {int, float} else value


def _known(value: str) -> str:
    if (found := read(value)) is None or found < OLDEST:
        raise Misread(f"'{value}' is no version of Grafana from {show(OLDEST)} on", help=f'write it as "{show(NEWEST)}", or leave it out')
    return value


Timing = Annotated[str, Names("calendars", "hours-"), Names("calendars", "holidays-"), Names("maintenance", "maintenance-")]


class GrafanaOptions(Options):
    """The options of Grafana."""

    version: Annotated[str, BeforeValidator(_version), AfterValidator(_known), Field(json_schema_extra=NUMBERS_TOO)] | None = None
    """The oldest server the specs are compiled for, such as `"12.1"`; the newest known when left out."""
    editable: bool | None = None
    """True leaves dashboards and alerting open to edits in the UI."""
    folders: dict[str, str] | None = None
    """Title of a folder → uid of one that is there and is used as it is; empty for the top, where what is in no folder lies."""
    contact_points: dict[Annotated[str, Names("channels")], Annotated[str, Field(min_length=1)]] | None = None
    """Channel → name of a contact point that is there and is used as it is; several channels may be one."""
    mute_timings: dict[Timing, Annotated[str, Field(min_length=1)]] | None = None
    """`hours-CALENDAR`, `holidays-CALENDAR` or `maintenance-NAME` → name of a mute timing that is there and is used as it is."""
