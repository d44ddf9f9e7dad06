"""Contact points as channels, and mute timings as calendars: known by name, used as they are, and left to Grafana. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monctl.quantity import Duration
from monctl.resource import Json, Live
from monctl.saying import Context, Inexpressible, SaidObject, Unsaid, secret_name
from monctl_targets.grafana import durations
from monctl_targets.grafana.given import CONTACT_POINTS, MUTE_TIMINGS, Given
from monctl_targets.grafana.staying import NO_PLACE, use

DEFAULT_GROUPS = ("grafana_folder", "alertname")
_DAYS = {"monday": "mon", "tuesday": "tue", "wednesday": "wed", "thursday": "thu", "friday": "fri", "saturday": "sat", "sunday": "sun"}


@dataclass
class Tellers:
    """The channels and calendars that stand for what is there, and the options that say so."""

    context: Context
    given: Given
    unsaid: list[Unsaid]
    objects: list[SaidObject] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    points: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Name of a contact point → its channels."""
    calendars: dict[str, str] = field(default_factory=dict)
    """Name of a mute timing → the calendar whose hours it is."""

    def __post_init__(self) -> None:
        for channel, point in self.given.contact_points.items():
            self.points[point] = (*self.points.get(point, ()), channel)
        for key, timing in self.given.mute_timings.items():
            if key.startswith("hours-"):
                self.calendars[timing] = key.removeprefix("hours-")

    def options(self) -> dict[str, Json]:
        """What `targets.grafana` must say for all this to mean what is there."""
        points = {channel: point for point, channels in self.points.items() for channel in channels}
        timings = {f"hours-{calendar}": timing for timing, calendar in self.calendars.items()}
        made: dict[str, Json] = {CONTACT_POINTS: points, MUTE_TIMINGS: timings}
        return {name: said for name, said in made.items() if said}

    def point(self, live: Live, rules: Iterable[Mapping[str, Any]]) -> None:
        """Channels for a contact point, with what the rules that name it say of it."""
        if live.name in self.points:
            return
        more = _said_by_rules(live.name, rules)
        receivers: Sequence[Mapping[str, Any]] = live.body["receivers"]
        made: list[SaidObject] = []
        for number, receiver in enumerate(receivers, 1):
            name = f"{live.name} {number}" if len(receivers) > 1 else live.name
            said = self.context.names.take("channels", name)
            try:
                spec = _channel(receiver, said, self.secrets) | more
            except Inexpressible as reason:
                self.unsaid.append(Unsaid("contact_point", live.remote_id, name, str(reason), reason.field))
                continue
            spec |= {"resolved": False} if receiver.get("disableResolveMessage") else {}
            title = {"title": name} if name != said else {}
            made.append(SaidObject("channels", said, title | spec, f"Grafana contact point {live.name}"))
        self.objects += made
        if not made:
            return
        why = f"the contact point stays Grafana's: {NO_PLACE['contact_point']}; its channel leads to it"
        if len(made) < len(receivers):
            why = f"only a part of it has words, and {NO_PLACE['contact_point']}: its channels send by themselves"
        elif not self.context.fresh:
            why = f"the contact point stays Grafana's; {use(live)}"
        else:
            self.points[live.name] = tuple(one.name for one in made)
        self.unsaid.append(Unsaid("contact_point", live.remote_id, live.name, why))

    def timing(self, live: Live) -> None:
        """A calendar for the hours of a mute timing."""
        if live.name in self.calendars:
            return
        try:
            hours, zone = _weekly(live.body.get("time_intervals") or [])
        except Inexpressible as reason:
            self.unsaid.append(Unsaid("mute_timing", live.remote_id, live.name, str(reason), reason.field))
            return
        name = self.context.names.take("calendars", live.name)
        spec: dict[str, Json] = ({"title": live.name} if live.name != name else {}) | ({} if zone == "UTC" else {"time_zone": zone})
        self.objects.append(SaidObject("calendars", name, {**spec, "hours": hours}, f"Grafana mute timing {live.name}"))
        if self.context.fresh:
            self.calendars[live.name] = name
        why = f"the mute timing stays Grafana's: {NO_PLACE['mute_timing']}; its calendar leads to it"
        self.unsaid.append(
            Unsaid("mute_timing", live.remote_id, live.name, why if self.context.fresh else f"the mute timing stays Grafana's; {use(live)}")
        )


def _said_by_rules(name: str, rules: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """How often is told again and by what alerts are grouped: a channel's in the spec, a rule's in Grafana. The first rule counts."""
    for rule in rules:
        settings = rule.get("notification_settings") or {}
        if settings.get("receiver") == name:
            repeat_s = durations.read(str(settings.get("repeat_interval") or "")) or 0
            groups = [label for label in settings.get("group_by") or [] if label not in DEFAULT_GROUPS]
            return ({"repeat": str(Duration.of(repeat_s))} if repeat_s else {}) | ({"group_by": groups} if groups else {})
    return {}


def _channel(receiver: Mapping[str, Any], name: str, secrets: dict[str, str]) -> dict[str, Json]:
    settings = receiver.get("settings") or {}

    def secret(*parts: str) -> Json:
        reference = secret_name(*parts, name)
        secrets[reference.reference.removeprefix("env:")] = f"the {' '.join(parts)} of Grafana's contact point '{receiver['name']}'"
        return reference

    match receiver["type"]:
        case "email":
            addresses = [
                part.strip()
                for part in str(settings.get("addresses") or "").replace("\n", ";").replace(",", ";").split(";")
                if part.strip()
            ]
            if not addresses or any("@" not in one or one.startswith("<") for one in addresses):
                raise Inexpressible("it has no address", "settings.addresses")
            return {"email": {"to": addresses}}
        case "slack":
            channel = str(settings.get("recipient") or "")
            if not channel:
                raise Inexpressible("a slack channel has a name, and this one tells none", "settings.recipient")
            by = {"token": secret("slack", "token")} if settings.get("token") else {"webhook": secret("slack", "webhook")}
            return {"slack": {"channel": channel, **by}}
        case "pagerduty":
            return {
                "pagerduty": {"service": str(receiver["name"]), "owned": False, "integration_key": secret("pagerduty", "integration_key")}
            }
        case "webhook":
            return {"webhook": {"url": secret("webhook", "url")}}
        case type:
            raise Inexpressible(f"the spec has no channel of the kind {type}", "type")


def _weekly(intervals: Sequence[Mapping[str, Any]]) -> tuple[list[Json], str]:
    """Hours of the week, and their zone. Raises Inexpressible for days of months and years."""
    zones = {str(each.get("location") or "UTC") for each in intervals}
    if len(zones) != 1:
        raise Inexpressible("a calendar has one time zone", "time_intervals.location")
    hours: list[Json] = []
    for each in intervals:
        if field := next((name for name in ("days_of_month", "months", "years") if each.get(name)), ""):
            raise Inexpressible("a calendar says hours of the week: write a maintenance window, or holidays", f"time_intervals.{field}")
        days = ",".join(_said_days(str(one)) for one in each.get("weekdays") or []) or "daily"
        spans = each.get("times") or [{"start_time": "00:00", "end_time": "24:00"}]
        hours += [{"days": days, "start": span["start_time"], "end": span["end_time"]} for span in spans]
    return hours, zones.pop()


def _said_days(text: str) -> str:
    return "-".join(_DAYS[end] for end in text.lower().split(":"))
