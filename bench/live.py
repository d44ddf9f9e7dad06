"""Measures what 1,000 objects at a provider cost: read, diff, render, drift, snapshot, and the requests: `python -m bench.live`.

The provider is its emulator in the same process, without a network: the seconds are monctl's own and the emulator's, never a vendor's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import requests

from bench import account
from bench.measure import cost, median
from monctl import diff as differ
from monctl.deploy import Request, settings_for
from monctl.drift import drift
from monctl.drift_report import report
from monctl.live import LiveState, read_all
from monctl.plan import assemble
from monctl.project import build, check
from monctl.render import drift as render_drift
from monctl.render import plan_text
from monctl.resource import Resource
from monctl.sandbox.place import Access, Sandbox
from monctl.snapshot import EstateState, snapshot, target_state
from monctl.snapshot_file import text as snapshot_text
from monctl.target import Client, Target, discover
from monctl.veil import Veil

T = TypeVar("T")
ESTATE = "account"
STEPS = ("read", "diff", "render", "drift", "snapshot")
"""What is timed: `diff` finds nothing changed, `render` writes out the plan that would make everything, `drift` and `snapshot` end in text."""
_ID = re.compile(r"/(?:[A-Z0-9]{6,}|\d+|mc-[^/]+)(?=/|$)")
"""What is an object's own in a path."""


class Counting(requests.adapters.BaseAdapter):
    """Passes every request on, and counts it by method and collection: `GET /monitors`, `GET /dashboards/uid/ID`."""

    def __init__(self, inner: requests.adapters.BaseAdapter) -> None:
        super().__init__()
        self._inner = inner
        self.asked: Counter[str] = Counter()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        path = str(request.path_url).split("?", maxsplit=1)[0]
        self.asked[f"{request.method} {_ID.sub('/ID', path)}"] += 1
        return self._inner.send(request, *args, **kwargs)

    def close(self) -> None:
        self._inner.close()


@dataclass(frozen=True, slots=True)
class Account:
    """An estate, and a provider in this process that can be asked for its objects."""

    target: Target
    client: Client
    resources: tuple[Resource, ...]
    counting: Counting

    def read(self) -> LiveState:
        """Everything that is there; the requests are counted anew."""
        self.counting.asked.clear()
        return read_all(self.client, self.target.name, self.resources)


@contextmanager
def opened(provider: str, folder: Path) -> Iterator[Callable[[], Account]]:
    """A maker of accounts with clients that know nothing yet. What is there is what `fill` made in this folder."""
    targets = discover()
    checked = check(folder / "estate", targets=targets)
    resources = tuple(build(checked, only=(provider,), targets=targets)[provider].resources)
    with Sandbox(folder / "sandbox", [targets[provider]]) as sandbox:
        access = sandbox.settings_for(targets[provider])
        assert access.transport is not None

        def made() -> Account:
            counting = Counting(access.transport)  # type: ignore[arg-type]  # not None, see above
            counted = _Counted(sandbox, Access(access.url, access.environ, counting, access.folder))
            client = targets[provider].connect(settings_for(checked, targets[provider], Request(environ={}, sandbox=counted)))
            return Account(targets[provider], client, resources, counting)

        yield made


class _Counted(Sandbox):
    """A sandbox that is reached in a way of our own."""

    def __init__(self, sandbox: Sandbox, access: Access) -> None:
        self.folder = sandbox.folder
        self._access = access

    def settings_for(self, target: Target) -> Access:
        return self._access


def fill(provider: str, folder: Path, size: int) -> None:
    """Apply an estate of about `size` objects to a sandbox. Raises CalledProcessError when that fails."""
    account.write(folder / "estate", provider, size)
    where = ["-C", str(folder / "estate"), "--sandbox", str(folder / "sandbox"), "--target", provider]
    subprocess.run([str(Path(sys.executable).with_name("monctl")), "apply", *where, "--yes"], check=True, capture_output=True)


