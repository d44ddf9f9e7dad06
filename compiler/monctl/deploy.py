"""From a valid estate to a plan, and from a plan to a deployed estate: targets connected, read, compared, refused, applied."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from monctl import diff as differ
from monctl.apply_target import Side
from monctl.audience import with_audience
from monctl.errors import MonctlError, UsageError
from monctl.forecast import SLOW_S, forecasts
from monctl.lanes import together
from monctl.live import LiveState, read_all
from monctl.pace import Paces
from monctl.plan import Difference, Plan, Problem, assemble
from monctl.project import Checked, build
from monctl.refuse import Limits, Refusal, Waivers, refuse
from monctl.resource import Resource, SecretRef
from monctl.secret import reader
from monctl.selection import Selection
from monctl.target import Client, Settings, Target

if TYPE_CHECKING:
    from monctl.program import Program
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
    sleep: Callable[[float], None] = time.sleep
    paces: Paces = field(default_factory=Paces)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """The time it is taken to be."""


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
    """Where journals and locks lie: see `state_of`."""


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
    return Settings(
        url,
        environ,
        options,
        checked.program.estate,
        checked.program.environment,
        transport,
        request.on_wait,
        request.sleep,
        request.paces,
    )


def reach(
    checked: Checked, wanted: Mapping[str, tuple[Resource, ...]], targets: Mapping[str, Target], request: Request
) -> tuple[dict[str, Reached], dict[str, MonctlError]]:
    """Every target of `wanted` connected and read, all at once; and why the others could not be. Both in the order of `wanted`."""

    def read(target: Target, client: Client, resources: tuple[Resource, ...]) -> Reached:
        return Reached(target, client, resources, read_all(client, target.name, resources))

    found: dict[str, Reached | MonctlError] = {}
    calls = {}
    for name, resources in wanted.items():
        access = settings_for(checked, targets[name], request)
        try:
            # one after the other: the first imports `requests`, whose modules name each other and so cannot be imported by two threads at once
            calls[name] = partial(read, targets[name], targets[name].connect(access), resources)
        except MonctlError as error:
            found[name] = error
    found |= together(calls, MonctlError)
    return (
        {name: one for name in wanted if isinstance(one := found[name], Reached)},
        {name: one for name in wanted if isinstance(one := found[name], MonctlError)},
    )


def plan(checked: Checked, targets: Mapping[str, Target], request: Request) -> Planned:
    """Build, read and compare. A target that cannot be asked is in `unreached`; the others are planned all the same."""
    built = build(checked, only=request.only, targets=targets)
    reached, unreached = reach(checked, {name: one.resources for name, one in built.items()}, targets, request)
    differences = [
        differ.diff(
            one.target,
            one.resources,
            one.state,
            estate=checked.program.estate,
            environment=checked.program.environment,
            moved=checked.program.moved,
            adopt=request.adopt,
            selection=request.selection,
            sources=checked.loaded.sources,
            leftovers=request.leftovers.get(name, frozenset()),
            resend_secrets=request.resend_secrets,
        )
        for name, one in reached.items()
    ]
    differences = [_objected(one, difference) for one, difference in zip(reached.values(), differences, strict=True)]
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
    whole = replace(
        whole,
        changes=with_audience(whole.changes, checked.program),
        notes=(*whole.notes, *_remarks(whole, reached, checked.program, request.now), *_slow(whole, reached)),
        unasked={name: str(error) for name, error in unreached.items()},
    )
    return Planned(
        checked,
        whole,
        reached,
        unreached,
        tuple(refusals(checked, whole, allow_delete=request.allow_delete)),
        secrets_of(checked, request),
        state_of(checked, request),
    )


def _objected(one: Reached, difference: Difference) -> Difference:
    """The difference with what the account itself would refuse of it, where a client can tell: its plan's limits, the room that is left."""
    if (objections := getattr(one.client, "objections", None)) is None:
        return difference
    found = tuple(objections(difference.changes, one.resources, one.state.lives))
    errors, notes = (tuple(problem for problem in found if bool(problem.change) is about) for about in (True, False))
    return replace(difference, errors=(*difference.errors, *errors), notes=(*difference.notes, *notes))


def sides(reached: Mapping[str, Reached]) -> list[Side]:
    """What `apply` works on."""
    return [Side(one.target, one.client, one.resources, one.state) for one in reached.values()]


def _remarks(whole: Plan, reached: Mapping[str, Reached], program: Program, now: datetime) -> Iterator[Problem]:
    """What targets have to say of their own changes."""
    for name, one in reached.items():
        if (remarks := getattr(one.target, "remarks", None)) is not None:
            mine = [change for change in whole.changes if change.target == name]
            yield from remarks(mine, one.resources, one.state, program=program, now=now)


def _slow(whole: Plan, reached: Mapping[str, Reached]) -> Iterator[Problem]:
    """Where a budget makes an apply slow, of which nothing is spent when it begins."""
    for one in forecasts(whole, sides(reached)):
        pace = one.pace.fresh()
        seconds = pace.estimate(one.requests)
        if seconds >= SLOW_S:
            yield Problem(
                one.target, "", f"to carry this out takes {one.said(seconds)}", "the provider's limit; `monctl apply` shows how far it is"
            )


def state_of(checked: Checked, request: Request) -> Path:
    """The folder for what an apply leaves behind: the sandbox's, `MONCTL_STATE`, else the estate's `.monctl`.

    Machines that name one folder of a shared file system hold one lock and write one journal; their files are named after estate and environment.
    """
    if request.sandbox is not None:
        return request.sandbox.folder
    said = request.environ.get("MONCTL_STATE")
    return Path(said).expanduser() if said else checked.root / ".monctl"


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
