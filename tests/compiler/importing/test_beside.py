"""Importing beside specs that are there: their people, severities and placement are used, and none of their text is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monctl.import_files import Layout
from monctl.importing import Imported, run
from monctl.project import check
from monctl.resource import Json
from monctl.sandbox.emulator import Request
from monctl.sandbox.store import Store
from monctl.target import discover
from monctl.testing import connected
from monctl.workshop import Place
from monctl_targets.uptimerobot import target
from monctl_targets.uptimerobot.emulator import UptimeRobotEmulator

ESTATE = """\
estate: shop
targets: {runner: {}, uptimerobot: {}}
placement: {http: runner}
"""
SPECS = """\
severities: {SEV1: {notify: [ops]}, SEV2: {}}
channels: {ops: {email: {to: [ops@example.org]}}}
monitors:
  journal: {http: https://own.example.org, alert: {SEV1: down}}
"""


@pytest.fixture
def store() -> Store:
    """An account with two monitors made by hand; one of them tells Ana after five minutes as well."""
    made = Store.memory("uptimerobot")
    emulator = UptimeRobotEmulator(made)

    def send(path: str, body: Json) -> int:
        answer = emulator.handle(Request.of("POST", path, {"authorization": "Bearer u1"}, json.dumps(body).encode()))
        assert answer.status == 201, answer.body
        return int(answer.body["id"])

    for monitor in made.all("monitor"):
        made.delete("monitor", str(monitor["id"]))
    ana, ben = (
        send("/alert-contacts", {"type": "Email", "value": f"{name}@example.org", "friendlyName": name.title()}) for name in ("ana", "ben")
    )
    edges = [{"alertContactId": ben, "threshold": 0, "recurrence": 0}, {"alertContactId": ana, "threshold": 5, "recurrence": 0}]
    for name, told in (("Journal", edges), ("Wiki", [])):
        body = {
            "type": "HTTP",
            "friendlyName": name,
            "url": f"https://{name}.example.org",
            "interval": 300,
            "timeout": 10,
            "httpMethodType": "GET",
        }
        send("/monitors", {**body, "checkSSLErrors": True, "assignedAlertContacts": told})
    return made


def imported(folder: Path, store: Store) -> Imported:
    (folder / "monctl.yaml").write_text(ESTATE, encoding="utf-8")
    (folder / "shop.yaml").write_text(SPECS, encoding="utf-8")
    place = Place(Layout(folder, "imported/uptimerobot/"), folder, "")
    return run(target, place, lambda checked: connected(target, estate=checked.program.estate, store=store), targets=discover())


def test_the_estates_own_scale_and_placement_are_used(store: Store, tmp_path: Path) -> None:
    found = imported(tmp_path, store)

    specs = {one.name: one.spec for one in found.objects if one.kind == "monitors"}
    assert specs == {
        "journal-2": {
            "title": "Journal", "http": "https://Journal.example.org", "on": "uptimerobot",
            "alert": {"SEV1": {"when": "down", "notify": ["ben"]}, "SEV2": {"when": "down for 5m", "notify": ["ana"]}},
        },
        "wiki": {"title": "Wiki", "http": "https://Wiki.example.org", "alert": {"SEV1": "down"}, "notify": [], "on": "uptimerobot"},
    }  # fmt: skip
    assert not any(one.kind == "severities" for one in found.objects)


def test_the_estate_with_the_import_in_it_is_valid_and_its_own_files_stay(store: Store, tmp_path: Path) -> None:
    found = imported(tmp_path, store)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["monctl.yaml", "shop.yaml"]

    found.layout.save()

    checked = check(tmp_path)
    assert checked.valid
    assert sorted(checked.program.monitors) == ["journal", "journal-2", "wiki"]
    assert (tmp_path / "shop.yaml").read_text(encoding="utf-8") == SPECS


def test_an_account_is_read_once(store: Store, tmp_path: Path) -> None:
    asked: list[str] = []
    emulator_handle = UptimeRobotEmulator.handle

    def counted(self: UptimeRobotEmulator, request: Request) -> object:
        asked.append(f"{request.method} {request.path}")
        return emulator_handle(self, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UptimeRobotEmulator, "handle", counted)
        imported(tmp_path, store)

    assert sorted(asked) == ["GET /alert-contacts", "GET /integrations", "GET /maintenance-windows", "GET /monitors"]
