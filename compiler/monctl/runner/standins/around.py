"""[I/O] Everything around the runner of one estate, on loopback: what it asks, and what it tells. The estate itself stays as it is written."""

from __future__ import annotations

import dataclasses
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from aiohappyeyeballs import AddrInfoType

from monctl.bundle import Bundle
from monctl.errors import UsageError
from monctl.measure import Host, Http, Ping, Source
from monctl.program import Channel, Datasource
from monctl.resource import SecretRef
from monctl.runner.checks import checks
from monctl.runner.notifiers.notifier import Tools
from monctl.runner.probes.dial import Line
from monctl.runner.probes.ping_probe import PingProbe
from monctl.runner.probes.probe import Cursors, Means, Probe
from monctl.runner.probes.registry import probe
from monctl.runner.probes.shared import Shared
from monctl.runner.probes.web import HttpProbe
from monctl.runner.standins import sentry, slack, storage, twilio
from monctl.runner.standins.certificate import Authority
from monctl.runner.standins.database import DatabaseStandin
from monctl.runner.standins.figures import Machine, MachineProbe
from monctl.runner.standins.logs import LogFolder
from monctl.runner.standins.mail import MailStandin
from monctl.runner.standins.postgres import PostgresStandin
from monctl.runner.standins.prometheus import PrometheusStandin
from monctl.runner.standins.redis import RedisStandin
from monctl.runner.standins.site import Page, SiteStandin, place
from monctl.runner.standins.storage import StorageStandin
from monctl.runner.standins.webhook import WebhookStandin

CERTIFICATE_DAYS = 200
"""How long the certificates of all sites have left, unless one says otherwise."""


