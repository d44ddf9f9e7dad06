"""One fault of a severity or a route is told once, with the monitors it concerns, however many they are."""

from __future__ import annotations

import random
from typing import Any

import pytest

from monctl.condition import Between, Comparison, Operator
from monctl.lint import all_rules

RULES = {rule.code: rule for rule in all_rules()}
MANY = "monitors:\n" + "".join(
    f"  m{number:03}: {{http: https://{number}.example.com, alert: {{critical: down}}}}\n" for number in range(100)
)
OFFICE = 'calendars: {office: {hours: [{days: mon-fri, start: "09:00", end: "17:00"}]}}\n'


@pytest.mark.parametrize(
    ("code", "specs", "address"),
    [
        ("ROUTE001", "severities: {critical: {pages: true}}\n", "severity.critical"),
        ("ROUTE003", "severities: {critical: {pages: true, notify: [slack]}}\n", "severity.critical"),
        ("ROUTE003", "routes: {web: {match: {monitor: 'm*'}, notify: [slack], escalation: mail}}\n" + "escalations: {mail: {levels: [{after: 0m, notify: [slack]}]}}\n", "route.web"),
        ("ROUTE004", OFFICE + "severities: {critical: {pages: true, escalation: on-call, during: office}}\n", "severity.critical"),
        ("ROUTE012", "routes: {web: {match: {monitor: 'm*'}, notify: [slack], escalation: late}}\n" + "escalations: {late: {levels: [{after: 30m, notify: [oncall]}]}}\n", "route.web"),
        ("ROUTE017", "severities: {critical: {urgency: low, notify: [slack]}}\n" + "routes: {web: {match: {monitor: 'm*'}, notify: [slack], escalation: on-call}}\n", "route.web"),
        ("MON005", "", "severity.critical"),
    ],
)  # fmt: skip
def test_a_hundred_monitors_are_one_finding(code: str, specs: str, address: str, linted: Any) -> None:
    found = linted(specs + MANY, only=[RULES[code]]).findings

    assert [(one.code, one.address) for one in found] == [(code, address)]
    assert "monitors 'm000', 'm001', 'm002' and 97 more" in found[0].message


def test_what_monitors_say_themselves_is_told_at_each(linted: Any) -> None:
    specs = "monitors:\n" + "".join(
        f"  m{number}: {{http: https://{number}.example.com, notify: [slack], escalation: mail, alert: {{critical: down}}}}\n"
        for number in range(3)
    )
    found = linted(f"escalations: {{mail: {{levels: [{{after: 0m, notify: [slack]}}]}}}}\n{specs}", only=[RULES["ROUTE003"]]).findings

    assert [one.address for one in found] == ["monitor.m0", "monitor.m1", "monitor.m2"]


def test_a_few_of_many_without_a_runbook_are_told_each(linted: Any) -> None:
    specs = "monitors:\n" + "".join(
        f"  m{number}: {{http: https://{number}.example.com, {'runbook: web-down, ' if number > 3 else ''}alert: {{critical: down}}}}\n"
        for number in range(9)
    )
    found = linted(specs, only=[RULES["MON005"]]).findings

    assert [one.address for one in found] == [f"monitor.m{number}" for number in range(4)]


@pytest.mark.parametrize("seed", range(100))
def test_some_alert_always_fires_where_no_figure_is_left(seed: int, linted: Any) -> None:
    chance = random.Random(seed)
    terms = [_term(chance) for _ in range(chance.choice([2, 2, 3]))]
    figures = [number / 2 for number in range(-4, 18)]
    covered = all(any(_holds(term, figure) for _, term in terms) for figure in figures)
    alone = any(all(_holds(term, figure) for figure in figures) for _, term in terms)
    sentence = " or ".join(said for said, _ in terms)
    monitor = f"{{sql: {{datasource: shop, query: SELECT 1 AS n}}, alert: {{warning: '{sentence}'}}}}"
    found = linted(f"monitors: {{m: {monitor}}}\n", only=[RULES["MON027"]]).findings

    assert [one.code for one in found] == (["MON027"] if covered and not alone else [])


def _term(chance: random.Random) -> tuple[str, Comparison | Between]:
    """A term as a sentence and as what it means."""
    low = chance.randint(0, 4)
    if chance.random() < 0.4:
        inside, high = chance.random() < 0.4, low + chance.randint(1, 3)
        return f"{'between' if inside else 'outside'} {low} and {high}", Between(None, inside, low, high)
    ops: tuple[Operator, ...] = (">", ">=", "<", "<=", "!=")
    op = chance.choice(ops)
    return f"{op} {low}", Comparison(None, op, low)


def _holds(term: Comparison | Between, figure: float) -> bool:
    if isinstance(term, Between):
        return (term.low <= figure <= term.high) == term.inside
    return bool(eval(f"{figure} {term.op} {term.limit}"))  # noqa: S307  # numbers and an operator of our own
