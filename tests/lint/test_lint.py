"""Running the rules: levels, ignores, findings of targets, places inside texts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from monctl.finding import Finding, Level
from monctl.lint import Context, Levels, all_rules, run
from monctl.lint.ignores import ignores
from monctl.program import Program
from monctl.source import Origin
from monctl.source_map import SourceMap

SITE = """
monitors:
  site:
    http: https://example.com
    team: platform
    alert: {warning: down}
"""
LIMIT = Finding("UPTIMEROBOT003", "the free plan checks every 5 minutes", Origin("case.yaml", ("monitors", "site", "http")), Level.WARNING)


def settings(rules: str) -> str:
    return f"estate: shop\ntargets: {{runner: {{}}}}\nrules: {rules}\n"


def codes(result: Any) -> set[tuple[str, str]]:
    return {(one.code, one.level.value) for one in result.findings}


def about(result: Any, code: str) -> list[str]:
    return [one.level.value for one in result.findings if one.code == code]


def test_a_rule_is_switched_off(linted: Any) -> None:
    assert about(linted({"case.yaml": SITE, "monctl.yaml": settings('{MON007: "off"}')}), "MON007") == []


def test_a_level_is_raised_by_prefix(linted: Any) -> None:
    assert about(linted({"case.yaml": SITE, "monctl.yaml": settings("{MON: error}")}), "MON007") == ["error"]


def test_the_longest_prefix_decides(linted: Any) -> None:
    assert about(linted({"case.yaml": SITE, "monctl.yaml": settings('{MON: "off", MON007: warning, M: error}')}), "MON007") == ["warning"]


def test_levels_reach_what_targets_say(linted: Any) -> None:
    files = {"case.yaml": SITE, "monctl.yaml": settings("{UPTIMEROBOT: error}")}

    assert about(linted(files, others=[LIMIT]), "UPTIMEROBOT003") == ["error"]


def test_an_ignore_reaches_what_targets_say(linted: Any) -> None:
    ignored = SITE.replace("    http:", "    # monctl: ignore[UPTIMEROBOT003]: the paid plan is ordered\n    http:")

    assert {code for code, _ in codes(linted(ignored, others=[LIMIT]))} & {"UPTIMEROBOT003", "LINT003"} == set()


def test_no_level_reaches_what_is_not_valid() -> None:
    invalid = Finding("SPEC040", "no monitor is called 'x'", Origin("monctl.yaml"))
    context = Context(levels=Levels({"SPEC": "off", "S": "off"}))

    assert run(Program("shop", "Shop", "", "", {}), SourceMap({"monctl.yaml": ""}), context, others=[invalid], only=[]) != []


def test_an_ignore_that_is_over_hides_nothing(linted: Any) -> None:
    ignored = SITE.replace("  site:", "  # monctl: ignore[MON007] until 2026-12-31: the service is being cut in two\n  site:")

    assert "MON007" not in dict(codes(linted(ignored)))
    later = dict(codes(linted(ignored, now=datetime(2027, 1, 1, tzinfo=UTC))))
    assert {"MON007", "LINT002"} <= set(later)


def test_an_ignore_of_another_line_hides_nothing(linted: Any) -> None:
    ignored = SITE.replace("    team:", "    # monctl: ignore[MON007]: it belongs to no service\n    team:")

    assert {"MON007", "LINT003"} <= set(dict(codes(linted(ignored))))


def test_an_ignore_is_for_its_codes_only(linted: Any) -> None:
    ignored = SITE.replace("    team: platform\n", "").replace("  site:", "  # monctl: ignore[MON007]: it belongs to no service\n  site:")

    assert {code for code, _ in codes(linted(ignored))} & {"MON006", "MON007"} == {"MON006"}


@pytest.mark.parametrize(
    "text",
    [
        'note: "# monctl: ignore[MON007]: in a text"\n',
        "note: '# monctl: ignore[MON007]: in a text'\n",
        "note: |\n  # monctl: ignore[MON007]: in a block\n",
    ],
)
def test_a_text_that_looks_like_an_ignore_is_none(text: str) -> None:
    assert ignores({"a.yaml": text}) == []


def test_a_python_string_that_looks_like_an_ignore_is_none() -> None:
    assert ignores({"a.py": 'NOTE = "# monctl: ignore[MON007]: in a text"\n'}) == []


def test_an_ignore_above_a_comment_covers_the_next_line_that_says_something() -> None:
    (one,) = ignores({"a.yaml": "# monctl: ignore[MON007, MON006] until 2027-01-31: because: so\n# more words\n\nmonitors: {}\n"})

    assert (one.codes, str(one.until), one.reason, one.first_line, one.last_line) == (
        ("MON007", "MON006"),
        "2027-01-31",
        "because: so",
        4,
        4,
    )


def test_a_file_that_is_broken_has_its_ignores_all_the_same() -> None:
    (one,) = ignores({"a.yaml": "a: [\n# monctl: ignore[MON007]: because\n"})

    assert one.codes == ("MON007",)


def test_a_place_inside_a_query_that_variables_changed_is_the_query(linted: Any) -> None:
    query = "SELECT COUNT(*) FROM jobs WHERE queue = '${var.queue}' AND failed_at = NULL"
    files = {
        "monctl.yaml": "estate: shop\ntargets: {runner: {}}\nvariables: {queue: a-rather-long-name}\n",
        "case.yaml": f"metrics:\n  failed:\n    sql:\n      datasource: shop\n      query: {query}\n",
    }
    (found,) = [one for one in linted(files).findings if one.code == "SQL006"]

    assert found.span is not None
    assert (found.span.line, found.span.column, found.span.end_column) == (5, 14, 14 + len(query))


def test_an_empty_program_has_no_findings() -> None:
    assert run(Program("shop", "Shop", "", "", {}), SourceMap({}), Context()) == []


def test_the_base_of_the_cases_is_in_order(linted: Any) -> None:
    files = """
monitors:
  web: {http: https://example.com, service: web, every: 1m, alert: {critical: down for 2m, warning: "response_time > 2s for 10m"}}
  queue:
    {service: web, sql: {datasource: shop, query: SELECT COUNT(*) FROM jobs}, unit: jobs, every: 1m, alert: {warning: "> 100"}}
  errors: {service: web, sentry: {datasource: sentry}, alert: {warning: "> 10 in 10m"}}
  lines: {service: web, log: {datasource: log, where: {level: error}}, alert: {warning: "> 10 in 10m"}}
"""

    assert linted(files).shown == ""


def test_findings_come_in_the_order_of_the_files(linted: Any) -> None:
    result = linted(SITE + SITE.replace("monitors:", "x-more:").replace("site:", "other:") + "\n")
    places = [(one.span.file, one.span.line, one.span.column, one.code) for one in result.findings]

    assert places == sorted(places)


def test_every_area_is_one_of_the_design() -> None:
    assert {one.area for one in all_rules()} == {"SQL", "MON", "ROUTE", "DASH", "SEC", "LINT"}


def test_the_load_of_a_machine_is_called_what_the_spec_calls_it(linted: Any) -> None:
    found = linted("monitors: {shop: {team: platform, host: cpu, alert: {critical: '> 95%'}}}").findings

    assert [one.message for one in found if one.code == "MON020"] == ["one measurement of 'cpu' pages, and the next one ends it"]
