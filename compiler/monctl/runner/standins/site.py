"""[I/O] A stand-in of everybody's web site: answers for any URL as it is told to, well or badly."""

from __future__ import annotations

import ssl
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

from monctl.runner.standins.web import Received, Reply, Standin


@dataclass(frozen=True, slots=True)
class Page:
    """What one URL answers."""

    body: str = "ok"
    status: int = 200
    """0: hangs up without a word."""
    takes_s: float = 0.0
    """How much slower it seems than it is: see `SiteStandin.lag_s`."""


class SiteStandin(Standin):
    """`pages` by place (host and path). What it does not know it answers with 404."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(tls=tls)
        self.pages: dict[str, Page] = {}
        self.lag_s: defaultdict[str, float] = defaultdict(float)
        """Place → seconds its answers took in all without anybody waiting for them; whoever measures adds them to the clock."""

    def answer(self, request: Received) -> Reply:
        where = request.headers.get("host", "").partition(":")[0] + request.path.rstrip("/")
        page = self.pages.get(where, Page("not found", 404))
        self.lag_s[where] += page.takes_s
        return Reply(page.status, page.body)


def place(url: str) -> str:
    """Host and path of a URL, as `pages` has them."""
    parts = urlsplit(url)
    return (parts.hostname or "") + parts.path.rstrip("/")
