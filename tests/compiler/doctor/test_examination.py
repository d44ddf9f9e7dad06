"""What all vendors' answers tell alike: clocks, rate limits, scopes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monctl.deploy import Request
from monctl.doctor import examine
from monctl.examination import Check, Verdict, allowance, clock, scopes
from monctl.project import check
from monctl.target import discover

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "verdict", "said"),
    [
        ("Sat, 21 Nov 2026 12:00:30 GMT", Verdict.OK, "within 60 s of the provider's"),
        ("Sat, 21 Nov 2026 12:02:00 GMT", Verdict.WARNING, "120 s behind the provider's"),
        ("Sat, 21 Nov 2026 11:00:00 GMT", Verdict.WARNING, "3600 s ahead of the provider's"),
        ("Sat, 21 Nov 2026 12:00:00 -0000", Verdict.OK, "within 60 s of the provider's"),
    ],
)
def test_the_clocks_are_compared(date: str, verdict: Verdict, said: str) -> None:
    assert [(one.verdict, one.said) for one in clock({"date": date}, now=NOON)] == [(verdict, said)]


@pytest.mark.parametrize("headers", [{}, {"date": "soon"}])
def test_without_a_date_nothing_is_said_of_the_clock(headers: dict[str, str]) -> None:
    assert list(clock(headers, now=NOON)) == []


def test_a_rate_limit_is_told_where_there_is_one() -> None:
    assert list(allowance("960", "12", "a minute")) == [Check("rate limit", Verdict.OK, "960 requests a minute, 12 left")]
    assert list(allowance(None, None, "a minute")) == []


def test_missing_scopes_are_named_and_those_for_writing_are_no_failure() -> None:
    def found(*held: str) -> tuple[Verdict, str]:
        check = scopes(("a:read", "b:read", "a:write"), held, word="scopes", help="ask", writing=("a:write",))
        return check.verdict, check.said

    assert found("a:read", "b:read", "a:write", "c") == (Verdict.OK, "all 3 that are needed")
    assert found("a:read", "b:read") == (Verdict.WARNING, "missing: a:write; enough to plan, not to apply")
    assert found("a:write") == (Verdict.FAILED, "missing: a:read, b:read")


def test_a_secret_that_an_apply_would_send_and_that_is_not_set_is_named(tmp_path: Path) -> None:
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {grafana: {}}\n", encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(
        """
severities: {critical: {notify: [chat]}}
channels: {chat: {slack: {channel: "#shop", webhook: "${env:SHOP_HOOK}"}}}
datasources: {prom: {type: prometheus}}
monitors: {up: {prometheus: {datasource: prom, query: up}, on: [grafana], every: 1m, alert: {critical: "< 1"}}}
""",
        encoding="utf-8",
    )
    checked = check(tmp_path)
    said = [list(examine(checked, discover(), Request(environ=environ))) for environ in ({}, {"SHOP_HOOK": "https://hooks.example.com/x"})]
    secrets = [[one for examined in each for one in examined.checks if one.name == "secret"] for each in said]

    assert [one.said for one in secrets[0]] == ["the secret env:SHOP_HOOK is not set; needed by channel.chat"]
    assert secrets[1] == []