def measured(provider: str, folder: Path, runs: int) -> dict[str, Any]:
    """Medians in seconds of each step, and what was asked for one reading."""
    with opened(provider, folder) as made:
        every = [_once(made()) for _ in range(runs)]
    return every[0] | {step: median([one[step] for one in every]) for step in STEPS}


def _once(one: Account) -> dict[str, Any]:
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        result = work()
        spent[name] = time.perf_counter() - started
        return result

    state = timed("read", one.read)
    asked = dict(sorted(one.counting.asked.items()))
    same = timed("diff", lambda: differ.diff(one.target, one.resources, state, estate=ESTATE))
    if same.changes:
        raise RuntimeError(f"{one.target.name}: what was applied is not what is there: {same.changes[0].id}")
    every = assemble([differ.diff(one.target, one.resources, replace(state, lives=()), estate=ESTATE)], estate=ESTATE)
    timed("render", lambda: plan_text.render(every, full=True))
    timed("drift", lambda: _drift(one, state))
    timed("snapshot", lambda: _snapshot(one, state))
    return {"objects": len(state.lives), "rendered": len(every.changes), "requests": sum(asked.values()), "asked": asked, **spent}


def _drift(one: Account, state: LiveState) -> str:
    found = drift(one.target, one.resources, state, estate=ESTATE)
    return render_drift.text([report([found], estate=ESTATE, environment="")])


def _snapshot(one: Account, state: LiveState) -> str:
    veil = Veil.of({})
    taken = target_state(one.target, one.resources, state, estate=ESTATE, environment="", veil=veil)
    estate = EstateState(ESTATE, "", {one.target.name: taken}, True)
    return snapshot_text(snapshot([estate], taken_at=datetime(2027, 1, 4, tzinfo=UTC), veil=veil))


def main() -> int:
    """Measure every provider in a process of its own and print a table, or keep the figures as JSON too."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description="Measure what many live objects cost, provider by provider.")
    parser.add_argument("--size", type=int, default=1000, help="objects at each provider (1000)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each step (5)")
    parser.add_argument("--provider", choices=sorted(account.ACCOUNTS), action="append", help="only this one; may be repeated")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder is not None:  # the process that is measured
        print(json.dumps(measured(options.provider[0], options.folder, options.runs)))
        return 0
    figures = {}
    with tempfile.TemporaryDirectory(prefix="monctl-bench-") as parent:
        for provider in options.provider or sorted(account.ACCOUNTS):
            print(f"measuring {provider} {options.size} …", file=sys.stderr, flush=True)
            folder = Path(parent) / provider
            fill(provider, folder, options.size)
            command = [sys.executable, "-m", "bench.live", "--provider", provider, "--in", str(folder), "--runs", str(options.runs)]
            spent = cost(command, folder=Path.cwd(), environ=_environment(), expected=(0,), log=folder / "figures")
            figures[provider] = json.loads((folder / "figures").read_text(encoding="utf-8")) | asdict(spent)
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps({"format_version": 1, "figures": figures}, indent=2) + "\n", encoding="utf-8")
    return 0


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MONCTL_")} | {"PYTHONHASHSEED": "0"}


def table(figures: dict[str, dict[str, Any]]) -> str:
    """The figures as text, seconds with three places."""
    lines = [f"{'provider':<14}{'objects':>8}{'requests':>9}" + "".join(f"{name:>10}" for name in STEPS) + f"{'MiB':>8}"]
    for provider, one in figures.items():
        times = "".join(f"{one[name]:>10.3f}" for name in STEPS)
        lines.append(f"{provider:<14}{one['objects']:>8}{one['requests']:>9}{times}{one['peak_mib']:>8.1f}")
    for provider, one in figures.items():
        lines += ["", f"{provider} is asked:", *(f"{count:>6}  {what}" for what, count in one["asked"].items())]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
