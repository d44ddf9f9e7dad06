"""UptimeRobot's objects in the words of the spec: the inverse of `build`. Pure.

Monitors with what they check and whom they tell, contacts as channels, windows as maintenance. What tells the same people at another
delay is another severity: a contact with a delay of ten minutes is told "down for 10m".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monctl.ladder import Ladder
from monctl.quantity import Duration
from monctl.resource import Json, Live
from monctl.saying import PAUSED, Context, Holding, Inexpressible, Said, SaidObject, Touch, Unsaid, each_said, paused_phases
from monctl_targets.uptimerobot.fields import TAGS
from monctl_targets.uptimerobot.normalize import REGIONS, assignments, normalize, text
from monctl_targets.uptimerobot.plan import DEFAULT, PLANS
from monctl_targets.uptimerobot.say_check import request
from monctl_targets.uptimerobot.say_contacts import Told
from monctl_targets.uptimerobot.say_window import maintenance
from monctl_targets.uptimerobot.signals import REMINDERS, reminder_days

_USUAL_TIMEOUT_S = 30
"""Where a monitor has none: the vendor's own. https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27), read 2026-11-20."""
_TAG = Touch("monitor", "tagNames", "the tag `monctl` is added, beside the tags there are")
_SEVERITY = Touch("monitor", "customFields.severity", "the severity is written into a custom field")
_TIMEOUT = Touch("monitor", "timeout", f"UptimeRobot's own timeout of {_USUAL_TIMEOUT_S} s is spelled out")
_DAYS = Touch(
    "monitor", "config.sslExpirationPeriodDays", f"UptimeRobot's own days of reminding are spelled out: {', '.join(map(str, REMINDERS))}"
)


def say(lives: Sequence[Live], context: Context) -> Said:
    """Specs for the live objects that are nobody's. A monitor that tells somebody without words is left out."""
    return _Speaker(lives, context).said()


