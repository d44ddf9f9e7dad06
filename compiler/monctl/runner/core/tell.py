"""Who is told of an incident now: deliveries, hours, escalations, reminders, the end. Overlays decide whether anything is said at all."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from monctl.program import Delivery, Escalation, Recipient
from monctl.runner.core.effect import Effect, Notice, Recheck
from monctl.runner.core.hours import is_open, opens
from monctl.runner.core.say import item, key, labels_of
from monctl.runner.core.state import Climb, Incident, Instance, Told
from monctl.runner.core.watch import Rung, Watch
from monctl.runner.core.who import on_call
from monctl.runner.core.world import Undecided, World
from monctl.runner.message import Kind

OVER = -1
"""`Told.rank` of a receiver that knows it is over."""
NEVER = math.inf
FLAPPING = "flapping"
"""`Incident.held` while it flaps."""


@dataclass(slots=True)
class Teller:
    """One incident at one moment; collects what is to be sent. Lives for one call."""

    watch: Watch
    instance: Instance
    incident: Incident
    now: float
    world: World
    effects: list[Effect] = field(default_factory=list)

    def overlaid(self, *, fresh: float | None, stable: bool) -> bool:
        """Whether something holds the incident; brings `held` up to date.

        `fresh` is the slot of the measurement this step brought, None when it brought none. What was held goes on only after a result
        that was taken after the end of what held it, and in a stable state: half-way states after a maintenance are nobody's news.
        """
        held = self.incident.held
        labels = labels_of(self.watch, self.instance, self.incident)
        overlay = self.world.overlay(self.watch.name, labels, self.now)
        if overlay is not None:
            self._hold(overlay.reason, overlay.until)
            return True
        # an end that was announced and has passed counts; one that came earlier (a silence taken back) was seen last time at the latest
        ended = self.incident.held_until if 0 < self.incident.held_until <= self.now else self.incident.held_seen
        past = not held or (fresh is not None and fresh >= ended)
        if self.instance.flapping and (past or held == FLAPPING):
            self._flapping()
            self._hold(FLAPPING, None)
            return True
        if not held:
            return False
        if not past or not stable:
            return True
        paused = self.now - self.incident.held_at
        climbs = tuple(dataclasses.replace(climb, started=climb.started + paused) for climb in self.incident.climbs)
        self._set(held="", held_at=0.0, held_seen=0.0, held_until=0.0, climbs=climbs)
        return False

    def tell(self) -> None:
        """Everything that is due. The incident is not held."""
        if self.incident.over is not None:
            self._resolved()
            return
        if (parent := self._undecided()) is not None:
            self.effects.append(Recheck(parent.monitor, parent.ask))
            return
        rung = self._rung()
        for delivery in rung.deliveries:
            self._deliver(delivery, rung)
        self._climb()
        self._remind()

    def acknowledged(self) -> None:
        """PagerDuty learns that somebody has it, so that its own escalation stops."""
        for receiver in self.incident.told:
            channel = self.world.bundle.channels.get(receiver)
            if channel is not None and channel.kind == "pagerduty" and self.incident.told[receiver].rank != OVER:
                self._notice(receiver, "acknowledged", "")

    def wake(self) -> float | None:
        """When it must be looked at again though nothing is measured; None: only a result can change anything. Always after `now`."""
        if self.incident.held or self.incident.over is not None:
            return None
        if (parent := self._undecided()) is not None:
            return parent.until
        rung = self._rung()
        found = [at for delivery in rung.deliveries if (at := self._shut(delivery)) is not None and self._owes(delivery, rung)]
        if self.incident.ack is not None:
            found.append(self.incident.ack.until)
        else:
            found += [at for climb in self.incident.climbs if (at := self._due(climb)) is not None]
            found += [at for at in map(self._reminder_at, self.incident.told) if at is not None]
        return min((at for at in found if self.now < at < NEVER), default=None)

    def following(self) -> tuple[float | None, str]:
        """(when the next level of an escalation is due, whom it calls); (None, "") when none is to come."""
        if self.incident.held or self.incident.over is not None or self.incident.ack is not None:
            return None, ""
        found = [(at, climb) for climb in self.incident.climbs if (at := self._due(climb)) is not None]
        if not found:
            return None, ""
        at, climb = min(found, key=lambda pair: pair[0])
        step = self.world.bundle.escalations[climb.escalation].steps[climb.step]
        return at, ", ".join(one.name for one in step.recipients)

    def _rung(self) -> Rung:
        return self.watch.health if self.incident.kind == "health" else self.watch.rung(self.incident.rank)

    def _undecided(self) -> Undecided | None:
        """What to wait for before anybody is told."""
        if self.incident.told or self.incident.kind == "health":
            return None
        found = self.world.undecided(self.watch.name, self.incident.opened)
        return found if found is not None and self.now < found.until else None

    def _deliver(self, delivery: Delivery, rung: Rung) -> None:
        name = _name(delivery)
        if name in self.incident.dropped:
            return
        if (shut := self._shut(delivery)) is not None:
            if shut == NEVER:
                self._set(dropped=(*self.incident.dropped, name))
            return
        for channel in delivery.channels:
            self._first(channel, rung)
        if delivery.escalation:
            elsewhere = any(self._pagerduty_escalates(channel, delivery.escalation) for channel in delivery.channels)
            climb = Climb(delivery.escalation, self.now, elsewhere=elsewhere, rank=self.incident.rank)
            begun = next((one for one in self.incident.climbs if one.escalation == delivery.escalation), None)
            if begun is None:
                self._set(climbs=(*self.incident.climbs, climb))
            elif begun.rank > climb.rank:
                self._set(climbs=tuple(climb if one is begun else one for one in self.incident.climbs))

    def _owes(self, delivery: Delivery, rung: Rung) -> bool:
        """Whether there is anything left to say when its hours open."""
        if _name(delivery) in self.incident.dropped:
            return False
        climbing = delivery.escalation is None or any(one.escalation == delivery.escalation for one in self.incident.climbs)
        return not climbing or any(self._takes(channel, rung) and not self._knows(channel) for channel in delivery.channels)

    def _shut(self, delivery: Delivery) -> float | None:
        """None: its hours hold. Else when they begin, NEVER for a delivery that does not wait for them."""
        calendars = self.world.bundle.calendars
        if any(is_open(calendars[name], self.now) for name in delivery.unless):
            return NEVER
        if delivery.during is None or is_open(calendars[delivery.during], self.now):
            return None
        return (opens(calendars[delivery.during], self.now) if delivery.hold else None) or NEVER

    def _takes(self, receiver: str, rung: Rung) -> bool:
        """Whether a channel wants to hear of this severity."""
        channel = self.world.bundle.channels.get(receiver)
        return channel is not None and (not channel.severities or rung.severity.name in channel.severities)

    def _knows(self, receiver: str) -> bool:
        """Whether a receiver was told of this, or of something worse."""
        told = self.incident.told.get(receiver)
        return told is not None and told.rank != OVER and told.rank <= self.incident.rank and not told.flapping

    def _first(self, receiver: str, rung: Rung) -> None:
        """A receiver that does not know yet, or knows of something milder."""
        if not self._takes(receiver, rung) or self._knows(receiver):
            return
        told = self.incident.told.get(receiver)
        self._notice(receiver, "firing" if told is None or told.rank == OVER else "update", "", digest=rung.severity.digest or "")

    def _pagerduty_escalates(self, receiver: str, escalation: str | None) -> bool:
        """PagerDuty holds this escalation itself: it calls the people, and the runner only its channels."""
        channel = self.world.bundle.channels[receiver]
        return channel.kind == "pagerduty" and escalation is not None and channel.settings.get("escalation") == escalation

    def _climb(self) -> None:
        """Every step that is due. Several at once (after an outage) make one message to all they name."""
        if self.incident.ack is not None:
            return
        for place, begun in enumerate(self.incident.climbs):
            climb, level = begun, 0
            due: dict[str, str] = {}
            while (at := self._due(climb)) is not None and at <= self.now:
                escalation = self.world.bundle.escalations[climb.escalation]
                step, level = escalation.steps[climb.step], climb.step + 1
                due |= dict(self._recipients(step.recipients, climb))
                climb = self._next(climb, escalation)
            if not level:
                continue
            climbs = self.incident.climbs
            self._set(climbs=(*climbs[:place], climb, *climbs[place + 1 :]))
            for receiver, person in due.items():
                if not person and (told := self.incident.told.get(receiver)) is not None and told.at == self.now:
                    continue  # the same channel was told a moment ago, as the alert's own
                self._notice(receiver, "escalate", f"{climb.escalation}:{climb.round}.{level}", level=level, person=person)

    def _due(self, climb: Climb) -> float | None:
        """When the next step is due; None when all rounds are through, or the escalation is gone."""
        escalation = self.world.bundle.escalations.get(climb.escalation)
        if escalation is None or not escalation.steps or climb.round > escalation.repeat or climb.step >= len(escalation.steps):
            return None
        length = escalation.steps[-1].after_s + escalation.repeat_after_s
        return climb.started + climb.round * length + escalation.steps[climb.step].after_s

    def _next(self, climb: Climb, escalation: Escalation) -> Climb:
        if climb.step + 1 < len(escalation.steps):
            return dataclasses.replace(climb, step=climb.step + 1)
        return dataclasses.replace(climb, round=climb.round + 1, step=0)

    def _recipients(self, recipients: tuple[Recipient, ...], climb: Climb) -> Iterator[tuple[str, str]]:
        """(receiver, person) of a step. A seat that is empty at this hour calls nobody; the next level does."""
        bundle = self.world.bundle
        for one in recipients:
            match one.kind:
                case "channel":
                    yield one.name, ""
                    continue
                case "rotation":
                    found = on_call(bundle.rotations[one.name], one.layer, self.now)
                    people = [found] if found else []
                case "team":
                    people = list(bundle.teams[one.name].members)
                case _:
                    people = [one.name]
            if not climb.elsewhere:
                yield from ((receiver, person) for person in people for receiver in self._methods(person))

    def _methods(self, person: str) -> Iterator[str]:
        """How a person is reached: by phone where they have one and the severity pages, by e-mail always."""
        held = self.world.bundle.people[person]
        if held.phone and self._rung().severity.pages and any(one.kind == "sms" for one in self.world.bundle.channels.values()):
            yield f"person:{person}/sms"
        if held.email:
            yield f"person:{person}/email"

    def _remind(self) -> None:
        if self.incident.ack is not None:
            return
        for receiver in self.incident.told:
            at = self._reminder_at(receiver)
            if at is None or at > self.now:
                continue
            told = self.incident.told[receiver]
            repeat_s = self.world.bundle.channels[receiver].repeat_s or 1.0
            count = max(
                told.reminders + 1, int((self.now - told.at) // repeat_s)
            )  # several that were due at once (after an outage) are one
            self._set(told={**self.incident.told, receiver: dataclasses.replace(told, reminders=count)})
            self._notice(receiver, "reminder", f"{count}", remember=False)

    def _reminder_at(self, receiver: str) -> float | None:
        """Exact multiples of `repeat` after the last news, never rounded to anything; outside its hours a channel is not reminded."""
        channel, told = self.world.bundle.channels.get(receiver), self.incident.told[receiver]
        if channel is None or not channel.repeat_s or told.rank == OVER or self._rung().severity.digest:
            return None
        at = told.at + (told.reminders + 1) * channel.repeat_s
        hours = [self._opens(delivery, at) for delivery in self._rung().deliveries if receiver in delivery.channels]
        return min(hours, default=at) if min(hours, default=at) != NEVER else None

    def _opens(self, delivery: Delivery, at: float) -> float:
        """The first instant from `at` in the hours of a delivery; NEVER when there is none, or another delivery has them."""
        calendars = self.world.bundle.calendars
        found = at if delivery.during is None else opens(calendars[delivery.during], max(at, self.now)) or NEVER
        return NEVER if found == NEVER or any(is_open(calendars[name], found) for name in delivery.unless) else max(at, found)

    def _resolved(self) -> None:
        """Exactly those who were told that it began, in the way they were told."""
        for receiver, told in self.incident.told.items():
            channel = self.world.bundle.channels.get(receiver)
            if told.rank != OVER and (channel is None or channel.resolved):
                rung = self.watch.health if self.incident.kind == "health" else self.watch.rung(told.rank)
                self._notice(receiver, "resolved", "", digest=(rung.severity.digest or "") if channel is not None else "")

    def _flapping(self) -> None:
        """One message as it begins; then quiet until it is over."""
        if self.incident.held == FLAPPING:
            return
        rung = self._rung()
        for delivery in rung.deliveries:
            if self._shut(delivery) is None and _name(delivery) not in self.incident.dropped:
                for channel in delivery.channels:
                    if self._takes(channel, rung):
                        self._notice(channel, "flapping", "", digest=rung.severity.digest or "")

    def _hold(self, reason: str, until: float | None) -> None:
        self._set(held=reason, held_at=self.incident.held_at or self.now, held_seen=self.now, held_until=until or 0.0)

    def _notice(
        self, receiver: str, kind: Kind, attempt: str, *, level: int = 0, person: str = "", digest: str = "", remember: bool = True
    ) -> None:
        seq = self.incident.seq + 1
        told, first = self.incident.told, receiver not in self.incident.told
        if remember and kind != "acknowledged":
            rank = OVER if kind == "resolved" else self.incident.rank
            told = {**told, receiver: Told(rank, self.now, flapping=kind == "flapping")}
        others = tuple(name for name in self.incident.told if name != receiver)
        self._set(seq=seq, told=told, told_at=self.incident.told_at if self.incident.told_at is not None else self.now)
        self.effects.append(
            Notice(
                receiver,
                kind,
                key(self.watch, self.instance, self.incident),
                seq,
                item(self.watch, self.instance, self.incident, self.world),
                level=level,
                person=person,
                told=others,
                digest=digest,
                first=first,
                attempt_key=attempt,
            )
        )

    def _set(self, **changes: object) -> None:
        self.incident = dataclasses.replace(self.incident, **changes)  # type: ignore[arg-type] # the names are fields, mypy cannot see their types


def _name(delivery: Delivery) -> str:
    """What tells one delivery of an alert from another, as long as nobody edits it."""
    return f"{'+'.join(delivery.channels)} {delivery.escalation or ''} {delivery.during or ''}"
