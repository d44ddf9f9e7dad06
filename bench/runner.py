"""Measures the runner under load: `python -m bench.runner --size 10000,20000,30000`.

The runner as `monctl run` starts it is on core 0; what it asks, calls and queries (`bench.answering`) is on core 1, on loopback. For each size a
process of its own runs N monitors at 30 s until every one was asked, and is then measured for `--seconds`. Afterwards its own store tells
whether anybody was blamed whose target is well: that may happen at no size.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import prometheus_client
import psutil

from bench import load
from bench.measure import MIB, median

GOAL = {"lag_p99_ms": 100.0, "cores": 0.40, "peak_mib": 256.0}
"""For 10,000 monitors at 30 s: the release gate."""
_DEAD = "silent-"
"""Names of monitors whose targets never answer begin so."""
_BLAMED = """
    SELECT check_id, outcome, note FROM {table}
    WHERE check_id NOT LIKE 'silent-%' AND (outcome = 'failed' OR readings LIKE '%"up":0.0%')
"""


class Exact:
    """In the place of a histogram: keeps every value, and passes it on."""

    def __init__(self, real: prometheus_client.Histogram) -> None:
        self._real = real
        self.values = array("d")

    def observe(self, value: float) -> None:
        self.values.append(value)
        self._real.observe(value)


def inside(folder: Path, *, warm_s: float, seconds: float, profile: Path | None = None) -> dict[str, Any]:
    """Run the bundle of a folder in this process, and stop it; what it cost in `seconds` after `warm_s`."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        return loop.run(_inside(folder, warm_s, seconds, profile))


async def _inside(folder: Path, warm_s: float, seconds: float, profile: Path | None) -> dict[str, Any]:
    from monctl.runner import logs
    from monctl.runner.reading import read
    from monctl.runner.serve import Given, Runner
    from monctl.runner.store.sqlite import SqliteStore
    from monctl.secret import reader

    logs.to_stderr("info")
    store = SqliteStore(folder / "store")
    runner = Runner(Given(lambda: read(folder / "bundle.json"), reader(os.environ, folder), folder, store))
    lag = Exact(runner.gauges.lag)
    runner.gauges.lag = lag  # type: ignore[assignment]  # only `observe` of it is called
    pauses: list[float] = []
    gc.callbacks.append(lambda phase, _: pauses.append(time.perf_counter() * (1 if phase == "stop" else -1)))
    running = asyncio.create_task(runner.run())
    await asyncio.sleep(warm_s)
    del lag.values[:], pauses[:]
    before, began, cpu = _counters(runner.gauges.registry), time.perf_counter(), time.process_time()
    profiler = None
    if profile is not None:
        import cProfile

        profiler = cProfile.Profile()
        profiler.enable()
    await asyncio.sleep(seconds)
    if profiler is not None and profile is not None:
        profiler.disable()
        profiler.dump_stats(profile)
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    after = _counters(runner.gauges.registry)
    resident = psutil.Process().memory_info().rss / MIB
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    grown = {name: value - before.get(name, 0.0) for name, value in after.items()}
    ordered = sorted(lag.values)
    return {
        "done_per_s": sum(_labelled(grown, "monctl_checks_total", but="missed").values()) / took,
        "lag_p50_ms": _quantile(ordered, 0.5) * 1000,
        "lag_p99_ms": _quantile(ordered, 0.99) * 1000,
        "lag_max_ms": _quantile(ordered, 1.0) * 1000,
        "cores": spent / took,
        "resident_mib": resident,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MIB,
        "commit_ms": 1000 * grown.get("monctl_commit_seconds_sum", 0.0) / (grown.get("monctl_commit_seconds_count", 0.0) or 1),
        "missed": _labelled(grown, "monctl_missed_slots_total"),
        "outcomes": _labelled(grown, "monctl_checks_total"),
        "longest_collection_ms": 1000 * max((stop + start for start, stop in itertools.pairwise(pauses) if start < 0 < stop), default=0.0),
        "sent": sum(_labelled(after, "monctl_messages_total").values()),
    }


