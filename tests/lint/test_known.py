"""A finding is known whichever other objects it names or counts, and wherever it is told because of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from monctl.baseline import Document, Entry, Memory, compare, digest, document, known
from monctl.finding import Finding
from monctl.lint import all_rules

RULES = {rule.code: rule for rule in all_rules()}
LOST = "severities: {critical: {pages: true}}\n"
UNHEARD = "severities: {critical: {pages: true, notify: [slack]}}\n"
BY_ROUTE = "routes: {web: {match: {monitor: 'm*'}, notify: [slack], escalation: mail}}\nescalations: {mail: {levels: [{after: 0m, notify: [slack]}]}}\n"
QUIET = "severities: {info: {}}\n"
CHAIN = "services: {web: {depends_on: [a, b]}, a: {}, b: {}}\n"
PEOPLE = "people: {ana: {email: ana@example.com}, ben: {email: ben@example.com}, eve: {email: eve@example.com, phone: '+12025550101'}}\n"
SEATS = "rotations: {night: {members: [ana, ben, eve], shift: 1w, start: 2026-01-05T09:00}}\nchannels: {sms: {sms: {to: [night], account: '${env:A}', token: '${env:T}', sender: '+12025550100'}}}\n"


def monitors(*names: str, alert: str = "critical: down", more: str = "") -> str:
    """Monitors that differ in what they ask."""
    return "monitors:\n" + "".join(f"  {name}: {{http: https://{name}.example.com, {more}alert: {{{alert}}}}}\n" for name in names)


def titled(*names: str) -> str:
    return monitors(*names, more="title: Shop, ")


def twins(*names: str) -> str:
    return "monitors:\n" + "".join(f"  {name}: {{http: https://example.com, alert: {{critical: down}}}}\n" for name in names)


def labelled(**values: str) -> str:
    return "monitors:\n" + "".join(
        f"  {name}: {{http: https://{name}.example.com, labels: {{env: {value}}}, alert: {{critical: down}}}}\n"
        for name, value in values.items()
    )


def bare(*names: str, documented: int = 0) -> str:
    """Monitors of which nothing says what to do, and some of which something does."""
    others = monitors(*(f"d{number}" for number in range(documented)), more="runbook: web-down, ").removeprefix("monitors:\n")
    return monitors(*names) + others


def query(*names: str) -> str:
    one = "  NAME: {sql: {datasource: shop, query: SELECT COUNT(*) FROM jobs}}\n"
    return "metrics:\n" + "".join(one.replace("NAME", name) for name in names)


FOUR, LESS, OTHERS, MORE = ("m1", "m2", "m3", "m4"), ("m2", "m3", "m4"), ("m2", "m3", "m4", "m9"), ("m0", "m1", "m2", "m3", "m4", "m5")


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        *(
            (code, specs + monitors(*FOUR, alert=alert), specs + monitors(*names, alert=alert))
            for code, specs, alert in (
                ("ROUTE001", LOST, "critical: down"),
                ("ROUTE003", UNHEARD, "critical: down"),
                ("ROUTE003", BY_ROUTE, "critical: down"),
                ("ROUTE002", QUIET, "info: down"),
            )
            for names in (LESS, OTHERS, MORE)
        ),
        ("MON005", bare("a", "b", "c", "d", "e"), bare("b", "c", "d", "e")),
        ("MON005", bare("a", "b", "c", "d"), bare("b", "c", "d")),
        ("MON005", bare("a", "b", "c", "d"), bare("a", "b", "c", "d", documented=9)),
        ("MON005", bare("a", "b", "c", "d", documented=5), bare("a", "b", "c", "d")),
        ("MON030", titled("a", "b", "c"), titled("b", "c")),
        ("MON030", titled("a", "b", "c"), titled("a", "c")),
        ("MON030", titled("a", "b", "c"), titled("c", "b", "a")),
        ("MON010", twins("a", "b", "c"), twins("b", "c")),
        ("MON010", twins("a", "b", "c"), twins("c", "b", "a")),
        ("MON022", monitors("a-b", "a_b", "ab"), monitors("a_b", "ab")),
        ("MON022", monitors("a-b", "a_b"), monitors("a_b", "a-b")),
        ("MON023", labelled(a="prod", b="prod", c="Prod", d="Prod"), labelled(a="prod", b="prod", d="Prod")),
        ("MON023", labelled(a="prod", b="prod", c="Prod"), labelled(b="prod", c="Prod")),
        ("SQL015", query("a", "b", "c"), query("b", "c")),
        ("ROUTE006", PEOPLE + SEATS, PEOPLE.replace("{email: ana@example.com}", "{phone: '+12025550109'}") + SEATS),
    ],
)  # fmt: skip
def test_a_branch_is_not_blamed_for_what_others_wrote(code: str, before: str, after: str, linted: Any) -> None:
    was, now = (linted(specs, only=[RULES[code]]).findings for specs in (before, after))

    assert (bool(was), bool(now)) == (True, True)
    assert said(Memory(Counter(known("", one) for one in was)).new("", now)) == []
    assert compare({"shop": now}, Document.model_validate_json(document({"shop": was}))).new == []


@pytest.mark.parametrize(
    ("code", "before", "after", "new"),
    [
        ("ROUTE001", LOST + monitors("a", alert="warning: down"), LOST + monitors("a"), ["severity.critical"]),
        ("MON005", bare("a", documented=9), bare("a", "b", documented=9), ["monitor.b"]),
        ("MON005", bare("a", "b", "c"), bare("a", "b", "c", "d"), ["severity.critical"]),
        ("MON010", twins("a", "b"), twins("a", "b", "c"), ["monitor.c"]),
        ("MON030", titled("a", "b"), titled("a", "b") + monitors("c", "d", more="title: Till, ").removeprefix("monitors:\n"), ["monitor.d"]),
        ("MON023", labelled(a="prod", b="prod", c="Prod"), labelled(a="prod", b="prod", c="Prod", d="PROD"), ["monitor.d"]),
    ],
)  # fmt: skip
def test_what_is_new_is_new(code: str, before: str, after: str, new: Sequence[str], linted: Any) -> None:
    was, now = (linted(specs, only=[RULES[code]]).findings for specs in (before, after))

    assert [one.address for one in Memory(Counter(known("", one) for one in was)).new("", now)] == new


def test_an_older_baseline_hides_what_it_hid(linted: Any) -> None:
    found = linted(LOST + monitors(*FOUR), only=[RULES["ROUTE001"]]).findings
    (one,) = found
    old = Finding(one.code, one.message, one.origin)
    entry = Entry(estate="shop", code=one.code, address=one.address, digest=digest(old), message=one.message)
    compared = compare({"shop": found}, Document(format_version=1, findings=[entry]))

    assert (compared.new, compared.old, compared.stale) == ([], found, [])


def test_an_entry_that_is_known_elsewhere_is_needed(linted: Any) -> None:
    each = linted(bare("a", "b", "c", "d", documented=5), only=[RULES["MON005"]]).findings
    baseline = Document.model_validate_json(document({"shop": each}))
    together = linted(bare("a", "b", "c", "d"), only=[RULES["MON005"]]).findings

    assert [one.address for one in together] == ["severity.critical"]
    assert compare({"shop": together}, baseline).stale == []


def said(found: Sequence[Finding]) -> list[str]:
    return [f"{one.address}: {one.message}" for one in found]
