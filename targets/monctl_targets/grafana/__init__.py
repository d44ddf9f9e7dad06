"""Grafana: folders, dashboards, alert rule groups, contact points and mute timings; never the notification policy tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monctl.resource import Json, Live
from monctl.target import Configurable
from monctl_targets.grafana.capabilities import CAPABILITIES
from monctl_targets.grafana.codes import CODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monctl.program import Program
    from monctl.sandbox.store import Store
    from monctl.saying import Context, Said, Survey
    from monctl.target import Built, Client, Settings
    from monctl_targets.grafana.client import GrafanaClient
    from monctl_targets.grafana.emulator import GrafanaEmulator
    from monctl_targets.grafana.options import GrafanaOptions


class Grafana(Configurable):
    """The target `grafana`. Its parts are loaded when they are needed."""

    name = "grafana"
    capabilities = CAPABILITIES
    codes = CODES

    def build(self, program: Program) -> Built:
        """What Grafana should hold for a program; see `build`."""
        from monctl_targets.grafana.build import build

        return build(program)

    def options(self) -> type[GrafanaOptions]:
        """What `targets.grafana` of monctl.yaml may say."""
        from monctl_targets.grafana.options import GrafanaOptions

        return GrafanaOptions

    def normalize(self, kind: str, body: Json) -> Json:
        """The comparable form of a body; see `normalize`."""
        from monctl_targets.grafana.normalize import normalize

        return normalize(kind, body)

    def immutable(self, kind: str) -> frozenset[str]:
        """What cannot be changed in place: the name is the identity of a contact point and a mute timing."""
        return _IMMUTABLE.get(kind, frozenset())

    def not_adoptable(self, live: Live) -> tuple[str, str] | None:
        """Why an object cannot be taken over, and the way out; see `staying`."""
        from monctl_targets.grafana.staying import not_adoptable

        return not_adoptable(live)

    def connect(self, settings: Settings) -> GrafanaClient:
        """A client; see `client.connect`."""
        from monctl_targets.grafana.client import connect

        return connect(settings)

    def survey(self, client: Client, lives: Sequence[Live]) -> Survey:
        """The live objects, and the data sources."""
        from monctl_targets.grafana.client import GrafanaClient
        from monctl_targets.grafana.survey import survey

        assert isinstance(client, GrafanaClient)  # made by `connect`
        return survey(client, lives)

    def say(self, lives: Sequence[Live], context: Context) -> Said:
        """Specs for live objects; see `say`."""
        from monctl_targets.grafana.say import say

        return say(lives, context)

    def emulator(self, store: Store) -> GrafanaEmulator:
        """The sandbox's Grafana."""
        from monctl_targets.grafana.emulator import GrafanaEmulator

        return GrafanaEmulator(store)


_IMMUTABLE = {
    "contact_point": frozenset({"name"}),
    "mute_timing": frozenset({"name"}),
}

target = Grafana()