def _counters(registry: prometheus_client.CollectorRegistry) -> dict[str, float]:
    return {
        "/".join((sample.name, *sample.labels.values())): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }


def _labelled(values: Mapping[str, float], name: str, *, but: str = "") -> dict[str, float]:
    found = {key.partition("/")[2]: value for key, value in values.items() if key.startswith(f"{name}/")}
    return {label: value for label, value in found.items() if value and label != but}


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


@contextmanager
def answering(folder: Path, *, core: int | None) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """The targets in a process of their own, and where they listen."""
    pinned = [] if core is None else ["--core", str(core)]
    command = [sys.executable, "-m", "bench.answering", str(folder), *pinned]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield json.loads(process.stdout.readline()), process
        process.stdin.close()


def asked(process: subprocess.Popen[str]) -> dict[str, float]:
    """What the targets counted so far."""
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    found: dict[str, float] = json.loads(process.stdout.readline())
    return found


def level(size: int, *, warm_s: float, seconds: float, profile: Path | None = None) -> dict[str, Any]:
    """Figures of one size, measured in processes of their own."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="monctl-bench-") as parent:
        folder = Path(parent)
        with answering(folder, core=cores[-1] if len(cores) > 1 else None) as (ports, targets):
            page = _free_port()
            load.write(folder, size, ports, page=page)
            if not ports["dsn"]:
                sqlite3.connect(folder / "warehouse.db").close()
            environ = {name: value for name, value in os.environ.items() if not name.startswith("MONCTL_")} | {
                "BENCH_DSN": ports["dsn"] or f"sqlite:///{folder / 'warehouse.db'}", "SSL_CERT_FILE": str(folder / "authority.pem"),
            }  # fmt: skip
            command = [sys.executable, "-m", "bench.runner", "--in", str(folder), "--warm", str(warm_s), "--seconds", str(seconds)]
            command += [] if profile is None else ["--profile", str(profile)]
            with (folder / "log").open("wb") as log, (folder / "figures").open("wb") as output:
                process = subprocess.Popen([*command, "--core", str(cores[0])], env=environ, stdout=output, stderr=log)
                unwell = _watched(process, page)
            said = (folder / "log").read_text(encoding="utf-8", errors="replace")
            if process.returncode:
                raise RuntimeError(f"the runner ended with {process.returncode}:\n{said[-3000:]}")
            counted = asked(targets)
        figures: dict[str, Any] = json.loads((folder / "figures").read_text(encoding="utf-8"))
        blamed, incidents = found_in(folder / "store")
        return {
            "size": size, **figures, "answering_cpu_s": counted.pop("cpu_s"), "asked": counted, "unwell": unwell, "blamed": blamed,
            "incidents": incidents, "log": dict(Counter(_messages(said))),
        }  # fmt: skip


def _watched(process: subprocess.Popen[bytes], page: int) -> dict[str, str]:
    """Everything `/healthz` ever said was wrong, until the process ends."""
    found: dict[str, str] = {}
    while True:
        try:
            process.wait(timeout=5)
            return found
        except subprocess.TimeoutExpired:
            found |= _healthz(page)


def _healthz(page: int) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{page}/healthz", timeout=4) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            said = json.load(error)
    except (OSError, ValueError):
        return {}
    return {**said.get("wrong", {}), **said.get("strained", {})}


def _messages(log: str) -> Iterator[str]:
    for line in log.splitlines():
        try:
            said = json.loads(line)
            yield f"{said['level']}: {said['message']}"
        except (ValueError, KeyError, TypeError):
            yield line


def found_in(store: Path) -> tuple[list[str], dict[str, int]]:
    """(outcomes that blame a target that is well, incidents by whose they are) in the store of a runner that has ended."""
    blamed = []
    with closing(sqlite3.connect(store / "results.db")) as results:
        tables = [name for (name,) in results.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'results_*'")]
        for table in tables:
            blamed += [f"{check} {outcome}: {note}" for check, outcome, note in results.execute(_BLAMED.format(table=table))]
    with closing(sqlite3.connect(store / "state.db")) as state:
        keys = [key for (key,) in state.execute("SELECT key FROM chronicle")]
    return blamed, dict(Counter("dead" if _DEAD in key else "well" for key in keys))


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def judged(figures: Mapping[str, Any]) -> list[str]:
    """What of the goal is missed by the figures of 10,000 monitors; empty: reached."""
    return [f"{name} {figures[name]:.3g}, {limit:g} at most" for name, limit in GOAL.items() if figures[name] > limit]


def table(rows: list[dict[str, Any]]) -> str:
    """The figures as Markdown."""
    lines = [
        "| monitors | done/s | lag p50 / p99 / max ms | cores | MiB peak | commit ms | missed | blamed | /healthz |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | --- |",
    ]
    for one in rows:
        missed = ", ".join(f"{count:.0f} {cause}" for cause, count in one["missed"].items()) or "0"
        lag = f"{one['lag_p50_ms']:.1f} / {one['lag_p99_ms']:.1f} / {one['lag_max_ms']:.0f}"
        lines.append(
            f"| {one['size']:,} | {one['done_per_s']:.0f} | {lag} | {one['cores']:.2f} | {one['peak_mib']:.0f} | {one['commit_ms']:.1f} "
            f"| {missed} | {len(one['blamed'])} | {', '.join(one['unwell']) or 'well'} |"
        )
    return "\n".join(lines)


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The medians of several runs of one size; what is no figure is of the last, blame of all."""
    numbers = {name: median([one[name] for one in runs]) for name, value in runs[0].items() if isinstance(value, float)}
    return runs[-1] | numbers | {"blamed": [one for run in runs for one in run["blamed"]]}


