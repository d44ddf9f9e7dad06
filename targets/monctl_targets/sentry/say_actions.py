"""The actions of an alert as channels, people and escalations. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monctl.quantity import Duration
from monctl.resource import Json
from monctl.saying import Context, Inexpressible, SaidObject

_NOBODY = "the suggested assignees of an issue are nobody in particular: name a team, a person or a channel at Sentry"


@dataclass(frozen=True, slots=True)
class Told:
    """Whom one group of actions tells."""

    channels: list[str]
    escalation: str | None = None
    """Tells teams: Sentry writes to the members, which no channel says."""


@dataclass
class Tellers:
    """The channels, people and escalations an import needs. `team` gives the name of a team of Sentry by its id."""

    context: Context
    team: Callable[[str], str]
    _channels: dict[tuple[Any, ...], SaidObject] = field(default_factory=dict)
    _people: dict[str, SaidObject] = field(default_factory=dict)
    _escalations: dict[tuple[str, ...], SaidObject] = field(default_factory=dict)

    def told(self, actions: Iterable[Mapping[str, Any]], *, resolved: bool, repeat_min: int | None = None) -> Told:
        """Whom normalised actions tell. Raises Inexpressible for one without words."""
        channels: list[str] = []
        teams: list[str] = []
        said = list(actions)
        for action in said:
            if action["status"] != "active":
                raise Inexpressible("an action that is switched off has no words", "actionFilters")
            config = action["config"]
            match action["type"], config["targetType"]:
                case "slack", "specific" if config["targetDisplay"]:
                    display = str(config["targetDisplay"])
                    channel = display if display.startswith("@") else f"#{display}"
                    channels.append(self._channel(channel, {"slack": {"channel": channel}}, resolved=resolved, repeat_min=repeat_min))
                case "pagerduty", "specific":
                    service = str(self._display(action))
                    channels.append(
                        self._channel(
                            service, {"pagerduty": {"service": service, "owned": False}}, resolved=resolved, repeat_min=repeat_min
                        )
                    )
                case "email", "user":
                    address = self.context.around["users"].get(str(config["targetIdentifier"]))
                    if address is None:
                        raise Inexpressible(f"the member {config['targetIdentifier']} is not there any more", "actionFilters")
                    self._person(address)
                    channels.append(
                        self._channel(address.partition("@")[0], {"email": {"to": [address]}}, resolved=resolved, repeat_min=repeat_min)
                    )
                case "email", "team":
                    teams.append(self.team(str(config["targetIdentifier"])))
                case "email", _:
                    raise Inexpressible(_NOBODY, "actionFilters")
                case type, _:
                    raise Inexpressible(f"the spec has no channel of the kind '{type}' that Sentry could tell", "actionFilters")
        if teams and any(action["type"] == "pagerduty" for action in said):
            raise Inexpressible(
                "it writes to a team beside a PagerDuty service, and whom a service calls is said by its escalation", "actionFilters"
            )
        return Told(sorted(set(channels)), self._escalation(teams) if teams else None)

    def objects(self) -> list[SaidObject]:
        """All of them; those that nothing names any more are left out later."""
        return [*self._people.values(), *self._channels.values(), *self._escalations.values()]

    def _display(self, action: Mapping[str, Any]) -> Json:
        service = self.context.around["services"].get(str(action["config"]["targetIdentifier"]))
        if service is None:
            raise Inexpressible("Sentry's PagerDuty integration does not know the service any more", "actionFilters")
        return service

    def _channel(self, title: str, spec: Mapping[str, Json], *, resolved: bool, repeat_min: int | None) -> str:
        key = (str(spec), resolved, repeat_min)
        if key not in self._channels:
            words = f"{title} every {repeat_min}m" if repeat_min else title
            name = self.context.names.take("channels", words if resolved else f"{words} once")
            once: dict[str, Json] = {} if resolved else {"resolved": False}
            again: dict[str, Json] = {} if repeat_min is None else {"repeat": str(Duration(repeat_min * 60_000))}
            self._channels[key] = SaidObject("channels", name, {**spec, **once, **again}, support=True)
        return self._channels[key].name

    def _person(self, address: str) -> None:
        """Somebody with this address: Sentry writes to people it knows, so the estate has to know them too."""
        if address in self._people or any((person.email or "").lower() == address for person in self.context.program.people.values()):
            return
        name = self.context.names.take("people", address.partition("@")[0])
        self._people[address] = SaidObject("people", name, {"email": address}, "Sentry member")

    def _escalation(self, teams: list[str]) -> str:
        key = tuple(sorted(set(teams)))
        if key not in self._escalations:
            name = self.context.names.take("escalations", " and ".join(key))
            levels = [{"after": "0s", "notify": list(key)}]
            self._escalations[key] = SaidObject("escalations", name, {"levels": levels}, support=True)
        return self._escalations[key].name
