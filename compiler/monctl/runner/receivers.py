"""Where letters go: channels of the bundle, and people through them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monctl.bundle import Bundle
from monctl.runner.core.who import on_call
from monctl.runner.notifiers.notifier import Receiver

_ROTATION = "rotation:"
"""How a channel's settings name whoever is on call."""


def receiver(bundle: Bundle, name: str, at: float = 0.0) -> Receiver | None:
    """The receiver of a name: a channel, `person:NAME/email` or `person:NAME/sms`. None: the bundle no longer has it.

    `at`, seconds since the epoch, says who is on call where a channel goes to a rotation; who only wants the title leaves it out.
    """
    if not name.startswith("person:"):
        channel = bundle.channels.get(name)
        return None if channel is None else Receiver(name, channel.kind, channel.title, _with_people(bundle, channel.settings, at))
    person, _, way = name.removeprefix("person:").partition("/")
    found = bundle.people.get(person)
    if found is None:
        return None
    if way == "email" and found.email:
        return Receiver(name, "email", found.title, {"to": (found.email,)})
    sms = next((channel for channel in bundle.channels.values() if channel.kind == "sms"), None)
    if way == "sms" and found.phone and sms is not None:
        return Receiver(name, "sms", found.title, {**sms.settings, "to": (found.phone,)})
    return None


def _with_people(bundle: Bundle, settings: Mapping[str, object], at: float) -> Mapping[str, object]:
    """Settings with the numbers of people in the place of the rotations they are on call for."""
    to = settings.get("to")
    if not isinstance(to, list | tuple) or not any(str(one).startswith(_ROTATION) for one in to):
        return settings
    return {**settings, "to": tuple(dict.fromkeys(number for one in to for number in _numbers(bundle, str(one), at)))}


def _numbers(bundle: Bundle, said: str, at: float) -> Iterator[str]:
    if not said.startswith(_ROTATION):
        yield said
        return
    name, _, layer = said.removeprefix(_ROTATION).partition(".")
    rotation = bundle.rotations.get(name)
    person = on_call(rotation, layer or None, at) if rotation is not None else None
    if person is not None and (phone := bundle.people[person].phone):
        yield phone
