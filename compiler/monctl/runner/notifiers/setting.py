"""Reads what a receiver's settings hold: secrets by reference, lists of addresses, and who has a message already."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from monctl.errors import UsageError
from monctl.resource import SecretRef
from monctl.runner.notifiers.notifier import Receiver, Refused, Tools

_REMEMBERED = 4096


def value(tools: Tools, setting: object) -> str:
    """A setting's text; empty for None. Raises UsageError for a secret that cannot be had, naming its reference alone."""
    if isinstance(setting, SecretRef):
        return tools.secrets(setting)
    return "" if setting is None else str(setting)


def needed(tools: Tools, receiver: Receiver, name: str, *, way_out: str) -> str:
    """A setting that must be there. Raises UsageError naming the receiver, the setting and what to do."""
    if found := value(tools, receiver.settings.get(name)):
        return found
    raise UsageError(f"{receiver.name} has no '{name}'", hint=way_out)


def several(setting: object) -> tuple[str, ...]:
    """A list of texts, however it is written; each once."""
    if isinstance(setting, str):
        return (setting,) if setting else ()
    return tuple(dict.fromkeys(map(str, setting))) if isinstance(setting, list | tuple) else ()


def endpoint(tools: Tools, name: str, usual: str) -> str:
    """The base URL of a service, without a slash at its end."""
    return (tools.endpoints.get(name) or usual).rstrip("/")


def refused(error: UsageError) -> Refused:
    """What a fault of the settings means for a message."""
    return Refused(f"{error}; {error.hint}" if error.hint else str(error))


class Reached:
    """Which recipients of a message have it already, so that a second attempt goes to the others. In memory: a restart forgets."""

    def __init__(self) -> None:
        self._by_key: OrderedDict[str, set[str]] = OrderedDict()

    def of(self, dedup_key: str) -> frozenset[str]:
        """Who has it."""
        return frozenset(self._by_key.get(dedup_key, ()))

    def add(self, dedup_key: str, recipient: str) -> None:
        """One more has it."""
        self._by_key.setdefault(dedup_key, set()).add(recipient)
        while len(self._by_key) > _REMEMBERED:
            self._by_key.popitem(last=False)

    def forget(self, dedup_key: str) -> None:
        """All have it, or it was given up."""
        self._by_key.pop(dedup_key, None)


def header_safe(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers whose values hold no line break. Raises UsageError naming the header."""
    for name, text in headers.items():
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum() or any(c in text for c in "\r\n\0"):
            raise UsageError(
                f"the header '{name.strip()}' cannot be sent: a name or value with a line break or odd signs",
                hint="mend the channel's headers",
            )
    return dict(headers)
