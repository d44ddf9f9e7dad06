"""ROUTE006."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import rotations_texted
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE006", "on-call-without-phone", level=Level.ERROR)
def on_call_without_phone(program: Program, context: Context) -> Iterator[Finding]:
    """An SMS channel texts whoever is on call, and one of them has no phone number.

    **Why.** In that person's week the message goes nowhere. In the weeks in which it was tested it arrived.

    **Example**

        people:
          ana: {phone: "+12025550101"}
          ben: {email: ben@example.com}
        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2026-01-05T09:00}
        channels:
          sms: {sms: {to: [oncall]}}

    **Instead**

        people:
          ben: {email: ben@example.com, phone: "+12025550102"}

    **Source.** A second level had no notification method: https://github.com/grafana-cold-storage/oncall/issues/1326 (read 2026-11-20)
    """
    for channel in program.channels.values():
        for name in rotations_texted(channel) if channel.kind == "sms" else ():
            rotation = program.rotations.get(name)
            members = dict.fromkeys(rotation.layers[0].members if rotation is not None and rotation.layers else ())
            silent = [member for member in members if member in program.people and program.people[member].phone is None]
            if silent:
                who = ", ".join(f"'{member}'" for member in silent)
                yield found(
                    f"'{name}' is texted, but {who} {'has' if len(silent) == 1 else 'have'} no phone number",
                    channel.origin.at("sms", "to"),
                    help=f"add `phone:` to person.{silent[0]}",
                    address=f"channel.{channel.name}",
                    same=name,
                )
