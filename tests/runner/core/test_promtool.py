"""`for` and `recover_after` fire and end in the same minutes as Prometheus' `for` and `keep_firing_for`: 150 series, answers recorded from promtool."""

from __future__ import annotations

import json
import shutil

from monctl.runner.core.level import Level, Pace, advance
from tests.runner.core.promtool import TABLE, Case, answers, bits, cases


def firing(case: Case) -> str:
    """A 1 for every minute in which ours is on."""
    level, found = Level(), []
    pace = Pace(60.0, 130.0, case.keep_m * 60.0)
    for minute, value in enumerate(case.series):
        level = advance(level, value > 0, 1e9 + minute * 60.0, for_s=case.for_m * 60.0, pace=pace)
        found.append(level.active)
    return bits(found)


def test_same_minutes_as_prometheus() -> None:
    recorded = json.loads(TABLE.read_text(encoding="utf-8"))["cases"]

    assert [row["series"] for row in recorded] == [bits(case.series) for case in cases()]
    assert [row["firing"] for row in recorded] == [firing(case) for case in cases()]


def test_the_table_is_what_promtool_says() -> None:
    """Asked anew where there is a promtool; elsewhere the table stands."""
    recorded = json.loads(TABLE.read_text(encoding="utf-8"))
    promtool = shutil.which("promtool")
    said = answers(promtool, cases()) if promtool is not None else [row["firing"] for row in recorded["cases"]]

    assert said == [row["firing"] for row in recorded["cases"]]
    assert recorded["from"].startswith("promtool, version ")
    assert sum(row["firing"] != row["series"] for row in recorded["cases"]) > 100
