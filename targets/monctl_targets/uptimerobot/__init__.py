"""UptimeRobot: monitors, their contacts and integrations, and maintenance windows, over API v3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monctl.target import Configurable
from monctl_targets.uptimerobot.capabilities import CAPABILITIES
from monctl_targets.uptimerobot.codes import CODES
from monctl_targets.uptimerobot.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monctl.program import Program
    from monctl.resource import Json, Live
    from monctl.sandbox.emulator import Emulator
    from monctl.sandbox.store import Store
    from monctl.saying import Context, Said
    from monctl.target import Built, Capabilities, Client, Settings
    from monctl_targets.uptimerobot.options import UptimeRobotOptions

_IMMUTABLE = {"monitor": frozenset({"type"}), "integration": frozenset({"type"}), "alert_contact": frozenset({"type", "value"})}
"""A monitor's type never changes: https://github.com/uptimerobot/terraform-provider-uptimerobot b41c1c3 (read 2026-11-20); nor does an address."""


class UptimeRobot(Configurable):
    """The target `uptimerobot`."""

    name: str = "uptimerobot"
    capabilities: Capabilities = CAPABILITIES
    codes = CODES

    def build(self, program: Program) -> Built:
        """The monitors placed here, whom they tell, and the windows that mute them."""
        from monctl_targets.uptimerobot.build import build

        return build(program)

    def options(self) -> type[UptimeRobotOptions]:
        """What `targets.uptimerobot` of monctl.yaml may say."""
        from monctl_targets.uptimerobot.options import UptimeRobotOptions

        return UptimeRobotOptions

    def normalize(self, kind: str, body: Json) -> Json:
        """A body as a comparable value."""
        return normalize(kind, body)

    def immutable(self, kind: str) -> frozenset[str]:
        """Fields whose change is a replacement."""
        return _IMMUTABLE.get(kind, frozenset())

    def connect(self, settings: Settings) -> Client:
        """A client of API v3. Raises UsageError when there is no key."""
        from monctl_targets.uptimerobot.client import UptimeRobotClient

        return UptimeRobotClient(settings, sleep=settings.sleep)

    def say(self, lives: Sequence[Live], context: Context) -> Said:
        """Monitors, channels and maintenance windows for live objects."""
        from monctl_targets.uptimerobot.say import say

        return say(lives, context)

    def emulator(self, store: Store) -> Emulator | None:
        """The sandbox's account, on the largest plan."""
        from monctl_targets.uptimerobot.emulator import UptimeRobotEmulator

        return UptimeRobotEmulator(store)


target = UptimeRobot()
