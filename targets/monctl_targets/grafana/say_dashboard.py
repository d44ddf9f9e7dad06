"""Dashboards in the words of the spec: rows of panels with what they ask; how they look follows from the specs again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monctl.resource import Json, Live, Mark
from monctl.saying import Context, Holding, Inexpressible, SaidObject, Touch, Unsaid, told
from monctl_targets.grafana.looks import PANEL_TYPES
from monctl_targets.grafana.say_sources import Sources
from monctl_targets.grafana.staying import not_adoptable
from monctl_targets.grafana.units import unit_of

_LOOKS = {plugin: look for look, plugin in PANEL_TYPES.items() if look not in {"alerts", "services", "text", "logs"}}
_SQL = ("postgresql", "mysql")
_SPAN = re.compile(r"now-(\d+[smhdw])")
_TIME = re.compile(r"\d+[smhd]")
_USUAL_RANGE = "6h"
_DRAWN = Touch(
    "dashboard", "dashboard.*", "it is drawn anew: colours, legends, tags and places follow from the specs; uid, stars and history stay"
)
_LOST = {
    "annotations": "marks on graphs have no words",
    "transformations": "what is done to an answer after the query has no words",
    "overrides": "looks of single series have no words",
    "mappings": "texts in place of figures have no words",
    "repeat": "a panel for each value of a variable has no words",
}


@dataclass
class Dashboards:
    """The dashboards said so far."""

    context: Context
    sources: Sources
    unsaid: list[Unsaid]
    objects: list[SaidObject] = field(default_factory=list)

    def say(self, live: Live, folder: str) -> None:
        """One dashboard in a folder of this title."""
        try:
            if (reasons := not_adoptable(live)) is not None:
                raise Inexpressible(reasons[0])
            spec = self._spec(live)
        except Inexpressible as reason:
            self.unsaid.append(Unsaid("dashboard", live.remote_id, live.name, str(reason), reason.field))
            return
        name = self.context.names.take("dashboards", live.name)
        title = {"title": live.name} if live.name != name else {}
        holds = (Holding("dashboard", name, live.remote_id),)
        whole = {**title, "folder": folder, **spec}
        self.objects.append(SaidObject("dashboards", name, told(whole), f"Grafana dashboard {live.remote_id}", folder, holds, (_DRAWN,)))

    def _spec(self, live: Live) -> dict[str, Json]:
        model = live.body["dashboard"]
        if str(live.body.get("apiVersion") or "").rpartition("/")[2].startswith("v2"):
            raise Inexpressible("it is saved in the v2 model, which the spec does not read: save it in the classic one", "apiVersion")
        if (model.get("templating") or {}).get("list"):
            raise Inexpressible("a dashboard has no variables in the spec: name what is meant in the queries", "templating")
        rows = self._rows(live)
        links: dict[str, str] = {}
        for link in model.get("links") or []:
            if link.get("type") == "link" and link.get("url"):
                links[str(link.get("title") or link["url"])] = str(link["url"])
            else:
                self._lost(live, "links", "a menu of dashboards by tag follows from the estate")
        if any(not each.get("builtIn") for each in (model.get("annotations") or {}).get("list") or []):
            self._lost(live, "annotations", _LOST["annotations"])
        span = _SPAN.fullmatch(str((model.get("time") or {}).get("from") or ""))
        refresh, zone = str(model.get("refresh") or ""), str(model.get("timezone") or "browser")
        return told(
            {
                "description": Mark.strip(str(model.get("description") or "")),
                "refresh": refresh if _TIME.fullmatch(refresh) else "",
                "range": span[1] if span and span[1] != _USUAL_RANGE else "",
                "time_zone": "" if zone == "browser" else zone,
                "links": links,
                **rows,
            }
        )

    def _rows(self, live: Live) -> dict[str, Json]:
        """`panels` where there is one row without a heading, else `rows`."""
        rows: list[dict[str, Any]] = [{"panels": []}]
        for panel in _flat(live.body["dashboard"].get("panels") or []):
            if panel.get("type") == "row":
                rows.append({"title": str(panel.get("title") or ""), "panels": []})
            else:
                rows[-1]["panels"].append(self._panel(live, panel))
        full = [told(row) for row in rows if row["panels"]]
        if not full:
            raise Inexpressible("it shows nothing", "panels")
        return {"panels": full[0]["panels"]} if len(full) == 1 and "title" not in full[0] else {"rows": full}

    def _panel(self, live: Live, panel: Mapping[str, Any]) -> dict[str, Json]:
        type, title = str(panel.get("type")), str(panel.get("title") or "").strip()
        grid = panel.get("gridPos") or {}
        config = panel.get("fieldConfig") or {}
        for name, there in (
            ("transformations", panel),
            ("repeat", panel),
            ("overrides", config),
            ("mappings", config.get("defaults") or {}),
        ):
            if there.get(name):
                raise Inexpressible(f"panel '{title}': {_LOST[name]}", name)
        spec: dict[str, Json] = {"title": title or type, "description": str(panel.get("description") or "")}
        if type == "text":
            look = panel.get("options") or {}
            if look.get("mode", "markdown") != "markdown" or not str(look.get("content") or "").strip():
                raise Inexpressible(f"panel '{title}': a text is Markdown", "options.mode")
            spec["text"] = str(look["content"])
        else:
            if type not in _LOOKS:
                raise Inexpressible(f"panel '{title}': the spec has no look for the plugin {type}", "type")
            spec |= {"look": _LOOKS[type], "unit": unit_of(str((config.get("defaults") or {}).get("unit") or "")) or ""}
            spec |= self._asked(live, panel, title)
        return told(spec | {"width": grid.get("w"), "height": grid.get("h")})

    def _asked(self, live: Live, panel: Mapping[str, Any], title: str) -> dict[str, Json]:
        """The query of a panel; several of them as metrics."""
        targets = [each for each in panel.get("targets") or [] if not each.get("hide")]
        asked = [(str(((each.get("datasource") or panel.get("datasource")) or {}).get("uid") or ""), each) for each in targets]
        if not asked:
            raise Inexpressible(f"panel '{title}' asks nothing", "targets")
        types = {self.sources.type(uid) for uid, _ in asked}
        if types == {"prometheus"}:
            found = [(self.sources.named(uid, "prometheus"), str(each.get("expr") or "").strip(), each) for uid, each in asked]
            if any(not expr for _, expr, _ in found):
                raise Inexpressible(f"panel '{title}' has an empty query", "targets.expr")
            if len(found) == 1:
                return {"prometheus": {"datasource": found[0][0], "query": found[0][1]}}
            note = f"Grafana dashboard {live.remote_id}"
            named = [
                self.sources.metric(source, expr, _legend(each) or f"{title} {each['refId']}", note, "") for source, expr, each in found
            ]
            return {"metrics": named}
        if types <= {*_SQL} and len(asked) == 1:
            uid, each = asked[0]
            if not str(each.get("rawSql") or "").strip():
                raise Inexpressible(f"panel '{title}' has a query that is not written as SQL", "targets.rawSql")
            return {"sql": {"datasource": self.sources.named(uid, *_SQL), "query": str(each["rawSql"])}}
        raise Inexpressible(f"panel '{title}' asks what has no words: one query of SQL, or some of one Prometheus", "targets")

    def _lost(self, live: Live, field: str, why: str) -> None:
        self.unsaid.append(Unsaid("dashboard", live.remote_id, live.name, why, field))


def _flat(panels: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The panels in reading order, those of a folded row behind it."""
    for panel in sorted(panels, key=lambda panel: ((panel.get("gridPos") or {}).get("y", 0), (panel.get("gridPos") or {}).get("x", 0))):
        yield panel
        yield from _flat(panel.get("panels") or [])


def _legend(target: Mapping[str, Any]) -> str:
    said = str(target.get("legendFormat") or "")
    return "" if said.startswith("__") or "{{" in said else said
