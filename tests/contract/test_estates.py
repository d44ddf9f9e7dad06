"""Every body that is sent while the five estates are applied, against the vendors' published schemas.

The tolerances are those of each target's own contract tests, by name; here the payloads are the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from monctl.apply import Side, apply
from monctl.deploy import Request, plan
from monctl.project import check
from monctl.receipt import Outcome
from monctl.sandbox.place import IN_PROCESS, Access, Sandbox
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Target, discover
from tests.targets.grafana import test_grafana_contract as grafana
from tests.targets.pagerduty import test_pagerduty_contract as pagerduty
from tests.targets.sentry import test_sentry_contract as sentry
from tests.targets.uptimerobot import test_uptimerobot_contract as uptimerobot

MONITORS = Path(__file__).resolve().parents[2] / "monitors"
ESTATES = sorted(path.name for path in MONITORS.iterdir() if (path / "monctl.yaml").is_file())
TARGETS = discover()

Read = Callable[[str], Any]
Sent = list[tuple[str, str, Any]]
"""(method, path below the mount, body) of every request with a body."""


class Recorder(EmulatorAdapter):
    """Keeps what is sent."""

    def __init__(self, emulator: Any, base_url: str) -> None:
        super().__init__(emulator, base_url)
        self.sent: Sent = []
        self._prefix = "/" + base_url.rpartition("/")[2]

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.body:
            path = str(request.path_url).removeprefix(self._prefix).split("?")[0]
            self.sent.append((str(request.method), path, json.loads(request.body)))
        return super().send(request, *args, **kwargs)


class Listening(Sandbox):
    """A sandbox that keeps what it is sent."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, TARGETS.values())
        self.recorders = {name: Recorder(emulator, f"{IN_PROCESS}/{name}") for name, emulator in self.emulators.items()}

    def settings_for(self, target: Target) -> Access:
        access = super().settings_for(target)
        recorder = self.recorders.get(target.name)
        return access if recorder is None else Access(access.url, access.environ, recorder, access.folder)


@pytest.fixture(params=ESTATES)
def sent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Sent]]:
    """Target → everything sent while one estate is applied."""
    with Listening(tmp_path / "providers") as sandbox:
        planned = plan(check(MONITORS / request.param, targets=TARGETS), TARGETS, Request(environ={}, sandbox=sandbox))
        sides = [Side(one.target, one.client, one.resources, one.state) for one in planned.reached.values()]
        outcomes = {receipt.outcome for receipt in apply(planned.plan, sides, secrets=planned.secrets)}

        assert outcomes == {Outcome.DONE}
        yield {name: recorder.sent for name, recorder in sandbox.recorders.items() if recorder.sent}


def test_every_payload_is_as_the_vendors_publish_it(sent: dict[str, Sent], vendor_schema: Read) -> None:
    checks: dict[str, Callable[[Sent, Read], list[str]]] = {
        "grafana": _grafana,
        "pagerduty": _pagerduty,
        "sentry": _sentry,
        "uptimerobot": _uptimerobot,
    }

    assert sent
    for name, bodies in sent.items():
        assert checks[name](bodies, vendor_schema) == [], name


def _grafana(sent: Sent, read: Read) -> list[str]:
    spec = read("grafana-openapi-v13-derived.json")
    wrong = []
    for method, path, body in sent:
        name = grafana.named(grafana.SENT, method, path)
        wrong += (
            [f"{method} {path}: not described"]
            if name is None
            else grafana.faults(grafana.schema_of(json.loads(json.dumps(spec)), name), body)
        )
    return wrong


def _pagerduty(sent: Sent, read: Read) -> list[str]:
    document = read("pagerduty-openapi.json")
    wrong = []
    for method, path, body in sent:
        template = pagerduty._path(document, path)
        wrong += list(pagerduty._faults(document, document["paths"][template][method.lower()]["requestBody"], body))
    return wrong


def _sentry(sent: Sent, read: Read) -> list[str]:
    contract = sentry.Contract(read("sentry-openapi.json"))
    for method, path, body in sent:
        contract.check_request(method, path, body)
    return []


def _uptimerobot(sent: Sent, read: Read) -> list[str]:
    published, corrected = read(uptimerobot.PUBLISHED), read(uptimerobot.CORRECTED)
    wrong = []
    for method, path, body in sent:
        names = uptimerobot.request_names(SimpleNamespace(method=method, path=path.removeprefix("/v3"), body=body))
        if names is None:
            continue
        wrong += list(uptimerobot.errors(uptimerobot._published(published, names[0], request=True), body))
        if names[1] is not None:
            wrong += list(uptimerobot.errors(uptimerobot.corrected(corrected, names[1]), body))
    return wrong
