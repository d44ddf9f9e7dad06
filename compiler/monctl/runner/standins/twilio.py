"""[I/O] A stand-in of Twilio's Messages resource, as strict about numbers, lengths and who asks."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qsl

from monctl.runner.standins.web import Received, Reply, Standin, as_json

ACCOUNT = "AC" + "0" * 32
TOKEN = "stand-in-of-twilio"  # noqa: S105 - opens nothing but this stand-in


class TwilioStandin(Standin):
    """`messages` holds the forms that were taken."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.messages: list[dict[str, str]] = []

    def answer(self, request: Received) -> Reply:
        """https://www.twilio.com/docs/api/errors (read 2026-11-21)."""
        if request.headers.get("authorization") != "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode():
            return as_json({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        if request.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return as_json({"code": 20404, "message": "The requested resource was not found", "status": 404}, 404)
        form = dict(parse_qsl(request.body.decode()))
        if not re.fullmatch(r"\+[1-9]\d{6,14}", form.get("To", "")):
            return as_json({"code": 21211, "message": f"Invalid 'To' Phone Number: {form.get('To', '')}", "status": 400}, 400)
        if not form.get("Body") or len(form["Body"]) > 1600:
            return as_json({"code": 21617, "message": "The concatenated message body exceeds the 1600 character limit", "status": 400}, 400)
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return as_json({"code": 21603, "message": "A 'From' phone number is required", "status": 400}, 400)
        self.messages.append(form)
        return as_json({"sid": f"SM{len(self.messages):032x}", "status": "queued"}, 201)
