"""[I/O through clients] Carries a plan out, call by call, and tells what became of each change.

Ids are filled in as they appear; secrets are read at the last moment and go nowhere else. A change that fails stops what needs it, and
nothing else. `exit_code` is 0 when everything is done, 4 when something is not.

Targets are written side by side, each by itself one call after the other: vendors refuse writes that overlap (a conflict of versions at
Grafana, 409 at PagerDuty, duplicates at UptimeRobot), and a journal with one open step per target is one that a person can read. Deletions begin
when the last creation and update of every target has ended, and go one by one, for a refused one is tried again after the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock

from monctl.apply_target import Half, Side
from monctl.errors import AuthError, Conflict, Garbled, JournalError, MonctlError, ProviderError, RateLimited, Rejected, Unreachable
from monctl.journal import Journal, Progress
from monctl.lanes import in_lanes
from monctl.order import Step, Verb, steps
from monctl.plan import Plan
from monctl.receipt import Outcome, Receipt
from monctl.resource import SecretRef
from monctl.sensitive import without

__all__ = ["Outcome", "Receipt", "Side", "apply", "exit_code"]

_SILENCES = 2
"""Calls without an answer, one after the other, after which a target is given up for this run."""


def apply(
    plan: Plan,
    sides: Iterable[Side],
    *,
    secrets: Callable[[SecretRef], str],
    journal: Journal | None = None,
    progress: Progress | None = None,
) -> Iterator[Receipt]:
    """A receipt per step, as they happen: creations and updates first, in the order of `monctl.order` within each target, deletions last.

    `secrets` reads a secret; a MonctlError it raises fails the change. `progress` of a broken-off run of the same plan skips what is done,
    and looks for what was begun before it is tried again. Raises JournalError when the journal cannot be written: nothing further is done,
    and its exit code is 4 (partial) when something was asked of a provider before.
    """
    vault = _Vault(secrets, {})
    resumed = progress if progress is not None and progress.plan == plan.fingerprint else Progress()
    run = _Run({side.target.name: Half(side, plan, vault.read) for side in sides}, vault, journal, resumed, {}, {}, {}, set())
    if journal is not None:
        journal.begin(plan)
    counted: Counter[Outcome] = Counter()
    try:
        for receipt in run.all(steps(plan.changes)):
            counted[receipt.outcome] += 1
            yield receipt
    except JournalError as error:
        if run.asked:
            error.exit_code = 4
        raise
    if journal is not None:
        journal.end(done=counted[Outcome.DONE], failed=counted[Outcome.FAILED], untried=counted[Outcome.UNTRIED])


def exit_code(receipts: Iterable[Receipt]) -> int:
    """0 when every step is done, else 4 (partial)."""
    return 0 if all(receipt.outcome is Outcome.DONE for receipt in receipts) else 4


@dataclass(frozen=True, slots=True)
class _Vault:
    """Secrets read so far, so that none of them stays in a message."""

    source: Callable[[SecretRef], str]
    values: dict[SecretRef, str]
    lock: Lock = field(default_factory=Lock)

    def read(self, secret: SecretRef) -> str:
        with self.lock:
            if secret not in self.values:
                self.values[secret] = self.source(secret)
            return self.values[secret]

    def redact(self, text: str) -> str:
        with self.lock:
            known = tuple(self.values.values())
        return without(text, known)


@dataclass(frozen=True, slots=True)
class _Run:
    """What happened so far."""

    halves: dict[str, Half]
    vault: _Vault
    journal: Journal | None
    resumed: Progress
    outcomes: dict[str, Outcome]
    """Step id → what became of it."""
    halted: dict[str, str]
    """Target → why it is given up."""
    silent: dict[str, int]
    """Target → calls without an answer, one after the other."""
    asked: set[str]
    """Ids of the steps whose calls were begun."""

    def all(self, every: tuple[Step, ...]) -> Iterator[Receipt]:
        """Receipts of all steps, each noted."""
        forward = [step for step in every if step.verb is not Verb.DELETE]
        yield from in_lanes(forward, lambda step: self._noted(self._one(step)[0]))
        yield from self._deletions([step for step in every if step.verb is Verb.DELETE], every)

    def _deletions(self, pending: list[Step], every: tuple[Step, ...]) -> Iterator[Receipt]:
        """Round after round, as long as one of them helps: vendors refuse to delete what they know to be in use."""
        unmade = [step for step in every if step.verb is Verb.CREATE and self.outcomes[step.id] is not Outcome.DONE]
        while pending:
            again: list[Receipt] = []
            helped = False
            for step in pending:
                if (stand_in := _stand_in(step, unmade)) is not None:
                    reason = f"'{stand_in.change.name}' could not be made in {stand_in.change.target}; the old one stays until it lives"
                    yield self._noted(Receipt(step, Outcome.UNTRIED, step.change.remote_id, reason))
                    continue
                receipt, may_help = self._one(step)
                if may_help:
                    again.append(receipt)
                else:
                    helped = helped or receipt.outcome is Outcome.DONE
                    yield self._noted(receipt)
            if not helped:
                yield from map(self._noted, again)
                return
            pending = [receipt.step for receipt in again]

    def _noted(self, receipt: Receipt) -> Receipt:
        self.outcomes[receipt.step.id] = receipt.outcome
        return receipt

    def _one(self, step: Step) -> tuple[Receipt, bool]:
        """A receipt, and whether the step is worth another try after other deletions."""
        change, half = step.change, self.halves[step.change.target]
        if step.id in self.resumed.done:
            half.remember(step)
            return Receipt(step, Outcome.DONE, change.remote_id, "done before the run broke off"), False
        if change.target in self.halted:
            return Receipt(step, Outcome.UNTRIED, change.remote_id, self.halted[change.target]), False
        stopped = [need for need in step.needs if self.outcomes.get(need) is not Outcome.DONE]
        if stopped:
            waits = all(need not in self.outcomes for need in stopped)
            return Receipt(step, Outcome.UNTRIED, change.remote_id, f"{stopped[0]} failed, which it needs"), waits
        try:
            ready = half.prepare(step)
        except MonctlError as error:
            return self._failure(step, error), False
        if self.journal is not None:
            self.journal.intended(step)
        self.asked.add(step.id)
        try:
            receipt = ready(begun=step.id in self.resumed.open)
        except ProviderError as error:
            self._consider(change.target, error)
            failure = self._failure(step, error)
            if self.journal is not None:
                self.journal.failed(step, failure.reason, lost=isinstance(error, Unreachable | Garbled))
            return failure, step.verb is Verb.DELETE and isinstance(error, Conflict | Rejected)
        self.silent.pop(change.target, None)
        if self.journal is not None:
            self.journal.done(step, receipt.remote_id)
        return receipt, False

    def _failure(self, step: Step, error: MonctlError) -> Receipt:
        return Receipt(step, Outcome.FAILED, step.change.remote_id, self.vault.redact(str(error)), self.vault.redact(error.hint or ""))

    def _consider(self, target: str, error: ProviderError) -> None:
        """Give a target up when asking on is of no use."""
        if isinstance(error, Unreachable):
            self.silent[target] = self.silent.get(target, 0) + 1
            if self.silent[target] >= _SILENCES:
                self.halted[target] = f"{target} does not answer"
            return
        self.silent.pop(target, None)
        if isinstance(error, RateLimited):
            self.halted[target] = f"{target} takes no more requests for now"
        elif isinstance(error, AuthError) and error.status == 401:
            self.halted[target] = f"{target} refused the credential"


def _stand_in(step: Step, unmade: Iterable[Step]) -> Step | None:
    """The object that could not be made and was to take this one's place: of the same name in the program."""
    key = step.change.key
    for other in unmade:
        name = other.change.address.rpartition("/")[2].partition(".")[2]
        if name and name in {key, *key.replace("/", ".").split(".")}:
            return other
    return None
