"""What an import asks Grafana beyond a read: its data sources, and what the lists leave out of dashboards and rule groups."""

from __future__ import annotations

from collections.abc import Iterable

from monctl.resource import Live
from monctl.saying import Survey
from monctl_targets.grafana.client import GrafanaClient


def survey(client: GrafanaClient, lives: Iterable[Live]) -> Survey:
    """The live objects, foreign ones whole, and around them `datasources`: name, uid, plugin and address of each."""
    kept = ("name", "uid", "type", "url")
    whole = tuple(client.whole(live) if live.mark is None else live for live in lives)
    return Survey(whole, {"datasources": [{name: str(row.get(name) or "") for name in kept} for row in client.datasources()]})
