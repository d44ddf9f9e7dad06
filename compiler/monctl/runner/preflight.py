"""What can be known at the start to go wrong at night: channels that could not be used now. Nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from monctl.bundle import Bundle
from monctl.errors import MonctlError
from monctl.resource import SecretRef
from monctl.runner.options import Options

NO_SERVER = "no mail server is set: give targets.runner of monctl.yaml an `smtp` with its `host`"


def unusable(bundle: Bundle, options: Options, secrets: Callable[[SecretRef], str]) -> Iterator[tuple[str, str]]:
    """(channel, why nothing could be sent through it), without any secret."""
    for channel in bundle.channels.values():
        if channel.kind == "email" and options.smtp is None:
            yield channel.name, NO_SERVER
        for secret in _secrets(channel.settings):
            try:
                secrets(secret)
            except MonctlError as error:
                yield channel.name, f"{error}" + (f"; {error.hint}" if error.hint else "")
    if options.smtp is None and not any(channel.kind == "email" for channel in bundle.channels.values()):
        called = {one.name for escalation in bundle.escalations.values() for step in escalation.steps for one in step.recipients}
        if called and any(person.email for person in bundle.people.values()):
            yield "people, by e-mail", NO_SERVER


def _secrets(value: object) -> Iterator[SecretRef]:
    if isinstance(value, SecretRef):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _secrets(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _secrets(one)
