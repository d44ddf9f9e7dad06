"""What every provider must do, over HTTP: apply, settle, change, drift, destroy. `MONCTL_CONTRACT_URL_<TARGET>` points it at a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from monctl.cli import run
from monctl.sandbox.emulator import Emulator, Request, Response
from monctl.sandbox.place import Sandbox
from monctl.sandbox.server import Server as Loopback
from monctl.target import discover
from tests.contract.scratch import EDITS, STANDINS, TARGETS, Scratch, changes, scratch, servers

ROOT = Path(__file__).resolve().parents[2]


def test_a_scratch_estate_is_applied_settles_changes_drifts_and_goes(estate: Scratch, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = {(live.kind, live.remote_id) for live in estate.lives()}
    assert estate.monctl("apply", "--yes") == 0
    made = {(live.kind, live.remote_id) for live in estate.ours()}
    assert made
    assert not made & foreign
    assert estate.monctl("diff", "--detailed-exitcode") == 0, "a second plan is empty"
    assert estate.monctl("drift") == 0

    estate.edit()
    capsys.readouterr()
    assert estate.monctl("diff", "--detailed-exitcode", "-o", "json") == 2
    ((action, paths),) = changes(capsys.readouterr().out)
    assert (action, tuple(path.rpartition(".")[2] for path in paths)) == ("update", EDITS[estate.target][2])
    assert estate.monctl("apply", "--yes") == 0
    assert estate.monctl("diff", "--detailed-exitcode") == 0
    assert {(live.kind, live.remote_id) for live in estate.ours()} == made, "nothing was made anew"

    estate.restore()
    assert estate.monctl("apply", "--yes") == 0
    touched = estate.tamper()
    capsys.readouterr()
    assert estate.monctl("drift", "-o", "json") == 1
    (found,) = json.loads(capsys.readouterr().out)["drift"]
    assert (found["kind"], found["key"], found["what"], found["cause"]) == (touched.kind, touched.key, "changed", "outside")
    assert tuple(field["path"] for field in found["fields"]) == paths
    assert estate.monctl("apply", "--yes") == 0
    assert estate.monctl("drift") == 0

    assert estate.monctl("destroy", "--yes", "--confirm", estate.name, "--allow-delete") == 0
    assert estate.ours() == []
    assert estate.monctl("destroy", "--yes", "--confirm", estate.name) == 0, "nothing is left to remove"


def test_nothing_is_left_when_a_test_breaks_off(provider: str, tmp_path: Path) -> None:
    class Broken(Exception):
        pass

    def broken_off(estate: Scratch) -> None:
        assert estate.monctl("apply", "--yes") == 0
        assert estate.ours()
        estate.edit()
        raise Broken

    with scratch(provider, tmp_path) as other:
        assert other.monctl("apply", "--yes") == 0
        with pytest.raises(Broken), scratch(provider, tmp_path) as estate:
            broken_off(estate)

        assert estate.ours() == []
        assert other.monctl("diff", "--detailed-exitcode") == 0, "another estate stays"


class Asked:
    """An emulator that remembers how it was asked."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.methods: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emulator, name)

    def handle(self, request: Request) -> Response:
        self.methods[request.method] += 1
        return self._emulator.handle(request)


def _held(sandbox: Sandbox) -> Counter[tuple[str, str, str]]:
    return Counter((target, one.kind, one.id) for target, held in sandbox.held().items() for one in held)


def test_the_suite_is_pointed_at_a_server_by_a_variable(tmp_path: Path) -> None:
    """The server is a sandbox that already holds an estate of somebody else."""
    assert run(["apply", "-C", str(ROOT / "tests" / "faults" / "shop"), "--sandbox", str(tmp_path), "--yes"]) == 0
    with Sandbox(tmp_path, discover().values()) as sandbox, Loopback(sandbox) as server:
        asked = {name: Asked(sandbox.emulators[name]) for name in TARGETS}
        sandbox.emulators.update(asked)
        environ = sandbox.environment(server.url.replace("127.0.0.1", "localhost"))
        pointed = {f"MONCTL_CONTRACT_URL_{name.upper()}": environ[f"MONCTL_{name.upper()}_URL"] for name in TARGETS}
        before = _held(sandbox)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "test_a_scratch_estate", __file__],
            cwd=ROOT,
            env={**os.environ, **environ, **STANDINS, **pointed},
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{len(TARGETS)} passed" in done.stdout
        after = _held(sandbox)
        assert before <= after, "what was there is there"
        assert {kind for _, kind, _ in after - before} <= {"datasource", "member", "user"}, (
            "what the sandbox makes up when it is looked for"
        )
        assert [name for name, one in asked.items() if not (one.methods["POST"] and one.methods["DELETE"])] == [], "not asked"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"MONCTL_CONTRACT_URL_SENTRY": "sentry.example.com"}, "is no URL"),
        (
            {"MONCTL_CONTRACT_URL_SENTRY": "https://sentry.example.com", "SENTRY_ORG": "shop"},
            "not: MONCTL_CONTRACT_SENTRY_MEMBER, SENTRY_PROJECT",
        ),
    ],
)
def test_a_server_that_cannot_be_used_is_no_empty_run(environ: dict[str, str], said: str) -> None:
    with pytest.raises(pytest.UsageError, match=said):
        servers(environ)


def test_no_variable_no_server() -> None:
    assert servers({"MONCTL_CONTRACT_URL_SENTRY": "", "SENTRY_URL": "https://sentry.example.com"}) == {}