@dataclass
class _Speaker:
    lives: Sequence[Live]
    context: Context
    unsaid: list[Unsaid] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Monitor id → name."""
    paused: bool = False
    others: dict[tuple[str, str], SaidObject] = field(default_factory=dict)
    """Services, teams and runbooks that monitors name, by kind and name."""
    options: dict[str, Json] = field(default_factory=dict)

    def said(self) -> Said:
        self.ladder = Ladder(self.context.program, self.context.fresh)
        monitors = [live for live in self.lives if live.kind == "monitor"]
        self._account(monitors)
        self.told = Told(self.context, self.lives, [live.body for live in monitors])
        self.names = {
            id: key for (kind, id), key in self.context.ours.items() if kind == "monitor" and key in self.context.program.monitors
        }
        self.names |= {live.remote_id: self.context.names.take("monitors", live.name) for live in monitors}
        objects = each_said(monitors, self._monitor, self.unsaid)
        windows = each_said([live for live in self.lives if live.kind == "maintenance_window"], self._window, self.unsaid)
        channels = self.told.objects()
        phases = paused_phases(self.context.program) if self.paused else []
        every = (*self.ladder.objects(), *channels, *self.others.values(), *phases, *objects, *windows)
        return Said(every, (*self.unsaid, *self.told.unsaid), self.options, self.told.secrets)

    def _account(self, monitors: Sequence[Live]) -> None:
        """What the monitors tell of the account: a plan that checks so often, regions that all of them have."""
        given = self.context.program.targets.get("uptimerobot", {})
        fastest = min((int(live.body["interval"]) for live in monitors), default=PLANS[DEFAULT].min_interval_s)
        if "plan" not in given and fastest < PLANS[DEFAULT].min_interval_s:
            self.options["plan"] = next(
                (plan.name for plan in PLANS.values() if plan.name != "free" and plan.min_interval_s <= fastest), DEFAULT
            )
        if len(monitors) > PLANS[str(self.options.get("plan", DEFAULT))].monitors and "monitor_limit" not in given:
            self.options["monitor_limit"] = len(monitors)
        chosen = {_regions(live.body) for live in monitors if live.body["type"] != "HEARTBEAT"}
        if self.context.fresh and len(chosen) == 1 and (only := chosen.pop()):
            self.options["regions"] = list(only)

    def _monitor(self, live: Live) -> SaidObject:
        body = live.body
        normal = normalize("monitor", body)
        regions = tuple(self.options.get("regions") or self.context.program.targets.get("uptimerobot", {}).get("regions") or ())
        if body["type"] != "HEARTBEAT" and _regions(body) != regions:
            raise Inexpressible(
                "regions are the whole account's (`targets.uptimerobot.regions`), and this monitor has others", "regionalData"
            )
        if isinstance(normal["responseTimeThreshold"], Mapping):
            raise Inexpressible("a monitor has one limit, and this one has another for each region", "responseTimeThreshold")
        name = self.names[live.remote_id]
        spec: dict[str, Json] = {"title": live.name} if live.name != name else {}
        fields = dict(normal["customFields"])
        severity = self.ladder.named(fields["severity"]) if "severity" in fields else None
        alert, notify = self._alert(normal, severity)
        spec |= self._belonging(fields, normal["tagNames"])
        spec |= request(body, normal, name, self.told.secrets)
        every_s = int(body["interval"])
        if every_s != 300:
            spec["every"] = str(Duration(every_s * 1000))
        timeout_s = normal.get("timeout", 10) or _USUAL_TIMEOUT_S
        if "timeout" in normal and timeout_s != min(10, -(-every_s * 4 // 5)):
            spec["timeout"] = str(Duration(timeout_s * 1000))
        spec["alert"] = alert
        if notify is not None:
            spec["notify"] = notify
        if normal["status"] == "PAUSED":
            self.paused = True
            spec["phases"] = [PAUSED]
        touches = [_TAG, _SEVERITY, _TIMEOUT] + ([] if "sslExpirationPeriodDays" in normal["config"] else [_DAYS])
        return SaidObject(
            "monitors",
            name,
            spec,
            f"UptimeRobot monitor {live.remote_id}",
            spec.get("service", "") or _site(body),
            (Holding("monitor", name, live.remote_id),),
            tuple(touches),
        )

    def _alert(self, normal: Mapping[str, Any], severity: str | None) -> tuple[dict[str, Json], list[str] | None]:
        """Severity → when and whom; and the channels of all of them, when there is one severity."""
        delays: dict[int, list[str]] = {}
        reminded: list[str] = []
        for edge in assignments(normal):
            channel = self.told.channel(str(edge["alertContactId"]), edge["recurrence"])
            delays.setdefault(edge["threshold"], []).append(channel)
            if self.told.reminded(str(edge["alertContactId"])):
                reminded.append(channel)
        alerts: dict[str, Json] = {}
        slow_ms = normal["responseTimeThreshold"]
        first = self._step(0, severity)
        days = _reminding(normal) if normal.get("sslExpirationReminder") else None
        whole = days is not None and len(delays) <= 1 and sorted(reminded) == sorted(next(iter(delays.values()), []))
        for place, (minutes, channels) in enumerate(sorted(delays.items()) or [(0, [])]):
            lasting = f" for {Duration(minutes * 60_000)}" if minutes else ""
            terms = [f"down{lasting}"] + ([f"response_time > {_ms(slow_ms)}{lasting}"] if slow_ms else [])
            terms += [f"certificate_expires_in < {days}d"] if whole else []
            alerts[self._step(place, first)] = {"when": " or ".join(terms), "notify": sorted(channels)}
        if days is not None and not whole:
            alerts[self._step(len(alerts), first)] = {"when": f"certificate_expires_in < {days}d", "notify": sorted(reminded)}
        if len(alerts) > 1:
            return alerts, None
        only = alerts[first]
        return {first: only["when"]}, only["notify"] if only["notify"] or not self.context.fresh else None

    def _step(self, place: int, first: str | None) -> str:
        found = self.ladder.step(place, below=first)
        if found is None:
            raise Inexpressible("it has more delays than the estate has severities", "assignedAlertContacts")
        return found

    def _belonging(self, fields: dict[str, str], tags: Sequence[str]) -> dict[str, Json]:
        """Service, team, runbook, texts, labels and links: from custom fields, and tags as the label `tags`."""
        spec: dict[str, Json] = {}
        for kind, field_name in (("services", "service"), ("teams", "team")):
            if (value := fields.get(field_name)) is not None and f"{field_name}-{value}".lower() in tags:
                spec[field_name] = self._other(kind, value)
        book = fields.get("runbook", "")
        if book.startswith(("http://", "https://")):
            spec["runbook"] = self._other("runbooks", book.rstrip("/").rpartition("/")[2] or "runbook", {"url": book})
        spec |= {name: fields[name] for name in ("action", "message", "description") if name in fields}
        taken = {"severity", *spec}
        labels = {name: value for name, value in fields.items() if name not in taken and not name.startswith("link-")}
        links = {name.removeprefix("link-"): value for name, value in fields.items() if name.startswith("link-")}
        own = {f"{name}-{spec[name]}".lower() for name in ("service", "team") if name in spec} | {"monctl"}
        if more := [tag for tag in tags if tag not in own]:
            if TAGS in labels or any("," in tag for tag in more):
                raise Inexpressible(f"the tags {', '.join(more)} and the custom field `tags` are both the label `tags`", "tags")
            labels[TAGS] = ", ".join(more)
        return spec | ({"labels": labels} if labels else {}) | ({"links": links} if links else {})

    def _other(self, kind: str, wanted: str, spec: Mapping[str, Json] | None = None) -> str:
        """The name of a service, team or runbook: the estate's own, else a new one."""
        held = getattr(self.context.program, kind)
        if spec is None and wanted in held:
            return wanted
        for (other, name), one in self.others.items():
            if other == kind and (one.spec == spec if spec else one.name == wanted):
                return name
        name = self.context.names.take(kind, wanted)
        if spec is None and name != wanted:
            raise Inexpressible(f"'{wanted}' cannot be the name of one of the {kind}", f"customFields.{kind.removesuffix('s')}")
        self.others[kind, name] = SaidObject(kind, name, spec or {}, support=True)
        return name

    def _window(self, live: Live) -> SaidObject:
        zone = str(self.context.program.targets.get("uptimerobot", {}).get("time_zone", "UTC"))
        name = self.context.names.take("maintenance", live.name)
        spec = maintenance(live.body, zone, self.names)
        title = {"title": live.name} if live.name != name else {}
        return SaidObject(
            "maintenance",
            name,
            title | spec,
            f"UptimeRobot window {live.remote_id}",
            holds=(Holding("maintenance_window", name, live.remote_id),),
        )


def _regions(body: Mapping[str, Any]) -> tuple[str, ...]:
    data = body.get("regionalData") or {}
    return tuple(name for name in REGIONS if name in data.get("REGION", ())) if data.get("MANUAL_SELECTED") else ()


def _reminding(normal: Mapping[str, Any]) -> int:
    """Days before expiry from which on people are reminded. Raises Inexpressible for days that no "less than N left" gives."""
    days = normal["config"].get("sslExpirationPeriodDays")
    if days is None:
        return REMINDERS[0]
    if sorted(days, reverse=True) != reminder_days(max(days)):
        raise Inexpressible(
            f"reminders come {', '.join(map(str, reminder_days(max(days))))} days before, not {', '.join(map(str, days))}",
            "config.sslExpirationPeriodDays",
        )
    return int(max(days))


def _site(body: Mapping[str, Any]) -> str:
    """The host that is asked, for the file a monitor goes into."""
    host = text(body.get("url")).split("://")[-1].partition("/")[0].partition(":")[0]
    return "heartbeats" if body["type"] == "HEARTBEAT" else host


def _ms(value: int) -> str:
    return f"{value // 1000}s" if value % 1000 == 0 else f"{value}ms"
