"""What is offered while somebody types: `|` is the cursor in a text that goes on behind the estate's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.editor import Editor, Json, Start, at, place
from tests.lsp.test_findings import shop

SOURCES = """datasources:
  db:
    type: postgresql
    dsn: ${env:DATABASE_URL}
    tables: {posts: {id: bigint, track_id: bigint}, users: {email: text}}
  sentry: {type: sentry}
metrics:
  posts:
    every: 5m
    sql:
      datasource: db
      query: SELECT count(*) AS orphaned, count(id) AS valid FROM posts
      values: {orphaned: posts, valid: posts}
  latency: {every: 1m, unit: ms, sentry: {datasource: sentry, measure: p95}}
  memory: {every: 1m, host: memory}
runbooks:
  restart: {steps: [restart it]}
people:
  ana: {email: ana@example.com}
  ben: {email: ben@example.com}
rotations:
  oncall: {start: 2026-01-05T09:00, shift: 1w, layers: {primary: [ana], backup: [ben]}}
escalations:
  all: {levels: [{after: 0m, notify: [oncall]}]}
"""


@pytest.fixture
def editor(start: Start, tmp_path: Path) -> Editor:
    settings = "estate: shop\ntargets: {runner: {}}\nvariables: {region: eu, limit: 5}\n"
    return start(shop(tmp_path / "shop", monctl=settings, sources=SOURCES))


def offered(editor: Editor, folder: Path, typed: str, *, file: str = "typed.yaml") -> list[Json]:
    """The items at the `|` of a text typed into a file of its own."""
    path = folder / "shop" / file
    text = typed.replace("|^", "")
    uri = path.as_uri()
    if uri not in editor.opened:
        editor.open(path, "")
    editor.change(uri, text)
    before = typed[: typed.index("|^")]
    where = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2].encode("utf-16-le")) // 2}
    found: list[Json] = editor.ask("textDocument/completion", at(uri, where))["items"]
    return found


def labels(editor: Editor, folder: Path, typed: str, **more: str) -> list[str]:
    """Their labels."""
    return [item["label"] for item in offered(editor, folder, typed, **more)]


MONITOR = "monitors:\n  m:\n    "


@pytest.mark.parametrize(
    ("typed", "some"),
    [
        ("mon|^", {"monitors", "metrics", "templates", "moved"}),
        ("monitors:\n  m:\n    |^", {"metric", "alert", "http", "runbook"}),
        ("monitors:\n  m: {every: 1m, |^", {"metric", "alert", "http", "runbook"}),
        (MONITOR + "service: |^", set()),
        (MONITOR + "metric: |^", {"posts", "posts.orphaned", "posts.valid", "latency"}),
        (MONITOR + "alert:\n      |^", {"high"}),
        (MONITOR + "alert: {|^", {"high"}),
        (MONITOR + "alert: {high: {|^", {"when", "notify", "escalation", "during"}),
        (MONITOR + "notify: |^", {"ops"}),
        (MONITOR + "notify: [ops, |^", {"ops"}),
        (MONITOR + "notify:\n      - |^", {"ops"}),
        (MONITOR + "escalation: |^", {"all"}),
        (MONITOR + "runbook: r|^", {"restart"}),
        (MONITOR + "no_data: |^", {"keep", "ok", "high"}),
        (MONITOR + "every: |^", {"1m", "5m", "1h"}),
        (MONITOR + "on: |^", {"runner"}),
        (MONITOR + "protect: |^", {"true", "false"}),
        (MONITOR + "unit: |^", {"ms", "percent", "errors/min"}),
        (MONITOR + "http:\n      method: |^", {"GET", "POST"}),
        (MONITOR + "sql: {datasource: |^", {"db", "sentry"}),
        (MONITOR + "description: ${|^", {"var.region", "var.limit", "each.key"}),
        (
            "escalations:\n  e:\n    levels:\n      - after: 0m\n        notify: [|^",
            {"oncall", "oncall.primary", "oncall.backup", "ana", "ops"},
        ),
        ("rotations:\n  r:\n    layers:\n      first:\n        - |^", {"ana", "ben"}),
        ("teams:\n  t: {members: [ana, |^", {"ben"}),
        ("templates:\n  t:\n    monitors:\n      x:\n        notify: [|^", {"ops"}),
        ("rotations:\n  r:\n    time_zone: Eu|^", {"Europe/Berlin", "UTC", "America/New_York"}),
        (MONITOR + 'sql: {datasource: db, query: "SELECT |^', {"posts", "track_id"}),
        (MONITOR + "sql:\n      datasource: db\n      query: SELECT |^", {"posts", "track_id"}),
        (MONITOR + "description: ${var.|^", {"var.region"}),
        ("moved:\n  monitor.old: |^", {"monitor.site", "channel.ops"}),
        ("dashboards:\n  d:\n    panels:\n      - title: x\n        metric: |^", {"posts.orphaned"}),
        ("dashboards:\n  d:\n    panels:\n      - title: x\n        look: |^", {"timeseries", "gauge"}),
    ],
)
def test_what_fits_is_offered(editor: Editor, tmp_path: Path, typed: str, some: set[str]) -> None:
    found = labels(editor, tmp_path, typed)

    assert some <= set(found)
    assert found or not some


def test_a_key_comes_with_its_documentation_and_not_twice(editor: Editor, tmp_path: Path) -> None:
    found = {item["label"]: item for item in offered(editor, tmp_path, MONITOR + "every: 1m\n    |^\n    service: x\n")}

    assert found["runbook"]["documentation"]["value"] == "What to do; the service's when left out."
    assert found["runbook"]["textEdit"]["newText"] == "runbook: "
    assert found["labels"]["textEdit"]["newText"] == "labels:\n      "
    assert not {"every", "service"} & set(found)


def test_the_severest_severity_is_offered_first(start: Start, estates: Path) -> None:
    editor = start(estates / "not-a-label")
    uri = editor.open(estates / "not-a-label/new.yaml", "monitors:\n  m:\n    alert:\n      ")

    assert editor.completions(uri, {"line": 3, "character": 6}) == ["SEV1", "SEV2", "SEV3"]


@pytest.mark.parametrize(
    ("metric", "typed", "first"),
    [
        ("latency", "> |^", ["200ms", "1s", "5s", "1m"]),
        ("latency", "> 7|^", ["7ms", "7s", "7m", "7h", "7d"]),
        ("memory", "> |^", ["1%", "5%", "80%", "95%"]),
        ("memory", "> 9|^", ["9%"]),
        ("posts.orphaned", "> |^", ["0 posts", "1 posts", "10 posts", "100 posts"]),
        ("latency", "> 200ms |^", ["for", "in", "or"]),
        ("latency", "> 200ms for |^", ["2m", "5m", "10m", "15m", "30m", "1h"]),
        ("latency", "> 200ms or |^", ["!=", "<", "<=", "==", ">", ">=", "decreasing for"]),
        ("latency", "between 1ms and |^", ["200ms"]),
        ("posts", "|^", ["orphaned", "valid"]),
        ("posts", "orphaned |^", ["!=", "<", "<="]),
    ],
)
def test_a_threshold_is_continued_in_units_of_its_metric(editor: Editor, tmp_path: Path, metric: str, typed: str, first: list[str]) -> None:
    found = labels(editor, tmp_path, f'{MONITOR}metric: {metric}\n    alert:\n      high: "{typed}"\n')

    assert found[: len(first)] == first


def test_down_is_offered_for_what_can_be(editor: Editor, tmp_path: Path) -> None:
    reachable = labels(editor, tmp_path, MONITOR + "http: https://shop.example\n    alert: {high: |^")
    counted = labels(editor, tmp_path, MONITOR + "metric: latency\n    alert: {high: |^")

    assert reachable[0] == "down for"
    assert "down for" not in counted
    assert "first seen" in counted
    assert "first seen" not in reachable


def test_what_begins_with_a_sign_is_put_into_quotes(editor: Editor, tmp_path: Path) -> None:
    plain = offered(editor, tmp_path, MONITOR + "metric: latency\n    alert:\n      high: |^")
    quoted = offered(editor, tmp_path, MONITOR + 'metric: latency\n    alert:\n      high: "|^"')

    assert {item["textEdit"]["newText"] for item in plain if item["label"] == ">"} == {'"> "'}
    assert {item["textEdit"]["newText"] for item in quoted if item["label"] == ">"} == {"> "}


def test_tables_and_columns_are_offered_inside_a_query(editor: Editor, tmp_path: Path) -> None:
    head = "metrics:\n  m:\n    sql:\n      datasource: db\n      query: |\n        SELECT count(*)\n        FROM posts\n        WHERE tr"
    found = offered(editor, tmp_path, head + "|^\n    every: 5m\n")

    assert [item["label"] for item in found][:2] == ["id", "track_id"]
    assert {"posts", "users", "email"} <= {item["label"] for item in found}
    assert found[1]["detail"] == "bigint of posts"
    assert found[1]["textEdit"]["range"]["start"] == place(head, "tr", after="WHERE ")


def test_names_are_offered_in_a_python_spec(editor: Editor, tmp_path: Path) -> None:
    head = 'from monctl import Monitor, http\n\nMonitor("x", http("https://x.example"), every="1m", notify=["'

    assert labels(editor, tmp_path, head + '|^"])\n', file="typed.py") == ["ops"]


def test_nothing_is_offered_in_a_comment(editor: Editor, tmp_path: Path) -> None:
    assert labels(editor, tmp_path, MONITOR + "every: 1m # not |^") == []


@pytest.mark.parametrize("broken", ["a: [\n", "x: {y: \n", '  q: "\n', "\t- :\n", "? [\n", "x: &a *b\n"])
def test_broken_text_above_keeps_what_is_known(editor: Editor, tmp_path: Path, broken: str) -> None:
    assert "ops" in labels(editor, tmp_path, broken + MONITOR + "notify:\n      - |^")


@pytest.mark.parametrize(
    ("typed", "some", "none"),
    [
        ("rules: {|^", {"SQL007", "SQL", "UPTIMEROBOT"}, {"SPEC040"}),
        ("rules:\n  SQL007: off\n  |^", {"SQL006", "MON"}, {"SQL007"}),
        ("placement: {|^", {"sql", "http", "heartbeat"}, {"runner"}),
        ("targets:\n  runner: {}\n  |^", {"grafana", "uptimerobot"}, {"runner"}),
    ],
)
def test_monctl_yaml_is_offered_what_its_maps_hold(editor: Editor, tmp_path: Path, typed: str, some: set[str], none: set[str]) -> None:
    found = set(labels(editor, tmp_path, f"estate: shop\n{typed}", file="monctl.yaml"))

    assert some <= found
    assert not none & found


def test_the_code_of_a_rule_comes_with_what_it_finds(editor: Editor, tmp_path: Path) -> None:
    found = {item["label"]: item for item in offered(editor, tmp_path, "estate: shop\nrules: {SQL0|^", file="monctl.yaml")}

    assert found["SQL007"]["documentation"]["value"] == "A query looks back less far than the time between two of its runs."
    assert found["SQL007"]["textEdit"]["newText"] == "SQL007: "
