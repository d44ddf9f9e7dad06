"""The ping probe: the real loopback where the kernel allows it, and each way by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monctl.measure import Ping
from monctl.runner.outcome import Failed, Measured, Outcome, Reading
from monctl.runner.probes.ping_probe import HOW, Echo, NotAllowed, PingProbe, program, read
from tests.runner.probes.net.servers import ask, means, only


async def closed(address: str, within_s: float) -> Echo:
    raise NotAllowed


def put(*ways: Echo | OSError) -> Outcome:
    """What the probe says when the first way is closed and the second gives this."""

    async def way(address: str, within_s: float) -> Echo:
        if isinstance(ways[0], OSError):
            raise ways[0]
        return ways[0]

    return asyncio.run(ask(PingProbe(Ping("127.0.0.1"), means(), ways=(closed, way))))


def test_loopback_answers_or_the_way_to_allow_it_is_told() -> None:
    outcome = asyncio.run(ask(PingProbe(Ping("127.0.0.1"), means()), 4.0))

    if isinstance(outcome, Measured):
        reading = only(outcome)
        assert (reading.values["up"], reading.values["loss"]) == (1.0, 0.0)
        assert reading.values["response_time"] > 0
    else:
        assert outcome == Failed(
            "ping: not allowed", f"ICMP echoes cannot be sent from here: {HOW}", outcome.took_s if isinstance(outcome, Failed) else 0
        )


def test_the_next_way_is_taken_where_one_is_closed() -> None:
    assert only(put(Echo(0.0, 1.5))) == Reading({"up": 1.0, "response_time": 1.5, "loss": 0.0})


def test_some_loss_is_up_and_told() -> None:
    reading = only(put(Echo(25.0, 2.0)))

    assert reading == Reading({"up": 1.0, "response_time": 2.0, "loss": 25.0}, note="25 % of the echoes of 127.0.0.1 were lost")


def test_no_echo_is_down() -> None:
    assert only(put(Echo(100.0, None))) == Reading({"up": 0.0, "loss": 100.0}, note="127.0.0.1: no echo came back from 127.0.0.1")


def test_a_host_without_a_way_to_it_is_down() -> None:
    assert only(put(OSError(None, "ping: connect: Network is unreachable"))).values == {"up": 0.0}


def test_where_no_way_is_open_the_sentence_says_how_to_open_one() -> None:
    outcome = asyncio.run(ask(PingProbe(Ping("127.0.0.1"), means(), ways=(closed,))))

    assert isinstance(outcome, Failed)
    assert "net.ipv4.ping_group_range" in outcome.note


def test_an_echo_that_hangs_ends_with_the_time_of_the_check() -> None:
    async def hangs(address: str, within_s: float) -> Echo:
        await asyncio.Event().wait()
        raise AssertionError

    reading = only(asyncio.run(ask(PingProbe(Ping("127.0.0.1"), means(), ways=(hangs,)), 0.1)))

    assert reading == Reading({"up": 0.0, "loss": 100.0}, note="127.0.0.1: no echo within 0.1 s")


IPUTILS = """PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.

--- 127.0.0.1 ping statistics ---
4 packets transmitted, 3 received, 25% packet loss, time 612ms
rtt min/avg/max/mdev = 0.020/0.031/0.040/0.008 ms
"""
BUSYBOX = """PING 127.0.0.1 (127.0.0.1): 56 data bytes

--- 127.0.0.1 ping statistics ---
4 packets transmitted, 4 packets received, 0% packet loss
round-trip min/avg/max = 0.045/0.071/0.098 ms
"""
LOST = """--- 192.0.2.1 ping statistics ---
4 packets transmitted, 0 received, +4 errors, 100% packet loss, time 3060ms
"""


@pytest.mark.parametrize(
    ("text", "echo"),
    [(IPUTILS, Echo(25.0, 0.031)), (BUSYBOX, Echo(0.0, 0.071)), (LOST, Echo(100.0, None)), ("ping: usage error", None)],
)
def test_summaries_of_ping_programs_are_read(text: str, echo: Echo | None) -> None:
    assert read(text) == echo


def _program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    file = folder / "ping"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_program_is_run_with_an_address_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, f"printf '%s\\n' \"$@\" > {tmp_path}/argv\ncat <<'END'\n{IPUTILS}END\nexit 0")

    assert asyncio.run(program("127.0.0.1", 4.0)) == Echo(25.0, 0.031)
    assert (tmp_path / "argv").read_text().split() == ["-n", "-q", "-c", "4", "-i", "0.2", "-W", "1", "127.0.0.1"]


def test_a_program_that_may_not_is_a_closed_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, "echo 'ping: socktype: SOCK_RAW: Operation not permitted' >&2; exit 2")

    with pytest.raises(NotAllowed):
        asyncio.run(program("127.0.0.1", 4.0))


def test_a_program_that_complains_is_told_in_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, "echo 'ping: connect: Network is unreachable' >&2; exit 2")
    probe = PingProbe(Ping("127.0.0.1"), means(), ways=(program,))

    assert only(asyncio.run(ask(probe))) == Reading({"up": 0.0}, note="127.0.0.1: ping: connect: Network is unreachable")


def test_a_program_that_hangs_is_ended_with_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, "exec tail -f /dev/null")
    probe = PingProbe(Ping("127.0.0.1"), means(), ways=(program,))

    assert only(asyncio.run(ask(probe, 0.3))).values == {"up": 0.0, "loss": 100.0}