class Around:
    """`async with Around(bundle, at, server)`. Start and end are at real times; `at` is when it is there."""

    def __init__(self, bundle: Bundle, at: float, server: PostgresStandin | None, *, endpoints: Mapping[str, str] | None = None) -> None:
        """`server` is PostgreSQL, already started, where the estate has such a datasource. `endpoints` are of vendors whose stand-ins are elsewhere."""
        self.bundle = bundle
        self.machine = Machine()
        self.redis, self.storage = RedisStandin(), StorageStandin()
        self.prometheus, self.sentry = PrometheusStandin(), sentry.SentryStandin()
        self.slack, self.twilio, self.webhook, self.mail = slack.SlackStandin(), twilio.TwilioStandin(), WebhookStandin(), MailStandin()
        self.well: dict[str, Page] = {}
        """What pages answered before somebody changed them."""
        self.databases: dict[str, DatabaseStandin] = {}
        self._at, self._server, self._elsewhere = at, server, dict(endpoints or {})
        self._folder = tempfile.TemporaryDirectory(prefix="monctl-around-")
        self._sources = [check.source for check in checks(bundle).values()]
        self._shared = Shared()
        self.secret: dict[str, str] = {}
        """Reference → value: what is in no stand-in's hands is set by who starts this."""

    async def __aenter__(self) -> Self:
        folder = Path(self._folder.name)
        sites = [source.url for source in self._sources if isinstance(source, Http)]
        self._authority = Authority(folder, [name for name in (place(url).partition("/")[0] for url in sites) if name])
        self.certificate(CERTIFICATE_DAYS)
        self.site = SiteStandin(self._authority.server)
        logs = {name: one for name, one in self.bundle.datasources.items() if one.type == "logs"}
        self.logs = LogFolder(folder / "logs", logs)
        for standin in self._all():
            await standin.start()
        self._make_databases()
        self._write_pages()
        self._know_secrets()
        self.datasources = {name: self._moved(one) for name, one in self.bundle.datasources.items()}
        return self

    async def __aexit__(self, *_: object) -> None:
        for standin in self._all():
            await standin.stop()
        for database in self.databases.values():
            database.close()
        self._folder.cleanup()

    def certificate(self, days: float) -> None:
        """All sites show one that has so many days left."""
        self._authority.renew(datetime.fromtimestamp(self._at, UTC) + timedelta(days=days))

    def secrets(self, reference: SecretRef) -> str:
        """The value of a reference. Raises UsageError for one that nobody knows."""
        try:
            return self.secret[reference.reference]
        except KeyError:
            raise UsageError(f"{reference.reference} is not set", hint="no stand-in knows it") from None

    def tools(self) -> Tools:
        """What notifiers need to reach the stand-ins."""
        smtp = {"host": self.mail.host, "port": self.mail.port, "tls": "none", "sender": "monctl@example.com"}
        endpoints = {"slack": f"{self.slack.url}/api", "twilio": self.twilio.url, **self._elsewhere}
        return Tools(self.secrets, smtp, endpoints=endpoints)

    def probe(self, source: Source, cursors: Cursors) -> Probe:
        """The real probe, pointed at the stand-in. What no stand-in can be is played by `machine`."""
        means = Means(self.secrets, self.datasources, "any", cursors, shared=self._shared)
        match source:
            case Http():
                where = place(source.url)
                line = Line(lookup=self._look_up, mono=lambda: time.perf_counter() + self.site.lag_s[where])
                return HttpProbe(source, means, line=line, trust=self._authority.client())
            case Ping():
                return PingProbe(source, means, line=Line(lookup=self._look_up), ways=(self.machine.echo,))
            case Host():
                return MachineProbe(source, self.machine)
            case _:
                return probe(source, means)

    def told(self) -> int:
        """How many messages the other sides hold, PagerDuty's apart."""
        return (
            len(self.slack.received)
            + len(self.twilio.messages)
            + len(self.webhook.messages)
            + len(self.mail.received)
            + len(self.sentry.envelopes)
        )

    async def _look_up(self, host: str, port: int) -> Sequence[AddrInfoType]:
        """Every name is this machine, every port the site's."""
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", int(self.site.url.rpartition(":")[2])))]

    def _all(
        self,
    ) -> tuple[
        SiteStandin
        | PrometheusStandin
        | sentry.SentryStandin
        | RedisStandin
        | MailStandin
        | StorageStandin
        | slack.SlackStandin
        | twilio.TwilioStandin
        | WebhookStandin,
        ...,
    ]:
        return (self.site, self.prometheus, self.sentry, self.redis, self.storage, self.slack, self.twilio, self.webhook, self.mail)

    def _make_databases(self) -> None:
        for name, one in self.bundle.datasources.items():
            if one.type == "postgresql":
                if self._server is None:
                    raise UsageError(f"datasource '{name}' needs PostgreSQL", hint="start one, and give it")
                made = DatabaseStandin(self._server, f"{self.bundle.estate}-{name}-{time.monotonic_ns():x}", one)
                made.make()
                made.move(self._at)
                self.databases[name] = made

    def _write_pages(self) -> None:
        """Every URL answers with all that any check wants to read there."""
        for source in self._sources:
            if isinstance(source, Http):
                where = place(source.url)
                before = self.site.pages.get(where, Page()).body
                self.site.pages[where] = Page(f"{before} {source.contains or ''}".strip())

    def _know_secrets(self) -> None:
        known = {"env:SENTRY_AUTH_TOKEN": sentry.TOKEN, "env:SENTRY_ORG": "organization", "env:SENTRY_PROJECT": "project"}
        for channel in self.bundle.channels.values():
            known |= {held.reference: self._opens(channel, name) for name, held in channel.settings.items() if isinstance(held, SecretRef)}
        for one in self.bundle.datasources.values():
            if one.dsn is not None:
                known[one.dsn.reference] = {
                    "postgresql": self.databases[one.name].dsn if one.name in self.databases else "",
                    "redis": f"redis://{self.redis.host}:{self.redis.port}",
                    "storage": storage.KEYS,
                    "sentry": sentry.TOKEN,
                }.get(one.type, "")
        self.secret = {**known, **self.secret}

    def _opens(self, channel: Channel, setting: str) -> str:
        """What a channel's secret is, so that its stand-in opens."""
        found = {
            ("slack", "webhook"): f"{self.slack.url}/services/{channel.name}",
            ("slack", "token"): slack.TOKEN,
            ("sms", "account"): twilio.ACCOUNT,
            ("sms", "token"): twilio.TOKEN,
            ("webhook", "url"): f"{self.webhook.url}/{channel.name}",
            ("sentry", "dsn"): self.sentry.url.replace("://", "://stand-in@") + "/1",
        }
        return found.get((channel.kind, setting), f"stand-in-of-{channel.name}")

    def _moved(self, one: Datasource) -> Datasource:
        """A datasource with the stand-in's address in the place of its own."""
        match one.type:
            case "prometheus":
                return dataclasses.replace(one, url=self.prometheus.url)
            case "sentry":
                return dataclasses.replace(one, url=self.sentry.url)
            case "storage":
                return dataclasses.replace(one, url=self.storage.url)
            case "logs":
                return dataclasses.replace(one, options={**one.options, "path": self.logs.pattern(one.name)})
            case _:
                return one
