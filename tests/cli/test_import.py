"""`monctl import` from the command line: into a new estate, beside one that is there, and what it says."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import jsonschema
import pytest

from monctl.cli import run
from monctl.import_report import import_schema
from monctl.sandbox.emulator import Request
from monctl.sandbox.store import Store
from monctl_targets.pagerduty.emulator import PagerDutyEmulator

Out = pytest.CaptureFixture[str]


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """A sandbox in which somebody made two policies at PagerDuty by hand."""
    store = Store.open(tmp_path / "sandbox" / "sandbox.sqlite", "pagerduty")
    emulator = PagerDutyEmulator(store)
    ana = emulator.add_user("Ana", "ana@example.com")["id"]
    for name in ("Database", "Web shop"):
        rule = {"escalation_delay_in_minutes": 30, "targets": [{"id": ana, "type": "user_reference"}]}
        body = {"escalation_policy": {"type": "escalation_policy", "name": name, "escalation_rules": [rule]}}
        answer = emulator.handle(Request.of("POST", "/escalation_policies", {"authorization": "Token token=x"}, json.dumps(body).encode()))
        assert answer.status == 201, answer.body
    shop = store.get("escalation_policy", "PE00006")
    store.put("escalation_policy", "PE00006", {**shop, "name": "Web\x1b[31m shop"})  # older accounts have such names
    store.close()
    return tmp_path / "sandbox"


def test_a_new_estate_is_made_and_its_command_takes_over_what_is_there(sandbox: Path, tmp_path: Path, capsys: Out) -> None:
    out = tmp_path / "company"

    assert run(["import", "pagerduty", "--out", str(out), "--sandbox", str(sandbox), "--select", "database"]) == 0
    said = capsys.readouterr().out

    assert (
        said
        == f"""\
pagerduty: 2 objects that are nobody's; said: 1 people, 1 escalations
  written  {out}/oncall.yaml
  written  {out}/people.yaml
  written  {out}/monctl.yaml

The plan after this import is empty: it takes over 1 object with a mark, and no field changes.

Take over what is there:
  monctl apply -C {out} --target pagerduty --sandbox {sandbox} --adopt pagerduty/escalation_policy/database=PE00004
"""
    )
    command = shlex.split(said.splitlines()[-1])[1:]
    assert run([*command, "--yes"]) == 0
    assert run(["diff", "-C", str(out), "--sandbox", str(sandbox), "--detailed-exitcode"]) == 0


def test_what_has_no_words_is_told_without_its_control_characters(sandbox: Path, tmp_path: Path, capsys: Out) -> None:
    assert run(["import", "pagerduty", "--out", str(tmp_path / "company"), "--sandbox", str(sandbox)]) == 0

    said = capsys.readouterr().out

    assert "\x1b" not in said
    assert "escalation policy 'Web [31m shop' (PE00006): name would change from" in said


def test_the_rest_is_imported_beside_an_estate(sandbox: Path, tmp_path: Path, capsys: Out) -> None:
    out = tmp_path / "company"
    run(["import", "pagerduty", "--out", str(out), "--sandbox", str(sandbox), "--select", "database"])
    store = Store.open(sandbox / "sandbox.sqlite", "pagerduty")
    shop = store.get("escalation_policy", "PE00006")
    store.put("escalation_policy", "PE00006", {**shop, "name": "Shop"})
    store.close()
    run(["apply", "-C", str(out), "--sandbox", str(sandbox), "--adopt", "pagerduty/escalation_policy/database=PE00004", "--yes"])
    capsys.readouterr()

    assert run(["import", "pagerduty", "-C", str(out), "--sandbox", str(sandbox), "-o", "json"]) == 0
    found = json.loads(capsys.readouterr().out)

    jsonschema.Draft202012Validator(import_schema()).validate(found)
    assert found["files"] == [f"{out}/imported/pagerduty/oncall.yaml"]
    assert found["adopt"] == ["pagerduty/escalation_policy/shop=PE00006"]
    assert found["plan"] == {"empty": True, "touched": [], "made": [], "unfit": []}
    assert "notify: [ana]" in (out / "imported/pagerduty/oncall.yaml").read_text(encoding="utf-8")
    assert (out / "imported/pagerduty/import-adopt.txt").read_text(encoding="utf-8") == "--adopt pagerduty/escalation_policy/shop=PE00006\n"
    assert run([*shlex.split(found["command"])[1:], "--yes"]) == 0
    assert run(["diff", "-C", str(out), "--sandbox", str(sandbox), "--detailed-exitcode"]) == 0


def test_a_dry_run_writes_nothing(sandbox: Path, tmp_path: Path, capsys: Out) -> None:
    assert run(["import", "pagerduty", "--out", str(tmp_path / "company"), "--sandbox", str(sandbox), "--dry-run"]) == 0

    assert f"would write  {tmp_path}/company/people.yaml" in capsys.readouterr().out
    assert not (tmp_path / "company").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["import", "runner", "--out", "new"], 64, "monctl: nothing can be imported from runner\n  help: import knows grafana, pagerduty, sentry, uptimerobot\n"),
        (["import", "pagerdutty", "--out", "new"], 64, "monctl: no target is called 'pagerdutty'\n  help: did you mean 'pagerduty'?\n"),
        (["import", "pagerduty", "--out", "new", "--select", "nothing"], 64, "monctl: nothing there is called 'nothing'\n  help: name objects by a glob of their name or title\n"),
        (["import", "pagerduty", "--out", "there"], 64, "monctl: there is an estate already\n  help: import into it with: monctl import pagerduty -C there\n"),
        (["import", "pagerduty", "--out", "new", "--name", "No Name"], 64, "monctl: 'No Name' cannot be the name of an estate\n  help: lower case letters, digits and dashes; say one with --name\n"),
        (["import", "pagerduty", "--out", "new", "--set", "region"], 64, "monctl: 'region' is no option\n  help: write it as organization=acme\n"),
        (["import", "pagerduty", "-C", "there", "--out", "new"], 64, "monctl: --out makes a new estate; -C and -e mean one that is there\n  help: leave one of them out\n"),
        (["import", "pagerduty", "-C", "there", "--name", "x"], 64, "monctl: --name and --set are for a new estate\n  help: say where with --out DIR, or write them into monctl.yaml\n"),
        (["import", "grafana", "-C", "there"], 64, "monctl: grafana is not a target of estate 'there'\n  help: add `grafana: {}` under `targets` in monctl.yaml\n"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_the_way_out(
    arguments: list[str], status: int, said: str, sandbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "monctl.yaml").write_text("estate: there\ntargets: {pagerduty: {}}\n", encoding="utf-8")

    assert run([*arguments, "--sandbox", str(sandbox)]) == status
    assert capsys.readouterr().err.endswith(said)
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(sandbox: Path, tmp_path: Path, capsys: Out) -> None:
    out = tmp_path / "company"
    out.mkdir()
    (out / "people.yaml").write_text("people: {}\n", encoding="utf-8")

    assert run(["import", "pagerduty", "--out", str(out), "--sandbox", str(sandbox)]) == 64

    assert f"{out}/people.yaml is there already, and an import overwrites nothing" in capsys.readouterr().err
    assert sorted(path.name for path in out.iterdir()) == ["people.yaml"]


def test_a_provider_that_cannot_be_asked_is_no_import(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_TOKEN", "x")
    monkeypatch.setenv("PAGERDUTY_API_URL", "http://127.0.0.1:1")

    assert run(["import", "pagerduty", "--out", str(tmp_path / "new")]) == 3
    assert not (tmp_path / "new").exists()
