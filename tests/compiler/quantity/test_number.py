"""Numbers of any length: told as too large, never a fault of monctl."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monctl.number import spell
from monctl.project import build, check
from monctl.quantity import BadQuantity, Duration, Percent, Rate, Size

HUGE = st.integers(300, 4200).map(lambda digits: "9" * digits)
NUMBERS = st.tuples(
    st.sampled_from(["", "-"]), HUGE | st.sampled_from(["1" + "0" * 308, "1e308", "1e309", ".inf", ".nan", "0x" + "f" * 400])
).map("".join)
PLACES = (
    "every: {n}",
    "timeout: {n}",
    "confirm: {n}",
    "alert: {{critical: {n}}}",
    'alert: {{critical: "> {n}"}}',
    'alert: {{critical: "down for {n}m"}}',
    "alert: {{critical: {{when: down, for: {n}}}}}",
    "alert: {{critical: {{op: '>', limit: {n}}}}}",
    "labels: {{a: {n}}}",
    "headers: {{a: {n}}}",
)


@given(st.integers() | HUGE.map(int) | HUGE.map(lambda text: -int(text)) | st.floats())
def test_every_number_has_a_text_that_reads_back_as_it(number: float) -> None:
    text = spell(number)

    if isinstance(number, int) and abs(number) >= 2**1023:
        assert text in {"1e400", "-1e400"}
    elif math.isnan(number):
        assert text == "nan"
    else:
        assert (int(text) if isinstance(number, int) else float(text)) == number


@pytest.mark.parametrize("kind", [Duration, Size, Percent, Rate])
@given(text=HUGE, tail=st.sampled_from(["", "m", "ms", "MB", "%", "/h"]))
def test_quantities_of_any_length_are_read_or_refused(kind: type[Duration | Size | Percent | Rate], text: str, tail: str) -> None:
    with pytest.raises(BadQuantity):
        kind.parse(text + tail)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=NUMBERS, place=st.sampled_from(PLACES))
def test_a_monitor_with_any_number_is_told_of(number: str, place: str, tmp_path: Path) -> None:
    alert = "" if "alert" in place else ", alert: {critical: down}"
    said = place.format(n=number)
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}, grafana: {}}\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text(
        f"severities: {{critical: {{}}}}\nmonitors:\n  x: {{http: https://example.com, {said}{alert}}}\n", encoding="utf-8"
    )

    found = check(tmp_path)
    assert found.findings or build(found)


@pytest.mark.parametrize("digits", [310, 400, 4200])
def test_a_limit_of_any_length_is_no_limit(digits: int, tmp_path: Path) -> None:
    (tmp_path / "monctl.yaml").write_text(f"estate: shop\ntargets: {{}}\nlimits: {{deletions: {'9' * digits}}}\n", encoding="utf-8")

    assert check(tmp_path).program.limits["deletions"] == 1e18


def test_a_field_of_a_log_may_be_any_number(tmp_path: Path) -> None:
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {grafana: {}}\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text(
        "datasources: {app: {type: logs, path: /var/log/app.log}}\n"
        "dashboards:\n"
        "  d:\n"
        "    panels:\n"
        f"      - {{title: Errors, look: logs, log: {{datasource: app, where: {{status: {'9' * 400}, size: 1234567}}}}}}\n",
        encoding="utf-8",
    )
    found = check(tmp_path)
    built = str(build(found)["grafana"])

    assert "status == 1e400" in built
    assert "size == 1234567" in built
