"""[I/O] Examines the targets of an estate: where they are, who we are there, what we may do, what the specs need and is missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from monctl.deploy import Request, secrets_of, settings_for
from monctl.errors import AuthError, MonctlError, ProviderError, UsageError
from monctl.examination import Check, Verdict
from monctl.live import LiveState, read_all, understood
from monctl.number import counted
from monctl.project import Checked, build
from monctl.resolve import references
from monctl.resource import Lookup, Resource, SecretRef
from monctl.round_trip import ESTATE, round_trip
from monctl.target import Client, Settings, Target

_NAMED = 3
"""Addresses that are named before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One target of one estate."""

    estate: str
    environment: str
    target: str
    url: str
    """Empty: the vendor's own address."""
    url_from: str
    """What says so: a variable, `monctl.yaml`, the sandbox, or the vendor."""
    checks: tuple[Check, ...] = ()

    def has(self, verdict: Verdict) -> bool:
        """Whether a check came out so."""
        return any(check.verdict is verdict for check in self.checks)


def examine(
    checked: Checked, targets: Mapping[str, Target], request: Request, *, trip: bool = False, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Examined]:
    """Every target of an estate, one after the other. `trip`: also create, read, update and delete a scratch object there."""
    for name, built in build(checked, only=request.only, targets=targets).items():
        target = targets[name]
        settings = settings_for(checked, target, request)
        checks = (
            *_checks(target, settings, built.resources, trip=trip, sleep=sleep),
            *_secrets(built.resources, secrets_of(checked, request)),
        )
        yield Examined(
            checked.program.estate, checked.program.environment, name, settings.url or "", url_from(checked, target, request), checks
        )


def url_from(checked: Checked, target: Target, request: Request) -> str:
    """What decides where a target is asked, in the order of `monctl.deploy.settings_for`."""
    upper = target.name.upper()
    if request.sandbox is not None:
        return "the sandbox"
    if request.environ.get(f"MONCTL_{upper}_URL"):
        return f"MONCTL_{upper}_URL"
    if checked.program.targets[target.name].get("url"):
        return "monctl.yaml"
    return next((name for name in (f"{upper}_URL", f"{upper}_API_URL") if request.environ.get(name)), "the default")


def _checks(
    target: Target, settings: Settings, resources: tuple[Resource, ...], *, trip: bool, sleep: Callable[[float], None]
) -> Iterator[Check]:
    yield from _credential(target, settings)
    try:
        client = target.connect(settings)
    except UsageError as error:
        yield Check("connection", Verdict.UNASKED, str(error), error.hint or "")
        return
    try:
        if (own := getattr(client, "examine", None)) is not None:
            with understood(target.name):
                yield from own()
        yield from _state(target, client, resources, settings)
        if trip:
            yield from round_trip(target, target.connect(replace(settings, estate=ESTATE, environment="")), sleep=sleep)
    except MonctlError as error:
        word = "credential" if isinstance(error, AuthError) else "connection" if isinstance(error, ProviderError) else "settings"
        yield Check(word, Verdict.UNASKED, str(error), error.hint or "")


def _credential(target: Target, settings: Settings) -> Iterator[Check]:
    """Which variables hold the credential; never what is in them."""
    names = target.capabilities.credentials
    there = [name for name in names if settings.environ.get(name)]
    if there:
        used = there[:1] if there[0] == names[0] else there
        spare = [name for name in there if name not in used]
        rest = f"; {' and '.join(spare)} {'is' if len(spare) == 1 else 'are'} not used" if spare else ""
        yield Check("credential", Verdict.OK, f"from {' and '.join(used)}{rest}")


def _secrets(resources: tuple[Resource, ...], read: Callable[[SecretRef], str]) -> Iterator[Check]:
    """Secrets that an apply would send and that cannot be read here; never what is in them."""
    users: dict[SecretRef, set[str]] = {}
    for resource in resources:
        for leaf in references(resource.body):
            if isinstance(leaf, SecretRef):
                users.setdefault(leaf, set()).add(resource.address)
    for secret, addresses in sorted(users.items()):
        try:
            read(secret)
        except UsageError as error:
            yield Check("secret", Verdict.FAILED, f"{error}; needed by {_named(sorted(addresses))}", error.hint or "")


def _state(target: Target, client: Client, resources: tuple[Resource, ...], settings: Settings) -> Iterator[Check]:
    state = read_all(client, target.name, resources)
    ours = sum(
        live.mark is not None and (live.mark.estate, live.mark.environment) == (settings.estate, settings.environment)
        for live in state.lives
    )
    yield Check("objects", Verdict.OK, f"{len(state.lives)} there, {ours} of them ours; the specs make {len(resources)}")
    yield from _lookups(state, resources)


def _lookups(state: LiveState, resources: tuple[Resource, ...]) -> Iterator[Check]:
    """What the specs name and must be there already: channels, people, data sources."""
    users: dict[Lookup, list[str]] = {}
    for resource in resources:
        for leaf in references(resource.body):
            if isinstance(leaf, Lookup):
                users.setdefault(leaf, []).append(resource.address)
    for wanted, why in sorted(state.missing.items(), key=lambda item: item[0]):
        named = _named(sorted(set(users.get(wanted, ()))))
        yield Check("look-up", Verdict.FAILED, f"{why}; needed by {named}", "make it there, or correct its name in the specs")
    if state.lookups:
        count = len(state.lookups)
        yield Check("look-ups", Verdict.OK, f"{counted(count, 'thing')} the specs name {'are' if count != 1 else 'is'} there")


def _named(addresses: list[str]) -> str:
    """The first few, and how many more."""
    return ", ".join(addresses[:_NAMED]) + (f" and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else "")
