"""Two processes give what one gives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

import pytest

from monctl.halves import in_halves
from tests.compiler.cache.place import ESTATE, Place

ONE_CORE = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from monctl.cli import main; main()"
ALL_CORES = "from monctl.cli import main; main()"


def squares(numbers: Sequence[int]) -> list[int]:
    return [number * number for number in numbers]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 1000])
def test_results_are_in_the_order_of_the_items(count: int) -> None:
    assert in_halves(squares, range(count), least=2) == squares(range(count))


def test_what_the_second_process_cannot_do_the_first_does() -> None:
    here = os.getpid()

    def only_here(numbers: Sequence[int]) -> list[int]:
        if os.getpid() != here:
            raise ValueError
        return squares(numbers)

    assert in_halves(only_here, range(10), least=2) == squares(range(10))


BESIDE = """
import os
from monctl.halves import beside

def who(numbers):
    return [os.getpid()] * len(numbers)

with beside(who, range(1000), least=2) as rest:
    print("something else")
    found = rest()
print(len(found), os.getpid() in found or len(set(found)) == 1)
with beside(who, range(1000), least=2):
    pass  # nobody asks
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no process is left")
"""


def test_a_copy_works_beside_this_process_and_ends_with_it() -> None:
    done = subprocess.run([sys.executable, "-c", BESIDE], check=True, capture_output=True, text=True)

    assert done.stdout.splitlines() == ["something else", "1000 True", "no process is left"]


FAILS = """
import os
from monctl.halves import in_halves

def fails(numbers):
    if 0 in numbers:
        raise ValueError("zero")
    return [1] * 1_000_000

try:
    in_halves(fails, range(10), least=2)
except ValueError as error:
    print(error)
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no process is left")
"""


def test_a_fault_in_the_first_half_is_raised_and_no_process_is_left() -> None:
    # in a process of its own: this one may have children of other tests, and threads, with which nothing is forked
    done = subprocess.run([sys.executable, "-c", FAILS], check=True, capture_output=True, text=True)

    assert done.stdout.splitlines() == ["zero", "no process is left"]


def many(place: Place, count: int, condition: str) -> None:
    """Monitors, each in a file of its own, with a query of its own."""
    monitor = ESTATE["monitors/orders.yaml"]
    for number in range(count):
        text = monitor.replace("stuck-orders", f"m{number}").replace("paid", condition.format(number))
        (place.estate / f"monitors/m{number:03}.yaml").write_text(text, encoding="utf-8")


def said(place: Place, start: str, command: list[str]) -> tuple[int, str, str, list[tuple[str, bytes]]]:
    """What a run from nothing says and writes."""
    shutil.rmtree(place.folder / "out", ignore_errors=True)
    line = [sys.executable, "-c", start, *command, "-C", "estate", "--no-cache"]
    done = subprocess.run(line, check=False, cwd=place.folder, capture_output=True, text=True)
    written = [(path.name, path.read_bytes()) for path in sorted((place.folder / "out").rglob("*.json"))]
    return done.returncode, done.stdout, done.stderr, written


def test_a_large_estate_is_compiled_alike_by_one_process_and_by_two(place: Place) -> None:
    many(place, 700, "paid > {}")
    command = ["compile", "--out", "out", "--report"]

    whole = said(place, ONE_CORE, command)
    assert said(place, ALL_CORES, command) == whole
    assert (whole[0], len(whole[3])) == (0, 2)


def test_the_faults_of_a_large_estate_are_found_alike_by_one_process_and_by_two(place: Place) -> None:
    many(place, 700, "paid > {}")
    monitor = ESTATE["monitors/orders.yaml"]
    for number in (3, 4, 690):
        (place.estate / f"monitors/x{number}.yaml").write_text(
            monitor.replace("stuck-orders", f"x{number}").replace("FROM", "FRO M"), encoding="utf-8"
        )
        (place.estate / f"monitors/m{number:03}.yaml").write_text("monitors: {a: {http: [}}\n", encoding="utf-8")

    whole = said(place, ONE_CORE, ["validate", "-o", "concise"])
    assert said(place, ALL_CORES, ["validate", "-o", "concise"]) == whole
    assert (whole[0], whole[1].count("SQL001"), whole[1].count("m003.yaml"), whole[1].count("m690.yaml")) == (1, 3, 1, 1)


def test_the_queries_of_a_large_estate_are_judged_alike_by_one_process_and_by_two(place: Place) -> None:
    many(place, 700, "paid = NULL OR {} > 1")

    whole = said(place, ONE_CORE, ["lint", "-o", "json"])
    assert said(place, ALL_CORES, ["lint", "-o", "json"]) == whole
    assert len({found["file"] for found in json.loads(whole[1])["findings"] if found["code"].startswith("SQL")}) >= 700
