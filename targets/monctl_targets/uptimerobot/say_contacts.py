"""Contacts and integrations as channels: one for each contact, and one more for each other interval of repeating. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monctl.quantity import Duration
from monctl.resource import Json, Live
from monctl.saying import Context, Holding, Inexpressible, SaidObject, Touch, Unsaid, secret_name
from monctl_targets.uptimerobot.contacts import email_key
from monctl_targets.uptimerobot.normalize import NOTIFY, canonical, normalize

_ANY = ("alert_contact", "integration")
_NAME = "the name is the channel's, and makes room for the mark"
_REMINDER = "the flag is without effect: no monitor that reminds of its certificate tells it"
_UNSPOKEN = {
    "Webhook": "the body that is sent to a webhook is monctl's own, and this one has another",
    "Voice": "the spec has no calls by UptimeRobot",
}


class Told:
    """The contacts of an account, and the channels that stand for them. `monitors` are the bodies that name contacts."""

    def __init__(self, context: Context, lives: Sequence[Live], monitors: Iterable[Mapping[str, Any]]) -> None:
        self._context = context
        self._lives = {live.remote_id: live for live in lives if live.kind in _ANY}
        self.unsaid: list[Unsaid] = []
        self.secrets: dict[str, str] = {}
        self._specs: dict[str, dict[str, Json]] = {}
        self._names: dict[tuple[str, int], str] = {}
        """(contact id, minutes of repeating) → channel."""
        repeats: dict[str, Counter[int]] = {}
        reminding: set[str] = set()
        for body in monitors:
            for edge in body.get("assignedAlertContacts") or ():
                id = str(int(edge["alertContactId"]))
                repeats.setdefault(id, Counter())[int(edge["recurrence"])] += 1
                if body.get("sslExpirationReminder"):
                    reminding.add(id)
        self._reminding = reminding
        for id, live in self._lives.items():
            self._say(id, live, repeats.get(id, Counter({0: 1})))

    def channel(self, id: str, repeat_min: int) -> str:
        """The channel of an edge. Raises Inexpressible for a contact without words."""
        if (id, repeat_min) not in self._names:
            live = self._lives.get(id)
            who = f"'{live.name or id}' ({live.body['type']})" if live is not None else f"the contact {id}"
            raise Inexpressible(f"it tells {who}, which no channel can stand for", "assignedAlertContacts")
        return self._names[id, repeat_min]

    def reminded(self, id: str) -> bool:
        """Whether a contact hears of certificates that expire."""
        return id in self._lives and bool(self._lives[id].body.get("sslExpirationReminder"))

    def objects(self) -> list[SaidObject]:
        """The channels."""
        return [self._object(id, repeat, name) for (id, repeat), name in self._names.items()]

    def _say(self, id: str, live: Live, repeats: Counter[int]) -> None:
        try:
            self._specs[id] = self._spec(live)
        except Inexpressible as reason:
            self.unsaid.append(Unsaid(live.kind, id, live.name, str(reason), reason.field))
            return
        usual = min(repeats, key=lambda minutes: (-repeats[minutes], minutes))
        title = live.name or str(live.body.get("value") or live.body["type"])
        base = self._names[id, usual] = self._context.names.take("channels", title)
        for minutes in sorted(set(repeats) - {usual}):
            self._names[id, minutes] = self._context.names.take("channels", f"{base} every {minutes}m")
        self._specs[id] = {"title": title} | _with_secrets(self._specs[id], live, base, self.secrets)

    def _spec(self, live: Live) -> dict[str, Json]:
        type = canonical(live.body["type"])
        when = live.body.get("enableNotificationsFor") or 0
        told = NOTIFY[when] if isinstance(when, int) else when
        if told not in {"UpAndDown", "Down"}:
            raise Inexpressible("a channel hears of what is down, and of its end unless it says otherwise", "enableNotificationsFor")
        more: dict[str, Json] = {} if told == "UpAndDown" else {"resolved": False}
        normal = normalize(live.kind, live.body)
        match type:
            case "Email":
                return {"email": {"to": [live.body["value"]]}} | more
            case "ProSms":
                return {"sms": {"to": [f"+{''.join(char for char in str(live.body['value']) if char.isdigit())}"]}}
            case "Slack" if normal["customValue"]:
                return {"slack": {"channel": normal["customValue"]}} | more
            case "Slack":
                raise Inexpressible("a slack channel has a name, and this integration tells none", "customValue")
            case "PagerDuty":
                return {"pagerduty": {"service": live.name, "owned": False}} | more
        raise Inexpressible(_UNSPOKEN.get(type, f"the spec has no channel of the kind {type}"), "type")

    def _object(self, id: str, repeat_min: int, name: str) -> SaidObject:
        live = self._lives[id]
        spec = dict(self._specs[id])
        if spec["title"] == name:
            del spec["title"]
        if repeat_min:
            spec["repeat"] = str(Duration(repeat_min * 60_000))
        first = name == min(other for (contact, _), other in self._names.items() if contact == id)
        key = email_key(live.body["value"]) if live.kind == "alert_contact" else name
        held = canonical(live.body["type"]) != "ProSms" and first
        holds = (Holding(live.kind, key, id),) if held else ()
        touches = [Touch(live.kind, "friendlyName", _NAME)]
        if self.reminded(id) and id not in self._reminding:
            touches.append(Touch(live.kind, "sslExpirationReminder", _REMINDER))
        note = f"UptimeRobot {live.kind.replace('_', ' ')} {id}"
        return SaidObject("channels", name, spec, note, holds=holds, touches=tuple(touches))


def _with_secrets(spec: Mapping[str, Json], live: Live, name: str, secrets: dict[str, str]) -> dict[str, Json]:
    """The spec with references to the secrets that a Slack or PagerDuty integration needs."""
    said = dict(spec)
    for kind, field, what in (("slack", "webhook", "the webhook URL"), ("pagerduty", "integration_key", "the integration key")):
        if kind in said:
            reference = secret_name(kind, field, name)
            said[kind] = {**said[kind], field: reference}
            secrets[reference.reference.removeprefix("env:")] = f"{what} of UptimeRobot's integration '{live.name}' ({live.remote_id})"
    return said
