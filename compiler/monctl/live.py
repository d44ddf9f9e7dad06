"""[I/O] What a target holds now, and the things its resources look up, read whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from monctl.errors import Garbled, Rejected
from monctl.resolve import references
from monctl.resource import Json, Live, Lookup, Resource, digest
from monctl.target import Client


@dataclass(frozen=True, slots=True)
class LiveState:
    """One target at one moment."""

    target: str
    lives: tuple[Live, ...] = ()
    lookups: Mapping[Lookup, str] = field(default_factory=dict)
    """What was looked up and found."""
    missing: Mapping[Lookup, str] = field(default_factory=dict)
    """What was not found, or not found once, with the reason as a sentence."""


def read_all(client: Client, target: str, resources: Iterable[Resource]) -> LiveState:
    """Everything a plan needs to know of one target.

    Raises the ProviderErrors of the client: an incomplete read is never a state. A lookup that finds nothing or too much is not an
    error here; it is in `missing`, and becomes an error of the changes that need it.
    """
    with understood(target):
        return _read(client, target, tuple(resources))


@contextmanager
def understood(target: str) -> Iterator[None]:
    """Reading, where an answer that is JSON and yet nothing like what the client reads (another program's API, a proxy) is Garbled."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Garbled(
            "an answer is not what this API gives",
            target=target,
            detail=f"{type(error).__name__}: {error}",
            hint="is the URL right? Else a proxy answers, or the API is of another version",
        ) from error


def _read(client: Client, target: str, wanted: tuple[Resource, ...]) -> LiveState:
    lives = tuple(client.read(wanted))
    lookups: dict[Lookup, str] = {}
    missing: dict[Lookup, str] = {}
    for one in sorted({leaf for resource in wanted for leaf in references(resource.body) if isinstance(leaf, Lookup)}):
        try:
            found = client.lookup(one)
        except Rejected as error:
            missing[one] = str(error)
            continue
        if found is None:
            missing[one] = (
                f"{target} has no {one.kind.replace('_', ' ')} with {', '.join(f'{name} {value!r}' for name, value in one.query)}"
            )
        else:
            lookups[one] = found
    return LiveState(target, lives, lookups, missing)


def fingerprint(live: Live, normal: Json) -> str:
    """10 hex digits of an object as it was read, `normal` being its normalised body; what normalisation ignores does not count."""
    return digest([live.kind, live.remote_id, normal])
