"""An estate's rehearsal, made ready: its bundle, the scene of its name, and a PagerDuty account it is applied to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monctl.project import Checked
from monctl.target import Target

if TYPE_CHECKING:
    from monctl.runner.rehearsal import Rehearsal, Scene
    from monctl.runner.standins.postgres import PostgresStandin
    from monctl.sandbox.place import Sandbox

SCENES = Path(__file__).with_name("stories")
BEGIN = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
"""When rehearsals begin: a Tuesday, ten o'clock in New York."""


def scene_of(estate: str) -> Scene | None:
    """What is put around an estate of this name; None: nobody has written that."""
    from monctl.runner.rehearsal import scene

    path = SCENES / f"{estate}.yaml"
    return scene(path) if path.is_file() else None


@contextmanager
def rehearsal(
    checked: Checked, targets: dict[str, Target], scene: Scene, folder: Path, *, server: PostgresStandin | None, begin: datetime = BEGIN
) -> Iterator[Rehearsal]:
    """Ready to be entered. `folder` is for the account's data."""
    from monctl.runner.reading import of_program
    from monctl.runner.rehearsal import Rehearsal
    from monctl.runner.standins.pagerduty import PagerDutyAccount
    from monctl.sandbox.place import Sandbox
    from monctl.sandbox.server import Server

    made = of_program(checked.program)
    if "pagerduty" not in checked.program.targets or "pagerduty" not in targets:
        yield Rehearsal(made, scene, begin.timestamp(), server=server)
        return
    with Sandbox(folder, [targets["pagerduty"]]) as sandbox, Server(sandbox) as serving:
        emulator = sandbox.emulators["pagerduty"]
        rehearsed: Rehearsal | None = None
        # its schedules and policies are asked for the rehearsal's time, not for today's
        vars(emulator)["now"] = lambda: datetime.fromtimestamp(begin.timestamp() if rehearsed is None else rehearsed.now, UTC)
        _apply(checked, targets, sandbox, begin)
        url = emulator.environment(f"{serving.url}/pagerduty")["PAGERDUTY_EVENTS_URL"]
        account = PagerDutyAccount(emulator)
        rehearsed = Rehearsal(made, scene, begin.timestamp(), server=server, account=account, endpoints={"pagerduty-events": url})
        yield rehearsed


def _apply(checked: Checked, targets: dict[str, Target], sandbox: Sandbox, now: datetime) -> None:
    """The estate's teams, schedules, policies and services, as `monctl apply --target pagerduty` makes them."""
    from monctl.apply import apply
    from monctl.deploy import Request, plan, sides
    from monctl.errors import EstateError
    from monctl.journal import Journal
    from monctl.plan_file import default_journal
    from monctl.receipt import Outcome
    from monctl.refuse import permitted

    planned = plan(checked, targets, Request(environ=os.environ, only=("pagerduty",), sandbox=sandbox, now=now))
    going = permitted(planned.plan, planned.refusals)
    with Journal(default_journal(planned.state, going)) as journal:
        receipts = list(apply(going, sides(planned.reached), secrets=planned.secrets, journal=journal))
    if planned.unreached or any(one.outcome is not Outcome.DONE for one in receipts):
        raise EstateError("the stand-in of PagerDuty did not take the estate", hint="monctl apply --sandbox DIR shows what it said")
