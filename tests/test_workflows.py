"""The workflows: pinned, modest in their rights, free of injection, and every command line in them runs for real against the sandbox."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTIONS = [*WORKFLOWS, *sorted((ROOT / ".github" / "actions").glob("*/action.yml"))]
MONCTL = Path(sys.executable).with_name("monctl")

WRITES = {
    "monitors-pull-request.yml": {"pull-requests"},
    "monitors-drift.yml": {"issues"},
}
"""Workflow → what its jobs may write. Whatever is not here writes nothing."""

CONTEXT = {
    "github.repository": "acme/monitoring",
    "github.server_url": "https://github.example",
    "github.run_id": "11",
    "github.token": "a-token",
    "github.event.pull_request.number": "7",
}
"""What GitHub's expressions stand for here; secrets are all `a-token`, and outputs of steps are what the steps wrote."""


def read(path: Path) -> Any:
    """A workflow; YAML 1.1 reads the key `on` as true, which is mended here."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in document.items()}


def steps(path: Path) -> list[dict[str, Any]]:
    """Every step of a workflow or composite action, in order."""
    document = read(path)
    return document["runs"]["steps"] if "runs" in document else [step for job in document["jobs"].values() for step in job["steps"]]


by_name = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def test_every_action_is_pinned_by_a_full_hash_and_says_its_version() -> None:
    used = [line.strip() for path in ACTIONS for line in path.read_text(encoding="utf-8").splitlines() if re.search(r"\buses:", line)]
    loose = [line for line in used if not re.search(r"uses: (\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$", line)]

    assert used
    assert loose == []


def test_one_action_has_one_pin() -> None:
    pins = {step["uses"] for path in ACTIONS for step in steps(path) if "@" in step.get("uses", "")}

    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@by_name
def test_nothing_of_a_stranger_becomes_code(path: Path) -> None:
    assert "pull_request_target" not in read(path)["on"]
    assert "workflow_run" not in read(path)["on"]
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


@by_name
def test_rights_are_read_unless_named(path: Path) -> None:
    workflow = read(path)
    rights = [workflow["permissions"], *(job.get("permissions", {}) for job in workflow["jobs"].values())]

    assert workflow["permissions"] == {"contents": "read"}
    assert {name for given in rights for name, right in given.items() if right != "read"} == WRITES.get(path.name, set())


@by_name
def test_a_checkout_keeps_no_credentials(path: Path) -> None:
    assert all(step["with"]["persist-credentials"] is False for step in steps(path) if step.get("uses", "").startswith("actions/checkout@"))


@by_name
def test_runs_do_not_pile_up(path: Path) -> None:
    workflow = read(path)

    assert workflow["concurrency"]["group"].startswith(path.stem)
    assert all(job["timeout-minutes"] <= 30 for job in workflow["jobs"].values())


def test_checking_a_pull_request_needs_no_secret() -> None:
    check = read(FOLDER / "monitors-pull-request.yml")["jobs"]["check"]

    assert "secrets." not in json.dumps(check)


@dataclass
class Machine:
    """A stand-in of GitHub's runner: runs the scripts of workflows with the real monctl, pointed at a sandbox, and a `gh` that only notes."""

    folder: Path
    credentials: str = "a-token"

    def __post_init__(self) -> None:
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        self.work = self.folder / "work"
        shutil.copytree(ROOT / "monitors", self.work / "monitors", ignore=shutil.ignore_patterns("__pycache__", ".monctl"))
        self.program(
            "monctl", f'case "$1" in diff|drift|apply) exec {MONCTL} "$@" --sandbox "{self.folder}/sandbox" ;; esac\nexec {MONCTL} "$@"'
        )
        self.program("gh", f'echo "$*" >> "{self.folder}/gh"\ncat "{self.folder}/answer $(echo "$1 $2" | tr / -)" 2>/dev/null || true')

    def program(self, name: str, script: str) -> None:
        """Put a program in front of all others."""
        (self.bin / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def run(self, workflow: str) -> str:
        """Run every job and step of a workflow that has a script and whose condition holds; all they printed. Fails when one fails."""
        outputs: dict[str, str] = {}
        printed = ""
        for name, job in read(FOLDER / workflow)["jobs"].items():
            if not self.wanted(job.get("if"), outputs):
                continue
            for step in job["steps"]:
                if "run" in step and self.wanted(step.get("if"), outputs):
                    printed += self.step(step, outputs)
            outputs |= {
                f"needs.{name}.outputs.{key}": outputs.get(value[3:-2].strip(), "") for key, value in job.get("outputs", {}).items()
            }
        return printed

    @staticmethod
    def wanted(condition: str | None, outputs: dict[str, str]) -> bool:
        """Whether a condition of the one form we use holds."""
        if condition is None:
            return True
        found = re.fullmatch(r"((?:steps|needs)\.\w+\.outputs\.\w+) (==|!=) '(\w*)'", condition)
        assert found, f"a condition this test does not know: {condition}"
        return (outputs.get(found[1], "") == found[3]) is (found[2] == "==")

    def answer(self, call: str, text: str) -> None:
        """What `gh` prints from now on when its first two words are these."""
        (self.folder / f"answer {call.replace('/', '-')}").write_text(text, encoding="utf-8")

    def step(self, step: dict[str, Any], outputs: dict[str, str]) -> str:
        """Run one script as GitHub does, and take its outputs."""
        noted = self.folder / "output"
        noted.write_text("", encoding="utf-8")

        def fill(found: re.Match[str]) -> str:
            name = found[1].strip()
            return self.credentials if name.startswith("secrets.") else (CONTEXT | outputs)[name]

        environ = dict(os.environ) | {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(noted),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            **{name: f"https://hooks.example/{name.lower()}/0123456789abcdef" for name in referenced()},
            **{name: re.sub(r"\$\{\{(.*?)\}\}", fill, str(value)) for name, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=self.work,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{step.get('name')}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        if "id" in step:
            lines = noted.read_text(encoding="utf-8").splitlines()
            outputs |= {f"steps.{step['id']}.outputs.{name}": value for name, _, value in (line.partition("=") for line in lines)}
        return done.stdout

    def noted(self) -> str:
        """Every call of `gh` since the last question."""
        path = self.folder / "gh"
        calls = path.read_text(encoding="utf-8") if path.exists() else ""
        path.unlink(missing_ok=True)
        return calls


def referenced() -> set[str]:
    """The environment variables that the estates name."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "monitors").rglob("*") if path.suffix in {".yaml", ".yml", ".py"}]
    return {name for text in texts for name in re.findall(r"\$\{env:([A-Za-z_]\w*)\}", text)}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A runner with an empty sandbox."""
    return Machine(tmp_path)


def test_a_change_goes_from_pull_request_to_merge_to_a_quiet_night(machine: Machine) -> None:
    machine.run("monitors-pull-request.yml")
    calls = machine.noted()

    assert "api --silent --method POST repos/acme/monitoring/issues/7/comments -F body=@comment.md" in calls
    assert (machine.work / "comment.md").read_text(encoding="utf-8").startswith("<!-- monctl plan -->\n")

    machine.run("monitors-drift.yml")
    assert "deleted outside, or never applied" in (machine.work / "issue.md").read_text(encoding="utf-8")
    assert "issue create --title Somebody changed the monitoring outside of the specs --body-file issue.md" in machine.noted()

    machine.run("monitors-apply.yml")
    machine.answer("issue list", "12\n")
    machine.run("monitors-drift.yml")

    assert "issue close 12 --comment No drift any more: https://github.example/acme/monitoring/actions/runs/11" in machine.noted()


def test_a_second_plan_edits_the_comment_of_the_first(machine: Machine) -> None:
    machine.answer("api repos/acme/monitoring/issues/7/comments", "99\n")
    machine.run("monitors-pull-request.yml")

    assert "api --silent --method PATCH repos/acme/monitoring/issues/comments/99 -F body=@comment.md" in machine.noted()


@pytest.mark.parametrize("workflow", ["monitors-pull-request.yml", "monitors-apply.yml", "monitors-drift.yml"])
def test_without_credentials_a_workflow_says_so_and_changes_nothing(machine: Machine, workflow: str) -> None:
    machine.credentials = ""
    machine.program("monctl", 'case "$1" in diff|drift|apply) exit 3 ;; esac')  # asking a provider would fail

    assert "::notice title=No " in machine.run(workflow)
    assert machine.noted() == ""
