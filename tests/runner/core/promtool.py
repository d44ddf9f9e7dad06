"""The same series through Prometheus' own promtool: when do `for` and `keep_firing_for` fire?

`python -m tests.runner.core.promtool` writes `promtool.json` anew from the promtool on PATH (2.42 or newer: the first with `keep_firing_for`).
The series have no gaps: there we count unknown time neither for nor against, and Prometheus counts some of it.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("promtool.json")
_SEED = 20_421
_CASES = 150
_GOT = re.compile(r"alertname: (c\d+), time: (\S+),(.*?)(?=alertname: c\d+, time: |\Z)", re.DOTALL)


@dataclass(frozen=True)
class Case:
    """One alert `value > 0` evaluated each minute."""

    series: tuple[int, ...]
    """0 or 1, one each minute from 0 on."""
    for_m: int
    keep_m: int


def cases() -> list[Case]:
    """Always the same ones: stretches of both truths, of lengths around `for` and `keep`."""
    chance = random.Random(_SEED)
    found = []
    for _ in range(_CASES):
        for_m, keep_m = chance.choice([0, 1, 2, 3, 5, 10]), chance.choice([0, 0, 1, 2, 4, 7])
        series: list[int] = []
        value = chance.randint(0, 1)
        while len(series) < 60:
            series += [value] * max(1, (for_m if value else keep_m) + chance.randint(-2, 3))
            value = 1 - value
        found.append(Case(tuple(series[:60]), for_m, keep_m))
    return found


def answers(promtool: str, asked: list[Case]) -> list[str]:
    """Of each case a 1 for every minute in which Prometheus says that the alert fires: asked for none at any minute, it tells where there is one."""
    rules = [
        {"alert": f"c{place}", "expr": f"s{place} > 0", "for": f"{case.for_m}m", "keep_firing_for": f"{case.keep_m}m"}
        for place, case in enumerate(asked)
    ]
    series = [{"series": f"s{place}", "values": " ".join(map(str, case.series))} for place, case in enumerate(asked)]
    nothing = [
        {"eval_time": f"{minute}m", "alertname": f"c{place}", "exp_alerts": []}
        for place, case in enumerate(asked)
        for minute in range(len(case.series))
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules.yml").write_text(json.dumps({"groups": [{"name": "all", "rules": rules}]}), encoding="utf-8")
        test = {
            "rule_files": ["rules.yml"],
            "evaluation_interval": "1m",
            "tests": [{"interval": "1m", "input_series": series, "alert_rule_test": nothing}],
        }
        (folder / "test.yml").write_text(json.dumps(test), encoding="utf-8")
        done = subprocess.run([promtool, "test", "rules", "test.yml"], cwd=folder, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert "FAILED" in said, said
    firing: list[set[int]] = [set() for _ in asked]
    for alert, time, rest in _GOT.findall(said):
        assert "got:[" in re.sub(r"\s", "", rest), rest
        firing[int(alert[1:])].add(_minutes(time))
    return [bits(minute in found for minute in range(len(case.series))) for case, found in zip(asked, firing, strict=True)]


def bits(found: Iterable[object]) -> str:
    """`0110`."""
    return "".join(str(int(bool(one))) for one in found)


def _minutes(text: str) -> int:
    """`1h5m` or `90s`, as Go prints durations."""
    return sum(int(number) * {"h": 60, "m": 1, "s": 0}[unit] for number, unit in re.findall(r"(\d+)([hms])", text))


def record(promtool: str) -> None:
    """Write the table anew."""
    version = subprocess.run([promtool, "--version"], capture_output=True, text=True, check=True).stdout.split("(")[0].strip()
    asked = cases()
    rows = [
        json.dumps({**asdict(case), "series": bits(case.series), "firing": found})
        for case, found in zip(asked, answers(promtool, asked), strict=True)
    ]
    TABLE.write_text(f'{{"from": "{version}", "cases": [\n' + ",\n".join(rows) + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    record("promtool")
