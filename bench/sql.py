"""Measures what one SQL query costs: parsed and judged by every rule, beside other linters of SQL: `python -m bench.sql`.

The queries are those of the generated estates. Other linters are measured where they are installed (`--peer sqlfluff=PATH`), each as whole processes
over many files and over few: the difference is what the queries cost, without the start. All figures are processor time, of all processes.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench import generate

FILES = {"sqlfluff": (20, 120), "sqruff": (200, 2000)}
"""Few and many files for each peer: sqlfluff takes a second for ten."""
OPTIONS = {"sqlfluff": ("lint", "--dialect", "postgres", "--disable-progress-bar"), "sqruff": ("lint", "--dialect", "postgres")}
GOALS = {"sqlfluff": (300.0, 80.0), "sqruff": (4.0, 4.0)}
"""P8: how many times faster a query is to be judged than by the peer; with sqlglot compiled, and without."""


def texts(mode: str, size: int) -> list[str]:
    """The queries of a generated estate."""
    import random

    return ["\n".join(generate.MODES[mode](index, random.Random(index))[1]) for index in range(size)]


def judged_ms(mode: str, size: int) -> float:
    """Milliseconds of processor time for each query of an estate: parsed, and judged by every rule about SQL. In this process, on one core."""
    from monctl.cli.lint import context
    from monctl.cli.moment import time as moment
    from monctl.lint import all_rules
    from monctl.lint.queries import Views
    from monctl.lint.walk import Walker
    from monctl.project import check

    with tempfile.TemporaryDirectory(prefix="monctl-bench-") as folder:
        root = Path(folder) / "estate"
        generate.write(root, size, mode)
        checked = check(root, syntax=False)
    walker = Walker([rule for rule in all_rules() if rule.node_check is not None], context(checked, moment(None)))
    groups, views = walker.groups(checked.program), Views(checked.program)
    gc.collect()
    gc.freeze()
    began = time.process_time()
    walker.judged(views, groups, keep=False)
    return (time.process_time() - began) / size * 1000


def peer_ms(name: str, program: str, mode: str) -> float:
    """Milliseconds of processor time that another linter takes for each query."""
    few, many = FILES[name]
    costs = []
    with tempfile.TemporaryDirectory(prefix="monctl-bench-") as folder:
        for count in (few, many):
            place = Path(folder) / str(count)
            place.mkdir()
            for at, text in enumerate(texts(mode, count)):
                (place / f"query-{at:05d}.sql").write_text(text + "\n", encoding="utf-8")
            costs.append(_cpu_s([program, *OPTIONS[name], "."], place))
    return (costs[1] - costs[0]) / (many - few) * 1000


def _cpu_s(command: Sequence[str], folder: Path) -> float:
    """Processor time of a process and its children, in seconds. Findings are an answer too, so the exit status says nothing here."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print milliseconds a query, and how many times quicker that is than each peer. Exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.sql", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PATH", help="another linter: sqlfluff=PATH or sqruff=PATH")
    parser.add_argument("--size", type=int, default=10_000, help="queries of ours (10000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median counts (3)")
    options = parser.parse_args()
    compiled = "sqlglotc" in _installed()
    missed = False
    for mode in ("few", "distinct"):
        ours = median(_alone(mode, options.size) for _ in range(options.runs))
        print(f"{mode}: {ours:.3f} ms a query{' (sqlglot compiled)' if compiled else ''}")
        for name, _, program in (peer.partition("=") for peer in options.peer):
            theirs = median(peer_ms(name, program, mode) for _ in range(options.runs))
            goal = GOALS[name][0 if compiled else 1]
            missed |= theirs / ours < goal
            print(f"  {name} {theirs:.2f} ms: {theirs / ours:.1f} times; goal {goal:g}{'' if theirs / ours >= goal else ' MISSED'}")
    return 1 if missed else 0


def _alone(mode: str, size: int) -> float:
    """`judged_ms` in a process of its own: nothing that an earlier run has learned helps."""
    code = f"from bench.sql import judged_ms; print(judged_ms({mode!r}, {size}))"
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=os.environ.copy()).stdout)


def _installed() -> set[str]:
    from importlib.metadata import distributions

    return {package.name for package in distributions()}


if __name__ == "__main__":
    sys.exit(main())
