"""From a valid estate to a plan, and from a plan to a deployed estate: targets connected, read, compared, refused, applied."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from monctl import diff as differ
from monctl.audience import with_audience
from monctl.errors import MonctlError, UsageError
from monctl.live import LiveState, read_all
from monctl.plan import Difference, Plan, assemble
from monctl.project import Checked, build
from monctl.refuse import Limits, Refusal, Waivers, refuse
from monctl.resource import Resource, SecretRef
from monctl.secret import reader
from monctl.selection import Selection
from monctl.target import Client, Settings, Target

if TYPE_CHECKING:
    from monctl.sandbox.place import Sandbox


_URL = re.compile(r"(?i)url|webhook|hook|dsn")
"""Names of secrets that are URLs themselves."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked of `diff` or `apply`."""

    environ: Mapping[str, str]
    only: tuple[str, ...] = ()
    """Targets; empty: all of the estate."""
    adopt: tuple[str, ...] = ()
    selection: Selection | None = None
    allow_delete: bool = False
    resend_secrets: bool = False
    """Send every secret again, changed or not."""
    sandbox: Sandbox | None = None
    leftovers: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Target → what a broken-off replacement left behind."""
    on_wait: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """One target of an estate: what it should hold, what it holds, and the way there."""

    target: Target
    client: Client
    resources: tuple[Resource, ...]
    state: LiveState


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what it was made from."""

    checked: Checked
    plan: Plan
    reached: Mapping[str, Reached]
    unreached: Mapping[str, MonctlError]
    """Target → why it could not be asked. With one of these the plan says nothing about that target."""
    refusals: tuple[Refusal, ...]
    secrets: Callable[[SecretRef], str]
    """Reads a secret, at the last moment."""
    state: Path
    """Where journals lie: the estate's `.monctl`, or the sandbox's folder."""


def settings_for(checked: Checked, target: Target, request: Request) -> Settings:
    """How to reach a target: the sandbox, else `MONCTL_<TARGET>_URL`, `url` of monctl.yaml, `<TARGET>_URL` or `<TARGET>_API_URL`, the vendor's own."""
    options = {name: value for name, value in checked.program.targets[target.name].items() if name != "url"}
    upper = target.name.upper()
    said = [
        request.environ.get(f"MONCTL_{upper}_URL"),
        checked.program.targets[target.name].get("url"),
        request.environ.get(f"{upper}_URL"),
        request.environ.get(f"{upper}_API_URL"),
    ]
    url = next((str(one) for one in said if one), None)
    environ, transport = request.environ, None
    if request.sandbox is not None:
        access = request.sandbox.settings_for(target)
        url = access.url if access.transport is not None else str(access.folder)
        environ, transport = {**request.environ, **access.environ}, access.transport
    elif url is None and not target.capabilities.credentials and target.capabilities.fallback:
        url = str(checked.root / str(options.get("path") or f".monctl/{target.name}"))
    return Settings(url, environ, options, checked.program.estate, checked.program.environment, transport, request.on_wait)


def plan(checked: Checked, targets: Mapping[str, Target], request: Request) -> Planned:
    """Build, read and compare. A target that cannot be asked is in `unreached`; the others are planned all the same."""
    built = build(checked, only=request.only, targets=targets)
    reached: dict[str, Reached] = {}
    unreached: dict[str, MonctlError] = {}
    differences: list[Difference] = []
    for name, one in built.items():
        target = targets[name]
        try:
            client = target.connect(settings_for(checked, target, request))
            state = read_all(client, name, one.resources)
        except MonctlError as error:
            unreached[name] = error
            continue
        reached[name] = Reached(target, client, one.resources, state)
        differences.append(
            differ.diff(
                target,
                one.resources,
                state,
                estate=checked.program.estate,
                environment=checked.program.environment,
                moved=checked.program.moved,
                adopt=request.adopt,
                selection=request.selection,
                sources=checked.loaded.sources,
                leftovers=request.leftovers.get(name, frozenset()),
                resend_secrets=request.resend_secrets,
            )
        )
    whole = assemble(
        differences,
        estate=checked.program.estate,
        environment=checked.program.environment,
        fidelity=(
            entry
            for name, one in built.items()
            if name in reached
            for entry in one.fidelity
            if request.selection is None or entry.address in request.selection.addresses
        ),
    )
    whole = replace(whole, changes=with_audience(whole.changes, checked.program))
    return Planned(
        checked,
        whole,
        reached,
        unreached,
        tuple(refusals(checked, whole, allow_delete=request.allow_delete)),
        secrets_of(checked, request),
        state_of(checked, request),
    )


def state_of(checked: Checked, request: Request) -> Path:
    """The folder for what an apply leaves behind."""
    return request.sandbox.folder if request.sandbox is not None else checked.root / ".monctl"


def secrets_of(checked: Checked, request: Request) -> Callable[[SecretRef], str]:
    """Reads the estate's secrets. In the sandbox one that is not set is made up from its name: no account, nothing to protect, nothing to set."""
    read = reader(request.environ, checked.root)
    if request.sandbox is None:
        return read

    def made_up(secret: SecretRef) -> str:
        try:
            return read(secret)
        except UsageError:
            seed = hashlib.sha256(secret.reference.encode()).hexdigest()[:32]
            return f"https://sandbox.invalid/{seed}" if _URL.search(secret.reference) else seed

    return made_up


def refusals(checked: Checked, whole: Plan, *, allow_delete: bool) -> list[Refusal]:
    """What the safety rules refuse in a plan of this estate."""
    limits = Limits(checked.program.limits.get("deletions", 3), checked.program.limits.get("deletions_percent", 10), allow_delete)
    severe = (checked.program.most_severe,) if checked.program.most_severe else ()
    return refuse(whole, limits, severe=severe, waivers=waivers(checked))


def waivers(checked: Checked) -> Waivers:
    """Address → the losses its monitor accepts, with the reasons."""
    return {monitor.address: monitor.waive for monitor in checked.program.monitors.values() if monitor.waive}


def resources(planned: Planned) -> Iterable[Resource]:
    """Every resource of the plan's targets."""
    return (resource for one in planned.reached.values() for resource in one.resources)


def unreachable(planned: Iterable[Planned]) -> list[tuple[str, MonctlError]]:
    """(estate, why) of every target that could not be asked."""
    return [(one.checked.program.estate, error) for one in planned for error in one.unreached.values()]
