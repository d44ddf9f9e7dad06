"""What a server does to what it is given, and what races with it: nothing of it is a change, and nothing is written for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests

from monctl.apply import Side, apply
from monctl.errors import Conflict, Rejected
from monctl.plan import Plan
from monctl.program import Calendar, Delivery, Hours, Program
from monctl.receipt import Outcome
from monctl.resource import Json, Mark, Resource
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Settings
from monctl.testing import assert_settles, plan_for
from monctl_targets.grafana import target
from monctl_targets.grafana.client import GrafanaClient, connect
from monctl_targets.grafana.emulator import GrafanaEmulator
from monctl_targets.grafana.timings import outside_timing

Connect = Callable[..., GrafanaClient]
URL = "http://sandbox.invalid/grafana"


class Recorder(EmulatorAdapter):
    """Keeps what was written."""

    writes: list[str]

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.method != "GET":
            self.writes.append(f"{request.method} {str(request.path_url).removeprefix('/grafana')}")
        return super().send(request, *args, **kwargs)


class Place:
    """A server with the small estate on it."""

    def __init__(self, program: Program, emulator: GrafanaEmulator) -> None:
        self.emulator = emulator
        self.recorder = Recorder(emulator, URL)
        self.recorder.writes = []
        self.client = connect(Settings(URL, {"GRAFANA_TOKEN": "x"}, program.targets["grafana"], "shop", "", transport=self.recorder))
        self.resources = target.build(program).resources
        assert_settles(target, self.resources, client=self.client, estate="shop")
        self.recorder.writes.clear()

    def plan(self) -> Plan:
        return plan_for(target, self.client, self.resources, estate="shop")[0]

    def paths(self) -> set[str]:
        return {f"{change.kind} {one.path}" for change in self.plan().changes for one in change.fields}

    def applied(self, program: Program) -> list[str]:
        """What is written for another program."""
        assert_settles(target, target.build(program).resources, client=self.client, estate="shop")
        return self.recorder.writes

    def each(self, kind: str, change: Callable[[Json], Json]) -> None:
        for id, body in [(id, body) for held, id, body in self.emulator.store.items() if held == kind]:
            self.emulator.store.put(kind, id, change(body))


@pytest.fixture
def place(make: Any, grafana: GrafanaEmulator) -> Place:
    return Place(make.shop(), grafana)


def model(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Json], Json]:
    return lambda body: body | {"dashboard": change(body["dashboard"])}


def panels(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Json], Json]:
    return model(lambda said: said | {"panels": [change(panel) for panel in said["panels"]]})


def bare_steps(panel: dict[str, Any]) -> dict[str, Any]:
    """The base of the thresholds without its null, as the UI leaves it out."""
    text = json.dumps(panel).replace('"value": null, ', "").replace(', "value": null', "")
    found: dict[str, Any] = json.loads(text)
    return found


def in_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: in_floats(item) for name, item in reversed(value.items())}
    if isinstance(value, list):
        return [in_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


BUILT_IN = {"builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": False, "type": "dashboard"}
DASHBOARD_QUIRKS: dict[str, Callable[[Json], Json]] = {
    "the version goes up": model(lambda said: said | {"version": said["version"] + 3, "id": 99, "iteration": 1}),
    "schemaVersion alone is raised on reading": model(lambda said: said | {"schemaVersion": 43}),
    "defaults are spelled out": model(
        lambda said: said | {"style": "dark", "liveNow": False, "preload": False, "weekStart": "", "gnetId": None}
    ),
    "defaults are left out": model(lambda said: {name: value for name, value in said.items() if name == "editable" or value not in ("", [], 0)}),
    "tags are in another order": model(lambda said: said | {"tags": list(reversed(said["tags"]))}),
    "the built-in annotation is another": model(lambda said: said | {"annotations": {"list": [BUILT_IN]}}),
    "the built-in annotation is gone": model(lambda said: said | {"annotations": {"list": []}}),
    "panels say a plugin version": panels(lambda panel: panel | {"pluginVersion": "13.0.1"}),
    "panels lose what is not set": panels(lambda panel: {name: value for name, value in panel.items() if value not in ("", False, [])} | {"title": panel["title"]}),
    "panels get nulls": panels(lambda panel: panel | {"links": panel.get("links"), "maxPerRow": None, "repeat": None}),
    "the base of thresholds loses its null": panels(bare_steps),
    "numbers are floats and keys in another order": in_floats,
}  # fmt: skip


@pytest.mark.parametrize("quirk", list(DASHBOARD_QUIRKS))
def test_what_the_server_and_its_ui_do_to_dashboards_is_no_change(quirk: str, place: Place) -> None:
    place.each("dashboard", DASHBOARD_QUIRKS[quirk])

    assert place.paths() == set()


def test_an_edit_in_the_ui_is_a_change(place: Place) -> None:
    place.each("dashboard", panels(lambda panel: panel | {"title": f"{panel['title']} now"}))

    assert any("panels" in path for path in place.paths())


def test_a_dashboard_saved_as_v2_is_a_change_and_comes_back(place: Place, make: Any) -> None:
    place.each(
        "dashboard", lambda body: body | {"apiVersion": "dashboard.grafana.app/v2beta1"} if body["dashboard"]["title"] == "Small" else body
    )

    assert place.paths() == {"dashboard apiVersion"}
    assert place.applied(make.shop()) == ["POST /api/dashboards/db"]


RULE_QUIRKS: dict[str, Callable[[Json], Json]] = {
    "the server's own keys": lambda rule: rule | {"guid": "x", "version": 7, "id": 99, "updated": "2027-01-01T00:00:00Z", "orgID": 7},
    "absent is null": lambda rule: {"notification_settings": None, "record": None, "missingSeriesEvalsToResolve": None} | rule,
    "empty is absent": lambda rule: {name: value for name, value in rule.items() if value not in ({}, [], "", "0s", False)} | {"for": rule["for"]},
    "durations are spelled otherwise": lambda rule: rule | {"for": f"{int(rule['for'][:-1]) * 60}s" if rule["for"].endswith("m") else rule["for"]},
    "models have defaults": lambda rule: rule | {"data": [one | {"model": one["model"] | {"hide": False, "queryType": "", "intervalMs": 1000.0}} for one in rule["data"]]},
    "models lose defaults": lambda rule: rule | {"data": [one | {"model": {name: value for name, value in one["model"].items() if name not in {"intervalMs", "maxDataPoints"}}} for one in rule["data"]]},
    "thresholds keep what the engine reads": lambda rule: rule | {"data": [one | {"model": one["model"] | ({"conditions": [{"evaluator": each["evaluator"]} for each in one["model"]["conditions"]]} if "conditions" in one["model"] else {})} for one in rule["data"]]},
    "numbers are floats": lambda rule: rule | {"data": in_floats(rule["data"])},
}  # fmt: skip


@pytest.mark.parametrize("quirk", list(RULE_QUIRKS))
def test_what_the_server_does_to_rules_is_no_change(quirk: str, place: Place) -> None:
    place.each("rule", RULE_QUIRKS[quirk])

    assert place.paths() == set()


def test_integrations_in_another_order_are_no_change(place: Place) -> None:
    store = place.emulator.store
    points = [(id, body) for kind, id, body in store.items() if kind == "contact_point"]
    for id, _ in points:
        store.delete("contact_point", id)
    for id, body in reversed(points):
        store.put("contact_point", id, dict(reversed(body.items())) | {"settings": {**body["settings"], "title": None, "text": ""}})

    assert place.paths() == set()


def test_only_the_group_that_changed_is_written_and_the_tree_never(place: Place, make: Any) -> None:
    shop: Program = make.shop()
    share = replace(shop.monitors["share"], action="Look.")
    program = replace(shop, monitors={**shop.monitors, "share": share}, dashboards={})
    place.applied(replace(shop, dashboards={}))
    place.recorder.writes.clear()

    assert [write.rpartition("/")[2] for write in place.applied(program)] == ["mc-posts-1m"]
    assert not [write for write in place.recorder.writes if "policies" in write]


def test_nothing_ever_writes_the_policy_tree(make: Any, grafana: GrafanaEmulator) -> None:
    tree = grafana.store.get("policy", "root")

    place = Place(make.shop(), grafana)
    place.applied(replace(make.shop(), monitors={}, dashboards={}))

    assert grafana.store.get("policy", "root") == tree


def test_a_save_without_a_change_in_between_is_no_conflict(place: Place, make: Any) -> None:
    shop: Program = make.shop()
    wanted = target.build(replace(shop, dashboards={"small": replace(shop.dashboards["small"], title="Smaller")}, monitors={})).resources
    plan, state = plan_for(target, place.client, wanted, estate="shop")
    place.each("dashboard", model(lambda said: said | {"version": said["version"] + 1}))

    receipts = list(apply(plan, [Side(target, place.client, wanted, state)], secrets=lambda _: "x"))

    saved = next(one for one in receipts if one.step.change.name == "Smaller")
    assert saved.outcome is Outcome.DONE


def test_a_change_in_between_is_told_and_kept(place: Place, make: Any) -> None:
    shop: Program = make.shop()
    wanted = target.build(replace(shop, dashboards={"small": replace(shop.dashboards["small"], title="Smaller")}, monitors={})).resources
    plan, state = plan_for(target, place.client, wanted, estate="shop")
    place.each("dashboard", model(lambda said: said | {"version": said["version"] + 1, "refresh": "5m"}))

    receipts = list(apply(plan, [Side(target, place.client, wanted, state)], secrets=lambda _: "x"))

    saved = next(one for one in receipts if one.step.change.name == "Smaller")
    assert saved.outcome is Outcome.FAILED
    assert "somebody saved it since it was read" in saved.reason
    assert saved.hint == "plan again"


def test_a_uid_that_somebody_else_took_is_not_overwritten(grafana: GrafanaEmulator, client_of: Connect) -> None:
    body = {"dashboard": {"uid": "host-overview", "title": "Ours", "schemaVersion": 42, "panels": []}, "folderUid": ""}
    resource = Resource("grafana", "dashboard", "main", "Ours", body, "dashboard.main")

    with pytest.raises(Conflict, match="not this estate's") as told:
        client_of(grafana).create(resource, body, Mark("shop", "", "main"))

    assert "--adopt" in str(told.value.hint)
    assert grafana.store.get("dashboard", "host-overview")["dashboard"]["title"] == "Host overview"


def test_a_folder_that_was_made_all_the_same_is_taken(make: Any, grafana: GrafanaEmulator) -> None:
    grafana.folder_races = 2

    Place(make.shop(), grafana)

    assert grafana.folder_races == 0


def test_a_lost_race_of_an_older_server_is_run_again(make: Any, grafana: GrafanaEmulator) -> None:
    grafana.conflicts, grafana.conflict_status = 2, 500

    Place(make.shop(), grafana)

    assert grafana.conflicts == 0


def test_rules_of_a_file_are_refused(place: Place, make: Any) -> None:
    place.each("rule", lambda rule: rule | {"provenance": "file"})
    group = next(one for one in place.resources if one.kind == "rule_group")
    live = next(one for one in place.client.read(place.resources) if one.kind == "rule_group")

    with pytest.raises(Rejected, match="a file on the server provisions it"):
        place.client.update(group, live.body, Mark("shop", "", group.key), live)


def at_hours(make: Any, version: str | None) -> Program:
    """The small estate with an alert that is told in office hours only."""
    shop: Program = make.shop(targets={"grafana": {"version": version} if version else {}})
    latency = shop.monitors["latency"]
    alerts = tuple(replace(alert, deliveries=(Delivery(("slack",), None, "office", hold=True),)) for alert in latency.alerts)
    return replace(shop, monitors={"latency": replace(latency, alerts=alerts)}, dashboards={})


@pytest.mark.parametrize(
    ("server", "said", "lack", "hint"),
    [
        ("11.5.4", "11.6", "Grafana 11.5.4 has no rule groups written with uids of their own: they came with 11.6", "update the server"),
        ("11.6.2", None, "Grafana 11.6.2 has no `keep_firing_for` (recover_after): they came with 12.0", 'version: "11.6"'),
        ("12.0.3", None, "Grafana 12.0.3 has no `active_time_intervals` (business hours): they came with 12.1", 'version: "12.0"'),
    ],
)
def test_a_server_that_is_too_old_is_refused_before_anything_is_planned(
    server: str, said: str | None, lack: str, hint: str, make: Any, client_of: Connect
) -> None:
    emulator = GrafanaEmulator(Store.memory("grafana"), version=server)

    with pytest.raises(Rejected) as told:
        list(client_of(emulator).read(target.build(at_hours(make, said)).resources))

    assert lack in str(told.value)
    assert "mc-api-1m needs them" in str(told.value)
    assert hint in str(told.value.hint)


@pytest.mark.parametrize(
    ("server", "said"), [("11.6.2", "11.6"), ("12.0.3", "12.0"), ("12.1.0-91295", "12.1"), ("13.0.1", None), ("", None)]
)
def test_what_is_written_for_a_version_settles_there(server: str, said: str | None, make: Any) -> None:
    emulator = GrafanaEmulator(Store.memory("grafana"), version=server)

    Place(at_hours(make, said), emulator)

    settings = [rule["notification_settings"] for rule in emulator.store.all("rule")]
    timings = {each["name"] for each in emulator.store.all("mute_timing")}
    if said in {"11.6", "12.0"}:
        assert all("active_time_intervals" not in each for each in settings)
        assert "mc-outside-office [shop]" in timings
    else:
        assert all(each["active_time_intervals"] == ["mc-hours-office [shop]"] for each in settings)


def test_what_an_older_version_lacks_is_said(make: Any) -> None:
    how = {(one.field, str(one.fit), one.how) for one in target.build(at_hours(make, "11.6")).fidelity}

    assert ("alert.critical.during", "approximated", "muted outside the hours: `active_time_intervals` came with Grafana 12.1") in how
    assert ("recover_after", "dropped", "Grafana has it from 12.0 on") in how


def test_the_times_outside_a_calendar() -> None:
    office = Calendar("office", "Office", "Europe/Paris", (Hours((1, 2, 3, 4, 5), 540, 720), Hours((1, 2, 3, 4, 5), 780, 1020)), ())
    night = Calendar("night", "Night", "UTC", (Hours((5,), 1320, 360),), ())
    always = Calendar("always", "Always", "UTC", (Hours((1, 2, 3, 4, 5, 6, 7), 0, 1440),), ())

    assert outside_timing(office) == {
        "name": "mc-outside-office",
        "time_intervals": [
            {
                "times": [{"start_time": "00:00", "end_time": "09:00"}, {"start_time": "12:00", "end_time": "13:00"}, {"start_time": "17:00", "end_time": "24:00"}],
                "weekdays": ["monday:friday"],
                "location": "Europe/Paris",
            },
            {"weekdays": ["saturday", "sunday"], "location": "Europe/Paris"},
        ],
    }  # fmt: skip
    assert outside_timing(night) == {
        "name": "mc-outside-night",
        "time_intervals": [
            {"weekdays": ["monday:thursday", "sunday"], "location": "UTC"},
            {"times": [{"start_time": "00:00", "end_time": "22:00"}], "weekdays": ["friday"], "location": "UTC"},
            {"times": [{"start_time": "06:00", "end_time": "24:00"}], "weekdays": ["saturday"], "location": "UTC"},
        ],
    }
    assert outside_timing(always) is None
