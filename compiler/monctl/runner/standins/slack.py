"""[I/O] A stand-in of Slack: incoming webhooks at `/services/…`, `chat.postMessage` and `chat.update` at `/api/…`, as strict about blocks as Slack.

https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterator

from monctl.resource import Json
from monctl.runner.standins.web import Received, Reply, Standin, as_json

TOKEN = "xoxb-stand-in"  # noqa: S105 - opens nothing but this stand-in
_LIMITS = {"header": 150, "section": 3000}
_FIELD, _BUTTON, _URL = 2000, 75, 3000


class SlackStandin(Standin):
    """`messages` holds what stands in the channels now: by (channel, ts), edits applied."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.messages: dict[tuple[str, str], dict[str, Json]] = {}
        self._count = 0

    def answer(self, request: Received) -> Reply:
        try:
            body = request.json
        except ValueError:
            return Reply(400, "invalid_payload")
        if not isinstance(body, dict) or request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return Reply(400, "invalid_payload")
        wrong = next(faults(body), "")
        if request.path.startswith("/services/"):
            if wrong:
                return Reply(400, "invalid_blocks")
            self._keep("webhook", body)
            return Reply()
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return as_json({"ok": False, "error": "invalid_auth"})
        if wrong:
            return as_json({"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [wrong]}})
        return as_json(self._post(body) if request.path == "/api/chat.postMessage" else self._update(body))

    def _post(self, body: dict[str, Json]) -> Json:
        channel = str(body.get("channel", ""))
        if channel.startswith("#"):
            channel = f"C{channel[1:].upper()}"  # Slack answers with the id
        if not channel or channel == "CMISSING":
            return {"ok": False, "error": "channel_not_found"}
        return {"ok": True, "channel": channel, "ts": self._keep(channel, body)}

    def _update(self, body: dict[str, Json]) -> Json:
        place = (str(body.get("channel", "")), str(body.get("ts", "")))
        if place not in self.messages:
            return {"ok": False, "error": "message_not_found"}
        self.messages[place] = body
        return {"ok": True, "channel": place[0], "ts": place[1]}

    def _keep(self, channel: str, body: dict[str, Json]) -> str:
        self._count += 1
        ts = f"1795262400.{self._count:06d}"
        self.messages[channel, ts] = body
        return ts


def faults(body: dict[str, Json]) -> Iterator[str]:
    """What Slack would refuse of a message."""
    blocks = [*body.get("blocks", ()), *(block for each in body.get("attachments", ()) for block in each.get("blocks", ()))]
    if not body.get("text") and not blocks:
        yield "no_text"
    if len(blocks) > 50:
        yield "more than 50 blocks"
    for block in blocks:
        yield from _of_block(block)


def _of_block(block: dict[str, Json]) -> Iterator[str]:
    kind, texts = block["type"], [block["text"]] if "text" in block else []
    limit = _LIMITS.get(kind, _FIELD)
    fields, elements = block.get("fields", []), block.get("elements", [])
    if any(not 1 <= len(text["text"]) <= limit for text in texts) or any(not 1 <= len(field["text"]) <= _FIELD for field in fields):
        yield f"the text of a {kind} is empty or too long"
    if len(fields) > 10 or len(elements) > {"context": 10}.get(kind, 25) or (kind == "section" and not texts and not fields):
        yield f"a {kind} has too many parts, or none"
    if kind == "actions" and any(len(one["text"]["text"]) > _BUTTON or len(one["url"]) > _URL for one in elements):
        yield "a button is too long"
