"""A shop whose runner plays made-up measurements in made-up time, and a client that asks its page without a network."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from argon2 import PasswordHasher

from monctl.resource import SecretRef
from monctl.runner.accelerated import ManualClock
from monctl.runner.checks import Check
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Again, Delivered, Notifier, Receiver, Refused, Sent
from monctl.runner.outcome import Failed, Measured, Outcome, Reading
from monctl.runner.page.app import application
from monctl.runner.page.site import Site
from monctl.runner.probes.probe import Ask, Probe
from monctl.runner.reading import compiled
from monctl.runner.serve import Given, Runner
from monctl.runner.store.sqlite import SqliteStore

Made = TypeVar("Made")
NOW = 1_795_262_400.0
"""2026-11-21T12:00:00Z"""
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""As safe as nothing, and as quick."""
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"

ESTATE = """
estate: shop
title: The Shop
targets:
  runner:
    page: {PAGE}
    time_zone: Europe/Berlin
"""
SPECS = """
severities:
  critical: {response: 5m, escalation: everybody, color: "#d92d20", emoji: "🔴"}
  warning: {color: "#e8a317", emoji: "🟡"}
people:
  ana: {title: Ana Lima, email: ana@shop.example, phone: "+12025550101"}
  bo: {title: Bo Chen, email: bo@shop.example}
rotations:
  oncall: {title: On-call, shift: 1w, start: "2026-01-05T09:00", members: [ana, bo], time_zone: Europe/Berlin}
escalations:
  everybody:
    title: Whoever is on call, then Bo
    levels:
      - {after: 0m, notify: [oncall]}
      - {after: 10m, notify: [bo]}
channels:
  ops: {title: "Operations room", webhook: {url: "https://hooks.shop.example/ops"}}
  mail: {title: Mail to the shop, email: {to: [shop@shop.example]}}
services:
  web: {title: Web shop, depends_on: [api]}
  mobile: {title: Mobile app, depends_on: [api]}
  api: {title: API, depends_on: [db, search]}
  db: {title: Database}
  search: {title: Search}
  backup: {title: Backups}
runbooks:
  slow-api: {title: The API is slow, steps: ["Look at the slowest queries: `pg_stat_activity`", "Restart the workers"]}
metrics:
  latency: {service: api, every: 1m, command: {run: [latency]}, unit: ms}
  orders: {service: web, every: 1m, command: {run: [orders]}, unit: orders}
monitors:
  site: {title: "The site answers", service: web, every: 1m, tcp: {host: shop.example, port: 443}, alert: {critical: down for 2m}, notify: [ops, mail]}
  api-latency:
    title: API latency
    description: How long the API takes, as its own log says.
    metric: latency
    alert: {critical: "> 800ms for 3m", warning: "> 300ms for 2m"}
    notify: [ops, mail]
    runbook: slow-api
    action: See whether a deploy went out.
    links: {board: "https://boards.shop.example/api"}
  orders: {metric: orders, alert: {warning: "< 5 for 5m"}, notify: [mail]}
  database: {title: Database answers, service: db, every: 1m, tcp: {host: db.shop.example, port: 5432}, alert: {critical: down}, notify: [ops]}
  search-index: {title: Search index, service: search, every: 1m, command: {run: [index]}, alert: {warning: "> 10"}, notify: [mail]}
  nightly-backup: {title: "Nightly backup", service: backup, heartbeat: 2h, every: 1d, alert: {warning: down}, notify: [mail]}
"""


class Played(Runner):
    """A runner with a hand on its measurements, its messages and its clock."""

    def __init__(self, given: Given, clock: ManualClock) -> None:
        self.manual = clock
        self.values: dict[str, Outcome] = {}
        self.answers: dict[str, Delivered] = {}
        self.sent: list[tuple[str, Message]] = []
        super().__init__(given)

    def gives(self, check: str, **values: float) -> None:
        """What a check measures from now on."""
        self.values[check] = Measured((Reading(values),))

    def fails(self, check: str, why: str) -> None:
        self.values[check] = Failed(check, why)

    async def minutes(self, count: int) -> None:
        """So many minutes go by."""
        for _ in range(count * 2):
            self.manual.move(self.manual.wall() + 30)
            await self.engine.round()
            while await self.sender.send_due():
                pass
        await self.engine.round()
        self.engine._writer.written_at = self.manual.mono()  # only a running engine notes that
        await self._alive()

    def _probe(self, check: Check) -> Probe:
        return _Scripted(self, check.id)

    def _tell(self) -> Notifier:
        return _Heard(self)


