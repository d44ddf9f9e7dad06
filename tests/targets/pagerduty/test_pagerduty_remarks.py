"""What a plan says of PagerDuty beside its changes: who is on call before and after, and which keys are to be copied."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.cli import run
from monctl.sandbox.place import Sandbox
from monctl.target import Settings
from monctl_targets.pagerduty import target
from monctl_targets.pagerduty.client import PagerDutyClient
from monctl_targets.pagerduty.preview import kept_start, turns
from monctl_targets.pagerduty.zone import instant

NOW = "2026-11-21T12:00:00Z"
SPECS = """\
severities: {critical: {notify: [pager]}}
people:
  ana: {email: ana@example.com}
  ben: {email: ben@example.com}
  cid: {email: cid@example.com}
rotations:
  oncall:
    title: On call
    members: MEMBERS
    start: 2026-01-05T09:00
    shift: 1w
    time_zone: Europe/Berlin
escalations: {shop: {levels: [{after: 0m, notify: [oncall]}]}}
channels: {pager: {pagerduty: {service: Shop, escalation: shop, integration_key: "${env:SHOP_KEY}"}}}
"""


class Estate:
    """One rotation in a folder, applied to a sandbox beside it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder / "shop", capsys
        self.folder.mkdir()
        self.write("[ana, ben]")
        self.where = ["-C", str(self.folder), "--sandbox", str(folder / "providers"), "--target", "pagerduty"]

    def write(self, members: str, *, more: str = "", options: str = "", **fields: str) -> None:
        """The specs with these members; `more` fields of the rotation, others replaced."""
        specs = SPECS.replace("MEMBERS", members)
        for name, value in fields.items():
            line = next(line for line in specs.splitlines() if line.strip().startswith(f"{name}:"))
            specs = specs.replace(line, f"    {name}: {value}")
        specs = specs.replace("    shift: 1w\n", f"    shift: 1w\n{more}")
        (self.folder / "oncall.yaml").write_text(specs, encoding="utf-8")
        (self.folder / "monctl.yaml").write_text(f"estate: shop\ntargets: {{pagerduty: {{{options}}}, runner: {{}}}}\n", encoding="utf-8")

    def apply(self) -> str:
        """Applied; what was said."""
        assert run(["apply", *self.where, "--yes", "--allow-delete"]) == 0
        return self.capsys.readouterr().err

    def notes(self, now: str = NOW) -> list[dict[str, Any]]:
        """The notes of a plan."""
        assert run(["diff", *self.where, "--now", now, "-o", "json"]) in {0, 5}
        found: list[dict[str, Any]] = json.loads(self.capsys.readouterr().out)["notes"]
        return found


@pytest.fixture
def estate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Estate:
    made = Estate(tmp_path, capsys)
    made.apply()
    return made


def test_a_member_more_says_who_is_called_instead_and_how_to_leave_it(estate: Estate) -> None:
    estate.write("[ana, ben, cid]")
    (note,) = estate.notes()

    assert note["message"] == (
        "'On call': on call changes now: ben → ana; then, in Europe/Berlin: 2026-11-23 09:00 ana → ben; 2026-11-30 09:00 ben → cid; "
        "2026-12-07 09:00 ana; 2026-12-14 09:00 ben"
    )
    assert note["help"] == "to leave ben on call until the next hand-off, write `start: 2026-11-09T09:00`"
    assert (note["address"], note["change"]) == ("rotation.oncall", "pagerduty/schedule/oncall/primary")

    estate.write("[ana, ben, cid]", start="2026-11-09T09:00")
    (note,) = estate.notes()
    assert note["message"].startswith("'On call': on call now stays ben; then, in Europe/Berlin: 2026-11-23 09:00 ana → cid; ")
    assert note["help"] == ""


def test_the_text_of_a_plan_says_it_too(estate: Estate) -> None:
    estate.write("[ben, ana]")
    run(["diff", *estate.where, "--now", NOW])

    said = estate.capsys.readouterr().out
    assert "note: rotation.oncall: 'On call': on call changes now: ben → ana; then, in Europe/Berlin: 2026-11-23 09:00 ana → ben" in said
    assert "  = to leave ben on call until the next hand-off, write `start: 2026-11-16T09:00`" in said


def test_what_moves_nobody_is_not_remarked(estate: Estate) -> None:
    assert estate.notes() == []
    estate.write("[ana, ben]", more="    description: Calls\n")
    assert estate.notes() == []
    # two whole rounds later
    estate.write("[ana, ben]", start="2026-02-02T09:00")
    assert estate.notes() == []


def test_somebody_who_goes_and_a_stand_in_are_said(estate: Estate) -> None:
    estate.write("[ana]")
    (note,) = estate.notes()
    # by the name of the account, where no spec that is sent names it any more
    assert note["message"].startswith("'On call': on call changes now: Ben → ana; ")
    assert note["help"] == ""

    estate.write("[ana, ben]", more="    overrides: [{person: cid, start: 2026-11-24T09:00, end: 2026-11-25T09:00}]\n")
    (note,) = estate.notes()
    assert note["message"].startswith(
        "'On call': on call now stays ben; then, in Europe/Berlin: 2026-11-23 09:00 ana; 2026-11-24 09:00 ana → cid; 2026-11-25 09:00 ana; "
    )