def main() -> int:
    """Measure each size, print a table, and judge 10,000. Exit 1 when the goal is missed or a target that is well was blamed."""
    parser = argparse.ArgumentParser(prog="python -m bench.runner", description="Measure the runner under load.")
    parser.add_argument("--size", default="10000", help="monitors at 30 s; several, separated by commas, until one misses a tenth (10000)")
    parser.add_argument("--seconds", type=float, default=60, help="measured, of each size (60)")
    parser.add_argument("--warm", type=float, default=40, help="seconds before: every check is asked once in 30 (40)")
    parser.add_argument("--runs", type=int, default=1, help="runs of each size; medians are shown (1)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--profile", type=Path, help="write a profile of the last run to this file; it costs as much again")
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--core", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder is not None:  # the process that is measured
        if options.core is not None:
            os.sched_setaffinity(0, {options.core})
        print(json.dumps(inside(options.folder, warm_s=options.warm, seconds=options.seconds, profile=options.profile)))
        return 0
    rows = []
    for size in map(int, options.size.split(",")):
        runs = []
        for number in range(options.runs):
            print(f"measuring {size} monitors, run {number + 1} …", file=sys.stderr, flush=True)
            runs.append(level(size, warm_s=options.warm, seconds=options.seconds, profile=options.profile))
        rows.append(middle(runs))
        if sum(rows[-1]["missed"].values()) > size / load.EVERY_S * options.seconds / 10:
            break
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps({"format_version": 1, "levels": rows}, indent=2) + "\n", encoding="utf-8")
    missed = [found for one in rows if one["size"] == 10_000 for found in judged(one)]
    blamed = [found for one in rows for found in one["blamed"]]
    for found in (*(f"missed: {one}" for one in missed), *(f"blamed: {one}" for one in blamed[:10])):
        print(found)
    return 1 if missed or blamed else 0


if __name__ == "__main__":
    sys.exit(main())
