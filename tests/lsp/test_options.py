"""The options of targets in monctl.yaml: offered, explained and checked from what each target says of them; `|^` is the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from monctl.field_docs import field_docs
from monctl.lsp.grammar import Place, keys
from monctl.model_schema import models
from monctl.target import discover
from tests.lsp.editor import Editor, Json, Start, at, cut, has, lacks, place
from tests.lsp.test_findings import shop

SPECS = """people:
  ana: {email: ana@example.com}
services:
  web: {}
calendars:
  office: {time_zone: Europe/Berlin, hours: [{days: mon-fri, start: "09:00", end: "17:00"}]}
"""
SETTINGS = """estate: shop
targets:
  grafana:
    version: "12.1"
    contact_points: {ops: Operations}
  uptimerobot:
    plan: team
    regions: [eu]
  pagerduty:
    from: ana@example.com
  runner:
    fallback: ops
    smtp:
      host: mail.example.com
      tls: starttls
    page:
      services: [web]
environments:
  staging:
    targets:
      grafana: {editable: true}
"""


@pytest.fixture
def editor(start: Start, tmp_path: Path) -> Editor:
    return start(shop(tmp_path / "shop", monctl=SETTINGS, specs=SPECS))


def offered(editor: Editor, folder: Path, typed: str) -> dict[str, Json]:
    """Label → item, at the `|^` of monctl.yaml as it is typed."""
    uri = (folder / "shop/monctl.yaml").as_uri()
    if uri not in editor.opened:
        editor.open(folder / "shop/monctl.yaml", SETTINGS)
    editor.change(uri, typed.replace("|^", ""))
    before = typed[: typed.index("|^")]
    where = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
    return {item["label"]: item for item in editor.ask("textDocument/completion", at(uri, where))["items"]}


TARGETS = "estate: shop\ntargets:\n"
STAGING = "estate: shop\ntargets: {runner: {}}\nenvironments:\n  staging:\n    targets:\n"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (TARGETS + "  grafana:\n    |^", {"version", "editable", "folders", "contact_points", "mute_timings", "url"}),
        (TARGETS + "  grafana: {editable: true, |^", {"version", "folders", "contact_points", "mute_timings", "url"}),
        (
            TARGETS + "  sentry:\n    |^",
            {"organization", "project", "slack_workspace", "pagerduty_account", "slack_channels", "url"},
        ),
        (TARGETS + "  uptimerobot:\n    plan: team\n    |^\n    url: https://x.example\n", {"monitor_limit", "regions", "time_zone"}),
        (TARGETS + "  pagerduty: {|^", {"region", "from", "prefix", "members", "schedules", "url"}),
        (TARGETS + "  runner:\n    smtp:\n      host: mail.example.com\n      |^", {"port", "user", "password", "tls", "sender", "ca"}),
        (TARGETS + "  runner:\n    page: {|^", {"listen", "url", "users", "forwarded_user", "public", "services"}),
        (TARGETS + "  runner:\n    endpoints:\n      |^", {"slack", "pagerduty-events", "twilio"}),
        (TARGETS + "  runner:\n    endpoints: {slack: https://x.example, |^", {"pagerduty-events", "twilio"}),
        (TARGETS + "  grafana:\n    contact_points:\n      |^", {"ops"}),
        (TARGETS + "  grafana:\n    mute_timings: {|^", {"hours-office", "holidays-office"}),
        (TARGETS + "  elsewhere:\n    |^", set()),
        (STAGING + "      |^", {"grafana", "pagerduty", "runner", "sentry", "uptimerobot"}),
        (STAGING + "      uptimerobot:\n        |^", {"plan", "monitor_limit", "regions", "time_zone", "url"}),
        (STAGING + "      runner: {page: {public: true, |^", {"listen", "url", "users", "forwarded_user", "services"}),
    ],
)
def test_the_options_that_are_not_there_yet_are_offered(editor: Editor, tmp_path: Path, typed: str, expected: set[str]) -> None:
    assert set(offered(editor, tmp_path, typed)) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (TARGETS + "  uptimerobot:\n    plan: |^", {"free", "solo", "team", "enterprise"}),
        (TARGETS + "  uptimerobot: {regions: [eu, |^", {"na", "eu", "as", "oc"}),
        (TARGETS + "  pagerduty:\n    region: |^", {"us", "eu"}),
        (TARGETS + "  pagerduty:\n    schedules: v|^", {"v2", "v3"}),
        (TARGETS + "  pagerduty:\n    members: |^", {"true", "false"}),
        (TARGETS + "  grafana:\n    editable: |^", {"true", "false"}),
        (TARGETS + "  runner:\n    network: |^", {"public", "private", "any"}),
        (TARGETS + "  runner:\n    smtp: {tls: |^", {"none", "starttls", "implicit"}),
        (TARGETS + "  runner:\n    fallback: |^", {"ops"}),
        (TARGETS + "  runner:\n    page:\n      services:\n        - |^", {"web"}),
        (TARGETS + "  sentry:\n    project: |^", set()),
        (STAGING + "      pagerduty: {region: |^", {"us", "eu"}),
    ],
)
def test_the_values_that_fit_are_offered(editor: Editor, tmp_path: Path, typed: str, expected: set[str]) -> None:
    assert set(offered(editor, tmp_path, typed)) == expected


def test_what_is_read_as_a_length_of_time_or_a_zone_is_offered_as_one(editor: Editor, tmp_path: Path) -> None:
    assert {"1d", "30d"} <= set(offered(editor, tmp_path, TARGETS + "  runner: {results: |^"))
    assert {"UTC", "Europe/Berlin"} <= set(offered(editor, tmp_path, TARGETS + "  uptimerobot: {time_zone: |^"))


def test_an_option_comes_with_its_documentation(editor: Editor, tmp_path: Path) -> None:
    found = offered(editor, tmp_path, TARGETS + "  runner:\n    |^")
    inner = offered(editor, tmp_path, TARGETS + "  runner:\n    smtp:\n      |^")

    assert found["fallback"]["documentation"]["value"] == "The channel that is told when another one cannot be."
    assert found["fallback"]["textEdit"]["newText"] == "fallback: "
    assert found["smtp"]["textEdit"]["newText"] == "smtp:\n      "
    assert (inner["host"]["detail"], inner["host"]["documentation"]["value"]) == ("required", "Its name or address.")


@pytest.mark.parametrize(
    ("wanted", "after", "expected"),
    [
        ("version", "", "**version**: The oldest server the specs are compiled for"),
        (
            "plan",
            "",
            "**plan**: The plan the account has; it decides what is possible. `team` when left out.\n\n---\n\nOne of `free`, `solo`,",
        ),
        ("team", "plan: ", "**plan**: The plan the account has"),
        ("from", "", "**from**: E-mail address of a user, which account keys need for some writes."),
        ("smtp", "", "**smtp**: The server e-mail goes through."),
        ("tls", "", "**tls**: `starttls` begins in clear"),
        ("page", "starttls", "**page**: The page, its health and metrics"),
        ("editable", "", "**editable**: True leaves dashboards and alerting open to edits in the UI."),
        ("ops", "fallback: ", "**channel `ops`**"),
        ("ops", "contact_points: {", "**channel `ops`**"),
        ("web", "services: [", "**service `web`**"),
        ("grafana", "staging:", "**target `grafana`**"),
    ],
)
def test_an_option_is_told_as_it_is_documented(editor: Editor, tmp_path: Path, wanted: str, after: str, expected: str) -> None:
    uri = editor.open(tmp_path / "shop/monctl.yaml")

    assert editor.hover(uri, place(SETTINGS, wanted, inside=1, after=after)).startswith(expected)


def test_a_channel_is_renamed_in_the_options_too(editor: Editor, tmp_path: Path) -> None:
    uri = editor.open(tmp_path / "shop/monctl.yaml")
    where = place(SETTINGS, "ops", inside=1, after="fallback: ")

    found = editor.ask("textDocument/references", {**at(uri, where), "context": {"includeDeclaration": False}})
    here = sorted(one["range"]["start"]["line"] for one in found if one["uri"] == uri)

    assert here == [place(SETTINGS, "contact_points")["line"], where["line"]]


def test_what_is_wrong_with_options_is_told_at_its_place(editor: Editor, tmp_path: Path) -> None:
    uri = editor.open(tmp_path / "shop/monctl.yaml")
    text = SETTINGS.replace("version:", "verison:").replace("plan: team", "plan: gold").replace("[eu]", "[eu, mars]")
    text = text.replace("{editable: true}", "{editable: often}")
    editor.change(uri, text)

    found = editor.told(uri, has("SPEC030"))

    assert {(one["code"], cut(text, one["range"])) for one in found if one["severity"] == 1} == {
        ("SPEC030", "verison"),
        ("SPEC032", "gold"),
        ("SPEC032", "mars"),
        ("SPEC032", "often"),
    }
    editor.change(uri, SETTINGS)
    editor.told(uri, lacks("SPEC032"))


def test_every_option_of_every_target_is_documented() -> None:
    known = {name: target.options() for name, target in discover().items()}  # type: ignore[attr-defined]  # no part of what every target has

    assert {"grafana", "pagerduty", "runner", "sentry", "uptimerobot"} <= set(known)
    for name, model in known.items():
        for one in models(model):
            missing = sorted(set(one.model_fields) - set(field_docs(one)))

            assert missing == [], name
        assert all(key.doc for key in keys(Place(model))), name
