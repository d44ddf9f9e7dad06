"""`monctl run` as a process, and the commands beside it: signals, logs, a second runner, a reload that goes wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monctl.cli import run
from monctl.schema import schemas

SECRET = "correct-horse-battery-staple"
SPECS = """
severities: {critical: {}, warning: {}}
channels: {ops: {webhook: {url: "${env:HOOK}"}}}
services: {web: {}}
monitors:
  site: {service: web, tcp: {host: 127.0.0.1, port: 1}, every: 1s, alert: {critical: down}, notify: [ops]}
  disk: {command: {run: [echo, "7"]}, every: 1m, alert: {warning: "> 90"}, notify: [ops]}
  backup: {heartbeat: 2h, every: 1d, alert: {warning: down}, notify: [ops]}
"""


class Process:
    """A runner under way."""

    def __init__(self, folder: Path, port: int, process: subprocess.Popen[str]) -> None:
        self.folder, self.port, self.process = folder, port, process
        self.lines: list[dict[str, Any]] = []

    def until(self, message: str) -> dict[str, Any]:
        """The next line of the log that says this."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))
            if message in self.lines[-1]["message"]:
                return self.lines[-1]
        raise AssertionError(f"it ended without '{message}': {self.lines}")

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            text: str = answer.read().decode()
            return text

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.until("stopped")
        return self.process.wait(60)


