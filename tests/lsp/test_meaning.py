"""What a hover tells: a threshold in words and who would be called, names, keys; on texts that are half typed, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.editor import Editor, Start, checked, place


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
