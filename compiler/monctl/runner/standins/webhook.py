"""[I/O] A stand-in of anybody's webhook: keeps the JSON, and knows a second attempt by its idempotency key."""

from __future__ import annotations

from monctl.resource import Json
from monctl.runner.standins.web import Received, Reply, Standin


class WebhookStandin(Standin):
    """`messages` holds each message once, whatever the number of attempts."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.messages: dict[str, Json] = {}
        """By idempotency key."""

    def answer(self, request: Received) -> Reply:
        try:
            self.messages.setdefault(request.headers.get("idempotency-key", ""), request.json)
        except ValueError:
            return Reply(400, "the body is not JSON")
        return Reply(204, "")
