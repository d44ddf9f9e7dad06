"""`apply` and `diff` against providers that are served on loopback, and what a user is told when something is in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monctl.cli import run
from monctl.sandbox.place import Sandbox
from monctl.sandbox.server import Server
from monctl.target import discover

ESTATE = """\
estate: shop
targets: {pagerduty: {}, uptimerobot: {plan: team}, runner: {}}
"""
SPECS = """\
severities:
  critical: {notify: [chat, pager]}
people:
  ana: {email: ana@example.com}
escalations:
  shop: {levels: [{after: 0m, notify: [ana]}]}
channels:
  chat: {slack: {channel: "#shop", webhook: "${env:SHOP_SLACK}"}}
  pager: {pagerduty: {service: Shop, escalation: shop}}
monitors:
%s"""


def _monitors(count: int) -> str:
    return "".join(f'  site-{n}: {{http: "https://shop.example/{n}", alert: {{critical: down}}}}\n' for n in range(count))


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "monctl.yaml").write_text(ESTATE, encoding="utf-8")
    (folder / "shop.yaml").write_text(SPECS % _monitors(1), encoding="utf-8")
    return folder


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox on loopback, and the environment that points at it."""
    with Sandbox(tmp_path / "providers", discover().values()) as sandbox, Server(sandbox) as server:
        for name, value in sandbox.environment(server.url).items():
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.mark.usefixtures("served")
def test_a_secret_that_is_not_set_stops_what_needs_it_and_nothing_else(
    estate: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["apply", "-C", str(estate), "--yes"]) == 4
    said = capsys.readouterr().err

    assert "the secret env:SHOP_SLACK is not set" in said
    assert "export SHOP_SLACK" in said
    assert "monitor site-0" in said
    assert "not tried" in said
    assert "--resume" in said

    monkeypatch.setenv("SHOP_SLACK", "https://hooks.example/abcdef0123456789")
    assert run(["apply", "-C", str(estate), "--yes", "--resume"]) == 0
    assert run(["diff", "-C", str(estate), "--detailed-exitcode"]) == 0


@pytest.mark.usefixtures("served")
def test_a_refused_credential_is_told_by_name_and_exit_3(
    estate: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGERDUTY_TOKEN", "bad-token-of-mine")
    assert run(["diff", "-C", str(estate)]) == 3
    said = capsys.readouterr()

    assert "pagerduty" in said.err
    assert "not the same as no changes" in said.err
    assert "bad-token-of-mine" not in said.out + said.err


def test_a_missing_credential_names_its_variable(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "-C", str(estate)]) == 3
    said = capsys.readouterr().err

    assert "PAGERDUTY_TOKEN" in said
    assert "UPTIMEROBOT_API_KEY" in said


@pytest.mark.usefixtures("served")
def test_a_provider_that_does_not_answer_is_exit_3(
    estate: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONCTL_UPTIMEROBOT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("monctl.rest.Policy.backoff_s", 0.0, raising=False)
    assert run(["diff", "-C", str(estate), "--target", "uptimerobot"]) == 3

    assert "no answer" in capsys.readouterr().err


def test_more_deletions_than_the_limit_are_refused(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["-C", str(estate), "--sandbox", str(tmp_path / "box"), "--target", "uptimerobot"]
    (estate / "shop.yaml").write_text(SPECS % _monitors(8), encoding="utf-8")
    assert run(["apply", *where, "--yes"]) == 0
    (estate / "shop.yaml").write_text(SPECS % _monitors(1), encoding="utf-8")
    capsys.readouterr()

    assert run(["apply", *where, "--yes"]) == 5
    said = capsys.readouterr()
    assert "7 of the" in said.err
    assert "--allow-delete" in said.err
    assert run(["apply", *where, "--yes", "--allow-delete"]) == 0
    assert run(["diff", *where, "--detailed-exitcode"]) == 0


def test_a_plan_of_invalid_specs_is_not_made(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "shop.yaml").write_text(SPECS % '  site: {http: "https://shop.example", alert: {critical: "> 5%"}}\n', encoding="utf-8")

    assert run(["diff", "-C", str(estate), "--sandbox", str(tmp_path / "box")]) == 1
    assert "error[SPEC051]" in capsys.readouterr().err


def test_nobody_is_asked_without_a_terminal(
    estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.isatty", lambda _: False)

    assert run(["apply", "-C", str(estate), "--sandbox", str(tmp_path / "box")]) == 1
    assert "say --yes" in capsys.readouterr().err


def test_a_saved_plan_is_refused_for_what_moved_since(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["-C", str(estate), "--sandbox", str(tmp_path / "box")]
    assert run(["apply", *where, "--yes"]) == 0
    (estate / "shop.yaml").write_text(
        SPECS % '  site-0: {http: "https://shop.example/0", every: 10m, alert: {critical: down}}\n', encoding="utf-8"
    )
    assert run(["diff", *where, "--target", "uptimerobot", "--out", str(tmp_path / "plan.json")]) == 0
    assert run(["apply", *where, "--target", "uptimerobot", "--yes"]) == 0
    capsys.readouterr()

    assert run(["apply", str(tmp_path / "plan.json"), *where, "--yes"]) == 5
    assert "was changed since the plan was saved" in capsys.readouterr().err


def test_a_plan_that_was_edited_is_refused(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["-C", str(estate), "--sandbox", str(tmp_path / "box")]
    saved = tmp_path / "plan.json"
    assert run(["diff", *where, "--out", str(saved)]) == 0
    saved.write_text(saved.read_text(encoding="utf-8").replace("shop.example", "evil.example"), encoding="utf-8")

    assert run(["apply", str(saved), *where, "--yes"]) == 5
    assert "was changed after it was written" in capsys.readouterr().err


def test_a_selection_plans_nothing_else(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "shop.yaml").write_text(SPECS % _monitors(3), encoding="utf-8")
    where = ["-C", str(estate), "--sandbox", str(tmp_path / "box"), "--target", "uptimerobot"]

    assert run(["diff", *where, "--select", "site-1", "-o", "json"]) == 0
    names = {change["address"] for change in json.loads(capsys.readouterr().out)["changes"] if change["kind"] == "monitor"}
    assert names == {"monitor.site-1"}
    assert run(["diff", *where, "--select", "sight-1"]) == 64
    assert "did you mean 'site-1'?" in capsys.readouterr().err


def test_a_rotated_secret_is_sent_again_when_asked(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["-C", str(estate), "--sandbox", str(tmp_path / "box"), "--target", "uptimerobot"]
    assert run(["apply", *where, "--yes"]) == 0
    capsys.readouterr()

    assert run(["diff", *where, "--detailed-exitcode"]) == 0
    capsys.readouterr()
    assert run(["diff", *where, "--detailed-exitcode", "--resend-secrets", "-o", "json"]) == 2
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert [(change["kind"], change["action"]) for change in changes] == [("integration", "update")]
    assert run(["apply", *where, "--resend-secrets", "--yes"]) == 0
    assert run(["diff", *where, "--detailed-exitcode"]) == 0


def test_secrets_are_not_sent_again_to_a_snapshot(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "-C", str(estate), "--against", str(tmp_path / "live.json"), "--resend-secrets"]) == 64
    assert "plan without --against" in capsys.readouterr().err
