"""Measures parts of the runner alone: `python -m bench.runner_parts`. A step, a day of 100 monitors in virtual time, commits, sending.

Everything is in this process but the webhook, which is `bench.answering`'s. Rates are per second of one core at most.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from bench import load
from bench.measure import median
from bench.runner import answering
from monctl.bundle import Bundle
from monctl.program import to_json
from monctl.runner.clock import SystemClock
from monctl.runner.core.event import Result
from monctl.runner.core.state import MonitorState
from monctl.runner.core.step import step
from monctl.runner.core.watch import watch
from monctl.runner.core.world import World, ties
from monctl.runner.gauges import Gauges
from monctl.runner.message import Item, Message
from monctl.runner.notifiers.notifier import Tools
from monctl.runner.notifiers.registry import Notifiers
from monctl.runner.outcome import Measured, Reading
from monctl.runner.reading import read
from monctl.runner.sender import Sender
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.store.store import Commit, Letter, Measurement
from tests.runner.engine.stage import Stage
from tests.runner.virtual import run as in_virtual_time

STEPS = 50_000
COMMITS = 2_000
RESULTS = 50_000
LETTERS = 2_000
_UP = Measured((Reading({"up": 1.0, "response_time": 12.0, "status": 200.0}, note="connected in 1 ms"),), 0.1)
_DOWN = Measured((Reading({"up": 0.0}, note="no answer within 10 s"),), 10.0)


def steps(bundle: Bundle, monitor: str, *, flips: bool) -> float:
    """Microseconds of one step: everything is fine; or, with `flips`, every result is another one, until it counts as flapping."""
    one, world = watch(bundle, bundle.monitors[monitor]), World(bundle, ties(bundle))
    state, began = MonitorState(), time.perf_counter()
    for number in range(STEPS):
        at = 1_767_600_000.0 + 30 * number
        state, _ = step(one, state, Result(at, _DOWN if flips and number % 2 else _UP), at, world)
    return (time.perf_counter() - began) / STEPS * 1e6


def virtual_day() -> float:
    """Seconds that 24 hours of 100 monitors at 30 s take the engine, its store in memory: 288,000 checks."""
    text = 'severities: {critical: {notify: [page]}}\nchannels: {page: {webhook: {url: "https://example.com/p"}}}\nmonitors:\n' + "".join(
        f'  m{number}: {{http: "https://{number}.example.com", every: 30s, timeout: 10s, alert: {{critical: down for 2m}}}}\n'
        for number in range(100)
    )

    async def main() -> float:
        async with Stage(text, lambda *_: _UP) as stage:
            began = time.perf_counter()
            await stage.until(86_400)
            return time.perf_counter() - began

    return in_virtual_time(main())


async def commits(folder: Path, monitors: int) -> float:
    """Commits a second to SQLite on disk, one after the other, each with the states of so many monitors."""
    store = SqliteStore(folder)
    body = to_json(MonitorState(slot=1.0, known=1.0))
    began = time.perf_counter()
    for number in range(COMMITS):
        await store.commit(Commit(states={f"m{number % 100}-{one}": body for one in range(monitors)}, id=f"{number:016x}"))
    took = time.perf_counter() - began
    await store.close()
    return COMMITS / took


async def results(folder: Path) -> float:
    """Measurements a second, written 200 at a time."""
    store = SqliteStore(folder)
    now, began = time.time(), time.perf_counter()
    for first in range(0, RESULTS, 200):
        found = (Measurement(f"m{one}", "", now, "measured", {"up": 1.0, "response_time": 12.0}, 0.1) for one in range(first, first + 200))
        await store.record(list(found))
    took = time.perf_counter() - began
    await store.close()
    return RESULTS / took


async def sent(folder: Path, bundle: Bundle) -> float:
    """Messages a second from the outbox to a webhook on loopback, each a thread of its own, to ten channels."""
    hook = bundle.channels["hook"]
    bundle = dataclasses.replace(bundle, channels={f"hook-{one}": dataclasses.replace(hook, name=f"hook-{one}") for one in range(10)})
    store, clock = SqliteStore(folder), SystemClock()
    notifiers = Notifiers(Tools(lambda _: "", {}, {}, {}))
    await store.commit(Commit(letters=tuple(_letter(number, clock.wall()) for number in range(LETTERS))))
    sender = Sender(bundle, store, clock, lambda: notifiers, gauges=Gauges())
    count, began = 0, time.perf_counter()
    while made := await sender.send_due():
        count += made
    took = time.perf_counter() - began
    left = await store.outbox()
    await notifiers.close()
    await store.close()
    if count != LETTERS or left:
        raise RuntimeError(f"{count} of {LETTERS} were sent, {len(left)} are left: {left[0].why if left else ''}")
    return count / took


def _letter(number: int, now: float) -> Letter:
    channel = f"hook-{number % 10}"
    item = Item(
        f"load/m{number}#1", f"m{number}", f"m{number}", "critical", "", "", "critical", "firing", "0", "down", now, text="no answer"
    )
    message = Message("firing", "load", "", channel, f"key-{number}", f"load/m{number}#1", now, (item,))
    return Letter(channel, f"load/m{number}#1", "firing", message)


def measured(runs: int) -> dict[str, float]:
    """The median of several runs of each part."""
    found: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], float]) -> None:
        print(f"measuring: {name} …", file=sys.stderr, flush=True)
        found[name] = [work() for _ in range(runs)]

    def on_disk(work: Callable[[Path], Any]) -> float:
        with tempfile.TemporaryDirectory(prefix="monctl-bench-") as folder, asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            return float(loop.run(work(Path(folder))))

    with tempfile.TemporaryDirectory(prefix="monctl-bench-") as parent:
        cores = sorted(os.sched_getaffinity(0))
        with answering(Path(parent), core=cores[-1] if len(cores) > 1 else None) as (ports, _):
            os.sched_setaffinity(0, {cores[0]})
            bundle = read(load.write(Path(parent), 20, ports, page=9180))
            timed("step, nothing new, µs", lambda: steps(bundle, "plain-00000", flips=False))
            timed("step, every result another one, µs", lambda: steps(bundle, "plain-00000", flips=True))
            timed("24 h of 100 monitors at 30 s in virtual time, s", virtual_day)
            timed("commits of 1 state /s", lambda: on_disk(lambda folder: commits(folder, 1)))
            timed("commits of 50 states /s", lambda: on_disk(lambda folder: commits(folder, 50)))
            timed("measurements written, 200 at a time, /s", lambda: on_disk(results))
            timed("messages sent to a webhook /s", lambda: on_disk(lambda folder: sent(folder, bundle)))
            os.sched_setaffinity(0, set(cores))
    return {name: median(values) for name, values in found.items()}


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.runner_parts", description="Measure parts of the runner alone.")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; medians are shown (3)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    figures = measured(options.runs)
    print("| part | figure |\n| --- | ---: |")
    for name, value in figures.items():
        print(f"| {name} | {value:,.1f} |")
    if options.json:
        options.json.write_text(json.dumps({"format_version": 1, "figures": figures}, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
