"""A sandbox: a folder with the data of every target's emulator, used in this process or served on loopback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from requests.adapters import BaseAdapter

from monctl.errors import UsageError
from monctl.sandbox.emulator import Emulator, Held
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Target

IN_PROCESS = "http://sandbox.invalid"
"""Where the emulators seem to be without a server. The name resolves nowhere (RFC 2606), so nothing can slip onto the network."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs to reach one emulator; the parts of `monctl.target.Settings` that a sandbox decides."""

    url: str | None
    """Base URL. For a target without an emulator None: it keeps its things in `folder`."""
    environ: Mapping[str, str]
    """URL and credential by the vendor's own variables."""
    transport: BaseAdapter | None
    folder: Path
    """For a target that needs no emulator and writes files; nothing is made here until it does."""


class Sandbox:
    """The emulators of some targets over one folder. Close it, or use it with `with`."""

    def __init__(self, folder: Path, targets: Iterable[Target]) -> None:
        self.folder = folder
        self.emulators: dict[str, Emulator] = {}
        """By the name of their target, which is also their mount."""
        self._stores: list[Store] = []
        self._others: set[str] = set()
        for target in sorted(targets, key=lambda target: target.name):
            store = Store.open(folder / "sandbox.sqlite", target.name)
            emulator = target.emulator(store)
            if emulator is None:
                store.close()
                self._others.add(target.name)
            else:
                self._stores.append(store)
                self.emulators[target.name] = emulator

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the data."""
        for store in self._stores:
            store.close()

    def settings_for(self, target: Target) -> Access:
        """How to reach the stand-in of a target from this process. Raises UsageError for a target the sandbox was not made for."""
        folder = self.folder / target.name
        if target.name in self._others:
            return Access(None, {}, None, folder)
        emulator = self.emulators.get(target.name)
        if emulator is None:
            raise UsageError(f"the sandbox in {self.folder} has no {target.name}", hint="open it with this target")
        base = f"{IN_PROCESS}/{target.name}"
        environ = emulator.environment(base)
        return Access(url_in(target.name, environ, base), environ, EmulatorAdapter(emulator, base), folder)

    def environment(self, base_url: str) -> dict[str, str]:
        """Variables that point monctl and others at a server of this sandbox."""
        found: dict[str, str] = {}
        for name, emulator in self.emulators.items():
            base = f"{base_url}/{name}"
            environ = emulator.environment(base)
            found |= {**environ, f"MONCTL_{name.upper()}_URL": url_in(name, environ, base)}
        return found

    def held(self) -> dict[str, list[Held]]:
        """Everything the emulators hold, by provider."""
        return {name: list(emulator.held()) for name, emulator in self.emulators.items()}


def url_in(name: str, environ: Mapping[str, str], base_url: str) -> str:
    """The API's base URL among an emulator's variables: `NAME_URL`, `NAME_API_URL`, else the base itself."""
    upper = name.upper()
    return environ.get(f"{upper}_URL") or environ.get(f"{upper}_API_URL") or base_url
