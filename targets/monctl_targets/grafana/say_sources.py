"""Data sources and queries of Grafana as datasources and metrics of the spec. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monctl.quantity import Duration
from monctl.saying import Context, Inexpressible, SaidObject, Unsaid, told
from monctl.sensitive import sensitive_value
from monctl_targets.grafana.alert_data import EXPRESSION
from monctl_targets.grafana.sources import PLUGINS

_TYPES = {plugin: type for type, plugin in PLUGINS.items()} | {"postgres": "postgresql"}
_USUAL_EVERY_S = 300
"""Of a metric that does not say (`monctl.spec.monitors.Metric`)."""


class Sources:
    """The data sources of a server, and the queries that were met so far."""

    def __init__(self, context: Context, unsaid: list[Unsaid]) -> None:
        self.objects: list[SaidObject] = []
        self._context = context
        self._known: dict[str, tuple[str, str]] = {}
        """uid → (type, name) of a datasource of the spec."""
        self._metrics: dict[tuple[str, str, int], str] = {}
        """(datasource, query, seconds) → metric."""
        for row in sorted(context.around["datasources"], key=lambda row: (row["name"].lower(), row["uid"])):
            self._add(row, unsaid)

    def named(self, uid: str, *types: str) -> str:
        """The datasource of the spec with this uid in Grafana. Raises Inexpressible when it is none of these types."""
        type, name = self._known.get(uid, ("", ""))
        if type not in types:
            raise Inexpressible(f"it asks no {' or '.join(one.title() for one in types)} that is known here", "data")
        return name

    def type(self, uid: str) -> str:
        """The type of a data source in the words of the spec; empty for one it has no word for."""
        return self._known.get(uid, ("", ""))[0]

    def asked(self, rule: Mapping[str, Any]) -> tuple[str, str]:
        """Datasource and PromQL of the one query of an alert rule. Raises Inexpressible when it has more, or another."""
        asked = [one for one in rule.get("data") or [] if one.get("datasourceUid") not in {EXPRESSION, "-100"}]
        if len(asked) != 1:
            raise Inexpressible(f"a metric has one query, here are {len(asked)}", "data")
        name, expr = self.named(str(asked[0]["datasourceUid"]), "prometheus"), str(asked[0]["model"].get("expr") or "").strip()
        if not expr:
            raise Inexpressible("it asks no Prometheus that is known here", "data")
        return name, expr

    def metric(self, source: str, expr: str, title: str, note: str, group: str, *, every_s: int = 0) -> str:
        """One metric for each query and interval, whoever asks it; 0 leaves the interval open."""
        key = (source, expr, every_s)
        if key not in self._metrics:
            name = self._metrics[key] = self._context.names.take("metrics", title)
            every = str(Duration(every_s * 1000)) if every_s not in {0, _USUAL_EVERY_S} else ""
            spec = told({"title": title if title != name else "", "every": every})
            self.objects.append(SaidObject("metrics", name, {**spec, "prometheus": {"datasource": source, "query": expr}}, note, group))
        return self._metrics[key]

    def _add(self, row: Mapping[str, str], unsaid: list[Unsaid]) -> None:
        type = _TYPES.get(row["type"])
        if type is None:
            unsaid.append(Unsaid("datasource", row["uid"], row["name"], f"the spec has no datasource for the plugin {row['type']}"))
            return
        known = (one.name for one in self._context.program.datasources.values() if one.options.get("grafana") == row["uid"])
        name = next(known, "")
        if not name:
            name = self._context.names.take("datasources", row["name"])
            address = row["url"] if type == "prometheus" and not sensitive_value(row["url"]) else ""
            spec = told({"title": row["name"] if row["name"] != name else "", "type": type, "url": address, "grafana": row["uid"]})
            self.objects.append(SaidObject("datasources", name, spec, f"Grafana data source {row['uid']}"))
        self._known[row["uid"]] = (type, name)