class _Scripted:
    def __init__(self, runner: Played, check: str) -> None:
        self._runner, self._check = runner, check

    async def ask(self, ask: Ask) -> Outcome:
        return self._runner.values.get(self._check, Measured((Reading({"up": 1.0, "value": 1.0, "response_time": 12.0}),)))

    async def close(self) -> None:
        return None


class _Heard:
    def __init__(self, runner: Played) -> None:
        self._runner = runner

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        answer = self._runner.answers.get(receiver.name, Sent())
        if isinstance(answer, Sent):
            self._runner.sent.append((receiver.name, message))
        return answer

    async def close(self) -> None:
        return None


REFUSES, BUSY = Refused("the webhook of ops refused: 410 Gone; make a new one"), Again("the mail server is busy", after_s=45.0)


@dataclass
class Answer:
    """What the page said."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]*)"', self.text)
        assert found is not None, self.text[:500]
        return found[1]


@dataclass
class Browser:
    """Asks the app as a browser would: keeps cookies, follows nothing."""

    app: Any
    peer: str = "192.0.2.7"
    host: str = "shop.example"
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, headers={"accept": "text/html", **headers})

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        body = urlencode(form).encode()
        return await self.ask("POST", path, body, {"content-type": "application/x-www-form-urlencoded", "accept": "text/html", **headers})

    async def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        from urllib.parse import unquote

        parts = urlsplit(path)
        said = {"host": self.host, **(headers or {})}
        if self.cookies:
            said["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": unquote(parts.path),
            "raw_path": parts.path.encode(), "query_string": parts.query.encode(), "root_path": "", "client": (self.peer, 50000),
            "server": ("127.0.0.1", 9180), "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in said.items()],
        }  # fmt: skip
        sent = False
        answer = Answer(0, [], b"")

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in message["headers"]]
            else:
                answer.body += message.get("body", b"")

        await self.app(scope, receive, send)
        for name, value in answer.headers:
            if name == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value
        return answer

    async def sign_in(self, name: str, password: str, after: str = "/") -> Answer:
        form = await self.get("/login")
        return await self.post("/login", {"csrf": form.csrf, "name": name, "password": password, "next": after})


class World:
    """The shop: its folder, its secrets, its runner, its page."""

    def __init__(self, folder: Path, page: str, specs: str) -> None:
        self.folder = folder
        (folder / "monctl.yaml").write_text(ESTATE.replace("{PAGE}", page), encoding="utf-8")
        (folder / "specs.yaml").write_text(specs, encoding="utf-8")
        self.secrets = {"env:ANA": QUICK.hash("right"), "env:BO": QUICK.hash("also right")}
        self.clock = ManualClock(NOW)
        given = Given(lambda: compiled(folder, None), self.secret, folder, SqliteStore(None, clock=self.clock.wall), clock=self.clock)
        self.runner = Played(given, self.clock)
        self.site = Site(self.runner)
        self.app = application(self.site)

    def secret(self, reference: SecretRef) -> str:
        from monctl.errors import UsageError

        if reference.reference not in self.secrets:
            raise UsageError(f"the secret {reference.reference} is not set")
        return self.secrets[reference.reference]

    def browser(self, **said: Any) -> Browser:
        return Browser(self.app, **said)

    async def signed_in(self) -> Browser:
        """Ana, signed in."""
        made = self.browser()
        answer = await made.sign_in("ana", "right")
        assert answer.status == 303, answer.text
        return made

    async def trouble(self) -> None:
        """The API is slow, search cannot be measured, the operations room does not take messages."""
        runner = self.runner
        runner.gives("metric:latency", value=120.0, exit_code=0.0)
        runner.gives("metric:orders", value=17.0, exit_code=0.0)
        await runner.minutes(20)
        runner.answers |= {"ops": REFUSES, "mail": BUSY}
        runner.gives("metric:latency", value=950.0, exit_code=0.0)
        runner.fails("search-index", "the program 'index' is not there")
        await runner.minutes(6)


USERS = "{users: {ana: '${env:ANA}', bo: '${env:BO}'}, public: true}"


def in_shop(folder: Path, work: Callable[[World], Awaitable[Made]], *, page: str = USERS, specs: str = SPECS) -> Made:
    """Something done in the shop; everything is closed after it."""

    async def run() -> Made:
        world = World(folder, page, specs)
        await world.runner._open()
        try:
            return await work(world)
        finally:
            await world.runner.engine.close()
            await world.runner._close()

    return asyncio.run(run())
