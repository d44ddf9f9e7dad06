"""Snapshots: whole, sealed, without secrets; and a plan against one is the plan that was made live."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monctl.apply import Side, apply
from monctl.diff import diff
from monctl.errors import PlanRefused, UsageError
from monctl.live import LiveState, read_all
from monctl.plan import Action, Difference
from monctl.resource import Live, Lookup, Ref, Resource, SecretRef, lookup
from monctl.snapshot import EstateState, Snapshot, age, snapshot, snapshot_schema, target_state
from monctl.snapshot_file import read, text, write
from monctl.snapshot_target import FrozenClient, FrozenTarget, frozen
from monctl.target import Settings
from monctl.testing import Memory as Provider
from monctl.testing import plan_for
from monctl.veil import Veil

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NO_KEY, KEY = Veil(), Veil("0123456789abcdef0123456789abcdef")
ANA, BO = lookup("user", email="ana@example.com"), lookup("user", email="bo@example.com")


def thing(key: str, body: dict[str, Any] | None = None) -> Resource:
    return Resource("memory", "thing", key, key.title(), {"name": key, **(body or {})}, f"monitor.{key}")


def applied(*resources: Resource) -> Provider:
    target = Provider()
    target.world.known[ANA] = "U1"
    client = target.connect()
    plan, state = plan_for(target, client, resources)
    assert all(
        receipt.remote_id
        for receipt in apply(plan, [Side(target, client, resources, state)], secrets=lambda one: f"value of {one.reference}")
    )
    return target


def taken(target: Provider, *resources: Resource, veil: Veil = NO_KEY, everything: bool = False, partial: bool = False) -> Snapshot:
    state = target_state(
        target,
        resources,
        read_all(target.connect(), "memory", resources),
        estate="estate",
        environment="",
        veil=veil,
        everything=everything,
    )
    return snapshot([EstateState("estate", "", {"memory": state}, partial)], taken_at=NOON, veil=veil)


def against(target: Provider, found: Snapshot, *resources: Resource, veil: Veil = NO_KEY) -> Difference:
    shut = FrozenTarget(target, found, veil)
    client = shut.connect(Settings(None, {}, estate="estate"))
    return diff(shut, resources, read_all(client, "memory", resources), estate="estate")


def live(target: Provider, *resources: Resource) -> Difference:
    return diff(target, resources, read_all(target.connect(), "memory", resources), estate="estate")


def shown(difference: Difference) -> list[tuple[Any, ...]]:
    return sorted(
        (one.id, one.action, one.cause, one.remote_id, tuple((field.path, repr(field.before), repr(field.after)) for field in one.fields))
        for one in difference.changes
    )


SITE = thing("site", {"limit": 5, "secret": SecretRef("env:TOKEN"), "who": ANA})
PAGE = thing("page", {"uses": [Ref("thing", "site")], "code": Ref("thing", "site", "limit")})


def test_it_holds_ours_counts_the_rest_and_reads_back_as_it_was(tmp_path: Path) -> None:
    target = applied(SITE, PAGE)
    target.world.put("thing", {"name": "Somebody's", "password": "hunter2"})
    made = taken(target, SITE, PAGE, everything=True)

    write(tmp_path / "out" / "live.json", made)

    assert read(tmp_path / "out" / "live.json") == made
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["live.json"]
    (state,) = made.estates[0].targets.values()
    assert [(one.kind, one.mark.key if one.mark else "") for one in state.objects] == [("thing", "page"), ("thing", "site")]
    assert (state.foreign, [one.name for one in state.others]) == ({"thing": 1}, ["Somebody's"])
    assert [(one.lookup, one.found) for one in state.lookups] == [(ANA, "U1")]
    assert "hunter2" not in text(made)
    assert "value of" not in text(made)
    assert taken(target, SITE, PAGE).estates[0].targets["memory"].others == ()


def test_it_is_as_its_schema_says_and_the_same_bytes_for_the_same_state() -> None:
    target = applied(SITE, PAGE)
    made = text(taken(target, SITE, PAGE, veil=KEY, everything=True))

    jsonschema.Draft202012Validator(snapshot_schema()).validate(json.loads(made))
    assert text(taken(target, SITE, PAGE, veil=KEY, everything=True)) == made


def test_an_object_that_no_spec_names_is_kept_without_its_body() -> None:
    target = applied(thing("old", {"hook": "https://chat.example/hooks/hunter2"}))

    made = taken(target)

    assert made.estates[0].targets["memory"].objects[0].body == "***"
    assert [(one.action, one.name) for one in against(target, made).changes] == [(Action.DELETE, "old")]


def test_a_plan_against_it_is_empty_when_nothing_changed() -> None:
    target = applied(SITE, PAGE)

    assert against(target, taken(target, SITE, PAGE), SITE, PAGE).changes == ()


def test_a_plan_against_it_is_the_plan_that_was_made_live() -> None:
    target = applied(SITE, PAGE, thing("old"))
    wanted = [thing("site", {"limit": 6, "secret": SecretRef("env:OTHER"), "who": ANA}), PAGE, thing("new")]

    assert shown(against(target, taken(target, SITE, PAGE, thing("old")), *wanted)) == shown(live(target, *wanted))
    assert sorted(one.action for one in live(target, *wanted).changes) == [Action.CREATE, Action.DELETE, Action.UPDATE]


def test_somebody_not_looked_up_then_is_shown_as_unknown_and_stands_in_nobodys_way() -> None:
    target = applied(SITE)

    difference = against(target, taken(target, SITE), thing("site", {**SITE.body, "who": BO}))

    assert difference.errors == ()
    assert [(one.before, one.after) for one in difference.changes[0].fields] == [
        ("U1", "user(email=bo@example.com), which the snapshot does not know")
    ]


def test_somebody_looked_up_in_vain_still_stands_in_the_way() -> None:
    target = applied(SITE)
    target.world.known.clear()

    assert [error.change for error in against(target, taken(target, SITE), SITE).errors] == ["memory/thing/site"]


def test_another_environment_and_a_target_left_out_cannot_be_asked() -> None:
    target = applied(SITE)
    shut = frozen({"memory": target, "other": Provider("other")}, taken(target, SITE, partial=True), Veil())

    with pytest.raises(UsageError, match="in environment '-', not 'staging'"):
        shut["memory"].connect(Settings(None, {}, estate="estate", environment="staging"))
    with pytest.raises(UsageError, match="taken without it"):
        shut["other"].connect(Settings(None, {}, estate="estate"))
    assert list(shut["memory"].connect(Settings(None, {}, estate="unknown")).read([])) == []


def test_nothing_can_be_written_to_it() -> None:
    client = FrozenClient(Provider(), taken(applied(SITE), SITE).estates[0].targets["memory"], Veil())
    (one,) = client.read([SITE])
    assert one.mark is not None
    for call in (lambda: client.create(SITE, {}, one.mark), lambda: client.update(SITE, {}, one.mark, one), lambda: client.delete(one)):
        with pytest.raises(UsageError, match="for reading"):
            call()


def test_with_the_key_a_changed_secret_in_clear_shows_and_without_it_does_not() -> None:
    target = applied(thing("site", {"http_password": "one"}))
    wanted = thing("site", {"http_password": "two"})
    made = taken(target, thing("site", {"http_password": "one"}), veil=KEY)

    assert [(one.path, one.sensitive, one.before) for one in against(target, made, wanted, veil=KEY).changes[0].fields] == [
        ("http_password", True, None)
    ]
    assert against(target, made, thing("site", {"http_password": "one"}), veil=KEY).changes == ()
    assert against(target, made, wanted).changes == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a snapshot"),
        ('{"kind": "monctl plan"}', "is not a snapshot"),
        ('{"kind": "monctl snapshot", "format_version": 9}', "format 9; this monctl reads format 1"),
    ],
)
def test_what_is_no_snapshot_is_refused_with_a_sentence(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "live.json").write_text(content, encoding="utf-8")

    with pytest.raises(UsageError, match=message):
        read(tmp_path / "live.json")


def test_a_snapshot_that_is_not_there_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "none.json")


def test_a_snapshot_that_was_changed_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "live.json", taken(applied(SITE), SITE))
    written = (tmp_path / "live.json").read_text(encoding="utf-8")
    (tmp_path / "live.json").write_text(written.replace('"limit": 5', '"limit": 6'), encoding="utf-8")

    with pytest.raises(PlanRefused, match="was changed after it was written"):
        read(tmp_path / "live.json")


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match="cannot write the snapshot"):
        write(tmp_path / "file" / "live.json", taken(applied(SITE), SITE))

    (tmp_path / "live.json").mkdir()
    with pytest.raises(UsageError, match="cannot write the snapshot"):
        write(tmp_path / "live.json", taken(applied(SITE), SITE))
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == ["file", "live.json"]


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=5), "less than a minute old"),
        (timedelta(minutes=1), "1 minute old"),
        (timedelta(hours=3, minutes=59), "3 hours old"),
        (timedelta(days=2, hours=4), "2 days old"),
        (timedelta(hours=-1), "from the future, by this clock"),
    ],
)
def test_its_age_is_said_for_people(passed: timedelta, said: str) -> None:
    assert age(NOON, NOON + passed) == said


_NAMES = st.sampled_from(["site", "api", "db", "queue", "cache"])


@st.composite
def programs(draw: st.DrawFn) -> list[Resource]:
    made: list[Resource] = []
    for name in draw(st.lists(_NAMES, unique=True, max_size=5)):
        body: dict[str, Any] = draw(
            st.dictionaries(
                st.sampled_from(["limit", "text", "api_key", "url"]), st.integers(0, 3) | st.sampled_from(["a", "https://x.example/p", ""])
            )
        )
        body["type"] = draw(st.sampled_from(["http", "tcp"]))
        if draw(st.booleans()):
            body["secret"] = SecretRef(f"env:{draw(st.sampled_from('AB'))}")
        if draw(st.booleans()) and made:
            body["uses"] = [Ref("thing", draw(st.sampled_from(made)).key)]
        made.append(thing(name, body))
    return made


def changed(difference: Difference) -> dict[str, list[str]]:
    """Change → the paths of its fields; of a deletion nothing, for its body is not kept when no spec names it."""
    return {one.id: [field.path for field in one.fields] for one in difference.changes if one.action is not Action.DELETE}


@settings(max_examples=80, deadline=None)
@given(programs(), programs())
def test_against_a_keyed_snapshot_any_program_has_its_live_plan(first: list[Resource], second: list[Resource]) -> None:
    target = applied(*first)
    found = taken(target, *first, veil=KEY)

    kept, made = against(target, found, *second, veil=KEY), live(target, *second)

    assert sorted((one.id, one.action) for one in kept.changes) == sorted((one.id, one.action) for one in made.changes)
    assert changed(kept) == changed(made)
    assert kept.unchanged == made.unchanged
    assert against(target, found, *first, veil=KEY).changes == ()


def test_a_state_of_copies_and_leftovers_is_kept_whole() -> None:
    target = applied(SITE)
    target.world.put("thing", dict(next(iter(target.world.objects.values()))[1]))

    made = taken(target, SITE)

    assert len(made.estates[0].targets["memory"].objects) == 2
    assert [note.message for note in against(target, made, SITE).notes] == [note.message for note in live(target, SITE).notes] != []


def test_reading_it_asks_for_no_state_of_its_own() -> None:
    state = LiveState("memory", (Live("thing", "1", "x", {}),), {}, {Lookup("user", ()): "why"})

    assert target_state(Provider(), [], state, estate="estate", environment="", veil=Veil()).lookups[0].reason == "why"
