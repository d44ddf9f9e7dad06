"""[I/O] One small object made, read, changed and deleted again, under an estate's name of its own: the proof that a real account works.

Whatever happens, everything that bears that estate's mark is deleted at the end, and so is what an earlier, broken-off round trip left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monctl.errors import MonctlError, NotFound, ProviderError
from monctl.examination import Check, Verdict
from monctl.fields import compare
from monctl.resolve import applied_digest
from monctl.resource import Live, Mark, Resource
from monctl.target import Client, Target

ESTATE = "monctl-doctor"
"""The scratch namespace. No estate of people should be called so."""
_NAME = "round trip"
_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Between looks: reads of some vendors lag behind writes."""


class _Differs(Exception):
    """A step had another outcome than it must have."""


def round_trip(target: Target, client: Client, *, sleep: Callable[[float], None] = time.sleep) -> Iterator[Check]:
    """Checks of the round trip. `client` must be connected as the estate `monctl-doctor` without an environment."""
    scratch = getattr(client, "scratch", None)
    if scratch is None:
        yield Check(_NAME, Verdict.NOTE, "this target has none")
        return
    first, second = scratch()
    trip = _Trip(target, client, sleep)
    what = f"the {first.kind.replace('_', ' ')} '{first.name}'"
    step, left = "cleaned up before", ""
    try:
        try:
            trip.sweep(first)
            step = "created"
            live = client.create(first, first.body, trip.mark(first))
            step = "read back"
            live = trip.found(first, live)
            step = "updated"
            client.update(second, second.body, trip.mark(second), live)
            step = "read back after the update"
            trip.found(second, live)
        finally:
            left = trip.cleaned(first)
    except (ProviderError, _Differs) as error:
        hint = error.hint if isinstance(error, MonctlError) else None
        yield Check(
            _NAME, Verdict.FAILED, f"{what} could not be {step}: {error}", hint or "what the plan says of this kind will not settle here"
        )
    else:
        yield Check(_NAME, Verdict.OK, f"{what} was created, read back as sent, updated, read back and deleted")
    if left:
        yield Check("clean-up", Verdict.FAILED, left, f"delete what is named '{first.name}' or marked monctl:{ESTATE}")


@dataclass(frozen=True, slots=True)
class _Trip:
    target: Target
    client: Client
    sleep: Callable[[float], None]

    def mark(self, resource: Resource) -> Mark:
        return Mark(ESTATE, "", resource.key, applied_digest(self.target.normalize(resource.kind, resource.body), resource.body))

    def found(self, resource: Resource, made: Live) -> Live:
        """The object as a list gives it, once it is as it was sent. Raises _Differs."""
        wanted = self.target.normalize(resource.kind, resource.body)
        why = "no list shows it by its mark"
        for pause in _PAUSES_S:
            if pause:
                self.sleep(pause)
            live = next((one for one in self.marked(resource) if one.remote_id == made.remote_id), None)
            if live is None:
                continue
            differing = compare(self.target.normalize(live.kind, live.body), wanted)
            if not differing:
                return live
            why = f"it reads back differently in {', '.join(one.path or 'all' for one in differing)}"
        raise _Differs(why)

    def marked(self, resource: Resource) -> list[Live]:
        """Everything in the scratch namespace."""
        return [live for live in self.client.read([resource]) if live.mark is not None and live.mark.estate == ESTATE]

    def sweep(self, resource: Resource) -> None:
        """Delete everything in the scratch namespace."""
        for live in self.marked(resource):
            try:
                self.client.delete(live)
            except NotFound:
                continue

    def cleaned(self, resource: Resource) -> str:
        """Sweeps; what is left behind as a sentence, empty when nothing is."""
        left: list[Live] = []
        try:
            self.sweep(resource)
            for pause in _PAUSES_S:
                if pause:
                    self.sleep(pause)
                left = self.marked(resource)
                if not left:
                    return ""
        except ProviderError as error:
            return f"the scratch object may be left behind: {error}"
        return f"left behind: {', '.join(f'{live.kind} {live.remote_id}' for live in left)}"
