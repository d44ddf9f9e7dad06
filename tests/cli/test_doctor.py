"""`monctl doctor`: against the sandbox, and against what each provider says of a credential that may do too little."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monctl.cli import run
from monctl.errors import AuthError
from monctl.examination import Check, Verdict
from monctl.resource import Json
from monctl.rest import Http
from monctl.sandbox.emulator import Request, Response
from monctl.sandbox.place import Sandbox
from monctl.sandbox.server import Server
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import discover
from monctl_targets.grafana import examine as grafana
from monctl_targets.pagerduty import examine as pagerduty
from monctl_targets.sentry import examine as sentry
from monctl_targets.uptimerobot import examine as uptimerobot
from tests.targets.sentry.test_sentry_contract import Contract

Placed = Callable[[str], Any]
ESTATES = ["ai-music-community", "audio-pipeline", "not-a-label", "tracks-posts", "tradosphere"]


def examined(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """The exit status and the checks by target."""
    capsys.readouterr()
    status = run(["doctor", *words, "-o", "json"])
    return status, {one["target"]: one["checks"] for one in json.loads(capsys.readouterr().out)["targets"]}


@pytest.mark.parametrize("estate", ESTATES)
def test_in_the_sandbox_all_is_well_and_the_round_trip_leaves_nothing(
    estate: str, place: Placed, capsys: pytest.CaptureFixture[str]
) -> None:
    here = place(estate)
    kinds = [("grafana", "dashboard"), ("pagerduty", "team"), ("sentry", "workflow"), ("uptimerobot", "monitor")]
    before = [here.held(*kind) for kind in kinds]

    status, found = examined(capsys, *here.where, "--round-trip")

    assert status == 0
    verdicts = {target: {check["name"]: check["verdict"] for check in checks} for target, checks in found.items()}
    assert {target: held["round trip"] for target, held in verdicts.items()} == {
        target: "note" if target == "runner" else "ok" for target in found
    }
    assert all(held["credential"] == "ok" for target, held in verdicts.items() if target != "runner")
    assert [here.held(*kind) for kind in kinds] == before


def test_text_names_target_address_and_variable_and_no_value(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    capsys.readouterr()

    assert run(["doctor", *here.where]) == 0

    shown = capsys.readouterr().out
    assert "not-a-label · grafana   http://sandbox.invalid/grafana (the sandbox)" in shown
    assert "✓ credential   from GRAFANA_TOKEN" in shown
    assert "glsa_" not in shown
    assert shown.splitlines()[-1].startswith("All is well:")


def test_a_person_who_has_no_account_is_named_with_what_needs_them(
    place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = place("not-a-label")
    folder = shutil.copytree(here.folder, tmp_path / "estate")
    people = folder / "people.yaml"
    people.write_text(people.read_text(encoding="utf-8").replace("engineer2@", "missing-engineer2@"), encoding="utf-8")

    status, found = examined(capsys, "-C", str(folder), "--sandbox", str(here.sandbox), "--target", "pagerduty")

    assert status == 1
    (failed,) = [check for check in found["pagerduty"] if check["verdict"] == "failed"]
    assert "pagerduty has no user with email 'missing-engineer2@" in failed["said"]
    assert "needed by " in failed["said"]


def test_without_credentials_it_could_not_ask(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")

    status, found = examined(capsys, "-C", str(here.folder), "--target", "pagerduty", "--target", "sentry")

    assert status == 3
    assert {target: [check["verdict"] for check in checks] for target, checks in found.items()} == {
        "pagerduty": ["unasked"],
        "sentry": ["unasked"],
    }
    assert found["pagerduty"][0]["said"] == "PAGERDUTY_TOKEN is not set"


def test_on_a_server_the_address_the_variable_and_the_clock_are_told(
    place: Placed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place("not-a-label")
    with Sandbox(here.sandbox, discover().values()) as opened, Server(opened) as server:
        monkeypatch.setenv("GRAFANA_URL", f"{server.url}/grafana")
        monkeypatch.setenv("GRAFANA_TOKEN", "hunter2")
        monkeypatch.setenv("GRAFANA_USER", "me")
        capsys.readouterr()

        assert run(["doctor", "-C", str(here.folder), "--target", "grafana"]) == 0

        shown = capsys.readouterr()
        assert f"{server.url}/grafana (GRAFANA_URL)" in shown.out
        assert "from GRAFANA_TOKEN; GRAFANA_USER is not used" in shown.out
        assert "within 60 s of the provider's" in shown.out
        assert "hunter2" not in shown.out + shown.err

        monkeypatch.setenv("GRAFANA_TOKEN", "bad-hunter2")
        assert run(["doctor", "-C", str(here.folder), "--target", "grafana"]) == 3

        shown = capsys.readouterr()
        assert "the credential was refused" in shown.out
        assert "1 could not be asked" in shown.out
        assert "hunter2" not in shown.out + shown.err


class Told:
    """A provider that gives prepared answers."""

    name = "told"

    def __init__(self, answers: dict[str, Response]) -> None:
        self.answers = answers
        self.methods: set[str] = set()

    def handle(self, request: Request) -> Response:
        self.methods.add(request.method)
        return self.answers.get(request.path, Response(404, {"detail": "not found"}))

    def held(self) -> Iterable[Any]:
        return ()

    def environment(self, base_url: str) -> dict[str, str]:
        return {}


def http(target: str, **answers: Json) -> tuple[Http, Told]:
    """`answers`: path → JSON, or a Response."""
    told = Told({path: answer if isinstance(answer, Response) else Response(200, answer) for path, answer in answers.items()})
    base = "http://told.invalid/api/0" if target == "sentry" else "http://told.invalid"
    return Http(base, target=target, transport=EmulatorAdapter(told, base)), told


def by_name(checks: Iterable[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_grafana_names_the_permissions_that_are_missing_and_an_old_version() -> None:
    held = {name: ["*"] for name in ("folders:read", "dashboards:read", "datasources:read", "alert.provisioning:read", "dashboards:write")}
    session, told = http(
        "grafana",
        **{
            "/api/health": Response(200, {"version": "10.4.1"}, {"Date": "Sat, 21 Nov 2020 12:00:00 GMT"}),
            "/api/org": {"name": "Main Org."},
            "/api/user": Response(403, {"message": "no"}),
            "/api/access-control/user/permissions": held,
        },
    )

    found = by_name(grafana.examine(session))

    assert found["version"].verdict is Verdict.WARNING
    assert found["clock"].verdict is Verdict.WARNING
    assert (found["who"].said, found["permissions"].verdict) == ("organisation 'Main Org.'", Verdict.WARNING)
    assert "alert.provisioning:write" in found["permissions"].said
    assert "dashboards:write" not in found["permissions"].said
    assert told.methods == {"GET"}


def test_sentry_names_the_scopes_that_are_missing_and_the_wrong_region() -> None:
    organization = {"slug": "acme", "links": {"regionUrl": "https://de.sentry.io"}}
    headers = {"X-Sentry-Rate-Limit-Limit": "40", "X-Sentry-Rate-Limit-Remaining": "39"}
    session, told = http(
        "sentry",
        **{
            "/": {"auth": {"scopes": ["org:read", "alerts:read", "alerts:write"]}},
            "/organizations/acme/": Response(200, organization, headers),
        },
    )

    found = by_name(sentry.examine(session, "/organizations/acme/"))

    assert (found["scopes"].verdict, found["scopes"].said) == (Verdict.FAILED, "missing: project:read, team:read, member:read")
    assert found["rate limit"].said == "40 requests a window, for each endpoint, 39 left"
    assert found["who"].said == "organization 'acme' in de.sentry.io"
    assert told.methods == {"GET"}

    us = Http("https://us.sentry.io/api/0", target="sentry", transport=EmulatorAdapter(told, "https://us.sentry.io/api/0"))
    assert by_name(sentry.examine(us, "/organizations/acme/"))["who"].help == "set targets.sentry.url to https://de.sentry.io"


def test_sentry_tells_its_scopes_before_it_refuses_the_rest() -> None:
    session, _ = http("sentry", **{"/": {"auth": {"scopes": []}}, "/organizations/acme/": Response(403, {"detail": "no"})})
    checks = sentry.examine(session, "/organizations/acme/")

    assert next(checks).verdict is Verdict.FAILED
    with pytest.raises(AuthError):
        next(checks)


def test_pagerduty_says_whose_token_it_is_what_it_may_and_what_the_plan_lacks() -> None:
    person = {"user": {"name": "Ana", "email": "ana@example.com", "role": "observer"}}
    abilities = Response(200, {"abilities": ["teams"]}, {"ratelimit-limit": "960", "ratelimit-remaining": "950"})
    session, told = http("pagerduty", **{"/users/me": person, "/abilities": abilities})

    found = by_name(pagerduty.examine(session))

    assert (found["who"].verdict, found["who"].said) == (Verdict.WARNING, "Ana <ana@example.com>, observer: enough to plan, not to apply")
    assert "service_support_hours" in found["abilities"].said
    assert found["rate limit"].said == "960 requests a minute, 950 left"
    assert told.methods == {"GET"}


def test_pagerduty_passes_a_scope_that_is_missing_on_by_its_name() -> None:
    from monctl_targets.pagerduty.api import classify

    refusal = {"error": {"message": "Forbidden", "code": 2010, "required_scopes": "abilities.read"}}
    told = Told({"/users/me": Response(403, refusal), "/abilities": Response(403, refusal)})
    session = Http("http://told.invalid", target="pagerduty", transport=EmulatorAdapter(told), classify=classify)

    found = by_name(pagerduty.examine(session))

    assert found["who"].verdict is Verdict.OK
    assert "needs the scopes abilities.read" in found["abilities"].said


@pytest.mark.parametrize(
    ("plan", "declared", "verdict"),
    [
        ("Free", "team", Verdict.FAILED),
        ("Team", "team", Verdict.OK),
        ("Enterprise", "solo", Verdict.OK),
        ("Scale", "team", Verdict.OK),
        ("", "team", Verdict.NOTE),
    ],
)
def test_uptimerobot_compares_the_accounts_plan_with_the_declared_one(plan: str, declared: str, verdict: Verdict) -> None:
    session, told = http("uptimerobot", **{"/user/me": {"email": "a@b", "activeSubscription": {"plan": plan}}})

    assert by_name(uptimerobot.examine(session, declared))["plan"].verdict is verdict
    assert told.methods == {"GET"}


@pytest.mark.parametrize(("count", "verdict"), [(10, Verdict.OK), (46, Verdict.WARNING), (50, Verdict.WARNING)])
def test_uptimerobot_says_how_much_room_there_is(count: int, verdict: Verdict) -> None:
    headers = {"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "9"}
    session, _ = http("uptimerobot", **{"/user/me": Response(200, {"email": "a@b", "monitorsCount": count, "monitorLimit": 50}, headers)})

    found = by_name(uptimerobot.examine(session, "free"))

    assert (found["monitors"].verdict, found["rate limit"].said) == (verdict, "10 requests a minute, 9 left")


def test_the_scratch_monitor_fits_the_vendors_contract(vendor_schema: Callable[[str], Any]) -> None:
    document = vendor_schema("uptimerobot-openapi-own.json")
    for one in uptimerobot.scratch():
        body = {name: value for name, value in one.body.items() if name != "status"}  # pausing is a call of its own
        jsonschema.validate(body, {"$ref": "#/components/schemas/CreateMonitor", "components": document["components"]})


def test_the_scratch_dashboard_fits_the_vendors_schema(vendor_schema: Callable[[str], Any]) -> None:
    schema = vendor_schema("grafana-dashboard.schema.json")
    for one in grafana.scratch("monctl-doctor", ""):
        jsonschema.validate(one.body["dashboard"], schema)


def test_the_scratch_alert_fits_the_vendors_contract(vendor_schema: Callable[[str], Any]) -> None:
    contract = Contract(vendor_schema("sentry-openapi.json"))
    for one in sentry.scratch():
        contract.check_request("POST", "/api/0/organizations/acme/workflows/", one.body)


def test_the_scratch_team_fits_the_vendors_contract(vendor_schema: Callable[[str], Any]) -> None:
    document = vendor_schema("pagerduty-openapi.json")
    content = document["paths"]["/teams"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    for one in pagerduty.scratch():
        jsonschema.validate({"team": one.body}, {**content, "components": document["components"]})
