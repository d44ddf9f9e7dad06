"""Sentry: monitors ("detectors") and alerts ("workflows") of the API that replaced alert rules in 2026."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monctl.target import Configurable
from monctl_targets.sentry.capabilities import CAPABILITIES
from monctl_targets.sentry.codes import CODES
from monctl_targets.sentry.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monctl.program import Program
    from monctl.resource import Json, Live
    from monctl.sandbox.emulator import Emulator
    from monctl.sandbox.store import Store
    from monctl.saying import Context, Said, Survey
    from monctl.target import Built, Capabilities, Client, Settings
    from monctl_targets.sentry.options import SentryOptions

_IMMUTABLE = {"detector": frozenset({"projectId", "type"})}
"""A detector stays in its project and keeps its type. getsentry/sentry src/sentry/workflow_engine (read 2026-11-20)"""


class Sentry(Configurable):
    """The target `sentry`."""

    name: str = "sentry"
    capabilities: Capabilities = CAPABILITIES
    codes = CODES

    def build(self, program: Program) -> Built:
        """The detectors and workflows of the monitors placed here."""
        from monctl_targets.sentry.build import build

        return build(program)

    def options(self) -> type[SentryOptions]:
        """What `targets.sentry` of monctl.yaml may say."""
        from monctl_targets.sentry.options import SentryOptions

        return SentryOptions

    def normalize(self, kind: str, body: Json) -> Json:
        """A body as a comparable value."""
        return normalize(kind, body)

    def immutable(self, kind: str) -> frozenset[str]:
        """Fields whose change is a replacement."""
        return _IMMUTABLE.get(kind, frozenset())

    def connect(self, settings: Settings) -> Client:
        """A client of one organisation. Raises UsageError when there is no token, or one that cannot work."""
        from monctl_targets.sentry.client import connect

        return connect(settings)

    def survey(self, client: Client, lives: Sequence[Live]) -> Survey:
        """The live objects, with the names behind the ids they hold."""
        from monctl_targets.sentry.client import SentryClient
        from monctl_targets.sentry.survey import survey

        assert isinstance(client, SentryClient)  # made by `connect`
        return survey(client, lives)

    def say(self, lives: Sequence[Live], context: Context) -> Said:
        """Monitors with their alerts, datasources, channels and people for live objects."""
        from monctl_targets.sentry.say import say

        return say(lives, context)

    def emulator(self, store: Store) -> Emulator | None:
        """The sandbox's organisation."""
        from monctl_targets.sentry.emulator import SentryEmulator

        return SentryEmulator(store)


target = Sentry()
