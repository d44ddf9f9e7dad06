"""Measures what it costs to say where a finding is: file, line and column, for one finding in each of many files: `python -m bench.places`.

Positions are not kept while specs are read. A file that has something to report is composed again, and that is what is timed here: P12.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench import generate

GOAL_MS = 0.1
"""P12: for each file that has a finding."""


def placed_ms(size: int, runs: int) -> float:
    """Milliseconds of processor time for each failing file, the median of some runs; every file has one finding, inside its query."""
    from monctl import source_map
    from monctl.cli.lint import findings
    from monctl.cli.moment import time as moment
    from monctl.finding import located
    from monctl.project import check
    from monctl.target import discover

    with tempfile.TemporaryDirectory(prefix="monctl-bench-") as folder:
        root = Path(folder) / "estate"
        generate.write(root, size, "few")
        for index in range(size):
            path = root / generate.path(index)
            path.write_text(path.read_text(encoding="utf-8").replace(" IS NULL", " = NULL"), encoding="utf-8")
        known = discover()
        checked = check(root, targets=known, syntax=False)
        found = [replace(one, span=None, fix=None) for one in findings(checked, known, moment(None)) if one.code == "SQL006"]
    if len(found) != size:
        raise RuntimeError(f"{len(found)} findings in {size} files")
    costs = []
    gc.disable()
    for _ in range(runs):
        source_map.composed.cache_clear()
        began = time.process_time()
        located(found, checked.loaded.sources)
        costs.append((time.process_time() - began) / size * 1000)
    return median(costs)


def main() -> int:
    """Print the figure. Exit 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.places", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--size", type=int, default=4000, help="files, each with one finding (4000)")
    parser.add_argument("--runs", type=int, default=5, help="runs, of which the median counts (5)")
    options = parser.parse_args()
    cost = placed_ms(options.size, options.runs)
    print(f"{cost:.3f} ms for each failing file; goal {GOAL_MS:g}{'' if cost <= GOAL_MS else ' MISSED'}")
    return 0 if cost <= GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
