"""The faults that are injected, and what monctl makes of each. The table of docs/faults.md says the same, and a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import requests

from tests.faults.adapter import Act, cut, raised, replied, replied_after

HTML = b"<!doctype html><html><body><h1>Bad gateway</h1></body></html>"
_PAGE = {"Content-Type": "text/html; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Case:
    """One fault at one moment of an apply."""

    fault: str
    when: str
    """reading, making, changing or deleting."""
    act: Act
    exit: int
    outcome: str
    says: str = ""
    """What standard error has to hold."""
    always: bool = False
    """Every time, or else the first request of each method and collection."""

    @property
    def id(self) -> str:
        """For pytest."""
        return f"{self.when}-{self.fault}".replace(" ", "_")


_TRIED = "tried again, up to three times"
_WHOLE = "an incomplete read is never a plan: nothing is done"
_FOUND = "looked for by its mark and found: made once"
_TWICE = "looked for by its mark, not found, made at the second try"
_STEP = "the step fails, what needs it is not tried; `--resume` goes on"
_GONE = "deleted again; gone already counts as done"
_MISSING = "not the same as no changes"
_AGAIN = "--resume"

CASES = (
    Case("429 with Retry-After", "reading", replied(429, b"{}", {"Retry-After": "7"}), 0, "waits as long as the header says", "waiting 7.0 s"),
    Case("429 with Retry-After", "making", replied(429, b"{}", {"Retry-After": "7"}), 0, "waits as long as the header says", "waiting 7.0 s"),
    Case("429 with Retry-After", "changing", replied(429, b"{}", {"Retry-After": "7"}), 0, "waits as long as the header says", "waiting 7.0 s"),
    Case("429 without headers", "reading", replied(429), 0, "waits 1 s", "waiting 1.0 s"),
    Case("429 without headers", "making", replied(429), 0, "waits 1 s", "waiting 1.0 s"),
    Case("429 that lasts", "reading", replied(429, b"{}", {"Retry-After": "3600"}), 3, _WHOLE, "the provider asks for 3600 s", always=True),
    Case(
        "429 that lasts", "making", replied(429, b"{}", {"Retry-After": "3600"}), 4, "the target is left alone for this run; `--resume` goes on",
        "takes no more requests for now", always=True,
    ),
    Case("500 before it is kept", "reading", replied(500), 0, _TRIED, "status 500, waiting"),
    Case("500 before it is kept", "making", replied(500), 0, _TWICE, "at the second try"),
    Case("500 before it is kept", "changing", replied(500), 4, _STEP, _AGAIN),
    Case("500 before it is kept", "deleting", replied(500), 0, _GONE),
    Case("500 that lasts", "reading", replied(500), 3, _WHOLE, _MISSING, always=True),
    Case("500 that lasts", "making", replied(500), 4, "after two silences in a row the target is left alone; `--resume` goes on", _AGAIN, always=True),
    Case("500 after it is kept", "making", replied_after(500), 0, _FOUND, "found by its mark"),
    Case("500 after it is kept", "changing", replied_after(500), 4, "the step counts as open; the next plan finds it done", _AGAIN),
    Case("500 after it is kept", "deleting", replied_after(500), 0, _GONE),
    Case("time-out", "reading", raised(requests.ConnectTimeout), 0, _TRIED, "no answer, waiting"),
    Case("time-out", "making", raised(requests.ReadTimeout), 0, _TWICE, "at the second try"),
    Case("time-out after it is kept", "making", raised(requests.ReadTimeout, after=True), 0, _FOUND, "found by its mark"),
    Case("connection reset", "reading", raised(requests.ConnectionError), 0, _TRIED, "no answer, waiting"),
    Case("connection reset", "making", raised(requests.ConnectionError), 0, _TWICE, "at the second try"),
    Case("connection reset after it is kept", "making", raised(requests.ConnectionError, after=True), 0, _FOUND, "found by its mark"),
    Case("connection reset after it is kept", "deleting", raised(requests.ConnectionError, after=True), 0, _GONE),
    Case("slow pages", "reading", raised(requests.ReadTimeout), 3, _WHOLE, "it took too long", always=True),
    Case("truncated JSON", "reading", cut, 3, _WHOLE, "the answer is not JSON"),
    Case("truncated JSON", "making", cut, 0, _FOUND, "found by its mark"),
    Case("truncated JSON", "changing", cut, 4, "the step counts as open; the next plan finds it done", "the answer is not JSON"),
    Case("HTML page with 200", "reading", replied(200, HTML, _PAGE), 3, _WHOLE, "is the URL right?"),
    Case("HTML page with 200", "making", replied(200, HTML, _PAGE), 0, _TWICE, "at the second try"),
    Case("HTML page with 502", "reading", replied(502, HTML, _PAGE), 0, _TRIED, "status 502, waiting"),
    Case("HTML page with 502", "making", replied(502, HTML, _PAGE), 0, _TWICE, "at the second try"),
)  # fmt: skip

OTHERS = (
    ("deleted between a saved plan and its apply", "the change is refused, the rest may go on; a new plan makes it again", "5"),
    (
        "deleted while the plan is carried out",
        "the step fails; the next plan makes the object again. A rule group of Grafana is written whole, and is there again at once",
        "4, 0",
    ),
    ("two applies at once", "the second is refused, and told who holds the lock (process, host, since when)", "5"),
    ("two applies at once from two checkouts with one `MONCTL_STATE`", "the same: one folder is one lock", "5"),
    (
        "another checkout applies while somebody reads the plan",
        "after the answer the providers are read again: what was made, changed or deleted since is refused, the rest goes on",
        "5",
    ),
    ("another checkout applies after the plan was saved", "what moved since is refused, the rest goes on", "5"),
    ("disk full in the journal, before the first call", "nothing is asked of any provider", "3"),
    ("disk full in the journal, later", "no further call; `--resume` finds by its mark what was not journalled", "4"),
    (
        "kill -9 before or after any writing call",
        "`--resume` goes on: what was begun is looked for by its mark; the lock went with the process",
        "137",
    ),
    ("a torn last line in the journal", "ignored, and taken away before anything is written after it", "0"),
)
"""What is not a fault of an answer: fault, outcome, exit status."""


def table(cases: Iterable[Case] = CASES) -> str:
    """The Markdown of docs/faults.md."""
    rows = [
        (case.fault + ("" if not case.always or "lasts" in case.fault else ", every time"), case.when, case.outcome, str(case.exit))
        for case in cases
    ]
    rows += [(fault, "applying", outcome, status) for fault, outcome, status in OTHERS]
    return "\n".join(["| fault | while | outcome | exit |", "| --- | --- | --- | --- |", *(f"| {' | '.join(row)} |" for row in rows), ""])
