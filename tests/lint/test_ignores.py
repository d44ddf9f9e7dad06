"""What an ignore covers, what it does where one thing is told of several, and what is said of one that does nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from monctl import lint
from monctl.cli import run
from monctl.cli.lint import context
from monctl.finding import Finding
from monctl.lint import all_rules
from monctl.lint.ignores import ignores
from monctl.lint.known import Known, known
from monctl.lint.levels import ABOUT_IGNORES, Levels, can_be_ignored
from monctl.target import discover
from tests.lint.conftest import NOW

SLACK = "severities: {critical: {pages: true, notify: [slack]}}\n"
SITE = "{http: 'https://%s.example.com', team: platform, alert: {critical: 'down for 10m'}%s}"


def estate(monitors: Mapping[str, str], ignored: Mapping[str, str], head: str = "") -> str:
    """A spec with an ignore of some code above some of the monitors."""
    lines = [
        (f"  # monctl: ignore[{ignored[name]}]: it is decided\n" if name in ignored else "") + f"  {name}: {spec}\n"
        for name, spec in monitors.items()
    ]
    return f"{head}monitors:\n{''.join(lines)}"


def alike(*names: str, more: str = "") -> dict[str, str]:
    return {name: SITE % (name, more) for name in names}


def told(result: Any, *codes: str) -> list[tuple[str, str | None, str]]:
    return [(one.code, one.address, one.message) for one in result.findings if one.code in {*codes, "LINT003"}]


def test_monitors_with_an_ignore_do_not_make_a_fault_of_the_severity(linted: Any) -> None:
    found = told(linted(estate(alike("a", "b", "c", "d"), {"a": "MON005"})), "MON005")

    assert [(code, address) for code, address, _ in found] == [("MON005", f"monitor.{name}") for name in "bcd"]


def test_a_fault_of_the_severity_names_those_that_are_not_ignored(linted: Any) -> None:
    found = told(linted(estate(alike("a", "b", "c", "d", "e"), {"b": "MON005"})), "MON005")

    assert found == [
        (
            "MON005",
            "severity.critical",
            "'critical' wakes somebody for 4 monitors of which nothing says what to do (monitors 'a', 'c', 'd' and 1 more)",
        )
    ]


def test_nothing_is_left_of_a_fault_that_all_its_monitors_ignore(linted: Any) -> None:
    assert told(linted(estate(alike("a", "b", "c", "d"), dict.fromkeys("abcd", "MON005"))), "MON005") == []


@pytest.mark.parametrize("number", [1, 3, 4, 6])
def test_an_ignore_at_the_severity_holds_for_any_number_of_monitors(number: int, linted: Any) -> None:
    head = "severities:\n  # monctl: ignore[MON005]: everybody knows\n  critical: {pages: true, escalation: on-call}\n"

    assert told(linted(estate(alike(*"abcdef"[:number]), {}, head)), "MON005") == []


def test_an_ignore_whose_day_has_passed_counts_no_more(linted: Any) -> None:
    spec = estate(alike("a", "b", "c", "d"), {"a": "MON005"}).replace("]: it", "] until 2026-11-20: it")

    assert [address for code, address, _ in told(linted(spec), "MON005") if code == "MON005"] == ["severity.critical"]


OFFICE = 'calendars: {office: {hours: [{days: mon-fri, start: "09:00", end: "17:00"}]}}\n'


@pytest.mark.parametrize(
    ("code", "head", "address"),
    [
        ("ROUTE001", "severities: {critical: {pages: true}}\n", "severity.critical"),
        ("ROUTE002", "severities: {critical: {}}\n", "severity.critical"),
        ("ROUTE003", SLACK, "severity.critical"),
        ("ROUTE003", "routes: {web: {match: {monitor: '*'}, notify: [slack], escalation: mail}}\nescalations: {mail: {levels: [{after: 0m, notify: [slack]}]}}\n", "route.web"),
        ("ROUTE004", f"{OFFICE}severities: {{critical: {{pages: true, escalation: on-call, during: office}}}}\n", "severity.critical"),
        ("ROUTE012", "routes: {web: {match: {monitor: '*'}, notify: [slack], escalation: late}}\nescalations: {late: {levels: [{after: 30m, notify: [oncall]}]}}\n", "route.web"),
        ("ROUTE017", "severities: {critical: {urgency: low, notify: [slack]}}\nroutes: {web: {match: {monitor: '*'}, notify: [slack], escalation: on-call}}\n", "route.web"),
    ],
)  # fmt: skip
def test_alerts_that_are_ignored_are_no_part_of_a_shared_fault(code: str, head: str, address: str, linted: Any) -> None:
    def found(ignored: str) -> list[tuple[str, str | None, str]]:
        return told(linted(estate(alike("a", "b", "c"), dict.fromkeys(ignored, code), head)), code)

    ((_, where, message),) = found("b")
    assert where == address
    assert "'b'" not in message
    assert ("2 alerts" if code == "ROUTE002" else "monitors 'a' and 'c'") in message
    assert [place for _, place, _ in found("ab")] == [address]
    assert found("abc") == []


def test_a_fault_of_a_severity_that_no_monitor_is_part_of_is_not_ignored_there(linted: Any) -> None:
    head = "severities: {critical: {pages: true, response: 5m, notify: [slack], escalation: late}}\nescalations: {late: {levels: [{after: 30m, notify: [oncall]}]}}\n"
    found = told(linted(estate(alike("a"), {"a": "ROUTE012"}, head)), "ROUTE012")

    assert [(code, address) for code, address, _ in found] == [("ROUTE012", "severity.critical"), ("LINT003", None)]


QUERY = "{sql: {datasource: shop, query: SELECT COUNT(*) AS n FROM jobs}, service: web, alert: {warning: '> %d'}}"
SAME = "{http: https://example.com, service: web, alert: {warning: 'down for 10m'}%s}"


@pytest.mark.parametrize(
    ("code", "specs"),
    [
        ("MON030", [SAME.replace("example.com", f"{name}.example.com") % ", title: Site" for name in "xyz"]),
        ("MON010", [SAME % f", title: {name}" for name in "xyz"]),
        ("MON012", [SAME.replace("10m", f"{number}0m") % "" for number in (1, 2, 3)]),
        ("SQL015", [QUERY % number for number in (1, 2, 3)]),
    ],
)  # fmt: skip
def test_of_several_that_are_alike_an_ignored_one_is_nobodys_first(code: str, specs: list[str], linted: Any) -> None:
    monitors = dict(zip(("p", "q", "r"), specs, strict=True))

    def found(ignored: str) -> list[str | None]:
        return [address for _, address, _ in told(linted(estate(monitors, dict.fromkeys(ignored, code))), code)]

    assert found("") in (["monitor.q", "monitor.r"], ["monitor.q"])
    assert found("p") == ["monitor.r"]
    assert found("q") == ["monitor.r"]
    assert found("r") == ["monitor.q"]
    assert found("pq") == []
    assert found("pqr") == []


def test_of_names_that_are_alike_an_ignored_one_is_nobodys_first(linted: Any) -> None:
    monitors = {"the-site": SITE % ("a", ""), "the_site": SITE % ("b", "")}

    assert [address for _, address, _ in told(linted(estate(monitors, {})), "MON022")] == ["monitor.the_site"]
    assert told(linted(estate(monitors, {"the-site": "MON022"})), "MON022") == []
    assert told(linted(estate(monitors, {"the_site": "MON022"})), "MON022") == []


def test_a_label_that_is_ignored_at_one_monitor_is_told_at_the_next(linted: Any) -> None:
    monitors = alike("a", "b", "e", more=", labels: {env: live}") | alike("c", "d", more=", labels: {env: Live}")

    assert [address for _, address, _ in told(linted(estate(monitors, {})), "MON023")] == ["monitor.c"]
    assert [address for _, address, _ in told(linted(estate(monitors, {"c": "MON023"})), "MON023")] == ["monitor.d"]
    assert told(linted(estate(monitors, {"c": "MON023", "d": "MON023"})), "MON023") == []


def test_services_that_are_ignored_are_not_named_with_the_others(linted: Any) -> None:
    head = "services:\n  web: {team: platform, depends_on: [one, two]}\n%s  one: {team: platform}\n  two: {team: platform}\n"
    monitors = {"w": (SITE % ("w", "")).replace("team: platform", "service: web")} | {
        name: f"{{http: 'https://{name}.example.com', service: {name}, on: elsewhere, alert: {{critical: 'down for 10m'}}}}"
        for name in ("one", "two")
    }
    settings = "estate: shop\ntargets: {runner: {}, elsewhere: {}}\n"

    def found(comment: str) -> list[tuple[str, str | None, str]]:
        return told(linted({"case.yaml": estate(monitors, {}, head % comment), "monctl.yaml": settings}), "ROUTE029")

    assert [(address, "'one' and 'two'" in message) for _, address, message in found("")] == [("service.one", True)]
    assert [(address, "'one'" in message) for _, address, message in found("  # monctl: ignore[ROUTE029]: both know\n")] == [
        ("service.two", False)
    ]


def test_a_rule_of_a_package_may_ask_what_is_ignored(linted: Any) -> None:
    result = linted(estate(alike("a", "b"), {"a": "ACME002"}))
    seen: dict[str, bool] = {}

    @lint.rule("ACME002", "seen", level=lint.all_rules()[0].level)
    def asks(program: Any, context: lint.Context) -> Any:
        """What it sees."""
        seen.update({name: context.is_ignored(one.origin) for name, one in program.monitors.items()})
        return iter(())

    lint.run(result.checked.program, result.checked.loaded.sources, context(result.checked, NOW), only=[asks])
    assert seen == {"a": True, "b": False}


def test_a_fourth_monitor_does_not_have_an_ignore_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = (
        "severities: {critical: {pages: true, notify: [mail]}}\nteams: {ops: {}}\nchannels: {mail: {email: {to: [ana@example.com]}}}\n"
        + estate({name: spec.replace("platform", "ops") for name, spec in alike("a", "b", "c", "d").items()}, {"a": "MON005"})
    )
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    (tmp_path / "specs.yaml").write_text(spec, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert run(["lint", "--fix", "--yes"]) == 0
    assert (tmp_path / "specs.yaml").read_text(encoding="utf-8") == spec
    assert "LINT003" not in capsys.readouterr().out


def test_an_alert_that_stands_in_another_object_is_ignored_there(linted: Any) -> None:
    spec = (
        "severities: {critical: {pages: true}}\nmonitors:\n  # monctl: ignore[ROUTE001]: it is decided\n"
        "  a: &a\n    team: platform\n    http: https://a.example.com\n    alert: {critical: 'down for 10m'}\n"
        "  b:\n    <<: *a\n    title: B\n  c:\n    <<: *a\n    alert: {critical: 'down for 20m'}\n"
    )
    found = told(linted(spec), "ROUTE001")

    assert [(code, "(monitor 'c')" in message) for code, _, message in found] == [("ROUTE001", True)]


# What an ignore covers


def covered(text: str, file: str = "a.yaml") -> list[tuple[int, int]]:
    return [(one.first_line, one.last_line) for one in ignores({file: text})]


IGNORE = "# monctl: ignore[MON007]: because"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"monitors:\n  {IGNORE}\n  a:\n    http: x\n    alert:\n      warning: down\n\n  b: {{}}\n", (3, 6)),
        (f"monitors:\n  {IGNORE}\n  # and more\n\n  a:\n    http: x\n  # of b\n  b: {{}}\n", (5, 6)),
        (f"monitors:\n  a: {IGNORE}\n    http: x\n    alert: {{warning: down}}\n", (2, 4)),
        (f"monitors:\n  a:\n    {IGNORE}\n    http: x\n    alert: {{warning: down}}\n", (4, 4)),
        (f"monitors:\n  a:\n    http: x\n    alert: {IGNORE}\n      warning: down\n", (4, 4)),
        (f"monitors:\n  a:\n    http: x {IGNORE}\n    alert: {{warning: down}}\n", (3, 3)),
        (f"monitors:\n  a:\n    {IGNORE}\n    notes: |\n      one\n      two\n    every: 5m\n", (4, 6)),
        (f"monitors:\n  {IGNORE}\n  a: {{http: x,\n    alert: {{warning: down}}}}\n  b: {{}}\n", (3, 4)),
        (f"{IGNORE}\nmonitors:\n  a: {{http: x}}\n  b: {{}}\n", (2, 2)),
        (f"monitors:\n  a: &a\n    http: x\n  {IGNORE}\n  b: *a\n  c: {{}}\n", (5, 5)),
    ],
)
def test_an_ignore_covers_an_object_or_a_line(text: str, lines: tuple[int, int]) -> None:
    assert covered(text) == [lines]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f'{IGNORE}\nMonitor(\n    "a",\n    http("x"),\n)\n', (2, 5)),
        (f'Monitor(\n    "a",\n    {IGNORE}\n    http("x"),\n)\n', (1, 5)),
        (f'Monitor(\n    "a",\n    http(  {IGNORE}\n        "x",\n    ),\n)\n', (1, 6)),
        (f'Monitor(\n    "a",\n    http("x"),\n) {IGNORE}\n', (1, 4)),
        (f'{IGNORE}\nsite = (\n    monctl.Monitor("a", http("x"))\n)\n', (2, 4)),
        (f'for name in names:\n    {IGNORE}\n    Monitor(\n        name,\n    )\n    Monitor("b")\n', (3, 5)),
        (f'both(\n    Monitor(\n        "a",  {IGNORE}\n    ),\n    Monitor("b"),\n)\n', (2, 4)),
        (f'made(\n    "a",  {IGNORE}\n)\nMonitor("b")\n', (1, 3)),
        (f"{IGNORE}\nfor name in names:\n    Monitor(name)\n", (2, 2)),
        (f'Monitor("a",\n{IGNORE}\n    http(', (3, 3)),
    ],
)
def test_an_ignore_covers_a_call_or_a_line(text: str, lines: tuple[int, int]) -> None:
    assert covered(text, "a.py") == [lines]


@pytest.mark.parametrize("at", range(5))
def test_an_ignore_at_any_line_of_a_call_is_for_it(at: int, linted: Any) -> None:
    lines = ["Monitor(", '    "site",', '    http("https://example.com"),', '    team="platform", alert={"warning": "down"},', ")"]
    lines[at] += "  # monctl: ignore[MON007]: it belongs to no service"
    spec = "\n".join(["from monctl import Monitor, http", "", *lines, ""])

    assert told(linted({"case.py": spec}), "MON007") == []


def test_the_rule_that_the_page_shows_is_ignored_as_the_page_says(monkeypatch: pytest.MonkeyPatch, linted: Any) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- file: acme_rules.py -->\n```python\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    module = ModuleType("acme_rules")
    exec(compile(shown[1], "acme_rules.py", "exec"), vars(module))  # noqa: S102  # a page of this repository
    rules = [*all_rules(), module.monitor_without_customer]
    block = "monitors:\n%s  site:%s\n    http: https://example.com\n    service: web\n    alert: {warning: 'down for 10m'}\n"
    ignore = "# monctl: ignore[ACME001]: the customer is new"

    def codes(spec: str) -> set[str]:
        result = linted(spec, only=rules)
        around = context(result.checked, NOW)
        around = replace(around, known=replace(around.known, codes=around.known.codes | {"ACME001"}))
        found = lint.run(result.checked.program, result.checked.loaded.sources, around, only=rules)
        return {one.code for one in found} & {"ACME001", "LINT003"}

    assert codes(block % ("", "")) == {"ACME001"}
    assert codes(block % (f"  {ignore}\n", "")) == set()
    assert codes(block % ("", f"  {ignore}")) == set()


# What is said of one that hides nothing


def lints(result: Any) -> list[tuple[str, str, str | None, bool]]:
    return [(one.code, one.message, one.help, one.fix is not None) for one in result.findings if one.code.startswith("LINT")]


def test_where_the_finding_stands_in_the_same_object_is_said_and_nothing_is_removed(linted: Any) -> None:
    spec = (
        "monitors:\n  site:\n    http: https://example.com\n    # monctl: ignore[MON002]: not yet\n    service: web\n"
        '    alert:\n      warning: "status > 5000 for 10m"\n'
    )

    assert lints(linted(spec)) == [("LINT003", "there is no MON002 here to ignore: it stands in line 7", "write it there", False)]


def test_of_two_codes_the_one_that_stands_elsewhere_is_kept(linted: Any) -> None:
    spec = (
        "monitors:\n  site:\n    http: https://example.com\n    # monctl: ignore[MON002, MON006]: not yet\n    service: web\n"
        '    alert:\n      warning: "status > 5000 for 10m"\n'
    )

    assert lints(linted(spec)) == [
        ("LINT003", "there is no MON002 here to ignore: it stands in line 7", "write it there", False),
        ("LINT003", "there is no MON006 here to ignore", "remove MON006 from it", True),
    ]


def test_a_finding_of_another_object_does_not_count(linted: Any) -> None:
    spec = (
        estate(alike("a"), {"a": "MON002"})
        + '  b: {http: https://b.example.com, service: web, alert: {warning: "status > 5000 for 10m"}}\n'
    )

    assert ("LINT003", "there is no MON002 here to ignore", "remove it", True) in lints(linted(spec))


@pytest.mark.parametrize(
    ("comment", "message", "help"),
    [
        ("ignore[SPEC040]: x", "SPEC040 says that a spec is not valid, which nothing can hide", "remove it, and mend what SPEC040 says"),
        ("ignore[MON005, SQL001]: x", "SQL001 says that a spec is not valid, which nothing can hide", "remove SQL001 from it, and mend what SQL001 says"),
        ("ignore[LINT002]: x", "LINT002 is about ignores themselves, and nothing can hide it", "remove it, and mend what LINT002 says"),
        ("ignore[page-without-runbook]: x", "'page-without-runbook' is not a code", "write MON005"),
        ("ignore[page-without-runbok]: x", "'page-without-runbok' is not a code", "did you mean 'MON005'?"),
        ("ignore[mon005]: x", "'mon005' is not a code", "write MON005"),
        ("ignore[uptimerobot104]: x", "'uptimerobot104' is not a code", "write UPTIMEROBOT104"),
        ("ignore[everything]: x", "'everything' is not a code", "write `# monctl: ignore[CODE] until 2027-01-31: reason`"),
        ("Ignore[MON005]: x", "`monctl` and `ignore` are written in small letters", "write `# monctl: ignore[CODE] until 2027-01-31: reason`"),
    ],
)  # fmt: skip
def test_an_ignore_that_is_none_has_its_way_out(comment: str, message: str, help: str, linted: Any) -> None:
    found = lints(linted(f"# monctl: {comment}\nmonitors: {{}}\n"))

    assert found == [("LINT001", f"this ignores nothing: {message}", help, False)]


@pytest.mark.parametrize("comment", ["# MONCTL: ignore[MON005]: x", "# Monctl: Ignore[MON005]: x", "# monctl ignore[MON005]: x"])
def test_what_looks_like_an_ignore_is_told(comment: str, linted: Any) -> None:
    assert [code for code, *_ in lints(linted(f"{comment}\nmonitors: {{}}\n"))] == ["LINT001"]


@pytest.mark.parametrize(
    "comment",
    ["# monctl: applied every night", "# monctl: MON005 is the team's", "# monctl is a compiler", "# monctl", "# monctl: see [the page]", "#\n# monctl: x"],
)  # fmt: skip
def test_comments_for_people_are_left_alone(comment: str, linted: Any) -> None:
    assert lints(linted(f"{comment}\nmonitors: {{}}\n")) == []


def test_a_code_that_no_rule_has_is_told_as_such(linted: Any) -> None:
    found = lints(linted(estate(alike("a", more=", runbook: web-down"), {"a": "MON0O5"})))
    assert [(code, help) for code, _, help, _ in found] == [("LINT001", "did you mean 'MON005'?")]

    found = lints(linted(estate(alike("a", more=", runbook: web-down"), {"a": "MON999"})))
    assert found == [("LINT003", "no rule is called 'MON999'", "`monctl lint --rules` lists them", False)]


# Codes


TARGETS: dict[str, Any] = {
    "uptimerobot": SimpleNamespace(codes={"UPTIMEROBOT101": "", "UPTIMEROBOT120": ""}),
    "acme": SimpleNamespace(),
}


@pytest.mark.parametrize(
    ("said", "begins", "meant"),
    [
        ("MON005", True, "write MON005"),
        ("MON", True, None),
        ("UPTIMEROBOT", True, "did you mean 'UPTIMEROBOT101'?"),
        ("UPTIMEROBOT101", True, "write UPTIMEROBOT101"),
        ("UPTIMEROBOT999", False, "codes of UPTIMEROBOT go from UPTIMEROBOT101 to UPTIMEROBOT120"),
        ("ACME777", True, None),
        ("SPEC040", True, None),
        ("SQ007", False, "did you mean 'SQL007'?"),
        ("", False, None),
        ("NOPE", False, None),
    ],
)
def test_codes_that_there_are(said: str, begins: bool, meant: str | None) -> None:
    codes = known(TARGETS)

    assert codes.begins(said) == begins
    if meant is not None:
        assert codes.meant(said) == meant


def test_a_target_that_is_not_installed_may_have_any_code() -> None:
    assert not known({}).begins("GLOBEX100")
    assert known({}).beside(["globex"]).begins("GLOBEX100")
    assert known(TARGETS).beside(["uptimerobot"]) == known(TARGETS)


def test_what_cannot_be_ignored_is_what_runs_when_ignores_are_applied() -> None:
    assert {rule.code for rule in all_rules() if rule.last} == ABOUT_IGNORES
    assert [code for code in ("SPEC040", "SQL001", "LINT003", "LINT004", "MON005") if can_be_ignored(code)] == ["LINT004", "MON005"]


def test_an_empty_code_sets_no_level() -> None:
    level = all_rules()[0].level

    assert Levels({"": "off"}).of("MON005", level) is level


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("UPTIMEROBOT", None),
        ("UPTIMEROBOT104", None),
        ("UPTIMEROBOT999", ("no rule is called 'UPTIMEROBOT999'", "codes of UPTIMEROBOT go from UPTIMEROBOT101 to UPTIMEROBOT121")),
        ("threshold-out-of-reach", ("'threshold-out-of-reach' is not a code", "write MON002")),
        ("mon005", ("'mon005' is not a code", "write MON005")),
    ],
)
def test_levels_of_targets_that_the_estate_does_not_have(said: str, told: tuple[str, str] | None, linted: Any) -> None:
    result = linted({"monctl.yaml": f"estate: shop\ntargets: {{runner: {{}}}}\nrules: {{{said}: 'off'}}\n"})
    around = context(result.checked, NOW, discover())
    found: list[Finding] = lint.run(result.checked.program, result.checked.loaded.sources, around)

    assert [(one.message, one.help) for one in found if one.code == "LINT004"] == ([told] if told else [])


def test_every_installed_target_lists_its_codes() -> None:
    codes: Known = known(discover())

    assert codes.unlisted == {"SPEC"}
