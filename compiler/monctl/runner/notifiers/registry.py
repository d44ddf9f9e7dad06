"""Which notifier a kind of channel has, imported when the first message of the kind is sent."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from monctl.errors import UsageError
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Delivered, Notifier, Receiver, Refused, Tools

KINDS: Mapping[str, tuple[str, str]] = {
    "apprise": ("apprise_notifier", "AppriseNotifier"),
    "email": ("mail", "Mail"),
    "pagerduty": ("pagerduty_events", "PagerDutyEvents"),
    "sentry": ("sentry_event", "SentryEvent"),
    "slack": ("slack", "Slack"),
    "sms": ("sms", "Sms"),
    "webhook": ("webhook", "Webhook"),
}
"""Kind → module beside this one, and class."""


def notifier(kind: str, tools: Tools) -> Notifier:
    """A new notifier. Raises UsageError for a kind that is not known, or whose packages are not installed."""
    if kind not in KINDS:
        raise UsageError(f"no way of telling is called '{kind}'", hint=f"there are {', '.join(sorted(KINDS))}")
    module, name = KINDS[kind]
    try:
        if kind == "apprise":
            import_module("apprise")
        made: Notifier = getattr(import_module(f"{__package__}.{module}"), name)(tools)
    except ModuleNotFoundError as error:
        extra = "more" if kind == "apprise" else "runner"
        raise UsageError(
            f"channels of kind '{kind}' need the package {error.name}", hint=f"pip install 'monctl-compiler[{extra}]'"
        ) from error
    return made


class Notifiers:
    """One notifier of each kind that is used. Itself a notifier: it sends to receivers of any kind."""

    def __init__(self, tools: Tools, *, apprise: bool = False) -> None:
        """`apprise`: the operator allows channels that open any address (see `apprise_notifier`)."""
        self._tools = tools
        self._apprise = apprise
        self._made: dict[str, Notifier] = {}

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        if receiver.kind == "apprise" and not self._apprise:
            return Refused(f"{receiver.name} is an apprise channel, and those are not allowed here; allow them where the runner is started")
        try:
            if receiver.kind not in self._made:
                self._made[receiver.kind] = notifier(receiver.kind, self._tools)
        except UsageError as error:
            return Refused(f"{receiver.name}: {error}; {error.hint}")
        return await self._made[receiver.kind].send(receiver, message, stored)

    async def close(self) -> None:
        for made in self._made.values():
            await made.close()
        self._made.clear()
