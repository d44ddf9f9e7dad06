"""A scratch estate at one provider: applied, changed, edited by another hand, and gone at the end whatever happens.

The provider is the emulator behind HTTP on loopback, or the server that `MONCTL_CONTRACT_URL_<TARGET>` names.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from monctl.cli import run
from monctl.deploy import Planned, Request, plan
from monctl.project import check
from monctl.resolve import resolved
from monctl.resource import Live, Resource, SecretRef
from monctl.target import discover

ESTATES = Path(__file__).with_name("estates")
TARGETS = tuple(sorted(path.stem for path in ESTATES.glob("*.yaml")))
EDITS = {
    "grafana": ("> 1000000", "> 2000000", ("params", "summary")),
    "pagerduty": ("repeat: 1", "repeat: 2", ("num_loops",)),
    "sentry": ("> 95%", "> 96%", ("description", "comparison", "comparison")),
    "uptimerobot": ("every: 5m", "every: 10m", ("interval",)),
}
"""Target → a change of one line of its estate, and the last words of the paths of the fields that follow it."""
STANDINS = {
    "MONCTL_CONTRACT_GRAFANA_PROMETHEUS": "metrics",
    "MONCTL_CONTRACT_PAGERDUTY_USER": "ana@example.com",
    "MONCTL_CONTRACT_SENTRY_MEMBER": "ana@example.com",
    "MONCTL_CONTRACT_UPTIMEROBOT_PLAN": "team",
    "SENTRY_ORG": "shop",
    "SENTRY_PROJECT": "web",
}
"""What an estate needs to find at its provider, and what it is called in the sandbox."""
_PLACE = re.compile(r"\$\{test:(\w+)\}")
_MINE = ("MONCTL_CONTRACT_", "SENTRY_", "UPTIMEROBOT_", "GRAFANA_", "PAGERDUTY_")


@dataclass(frozen=True, slots=True)
class Server:
    """A real server that somebody pointed the suite at."""

    target: str
    url: str
    environ: Mapping[str, str]
    """Credentials and names of its caller, who is otherwise hidden from the tests."""
    addresses: tuple[str, ...]
    """Of its host, looked up once: the only ones beside loopback that may be reached."""

    @property
    def host(self) -> str:
        """The name that may be looked up."""
        return urlsplit(self.url).hostname or ""


def servers(environ: Mapping[str, str]) -> dict[str, Server]:
    """The servers named by `MONCTL_CONTRACT_URL_<TARGET>`. Raises UsageError of pytest for one that cannot be."""
    found = {}
    for target in TARGETS:
        url = environ.get(f"MONCTL_CONTRACT_URL_{target.upper()}")
        if not url:
            continue
        host = urlsplit(url).hostname
        if not host:
            raise pytest.UsageError(f"MONCTL_CONTRACT_URL_{target.upper()} is no URL: https://HOST/PATH")
        missing = [name for name in _named(target) if not environ.get(name)]
        if missing:
            raise pytest.UsageError(f"MONCTL_CONTRACT_URL_{target.upper()} is set, and these are not: {', '.join(missing)}")
        known = {str(address[0]) for *_, address in socket.getaddrinfo(host, None)}
        mine = {name: value for name, value in environ.items() if name.startswith(_MINE) and not name.startswith("MONCTL_CONTRACT_URL_")}
        found[target] = Server(target, url, mine, tuple(sorted(known)))
    return found


class Scratch:
    """An estate with a name nobody else has."""

    def __init__(self, target: str, folder: Path) -> None:
        self.target = target
        self.name = f"contract-{uuid4().hex[:8]}"
        self.folder = folder / self.name
        self.folder.mkdir()
        self._specs = self.folder / "specs.yaml"
        text = (ESTATES / f"{target}.yaml").read_text(encoding="utf-8")
        names = {**STANDINS, **os.environ, "NAME": self.name}
        settings, self._whole = _PLACE.sub(lambda found: names[found[1]], text).split("---\n")
        (self.folder / "monctl.yaml").write_text(settings, encoding="utf-8")
        self.restore()

    def monctl(self, command: str, *more: str) -> int:
        """The exit status of a command on this estate and target."""
        return run([command, "-C", str(self.folder), "--target", self.target, *more])

    def restore(self) -> None:
        """The specs as they were at first."""
        self._specs.write_text(self._whole, encoding="utf-8")

    def edit(self) -> None:
        """Change one line."""
        old, new, _ = EDITS[self.target]
        assert self._whole.count(old) == 1
        self._specs.write_text(self._whole.replace(old, new), encoding="utf-8")

    def planned(self) -> Planned:
        """What a plan sees."""
        targets = discover()
        found = plan(check(self.folder, targets=targets), targets, Request(environ=os.environ, only=(self.target,)))
        assert not found.unreached, [str(error) for error in found.unreached.values()]
        return found

    def lives(self) -> tuple[Live, ...]:
        """Everything of the kinds of this target that is at the provider."""
        return self.planned().reached[self.target].state.lives

    def ours(self) -> list[Live]:
        """What bears this estate's mark."""
        return [live for live in self.lives() if live.mark is not None and live.mark.estate == self.name]

    def tamper(self) -> Resource:
        """One object as the edited specs would have it, under the mark of what was applied: as after a change in the provider's page."""
        self.edit()
        planned = self.planned()
        self.restore()
        reached = planned.reached[self.target]
        (change,) = planned.plan.changes
        resource = next(one for one in reached.resources if (one.kind, one.key) == (change.kind, change.key))
        owned = {
            (live.kind, live.mark.key): live for live in reached.state.lives if live.mark is not None and live.mark.estate == self.name
        }
        live = owned[resource.kind, resource.key]
        assert live.mark is not None
        body = _without_secrets(resolved(resource.body, owned, reached.state.lookups), planned)
        reached.client.update(resource, body, live.mark, live)
        return replace(resource, body=body)


def _without_secrets(body: Any, planned: Planned) -> Any:
    match body:
        case SecretRef():
            return planned.secrets(body)
        case Mapping():
            return {name: _without_secrets(value, planned) for name, value in body.items()}
        case list() | tuple():
            return [_without_secrets(value, planned) for value in body]
        case _:
            return body


@contextmanager
def scratch(target: str, folder: Path) -> Iterator[Scratch]:
    """A scratch estate; whatever happens meanwhile, nothing that bears its mark is left at the provider."""
    estate = Scratch(target, folder)
    try:
        yield estate
    finally:
        estate.restore()  # destroy wants specs without errors
        if estate.ours():
            assert estate.monctl("destroy", "--yes", "--confirm", estate.name, "--allow-delete") == 0
        assert [(live.kind, live.remote_id) for live in estate.ours()] == [], f"left at the provider: remove what is marked {estate.name}"


def changes(printed: str) -> list[tuple[str, tuple[str, ...]]]:
    """(action, paths) of each change of a plan in JSON."""
    return [(one["action"], tuple(field["path"] for field in one["fields"])) for one in json.loads(printed)["changes"]]


def _named(target: str) -> list[str]:
    return sorted(set(_PLACE.findall((ESTATES / f"{target}.yaml").read_text(encoding="utf-8"))) - {"NAME"})