@contextmanager
def running(folder: Path) -> Iterator[Process]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "monctl.yaml").write_text(
        f"estate: shop\ntitle: The Shop\ntargets: {{runner: {{page: {{listen: '127.0.0.1:{port}'}}}}}}\n", encoding="utf-8"
    )
    (folder / "specs.yaml").write_text(SPECS, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", "from monctl.cli import main; main()", "run"], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("MONCTL_")} | {"HOOK": f"http://127.0.0.1:1/{SECRET}"},
    )  # fmt: skip
    assert process.stderr is not None
    try:
        yield Process(folder, port, process)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def says(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(list(words))
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_runner_from_its_start_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["-C", str(tmp_path)]
    with running(tmp_path) as one:
        one.until("the page is served")
        one.until("a message was not taken")

        assert json.loads(one.get("/healthz"))["well"] is True
        status, out, _ = says(capsys, "status", *where)
        assert status == 1
        assert "critical  site  (down)" in out
        assert "not told yet: ops, " in out
        status, out, _ = says(capsys, "status", *where, "-o", "json")
        jsonschema.Draft202012Validator(schemas()["status"]).validate(json.loads(out))

        status, _, err = says(capsys, "run", *where)
        assert (status, "another runner works on the store" in err) == (64, True)

        status, out, _ = says(capsys, "status", *where, "--heartbeats")
        name, url = out.split()
        assert (status, name) == (0, "backup")
        assert one.get(url.removeprefix(f"http://127.0.0.1:{one.port}")) == "ok\n"

        assert says(capsys, "ack", "site", *where, "--for", "4h", "--by", "Ana") == (0, "", "shop/site/#1: acknowledged\n")
        assert says(capsys, "ack", "disk", *where)[0::2] == (64, "monctl: 'disk' is not firing\n  help: monctl status shows what is\n")
        assert says(capsys, "ack", "sitee", *where)[0::2] == (
            64,
            "monctl: nothing called 'sitee' is firing\n  help: did you mean 'site'?\n",
        )
        assert says(capsys, "silence", "sitee", "--for", "1h", *where)[0::2] == (
            64,
            "monctl: no monitor is called 'sitee'\n  help: did you mean 'site'?\n",
        )
        assert says(capsys, "silence", "a=~[", "--for", "1h", *where)[0] == 64
        status, _, err = says(capsys, "silence", "service=web", "--for", "2h", "--comment", "a test", "--by", "Ana", *where)
        silence = err.split()[1]
        assert (status, err) == (0, f"silence {silence} for 2h\n")
        assert says(capsys, "silence", "--end", "nope", *where)[0::2] == (
            64,
            "monctl: no silence is called 'nope'\n  help: monctl status shows them\n",
        )

        while not {"Ana", silence} <= set(re.findall(r"[\w]+", one.get("/api/board"))):
            pass  # the runner looks for orders each second
        assert one.end() == 0
        status, out, _ = says(capsys, "status", *where)
        assert (status, "no runner is at work: the last sign of life is of " in out) == (1, True)
        assert "acknowledged by Ana" in out
        assert f"  {silence}  service=web  until " in out
        assert (
            says(capsys, "ack", "site", "--undo", *where)[2]
            == "shop/site/#1: given back\nno runner is at work: it is carried out when one begins\n"
        )
    assert SECRET not in json.dumps(one.lines)
    assert {"time", "level", "logger", "message"} <= set.intersection(*(set(line) for line in one.lines))


def test_a_reload_takes_what_is_right_and_keeps_the_old_for_what_is_wrong(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.until("the page is served")
        specs = tmp_path / "specs.yaml"
        specs.write_text(SPECS.replace("tcp:", "tpc:"), encoding="utf-8")
        one.process.send_signal(signal.SIGHUP)
        wrong = one.until("the old one stays")
        specs.write_text(
            SPECS + "  extra: {command: {run: [echo, '1']}, every: 1m, alert: {warning: '> 5'}, notify: [ops]}\n", encoding="utf-8"
        )
        one.process.send_signal(signal.SIGHUP)
        right = one.until("read again")

        assert "unknown field 'tpc'" in wrong["why"]
        assert (right["checks"], right["monitors"]) == (4, 4)
        assert '"extra"' in one.get("/api/board")
        assert one.end() == 0


def test_a_port_that_is_taken_ends_the_runner_with_a_sentence(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.until("the page is served")
        other = tmp_path / "other"
        other.mkdir()
        for name in ("monctl.yaml", "specs.yaml"):
            (other / name).write_text((tmp_path / name).read_text(encoding="utf-8"), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", "from monctl.cli import main; main()", "run"], cwd=other, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

        assert done.returncode == 64
        assert done.stderr.splitlines()[-2:] == [
            f"monctl: the page cannot listen on 127.0.0.1:{one.port}: Address already in use",
            "  help: set targets.runner.page.listen in monctl.yaml to a free address, such as 127.0.0.1:9181",
        ]


@pytest.mark.parametrize("package", ["aiohttp", "prometheus_client", "starlette", "uvicorn"])
def test_without_the_extra_it_is_said_what_to_install(package: str, tmp_path: Path) -> None:
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    (tmp_path / "specs.yaml").write_text(SPECS, encoding="utf-8")
    code = f"import sys; sys.modules['{package}'] = None; from monctl.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "run"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)

    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == f"monctl: the runner needs the package {package}\n  help: pip install 'monctl-compiler[runner]'\n"


@pytest.mark.parametrize(("typed", "status"), [(SECRET, 0), ("short", 64), ("", 64)])
def test_a_password_is_hashed_without_a_terminal(typed: str, status: int) -> None:
    code = "from monctl.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "--hash-password"], input=f"{typed}\n", capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == status
    assert done.stdout.startswith("$argon2id$") is (status == 0)
    assert SECRET not in done.stdout + done.stderr


def test_once_leaves_what_status_and_report_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["-C", str(tmp_path)]
    monkeypatch.setenv("HOOK", "http://127.0.0.1:1/hook")
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntitle: The Shop\ntargets: {runner: {}}\n", encoding="utf-8")
    reports = "reports: {review: {every: monthly, goals: {mttr: '< 30m'}}}\n"
    (tmp_path / "specs.yaml").write_text(SPECS + reports, encoding="utf-8")

    assert says(capsys, "run", "--once", *where)[:2] == (
        1,
        "site    firing critical  127.0.0.1:1: the connection was refused\nbackup  new  it was never called\ndisk    ok\n",
    )
    status, out, _ = says(capsys, "status", *where)
    assert (status, out.splitlines()[0]) == (1, "The Shop: 1 firing, 1 well, 1 unknown")
    status, out, _ = says(capsys, "report", "--month", "2026-10", "--now", "2026-11-21T12:00:00Z", *where)
    assert (status, out.splitlines()[:3]) == (0, ["# The Shop: alerts of October 2026", "", "0 incidents were told."])
    assert "| Time to resolve (MTTR) | – | < 30m |" in out
    status, out, _ = says(capsys, "report", "-o", "json", *where)
    jsonschema.Draft202012Validator(schemas()["review"]).validate(json.loads(out))
    assert status == 0


def test_faults_in_specs_are_not_told_as_something_that_fires(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    (tmp_path / "specs.yaml").write_text(SPECS.replace("critical: down}", "critical: downn}"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    for words in (["status"], ["run", "--once", "--dry-run"]):
        assert says(capsys, *words) == (
            64,
            "",
            "monctl: specs.yaml:6: 'downn' is not a condition\n  help: monctl validate shows all faults\n",
        )


def test_the_address_of_something_else_is_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    (tmp_path / "specs.yaml").write_text(SPECS, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)

    assert says(capsys, "run", "--once", "--store", f"mysql://monctl:{SECRET}@db/monitoring") == (
        64,
        "",
        "monctl: a store is a folder or postgresql://…, and not mysql://…\n  help: name it with --store or the option store\n",
    )
    assert [path for path in sorted(tmp_path.iterdir()) if path.name != ".monctl"] == before


def test_the_only_bundle_of_a_folder_is_meant_and_of_two_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    estate, bundles = tmp_path / "estate", tmp_path / "bundles"
    estate.mkdir()
    (estate / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    (estate / "specs.yaml").write_text(
        "severities: {warning: {}}\nmonitors:\n  disk: {command: {run: [echo, '7']}, alert: {warning: '> 9'}}\n", encoding="utf-8"
    )
    assert run(["compile", "-C", str(estate), "--target", "runner", "--out", str(tmp_path / "out")]) == 0
    bundles.mkdir()
    (made,) = (tmp_path / "out" / "shop" / "runner" / "bundle").glob("*.json")
    (bundles / "shop.json").write_text(made.read_text(encoding="utf-8"), encoding="utf-8")
    capsys.readouterr()

    assert says(capsys, "run", str(bundles), "--once", "--dry-run")[:2] == (0, "disk  ok\n")
    (bundles / "more.json").write_text("{}", encoding="utf-8")
    status, _, err = says(capsys, "run", str(bundles), "--once", "--dry-run")
    assert (status, "there are 2 here: more.json, shop.json" in err) == (64, True)
