"""The machine itself: figures that are there and make sense, and what is said of those that are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psutil
import pytest

from monctl.measure import Host
from monctl.runner.outcome import Failed, Fault, Measured, Nothing, Outcome
from monctl.runner.probes.host_probe import HostProbe
from monctl.runner.probes.probe import Means


def value(found: Outcome) -> float:
    assert isinstance(found, Measured), found
    return found.readings[0].values["value"]


@pytest.mark.parametrize("measure", ["memory", "disk"])
def test_shares_are_percent(measure: Any, means: Callable[..., Means], asked: Callable[..., Outcome], clock: Any) -> None:
    assert 0 < value(asked(lambda: HostProbe(Host(measure), means(), clock=clock))) <= 100


def test_load_is_a_number(means: Callable[..., Means], asked: Callable[..., Outcome], clock: Any) -> None:
    assert value(asked(lambda: HostProbe(Host("load"), means(), clock=clock))) >= 0


class Times(tuple[float, ...]):
    """CPU seconds as psutil gives them on Linux."""

    __slots__ = ()
    idle = property(lambda self: self[0])
    iowait = property(lambda self: self[1])
    guest = property(lambda self: self[3])


def test_cpu_is_the_busy_share_of_the_time_since_the_last_run(
    means: Callable[..., Means], asked: Callable[..., Outcome], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # idle, iowait, user, guest (which user time holds as well)
    seconds = iter([Times((100.0, 10.0, 50.0, 5.0)), Times((106.0, 12.0, 52.0, 5.0)), Times((106.0, 12.0, 56.0, 5.0))])
    monkeypatch.setattr(psutil, "cpu_times", lambda: next(seconds))

    assert value(asked(lambda: HostProbe(Host("cpu"), means(), clock=clock), slots=(0.0, 60.0))) == 100.0


class Card:
    def __init__(self, sent: int, received: int) -> None:
        self.bytes_sent, self.bytes_recv = sent, received


def test_network_is_bytes_a_second_of_every_card_but_loopback(
    means: Callable[..., Means], asked: Callable[..., Outcome], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = iter([{"lo": Card(0, 0), "eth0": Card(1_000, 0)}, {"lo": Card(9_999, 9_999), "eth0": Card(2_500, 500)}])
    monkeypatch.setattr(psutil, "net_io_counters", lambda **_: next(cards))

    assert value(asked(lambda: HostProbe(Host("network"), means(), clock=clock))) == 2_000.0


def test_a_counter_that_was_set_back_is_no_data(
    means: Callable[..., Means], asked: Callable[..., Outcome], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = iter([{"eth0": Card(1_000, 0)}, {"eth0": Card(0, 0)}])
    monkeypatch.setattr(psutil, "net_io_counters", lambda **_: next(cards))

    assert Nothing("the counters of network did not move on", 1.0) == asked(lambda: HostProbe(Host("network"), means(), clock=clock))


def test_a_machine_that_tells_nothing_of_its_disks_says_so(
    means: Callable[..., Means], asked: Callable[..., Outcome], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "disk_io_counters", lambda: None)

    found = asked(lambda: HostProbe(Host("disk_io"), means(), clock=clock))

    assert isinstance(found, Failed)
    assert found.note == "host disk_io: this machine tells nothing of its disks"


def test_a_mount_point_that_is_not_there_is_named(means: Callable[..., Means], asked: Callable[..., Outcome], clock: Any) -> None:
    found = asked(lambda: HostProbe(Host("disk", "/nonexistent"), means(), clock=clock))

    assert isinstance(found, Failed)
    assert found.note == "host disk: No such file or directory (/nonexistent)"


def test_no_file_descriptor_is_a_fault_of_the_runner(
    means: Callable[..., Means], asked: Callable[..., Outcome], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(psutil, "virtual_memory", none_left)

    found = asked(lambda: HostProbe(Host("memory"), means(), clock=clock))

    assert isinstance(found, Fault)
    assert found.cause == "files"
