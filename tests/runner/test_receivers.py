"""Where letters go."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from monctl.runner.reading import compiled
from monctl.runner.receivers import receiver

MONITORS = Path(__file__).resolve().parents[2] / "monitors"


def test_a_rotation_is_whoever_is_on_call() -> None:
    bundle = compiled(MONITORS / "not-a-label", None)
    weeks = [datetime(2026, 1, day, 15, tzinfo=UTC).timestamp() for day in (5, 12, 19, 26)]
    found = [receiver(bundle, "sms-oncall", at) for at in weeks]

    assert [one.settings["to"] if one else None for one in found] == [
        ("+12025550101",),
        ("+12025550102",),
        ("+12025550103",),
        ("+12025550101",),
    ]


def test_before_a_rotation_begins_it_is_nobody() -> None:
    found = receiver(compiled(MONITORS / "not-a-label", None), "sms-oncall", datetime(2025, 12, 31, tzinfo=UTC).timestamp())

    assert found is not None
    assert found.settings["to"] == ()
