"""Commands: what they are given, what is read of them, and that nothing of them is left."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monctl.measure import Command
from monctl.resource import SecretRef
from monctl.runner.outcome import Failed, Measured, Outcome
from monctl.runner.probes.command_probe import CommandProbe, number_of
from monctl.runner.probes.probe import Ask, Means


@pytest.fixture
def run(means: Callable[..., Means], asked: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """What a command gives: Python with a text, or any other words."""

    def ran(text: str = "", *words: str, timeout_s: float = 20.0, source: Command | None = None, **given: object) -> Outcome:
        command = source or Command((sys.executable, "-I", "-S", "-c", text, *words))
        return asked(lambda: CommandProbe(command, means(**given)), timeout_s=timeout_s)

    return ran


def measured(found: Outcome) -> tuple[dict[str, float], str]:
    assert isinstance(found, Measured), found
    return dict(found.readings[0].values), found.readings[0].note


def test_the_number_it_prints_is_its_value(run: Callable[..., Outcome]) -> None:
    assert measured(run("print('checked'); print(12.5)")) == ({"exit_code": 0.0, "up": 1.0, "value": 12.5}, "")


def test_without_a_number_there_is_no_value(run: Callable[..., Outcome]) -> None:
    assert measured(run("print('fine')")) == ({"exit_code": 0.0, "up": 1.0}, "")


def test_an_exit_code_is_told_with_the_last_line_of_its_complaint(run: Callable[..., Outcome]) -> None:
    found = run("import sys; sys.stderr.write('first\\nno such queue\\n'); sys.exit(3)")

    assert measured(found) == ({"exit_code": 3.0, "up": 0.0}, "it exited with 3: no such queue")


def test_a_signal_is_told_by_its_name(run: Callable[..., Outcome]) -> None:
    assert measured(run("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")) == (
        {"exit_code": -15.0, "up": 0.0},
        "it was ended by SIGTERM",
    )


def test_no_shell_reads_its_words(run: Callable[..., Outcome], tmp_path: Path) -> None:
    words = ("$HOME; touch evil", "`id`", "*")
    said = tmp_path / "said.json"
    run("import json, sys; json.dump(sys.argv[2:], open(sys.argv[1], 'w'))", str(said), *words)

    assert tuple(json.loads(said.read_text())) == words


def test_its_environment_is_clean(run: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK", "hunter2")
    said = tmp_path / "said.json"
    text = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"
    source = Command((sys.executable, "-I", "-S", "-c", text, str(said)), {"QUEUE": "mail", "TOKEN": SecretRef("env:TOKEN")})

    run(source=source, secrets={"TOKEN": "hunter3"}, environ={"ZONE": "eu"})

    known = {name: value for name, value in json.loads(said.read_text()).items() if name != "LC_CTYPE"}  # Python's own
    assert known.keys() == {"PATH", "LANG", "TZ", "HOME", "QUEUE", "TOKEN", "ZONE"}
    assert (known["QUEUE"], known["TOKEN"], known["ZONE"]) == ("mail", "hunter3", "eu")


def test_a_secret_it_prints_is_hidden(run: Callable[..., Outcome]) -> None:
    text = "import os, sys; sys.exit('bad token ' + os.environ['TOKEN'])"
    source = Command((sys.executable, "-I", "-S", "-c", text), {"TOKEN": SecretRef("env:TOKEN")})

    assert measured(run(source=source, secrets={"TOKEN": "hunter2secret"}))[1] == "it exited with 1: bad token ***"


def test_a_secret_that_is_not_set_keeps_it_from_being_started(run: Callable[..., Outcome]) -> None:
    found = run(source=Command(("true",), {"TOKEN": SecretRef("env:TOKEN")}))

    assert found == Failed("command true: its secret cannot be read", "the secret env:TOKEN is not set")


def test_it_is_killed_with_its_children_when_time_is_over(means: Callable[..., Means], tmp_path: Path) -> None:
    """A child that holds the other end of a pipe: the pipe closes when, and only when, nobody of the group lives."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = (
        "import subprocess, sys, time\n"
        "held = open(sys.argv[1], 'wb', buffering=0); held.write(b'x')\n"
        "subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(600)'], pass_fds=[held.fileno()])\n"
        "time.sleep(600)\n"
    )

    async def run() -> tuple[Outcome, bytes]:
        probe = CommandProbe(Command((sys.executable, "-I", "-S", "-c", text, str(pipe))), means())
        reading = asyncio.get_running_loop().run_in_executor(None, pipe.read_bytes)
        return await probe.ask(Ask("check", 0.0, 1.5, 60.0)), await reading

    found, held = asyncio.run(run())

    assert isinstance(found, Failed)
    assert found.cause == f"command {sys.executable}: not done in time"
    assert held == b"x"


def test_a_child_left_behind_neither_holds_it_up_nor_lives_on(means: Callable[..., Means], tmp_path: Path) -> None:
    """As above: the pipe can be read to its end only when the child is gone."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = (
        "import subprocess, sys\n"
        "held = open(sys.argv[1], 'wb', buffering=0); held.write(b'x')\n"
        "subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(600)'], pass_fds=[held.fileno()])\n"
        "print(7)\n"
    )

    async def run() -> tuple[Outcome, bytes]:
        probe = CommandProbe(Command((sys.executable, "-I", "-S", "-c", text, str(pipe))), means())
        reading = asyncio.get_running_loop().run_in_executor(None, pipe.read_bytes)
        return await probe.ask(Ask("check", 0.0, 30.0, 60.0)), await reading

    found, held = asyncio.run(run())

    assert measured(found)[0]["value"] == 7.0
    assert held == b"x"


@pytest.mark.parametrize(("limit", "most"), [("RLIMIT_CORE", 0), ("RLIMIT_NOFILE", 256), ("RLIMIT_CPU", 21), ("RLIMIT_AS", 4 * 1024**3)])
def test_it_runs_within_limits(run: Callable[..., Outcome], limit: str, most: int) -> None:
    assert measured(run(f"import resource; print(resource.getrlimit(resource.{limit})[1])"))[0]["value"] == most


def test_output_without_end_is_ended(run: Callable[..., Outcome]) -> None:
    found = run("import sys, signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nwhile True: sys.stdout.write('x' * 1000000)")

    assert measured(found)[1] == "it was ended by SIGXFSZ"


def test_a_program_that_is_not_there_is_named(run: Callable[..., Outcome]) -> None:
    found = run(source=Command(("nosuch-program",)))

    assert isinstance(found, Failed)
    assert found.cause == "command nosuch-program: not found"


@pytest.mark.parametrize(
    ("said", "number"),
    [("7\n", 7.0), ("ok\n-1.5e3 jobs\n\n", -1500.0), ("", None), ("7 jobs\nfine\n", None), ("nan\n", None), ("inf", None)],
)
def test_its_last_line_begins_with_the_number(said: str, number: float | None) -> None:
    assert number_of(said) == number
