"""PagerDuty: teams, schedules, escalation policies, services and integrations, by REST API v2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from monctl.resource import Json, Live, Resource
from monctl.target import Built, Client, Configurable, Settings
from monctl_targets.pagerduty.capabilities import CAPABILITIES
from monctl_targets.pagerduty.codes import CODES

if TYPE_CHECKING:
    from datetime import datetime

    from monctl.live import LiveState
    from monctl.plan import Change, Problem
    from monctl.program import Program
    from monctl.sandbox.emulator import Emulator
    from monctl.sandbox.store import Store
    from monctl.saying import Context, Said, Survey
    from monctl_targets.pagerduty.options import PagerDutyOptions


_IMMUTABLE = {"integration": frozenset({"service"}), "schedule": frozenset({"api", "owners"})}


class PagerDuty(Configurable):
    """The target. It holds who is called; what is measured stays with the others, so it takes no source."""

    name = "pagerduty"
    capabilities = CAPABILITIES
    codes = CODES

    def build(self, program: Program) -> Built:
        """Teams, schedules, escalation policies, services and integrations of a program."""
        from monctl_targets.pagerduty.build import build

        return build(program)

    def options(self) -> type[PagerDutyOptions]:
        """What `targets.pagerduty` of monctl.yaml may say."""
        from monctl_targets.pagerduty.options import PagerDutyOptions

        return PagerDutyOptions

    def normalize(self, kind: str, body: Json) -> Json:
        """A body as a comparable value; see `monctl_targets.pagerduty.normalize`."""
        from monctl_targets.pagerduty.normalize import normalize

        return normalize(kind, body)

    def immutable(self, kind: str) -> frozenset[str]:
        """An integration cannot move to another service, a schedule to the other API, a v3 schedule to another team; all else changes in place."""
        return _IMMUTABLE.get(kind, frozenset())

    def remarks(
        self, changes: Sequence[Change], resources: Sequence[Resource], state: LiveState, *, program: Program, now: datetime
    ) -> Iterator[Problem]:
        """Who is on call before and after each changed schedule; new keys that senders wait for."""
        from monctl_targets.pagerduty.remarks import remarks

        return remarks(changes, resources, state, program=program, now=now)

    def afterwards(self, made: Sequence[Change], *, program: Program) -> Iterator[Problem]:
        """New keys that are to be copied now."""
        from monctl_targets.pagerduty.remarks import afterwards

        return afterwards(made, program=program)

    def connect(self, settings: Settings) -> Client:
        """A client with `PAGERDUTY_TOKEN`; raises UsageError when it is not set."""
        from monctl_targets.pagerduty.client import connect

        return connect(settings)

    def survey(self, client: Client, lives: Sequence[Live]) -> Survey:
        """The live objects with the members of teams, and everybody's address."""
        from monctl_targets.pagerduty.client import PagerDutyClient
        from monctl_targets.pagerduty.survey import survey

        assert isinstance(client, PagerDutyClient)  # made by `connect`
        return survey(client, lives)

    def say(self, lives: Sequence[Live], context: Context) -> Said:
        """Teams, rotations, escalations, channels and people for live objects."""
        from monctl_targets.pagerduty.say import say

        return say(lives, context)

    def emulator(self, store: Store) -> Emulator:
        """The sandbox's stand-in of the REST and Events APIs."""
        from monctl_targets.pagerduty.emulator import PagerDutyEmulator

        return PagerDutyEmulator(store)


target = PagerDuty()
