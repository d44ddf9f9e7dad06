"""An estate on the disk, and monctl run on it in this process, as `main` would."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monctl import cache
from monctl.cli import answer

ESTATE = {
    "monctl.yaml": "estate: shop\ntargets: {runner: {}}\n",
    "base.yaml": """\
severities:
  critical: {response: 15m, notify: [chat], pages: true}
channels:
  chat: {slack: {channel: "#alerts", webhook: "${env:SLACK_WEBHOOK}"}}
datasources:
  warehouse: {type: postgresql, dsn: "${env:WAREHOUSE_URL}"}
services:
  web: {}
runbooks:
  stuck: {file: books/stuck.md}
""",
    "monitors/orders.yaml": """\
monitors:
  stuck-orders:
    service: web
    sql:
      datasource: warehouse
      query: SELECT COUNT(*) AS stuck FROM orders WHERE paid
      values: {stuck: {unit: rows}}
    every: 5m
    alert: {critical: "> 10 for 15m"}
    runbook: stuck
""",
    "books/stuck.md": "# Look at the log\n",
}


@dataclass(frozen=True)
class Said:
    """What a run gave."""

    status: int
    out: str
    err: str
    files: tuple[tuple[str, bytes], ...]
    """Everything in the output folder."""


@dataclass(frozen=True)
class Place:
    """A folder with an estate in it."""

    folder: Path
    captured: Callable[[], tuple[str, str]]

    @property
    def estate(self) -> Path:
        return self.folder / "estate"

    def run(self, *arguments: str) -> Said:
        """A run in the folder, as from a shell."""
        self.captured()
        status = answer(list(arguments))
        cache.question = None
        out, err = self.captured()
        files = sorted(path for path in (self.folder / "out").rglob("*") if path.is_file())
        return Said(status, out, err, tuple((str(path.relative_to(self.folder)), path.read_bytes()) for path in files))

    def knows(self, *arguments: str) -> bool:
        """Whether the run would be answered at once."""
        question = cache.asked(arguments)
        known = question is not None and question.answered() is not None
        self.captured()
        return known

    def settle(self) -> None:
        """Go on until the file system's clock has left the tick of all that was written."""
        probe = self.folder / "probe"
        probe.write_bytes(b"")
        written = probe.stat().st_ctime_ns
        while probe.stat().st_ctime_ns <= written:
            os.utime(probe)
        probe.unlink()
