"""The client against the stand-in: every kind made, read, changed and deleted; marks; pages; errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monctl.errors import AuthError, Conflict, Garbled, Rejected, UsageError
from monctl.resource import Json, Live, Mark, Resource, lookup
from monctl.sandbox.emulator import Request, Response
from monctl.target import Settings
from monctl_targets.grafana import client as client_module
from monctl_targets.grafana import target
from monctl_targets.grafana.client import GrafanaClient, connect
from monctl_targets.grafana.emulator import GrafanaEmulator
from monctl_targets.grafana.identity import uid

Connect = Callable[..., GrafanaClient]

FOLDER = uid("folder", "shop", "", "shop")
DASHBOARD = uid("dashboard", "shop", "", "main")


def query(letter: str = "A") -> Json:
    model = {"refId": letter, "expr": "up", "instant": True, "intervalMs": 1000, "maxDataPoints": 43200}
    return {"refId": letter, "queryType": "", "relativeTimeRange": {"from": 600, "to": 0}, "datasourceUid": "prometheus", "model": model}


def rule(name: str, **more: Json) -> dict[str, Json]:
    made: dict[str, Json] = {
        "uid": f"mc-{name}", "orgID": 1, "folderUID": FOLDER, "ruleGroup": "mc-api-60s", "title": name, "condition": "A", "data": [query()],
        "noDataState": "OK", "execErrState": "Error", "for": "60m", "isPaused": False, "labels": {"severity": "critical"},
        "annotations": {"summary": "It is down"},
    }  # fmt: skip
    return made | more


def bodies() -> dict[str, Json]:
    """One body of each kind, in the order in which they can be made."""
    panel = {
        "id": 7, "type": "stat", "title": "Up", "gridPos": {"h": 4, "w": 6, "x": 0, "y": 0},
        "datasource": {"type": "prometheus", "uid": "prometheus"}, "targets": [{"refId": "A", "expr": "up"}],
        "fieldConfig": {"defaults": {"unit": "none", "thresholds": {"mode": "absolute", "steps": [{"color": "green", "value": None}]}}, "overrides": []},
        "options": {"colorMode": "value"},
    }  # fmt: skip
    settings = {"receiver": "mc-slack [shop]", "group_wait": "90s", "mute_time_intervals": ["mc-night [shop]"]}
    return {
        "folder": {"uid": FOLDER, "title": "Shop"},
        "mute_timing": {"name": "mc-night", "time_intervals": [{"weekdays": ["monday:monday", "saturday"], "months": ["january:march"], "location": "UTC"}]},
        "contact_point": {
            "name": "mc-slack",
            "receivers": [
                {"uid": "mc-s", "type": "slack", "settings": {"recipient": "#a", "url": "https://hooks.example"}, "disableResolveMessage": False},
                {"uid": "mc-m", "type": "email", "settings": {"addresses": "a@example.com"}, "disableResolveMessage": True},
            ],
        },
        "dashboard": {"dashboard": {"uid": DASHBOARD, "title": "Main", "schemaVersion": 42, "panels": [panel], "tags": ["b", "a"]}, "folderUid": FOLDER},
        "rule_group": {
            "title": "mc-api-60s", "folderUid": FOLDER, "interval": 60,
            "rules": [rule("one", notification_settings=settings), rule("two", keep_firing_for="120s")],
        },
    }  # fmt: skip


KEYS = {"folder": "shop", "mute_timing": "night", "contact_point": "slack", "dashboard": "main", "rule_group": "api-60s"}
DIGESTED = {"dashboard", "rule_group"}


def resource(kind: str, body: Json) -> Resource:
    return Resource("grafana", kind, KEYS[kind], KEYS[kind], body, f"x.{kind}")


def mark(kind: str) -> Mark:
    return Mark("shop", "", KEYS[kind], "0123456789")


def apply_all(client: GrafanaClient) -> dict[str, Live]:
    return {kind: client.create(resource(kind, body), body, mark(kind)) for kind, body in bodies().items()}


def owned(client: GrafanaClient, *wanted: Resource) -> dict[str, Live]:
    return {live.kind: live for live in client.read(wanted) if live.mark is not None}


@pytest.mark.parametrize("kind", list(KEYS))
def test_what_was_made_is_read_back_as_it_was_meant(kind: str, grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    made = apply_all(client)[kind]

    live = owned(client)[kind]

    body = bodies()[kind]
    assert target.normalize(kind, live.body) == target.normalize(kind, body) == target.normalize(kind, made.body)
    assert live.remote_id == made.remote_id
    assert live.mark == made.mark == Mark("shop", "", KEYS[kind], "0123456789" if kind in DIGESTED else "")


@pytest.mark.parametrize("environment", ["", "production"])
def test_environments_do_not_meet(environment: str, grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana, environment=environment)
    body = {"uid": uid("folder", "shop", environment, "shop"), "title": f"Shop {environment}"}
    client.create(resource("folder", body), body, Mark("shop", environment, "shop"))

    other = client_of(grafana, environment="staging")

    assert owned(client)["folder"].mark == Mark("shop", environment, "shop")
    assert "folder" not in owned(other)


def changed(kind: str) -> Json:
    body = bodies()[kind]
    match kind:
        case "folder":
            body["title"] = "The shop"
        case "mute_timing":
            body["time_intervals"][0]["weekdays"] = ["sunday"]
        case "contact_point":
            body["receivers"][0]["settings"]["recipient"] = "#b"
            body["receivers"][1] = {
                "uid": "mc-n",
                "type": "webhook",
                "settings": {"url": "https://example.com"},
                "disableResolveMessage": False,
            }
        case "dashboard":
            body["dashboard"]["title"] = "Main one"
        case "rule_group":
            body["rules"] = [rule("three")]
    return body


@pytest.mark.parametrize("kind", list(KEYS))
def test_a_change_arrives(kind: str, grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    apply_all(client)
    body = changed(kind)

    client.update(resource(kind, body), body, mark(kind), owned(client)[kind])

    assert target.normalize(kind, owned(client)[kind].body) == target.normalize(kind, body)


def test_everything_can_be_deleted_in_reverse_and_twice(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    apply_all(client)
    lives = owned(client)
    order = ["rule_group", "dashboard", "contact_point", "mute_timing", "folder"]

    for kind in order:
        client.delete(lives[kind])

    assert owned(client) == {}
    for kind in order:
        client.delete(lives[kind])


def test_a_folder_that_still_holds_something_stays(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    apply_all(client)

    with pytest.raises(Conflict, match=r"still holds 2 alertrule, 1 dashboard"):
        client.delete(owned(client)["folder"])


def test_foreign_objects_are_read_without_a_mark(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    theirs = rule("theirs", folderUID="operations", ruleGroup="theirs")
    body = {"title": "theirs", "folderUid": "operations", "interval": 60, "rules": [theirs]}
    call(grafana, "PUT", "/api/v1/provisioning/folder/operations/rule-groups/theirs", body)

    found = {(live.kind, live.remote_id): live.mark for live in client.read(())}

    assert found == {
        ("folder", "operations"): None,
        ("dashboard", "host-overview"): None,
        ("rule_group", "operations/theirs"): None,
        ("contact_point", "grafana-default-email"): None,
    }


def test_a_foreign_dashboard_of_a_wanted_title_is_read_whole_and_can_be_taken_over(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    body = {"dashboard": {"uid": DASHBOARD, "title": "Host overview", "schemaVersion": 42, "panels": []}, "folderUid": "operations"}
    wanted = Resource("grafana", "dashboard", "main", "Host overview", body, "dashboard.main")
    live = next(live for live in client.read((wanted,)) if live.kind == "dashboard")

    client.update(wanted, body, mark("dashboard"), live)

    assert live.body["dashboard"]["tags"] == ["hosts"]
    assert owned(client, wanted)["dashboard"].remote_id == "host-overview"


def test_a_foreign_folder_cannot_be_taken_over(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    body = {"uid": FOLDER, "title": "Operations"}
    live = next(live for live in client.read(()) if live.kind == "folder")

    with pytest.raises(Rejected, match="cannot be taken over"):
        client.update(resource("folder", body), body, mark("folder"), live)


def test_a_moved_folder_is_moved_back(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    apply_all(client)
    call(grafana, "POST", f"/api/folders/{FOLDER}/move", {"parentUid": "operations"})
    live = owned(client)["folder"]

    client.update(resource("folder", bodies()["folder"]), bodies()["folder"], mark("folder"), live)

    assert live.body["parentUid"] == "operations"
    assert owned(client)["folder"].body["parentUid"] == ""


def test_somebody_elses_save_in_between_is_a_conflict(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    apply_all(client)
    live = owned(client)["dashboard"]
    body = changed("dashboard")
    client.update(resource("dashboard", body), body, mark("dashboard"), live)

    with pytest.raises(Conflict, match="somebody saved it"):
        client.update(resource("dashboard", body), body, mark("dashboard"), live)


def test_a_lost_race_for_the_alerting_configuration_is_run_again(client_of: Connect, grafana: GrafanaEmulator) -> None:
    client = client_of(grafana)
    grafana.conflicts = 2

    client.create(resource("mute_timing", bodies()["mute_timing"]), bodies()["mute_timing"], mark("mute_timing"))

    assert "mute_timing" in owned(client)


def test_a_race_that_is_always_lost_is_told(client_of: Connect, grafana: GrafanaEmulator) -> None:
    client = client_of(grafana)
    grafana.conflicts = 9

    with pytest.raises(Conflict, match="concurrent request"):
        client.create(resource("mute_timing", bodies()["mute_timing"]), bodies()["mute_timing"], mark("mute_timing"))


def test_every_page_is_read(grafana: GrafanaEmulator, client_of: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE", 2)
    for number in range(5):
        call(grafana, "POST", "/api/folders", {"uid": f"f{number}", "title": f"Folder {number}"})

    found = [live.remote_id for live in client_of(grafana).read(()) if live.kind == "folder"]

    assert sorted(found) == ["f0", "f1", "f2", "f3", "f4", "operations"]


def test_many_groups_are_read_with_one_export_and_without_it_one_by_one(grafana: GrafanaEmulator, client_of: Connect) -> None:
    apply_all(client_of(grafana))
    for number in range(5):
        title = f"mc-{number}-90s"
        rules = [rule(f"{letter}{number}", ruleGroup=title, title=f"{letter} {number}") for letter in "ba"]
        body = {"title": title, "folderUid": FOLDER, "interval": 90 + 10 * number, "rules": rules}
        client_of(grafana).create(Resource("grafana", "rule_group", title, title, body, "monitor.api"), body, mark("rule_group"))
    exported = {live.remote_id: live.body for live in client_of(grafana).read(()) if live.kind == "rule_group"}

    grafana.exports = False
    alone = {live.remote_id: live.body for live in client_of(grafana).read(()) if live.kind == "rule_group"}

    assert exported == alone
    assert [exported[f"{FOLDER}/mc-{number}-90s"]["interval"] for number in range(5)] == [90, 100, 110, 120, 130]


def test_only_the_first_rule_of_a_group_bears_the_digest(grafana: GrafanaEmulator, client_of: Connect) -> None:
    apply_all(client_of(grafana))

    marks = {each["title"]: each["annotations"]["monctl_id"] for each in grafana.store.all("rule")}

    assert marks == {"one": "monctl:shop/-/api-60s#0123456789", "two": "monctl:shop/-/api-60s"}


def test_secrets_come_back_redacted_and_are_not_compared(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    apply_all(client)

    live = owned(client)["contact_point"]

    slack = next(each for each in live.body["receivers"] if each["type"] == "slack")
    assert slack["settings"]["url"] == "[REDACTED]"
    assert "url" not in str(target.normalize("contact_point", live.body))


def test_provenance_is_the_apis_unless_the_estate_wants_to_edit_in_the_ui(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    apply_all(client)
    assert {each["provenance"] for each in grafana.store.all("rule")} == {"api"}

    free = client_of(grafana, editable=True)
    body = bodies()["rule_group"]
    free.update(resource("rule_group", body), body, mark("rule_group"), owned(free)["rule_group"])
    assert {each["provenance"] for each in grafana.store.all("rule")} == {""}

    timing, live = changed("mute_timing"), owned(free)["mute_timing"]
    with pytest.raises(Rejected, match="cannot be made editable again"):
        free.update(resource("mute_timing", timing), timing, mark("mute_timing"), live)


def test_data_sources_are_found_by_name_and_by_uid(grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)

    by_name = client.lookup(lookup("datasource", name="warehouse"))

    assert by_name is not None
    assert client.lookup(lookup("datasource", uid=by_name)) == by_name
    assert client.lookup(lookup("datasource", name="missing-one")) is None
    with pytest.raises(Rejected, match="cannot look up a team"):
        client.lookup(lookup("team", name="x"))


def test_a_bad_token_is_told_without_being_shown(grafana: GrafanaEmulator, client_of: Connect) -> None:
    with pytest.raises(AuthError) as told:
        list(client_of(grafana, credential="bad-token-7").read(()))

    assert "the credential was refused" in str(told.value)
    assert "bad-token-7" not in str(told.value)


def test_a_user_and_a_password_will_do(grafana: GrafanaEmulator) -> None:
    from monctl.sandbox.transport import EmulatorAdapter

    environ = {"GRAFANA_USER": "admin", "GRAFANA_PASSWORD": "secret", "GRAFANA_URL": "http://sandbox.invalid"}
    settings = Settings(None, environ, transport=EmulatorAdapter(grafana))

    assert connect(settings).lookup(lookup("datasource", uid="prometheus")) == "prometheus"


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"GRAFANA_TOKEN": "x"}, "no URL"),
        ({"GRAFANA_URL": "http://x"}, "no credential"),
        ({"GRAFANA_URL": "http://x", "GRAFANA_USER": "a"}, "no credential"),
    ],
)
def test_what_is_missing_is_said_before_any_request(environ: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        connect(Settings(None, environ))


def call(emulator: GrafanaEmulator, method: str, path: str, body: Json = None) -> Any:
    import json

    data = b"" if body is None else json.dumps(body).encode()
    return emulator.handle(Request.of(method, path, {"Authorization": "Bearer glsa_x"}, data))


@pytest.mark.parametrize("path", ["search", "alert-rules", "contact-points", "mute-timings"])
def test_a_map_where_a_list_should_be_is_no_empty_reading(path: str, grafana: GrafanaEmulator, client_of: Connect) -> None:
    client = client_of(grafana)
    answer = grafana.handle

    def garbled(request: Request) -> Response:
        return Response(200, {}) if request.method == "GET" and request.path.endswith(path) else answer(request)

    grafana.handle = garbled  # type: ignore[method-assign] # the wire, changed

    with pytest.raises(Garbled, match="no list"):
        list(client.read([]))
