"""[I/O through clients] Carries a plan out, call by call, and tells what became of each change.

Ids are filled in as they appear; secrets are read at the last moment and go nowhere else. A change that fails stops what needs it, and
nothing else. Exit codes for commands: 0 when everything is done, 4 when something is not (`exit_code`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monctl.errors import AuthError, Conflict, MonctlError, NotFound, ProviderError, RateLimited, Rejected, Unreachable
from monctl.journal import Journal, Progress
from monctl.live import LiveState
from monctl.order import Step, Verb, steps
from monctl.ownership import Identity, ownership
from monctl.plan import Action, Plan
from monctl.resolve import applied_digest, references, resolved
from monctl.resource import Json, Live, Mark, Resource, SecretRef
from monctl.sensitive import HIDDEN
from monctl.target import Client, Target


class Outcome(StrEnum):
    """What became of one step."""

    DONE = "done"
    FAILED = "failed"
    UNTRIED = "untried"
    """Something it needs failed, or its target stopped answering."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one step."""

    step: Step
    outcome: Outcome
    remote_id: str | None = None
    reason: str = ""
    """Why it failed or was not tried; or what was unusual about its success."""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One target's half of an apply: what it should hold, what it holds, and the way there."""

    target: Target
    client: Client
    resources: Iterable[Resource]
    state: LiveState
    """As the plan was made against; for a saved plan, as read just now."""


def apply(
    plan: Plan,
    sides: Iterable[Side],
    *,
    secrets: Callable[[SecretRef], str],
    journal: Journal | None = None,
    progress: Progress = Progress(),
) -> Iterator[Receipt]:
    """A receipt per step, as they happen: creations and updates first, deletions last.

    `secrets` reads a secret; a MonctlError it raises fails the change. `progress` of a broken-off run of the same plan skips what is done
    and looks for what was begun. Raises JournalError when the journal cannot be written: then nothing further is done.
    """
    run = _Run(plan, {side.target.name: _Half(side, plan) for side in sides}, secrets, journal)
    resumed = progress if progress.plan == plan.fingerprint else Progress()
    if journal is not None:
        journal.begin(plan)
    counted = dict.fromkeys(Outcome, 0)
    queue = list(steps(plan.changes))
    put_off: list[Step] = []
    while queue:
        step = queue.pop(0)
        if step.id in resumed.done:
            receipt = run.skipped(step)
        else:
            receipt = run.carry_out(step, begun=step.id in resumed.open)
        if receipt.outcome is Outcome.FAILED and step.verb is Verb.DELETE and receipt.step.id in run.in_use and queue:
            put_off.append(step)  # tried again after the other deletions: the vendor knows of a use that the plan does not
            continue
        if receipt.outcome is Outcome.DONE and put_off and not queue:
            queue, put_off = put_off, []
        run.note(receipt)
        counted[receipt.outcome] += 1
        yield receipt
        if not queue and put_off:
            queue, put_off = put_off, []
    if journal is not None:
        journal.end(done=counted[Outcome.DONE], failed=counted[Outcome.FAILED], untried=counted[Outcome.UNTRIED])
