"""What a hover tells: a threshold in words and who would be called, names, keys; on texts that are half typed, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.editor import Editor, Start, checked, place
from tests.lsp.test_findings import MONITORS, shop


@pytest.fixture
def editor(start: Start, estates: Path) -> Editor:
    return start(estates / "not-a-label")


def hovered(editor: Editor, path: Path, wanted: str, *, inside: int = 1, after: str = "") -> str:
    """The hover at a text of a file of the disk."""
    return editor.hover(editor.open(path), place(path.read_text(encoding="utf-8"), wanted, inside=inside, after=after))


def test_a_threshold_is_told_in_words_with_everybody_it_reaches(editor: Editor, estates: Path) -> None:
    said = hovered(editor, estates / "not-a-label/application.yaml", '"any"')

    assert said == (
        "**SEV1** when anything is found.\n"
        "\n"
        "- measured every 1m: fires at the first measurement after the trouble begins, 1m after it at the latest\n"
        "- over at the first measurement at which that is false\n"
        "- no data: it stays as it is; an error of the source: it stays as it is\n"
        "- promised response within 15m\n"
        "\n"
        "**Who is told**\n"
        "\n"
        "- at once: PagerDuty service “Not a Label” (`pagerduty`)\n"
        "  - at once: rotation `oncall` (primary): now engineer1, by phone and e-mail\n"
        "  - after 15m: rotation `oncall` (backup): now engineer2, by phone and e-mail\n"
        "- at once: Slack #alerts (`slack-alerts`)\n"
        "- at once: e-mail to finance@example.com (`email-finance`)\n"
        "- at once: e-mail to engineering@example.com (`email-engineering`)"
    )


def test_for_and_the_unit_of_the_metric_are_in_the_words(editor: Editor, estates: Path) -> None:
    said = hovered(editor, estates / "not-a-label/application.yaml", "> 5% for 5m")

    assert said.startswith("**SEV2** when the value is above 5% for 5m.")
    assert "fires 5m after the trouble begins, 6m after it at the latest" in said


def test_a_severity_in_an_alert_is_told_with_its_meaning_there(editor: Editor, estates: Path) -> None:
    said = hovered(editor, estates / "not-a-label/application.yaml", "SEV2: ")

    assert said.startswith("**severity `SEV2`**")
    assert "promised response within 1h" in said
    assert "**SEV2** when the value is above 5% for 5m." in said


@pytest.mark.parametrize(
    ("file", "wanted", "after", "expected"),
    [
        ("application.yaml", "slack-alerts", "", "Slack #alerts"),
        ("application.yaml", "error-rate", "metric: ", "failure_rate of sentry `sentry` every 1m"),
        ("application.yaml", "error-log", "", "**datasource `error-log`**"),
        ("application.yaml", "payments", "service: ", "**service `payments`**"),
        ("application.yaml", "high-error-rate", "runbook: ", "**runbook `high-error-rate`**"),
        ("application.yaml", "high-error-rate", "monitors:", "SEV2: > 5% for 5m → slack-alerts, email-engineering"),
        ("people.yaml", "oncall.backup", "", "primary: now engineer1, by phone and e-mail; turns of 1w: engineer1, engineer2, engineer3"),
        ("people.yaml", "engineer2", "members: [", "by phone and e-mail"),
        ("people.yaml", "engineering", "team: ", "members: engineer1, engineer2, engineer3; led by engineer1"),
        ("channels.yaml", "oncall", "escalation: ", "after 15m: rotation `oncall` (backup): now engineer2"),
        ("severities.yaml", "business-hours", "during: ", "Mon, Tue, Wed, Thu, Fri 09:00 to 18:00"),
        ("monctl.yaml", "runner", "", "**target `runner`**"),
    ],
)
def test_a_name_is_told_as_what_it_is(editor: Editor, estates: Path, file: str, wanted: str, after: str, expected: str) -> None:
    assert expected in hovered(editor, estates / "not-a-label" / file, wanted, after=after)


@pytest.mark.parametrize(
    ("file", "wanted", "expected"),
    [
        ("application.yaml", "every: 1m", "**every**: How often; 5m when left out."),
        ("application.yaml", "monitors:", "**monitors**: A metric or source with what is too much."),
        ("application.yaml", "where: ", "**where**: Field → value, or a comparison as text"),
        ("people.yaml", "shift: ", "**shift**: Length of a turn: `1w`."),
        ("monctl.yaml", "targets:", "**targets**: Back ends to build for"),
        ("severities.yaml", "pages: ", "**pages**: Must reach a human at any hour."),
    ],
)
def test_a_key_is_told_as_it_is_documented(editor: Editor, estates: Path, file: str, wanted: str, expected: str) -> None:
    assert hovered(editor, estates / "not-a-label" / file, wanted).startswith(expected)


def test_what_a_for_each_makes_is_told_object_by_object(editor: Editor, estates: Path) -> None:
    said = hovered(editor, estates / "not-a-label/application.yaml", "response-time:")

    assert said.startswith("3 objects are made here.")
    assert "p50 of log `access-log` every 1m" in said


def test_a_python_call_is_told_as_what_it_makes(editor: Editor, estates: Path) -> None:
    said = hovered(editor, estates / "not-a-label/endpoints.py", "title=title, alert")

    assert said.startswith("4 objects are made here.")
    assert "SEV1: down for 2m → pagerduty, sms-oncall" in said
    assert "**calendar `business-hours`**" in hovered(editor, estates / "not-a-label/endpoints.py", "business-hours", after='"during": ')


@pytest.mark.parametrize(
    "broken", ["\n  half\n", '\n  half: {http: "https://', "\nmonitors: [\n", "\n  a: b: c\n\t- x\n", "\n  x: &\n", "\n}}}\n"]
)
def test_half_typed_text_takes_nothing_away(editor: Editor, estates: Path, broken: str) -> None:
    path = estates / "not-a-label/application.yaml"
    text = path.read_text(encoding="utf-8")
    uri = editor.open(path)
    editor.told(uri, checked)
    editor.change(uri, text + broken)
    editor.told(uri, lambda told: any(one["code"].startswith("SPEC0") for one in told))

    assert "**SEV2** when the value is above 5% for 5m." in editor.hover(uri, place(text, "> 5% for 5m", inside=1))
    assert "Slack #alerts" in editor.hover(uri, place(text, "slack-alerts", inside=1))
    assert editor.hover(uri, place(text, "every: 1m", inside=1)).startswith("**every**")


def test_a_hover_says_what_it_is_about(editor: Editor, estates: Path) -> None:
    path = estates / "not-a-label/application.yaml"
    text = path.read_text(encoding="utf-8")
    uri = editor.open(path)
    found = editor.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": place(text, "slack-alerts", inside=3)})

    assert found["range"]["start"] == place(text, "slack-alerts")
    assert found["range"]["end"] == place(text, "slack-alerts", inside=12)


def test_a_variable_is_told_with_its_values(start: Start, tmp_path: Path) -> None:
    settings = "estate: shop\ntargets: {runner: {}}\nvariables: {where: eu}\nenvironments: {staging: {variables: {where: us}}}\n"
    folder = shop(tmp_path / "shop", monctl=settings, monitors=MONITORS.replace("every: 1m", "description: In ${var.where}."))
    editor = start(folder)

    expected = "**variable `where`** of monctl.yaml\n\n- `eu`\n- in staging: `us`"
    assert hovered(editor, folder / "monitors.yaml", "var.where", inside=5) == expected


def test_a_rule_is_told_by_its_page_where_its_code_stands(start: Start, tmp_path: Path) -> None:
    settings = "estate: shop\ntargets: {runner: {}}\nrules: {MON005: off, MON006: info}\n"
    folder = shop(tmp_path / "shop", monctl=settings, monitors=f"# monctl: ignore[MON007, SQL007]: not yet; see SQL005\n{MONITORS}")
    editor = start(folder)

    assert hovered(editor, folder / "monctl.yaml", "MON006").startswith(
        "**MON006 nobody-owns-it** (warning)\n\nA monitor belongs to no team."
    )
    assert hovered(editor, folder / "monitors.yaml", "SQL007").startswith("**SQL007 window-shorter-than-schedule** (warning)")
    assert "**Instead**" in hovered(editor, folder / "monitors.yaml", "SQL007")


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("percent", "**unit `percent`**: a share. Limits are written as `1%`, `5%`, `80%`, `95%`."),
        ("milliseconds", "**unit `ms`**: a length of time. Limits are written as `200ms`, `1s`, `5s`, `1m`."),
        ("errors/min", "**unit `errors/min`**: a rate. Limits are written as `1 errors/min`, `10 errors/min`."),
        ("/s", "**unit `/s`**: a rate. Limits are written as `1/s`, `10/s`."),
        ("USD", "**unit `USD`**: an amount of USD. Limits are written as `1 USD`, `10 USD`."),
        ("posts", "**unit `posts`**: posts counted. Limits are written as `1 posts`, `10 posts`."),
        ("MS", "**unit**: `ms`, `percent`,"),
    ],
)
def test_a_unit_is_told_with_limits_in_it(start: Start, tmp_path: Path, unit: str, expected: str) -> None:
    text = f"metrics:\n  lag: {{every: 1m, sql: {{datasource: db, query: SELECT 1 AS n, values: {{n: {{unit: {unit}}}}}}}}}\n"
    folder = shop(tmp_path / "shop", metrics=text)
    editor = start(folder)

    assert hovered(editor, folder / "metrics.yaml", unit, after="unit: ").startswith(expected)


def test_the_unit_of_a_column_is_told(start: Start, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", metrics="metrics:\n  lag: {sql: {datasource: db, query: SELECT 1 AS n, values: {n: GiB}}}\n")
    editor = start(folder)

    assert hovered(editor, folder / "metrics.yaml", "GiB").startswith("**unit `GiB`**: an amount of data.")
