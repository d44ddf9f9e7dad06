"""[I/O] The long tail: whatever apprise has a URL for, in a thread of its own. Only where the operator allows it.

Apprise tells success from failure and nothing else, opens any address, and waits in its own time: every other channel says more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from monctl.errors import UsageError
from monctl.runner.message import Message
from monctl.runner.notifiers import say
from monctl.runner.notifiers.notifier import Again, Delivered, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.setting import refused, value
from monctl.runner.notifiers.template import Templates

_THREADS = 4
_PATIENCE_S = 60.0


class AppriseNotifier:
    """Settings: `urls`, a list of apprise URLs, by reference where they hold a secret."""

    def __init__(self, tools: Tools, *, patience_s: float = _PATIENCE_S) -> None:
        self._tools = tools
        self._templates = Templates(tools.templates)
        self._patience_s = patience_s
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="apprise")

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        given = receiver.settings.get("urls")
        try:
            urls = [value(self._tools, url) for url in (given if isinstance(given, list | tuple) else [given] if given else [])]
        except UsageError as error:
            return refused(error)
        if not urls:
            return Refused(f"{receiver.name} has no 'urls'; write at least one by reference")
        title, body = self._templates.render("title", message), self._templates.render("email.txt", message)
        text = f"{body.text}\n\n{body.note}".strip()
        kind = "success" if say.over(message) else "info" if not message.items else _kind(message.items[0].event)
        work = asyncio.get_running_loop().run_in_executor(self._pool, _notify, urls, title.text, text, kind)
        try:
            faults = await asyncio.wait_for(work, self._patience_s)
        except TimeoutError:
            return Again(f"{receiver.name}: apprise was not done within {self._patience_s:g} s", unknown=True)
        if faults is None:
            return Refused(
                f"{receiver.name}: apprise does not know one of its 'urls'; see its list of services, and check for typing slips"
            )
        return Again(f"{receiver.name}: apprise could not deliver to {faults} of {len(urls)}", unknown=True) if faults else Sent()

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _kind(event: str) -> str:
    return {"critical": "failure", "error": "failure", "warning": "warning"}.get(event, "info")


def _notify(urls: list[str], title: str, body: str, kind: str) -> int | None:
    """How many could not be delivered; None when a URL is none of apprise's."""
    import apprise

    services = [apprise.Apprise.instantiate(url, suppress_exceptions=True) for url in urls]
    known = [service for service in services if service is not None]
    if len(known) < len(services):
        return None
    found = {"success": apprise.NotifyType.SUCCESS, "failure": apprise.NotifyType.FAILURE, "warning": apprise.NotifyType.WARNING}
    shown = found.get(kind, apprise.NotifyType.INFO)
    return sum(not service.notify(title=title, body=body, notify_type=shown, body_format=apprise.NotifyFormat.TEXT) for service in known)