def test_hours_leave_nobody_and_that_is_said(estate: Estate) -> None:
    estate.write("[ana, ben]", more='    restrictions: [{days: mon-fri, start: "09:00", end: "17:00"}]\n')

    assert "on call changes now: ben → nobody; " in estate.notes()[0]["message"]


def test_another_form_of_schedule_is_a_replacement_that_moves_nobody(estate: Estate) -> None:
    estate.write("[ana, ben]", options="schedules: v3")
    (note,) = estate.notes()
    assert note["message"].startswith("'On call' is a v2 schedule at PagerDuty and v3 in the specs")
    estate.apply()
    assert estate.notes() == []

    estate.write("[ana, ben, cid]", options="schedules: v3")
    assert estate.notes()[0]["message"].startswith(
        "'On call': on call changes now: ben → ana; then, in Europe/Berlin: 2026-11-23 09:00 ana → ben; "
    )
    estate.write("[ana, ben]")
    assert estate.notes()[0]["help"] == "write `schedules: v3` at `targets.pagerduty` to keep the one that was upgraded"


def test_a_snapshot_is_enough_to_say_who_is_called(estate: Estate, tmp_path: Path) -> None:
    run(["snapshot", *estate.where, "--out", str(tmp_path / "snapshot.json")])
    estate.write("[ana, ben, cid]")
    estate.capsys.readouterr()
    run(["diff", "-C", str(estate.folder), "--target", "pagerduty", "--against", str(tmp_path / "snapshot.json"), "--now", NOW])

    assert "on call changes now: ben → ana" in estate.capsys.readouterr().out


def test_a_new_key_is_named_by_its_service_and_its_variable_and_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    estate = Estate(tmp_path, capsys)
    (note,) = estate.notes()
    assert note["message"] == "'Shop' gets a new integration key: `${env:SHOP_KEY}` must hold it before anything is sent"
    assert note["help"] == "after the apply copy it from PagerDuty → Services → Shop → Integrations → monctl → Integration Key"

    said = estate.apply()
    assert "next: channel.pager: 'Shop' has a new integration key: `${env:SHOP_KEY}` must hold it before anything is sent\n" in said
    (held,) = (json.loads(text) for text in _bodies(tmp_path / "providers") if "integration_key" in text)
    assert held["integration_key"] not in said
    assert "next:" not in estate.apply()


def _bodies(folder: Path) -> list[str]:
    import sqlite3
    from contextlib import closing

    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.read_bytes()[:6] == b"SQLite":
            with closing(sqlite3.connect(path)) as connection:
                for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    found += [str(value) for row in connection.execute(f'SELECT * FROM "{table}"') for value in row]  # noqa: S608 - our own table
    return found


members = st.lists(st.sampled_from(("ana", "ben", "cid", "dora")), min_size=1, unique=True)


@given(members, members, st.integers(0, 400_000), st.sampled_from((3600, 43_200, 86_400, 604_800)), st.sampled_from(("Europe/Berlin", "UTC", "America/New_York")))  # fmt: skip
def test_the_start_that_is_offered_leaves_the_present_holder(old: list[str], new: list[str], minutes: int, turn: int, zone: str) -> None:
    def value(users: list[str], start: datetime) -> dict[str, Any]:
        layer = {
            "name": "primary",
            "rotation_virtual_start": start.isoformat(),
            "rotation_turn_length_seconds": turn,
            "users": users,
            "restrictions": [],
        }
        return {"time_zone": zone, "layers": [layer]}

    begins = datetime(2026, 3, 2, 8, tzinfo=UTC)
    now = begins + timedelta(minutes=minutes)
    before, after = value(old, begins), value(new, begins)
    (holder,) = turns(before, after, now)[0].before
    start = kept_start(before, after, holder, now)

    assert (start is None) == (holder not in new)
    if start is not None:
        kept = turns(before, value(new, instant(start, zone)), now)
        assert (kept[0].before, kept[0].after) == ((holder,), (holder,))


def test_several_layers_over_each_other_are_said_to_be_beyond_telling(estate: Estate, tmp_path: Path) -> None:
    with Sandbox(tmp_path / "providers", [target]) as sandbox:
        access = sandbox.settings_for(target)
        client = target.connect(Settings(access.url, access.environ, transport=access.transport))
        assert isinstance(client, PagerDutyClient)
        (held,) = (live.body for live in client.read([]) if live.kind == "schedule")
        (layer,) = held["schedule_layers"]
        more = {**layer, "name": "by hand", "restrictions": []}
        del more["id"], more["rendered_schedule_entries"]
        client._api.put(f"/schedules/{held['id']}", "schedule", {"time_zone": held["time_zone"], "schedule_layers": [more]})
    (note,) = estate.notes()

    assert note["message"] == "'On call': who is on call may change: it has 2 layers now and one afterwards"
