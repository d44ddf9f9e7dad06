"""ROUTE007."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Edit, Finding, Fix, Level
from monctl.lint.context import Context
from monctl.lint.receivers import people
from monctl.lint.rule import found, rule
from monctl.program import Program, Recipient
from monctl.source import Origin


@rule("ROUTE007", "level-calls-nobody-new", level=Level.WARNING, fixes=True)
def level_calls_nobody_new(program: Program, context: Context) -> Iterator[Finding]:
    """A later level of an escalation calls only those whom earlier levels have called already.

    Whoever is the only one of a rotation counts as that person, a team as its members. Also said of one level that names the same recipient twice, or a
    person and the team they are in.

    **Why.** Whoever did not answer the first call sleeps, flies, or has no signal. An escalation exists to find somebody else.

    **Example**

        escalations:
          incident:
            levels:
              - {after: 0m, notify: [oncall]}
              - {after: 15m, notify: [oncall]}

    **Instead**

        escalations:
          incident:
            levels:
              - {after: 0m, notify: [oncall]}
              - {after: 15m, notify: [oncall.backup]}
            repeat: 1

    **Source.** The second schedule is the backup when the first responder does not act: https://support.pagerduty.com/docs/escalation-policy-vs-schedule (read 2026-11-21)
    """
    for escalation in program.escalations.values():
        called: set[Recipient] = set()
        persons: set[str] = set()
        for at, step in enumerate(escalation.steps):
            where = escalation.origin.at("levels", at, "notify")
            if len(set(step.recipients)) < len(step.recipients):
                yield found(
                    f"level {at + 1} names one recipient twice",
                    where,
                    help="name each once",
                    address=f"escalation.{escalation.name}",
                    fix=_fix(where, context),
                )
            elif (twice := _twice(program, step.recipients)) is not None:
                yield found(
                    f"level {at + 1} calls '{twice}' twice",
                    where,
                    help="leave out the person: their team or rotation is called at the same moment",
                    address=f"escalation.{escalation.name}",
                )
            elif step.recipients and all(one in called or _is_known(program, one, persons) for one in step.recipients):
                yield found(
                    f"level {at + 1} calls nobody who was not called before",
                    where,
                    help="call somebody else, or use `repeat:` to go through all levels again",
                    address=f"escalation.{escalation.name}",
                )
            called.update(step.recipients)
            persons.update(name for one in step.recipients for name in _certain(program, one))


def _certain(program: Program, recipient: Recipient) -> tuple[str, ...]:
    """Whoever is called at any time of the week: a person, all of a team, the only one of a rotation that is on call at all hours."""
    behind = people(program, recipient)
    if recipient.kind != "rotation":
        return behind
    layers = program.rotations[recipient.name].layers if recipient.name in program.rotations else ()
    always = any(layer.name == recipient.layer and not layer.restrictions for layer in layers)
    return behind if always and len(set(behind)) == 1 else ()


def _twice(program: Program, recipients: tuple[Recipient, ...]) -> str | None:
    """Somebody whom two recipients of one level certainly are."""
    seen: set[str] = set()
    for one in recipients if len(recipients) > 1 else ():
        certain = _certain(program, one)
        if (again := next((name for name in certain if name in seen), None)) is not None:
            return again
        seen.update(certain)
    return None


def _is_known(program: Program, recipient: Recipient, persons: set[str]) -> bool:
    behind = people(program, recipient)
    return bool(behind) and persons.issuperset(behind)


def _fix(origin: Origin, context: Context) -> Fix | None:
    """Each recipient where it is named first."""
    said = context.raw(origin)
    again = [at for at, one in enumerate(said) if one in said[:at]] if isinstance(said, list) else []
    return Fix("name each once", tuple(Edit("", origin=origin.at(at), removes=True) for at in again)) if again else None
