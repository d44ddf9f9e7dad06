"""What was changed outside, told apart from what the specs changed: one target in memory."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monctl.apply import Outcome, Side, apply
from monctl.drift import Deviation, Drift, What, drift
from monctl.live import read_all
from monctl.plan import Cause
from monctl.remembered import Memory
from monctl.resource import Ref, Resource, SecretRef, lookup
from monctl.selection import Selection
from monctl.source import Origin
from monctl.testing import Memory as Provider
from monctl.testing import plan_for


def thing(key: str, body: dict[str, Any] | None = None, **more: Any) -> Resource:
    return Resource("memory", "thing", key, key.title(), {"name": key, **(body or {})}, f"monitor.{key}", Origin(f"{key}.yaml"), **more)


def applied(*resources: Resource) -> Provider:
    """A provider to which the resources were applied."""
    target = Provider()
    client = target.connect()
    plan, state = plan_for(target, client, resources)
    receipts = list(apply(plan, [Side(target, client, resources, state)], secrets=lambda secret: f"value of {secret.reference}"))
    assert [receipt.outcome for receipt in receipts] == [Outcome.DONE] * len(resources)
    return target


def found(target: Provider, *resources: Resource, **more: Any) -> Drift:
    return drift(target, resources, read_all(target.connect(), "memory", resources), estate="estate", **more)


def only(target: Provider, *resources: Resource, **more: Any) -> Deviation:
    (deviation,) = found(target, *resources, **more).deviations
    return deviation


def edit(target: Provider, key: str, **fields: Any) -> None:
    """What somebody does in the provider's page."""
    body = body_of(target, key)
    body.update(fields)


def body_of(target: Provider, key: str) -> dict[str, Any]:
    return next(body for _, body in target.world.objects.values() if body["name"] == key)


def id_of(target: Provider, key: str) -> str:
    return next(id for id, (_, body) in target.world.objects.items() if body["name"] == key)


SITE, API = thing("site", {"limit": 5, "tags": ["a", "b"]}), thing("api")


def test_what_is_as_it_was_left_is_only_counted() -> None:
    target = applied(SITE, API)
    target.world.put("thing", {"name": "Somebody's"})

    result = found(target, SITE, API)

    assert (result.deviations, result.unchanged, result.foreign, result.spec, result.pending) == ((), 2, 1, 0, 0)


def test_an_edit_outside_shows_what_was_applied_and_what_is_there() -> None:
    target = applied(SITE, API)
    edit(target, "site", limit=9)

    one = only(target, SITE, API)

    assert (one.what, one.cause, one.address, one.remote_id) == (What.CHANGED, Cause.OUTSIDE, "monitor.site", id_of(target, "site"))
    assert [(field.path, field.before, field.after) for field in one.fields] == [("limit", 5, 9)]
    assert one.help == "`monctl apply` puts it back; to keep it, say so in site.yaml"


def test_a_change_of_the_specs_is_no_drift() -> None:
    result = found(applied(SITE, API), thing("site", {"limit": 6, "tags": ["a", "b"]}), API)

    assert (result.deviations, result.spec, result.unchanged) == ((), 1, 1)


def test_a_change_of_both_is_told_apart() -> None:
    target = applied(SITE)
    edit(target, "site", limit=9)

    one = only(target, thing("site", {"limit": 6, "tags": ["a", "b"]}))

    assert one.cause is Cause.BOTH
    assert "overwrites it" in one.help


def test_the_same_change_on_both_sides_is_none() -> None:
    target = applied(SITE)
    edit(target, "site", limit=6)

    result = found(target, thing("site", {"limit": 6, "tags": ["a", "b"]}))

    assert (result.deviations, result.unchanged) == ((), 1)


def test_without_a_digest_nobody_can_tell_who_changed_it() -> None:
    target = applied(SITE)
    edit(target, "site", limit=9, note="[monctl:estate/-/site]")

    one = only(target, SITE)

    assert (one.what, one.cause) == (What.CHANGED, Cause.UNKNOWN)
    assert "no room for a digest" in one.reason


def test_what_a_journal_knows_and_is_gone_was_deleted() -> None:
    target = applied(SITE, API)
    gone = id_of(target, "site")
    del target.world.objects[gone]

    one = only(target, SITE, API, memory=Memory({("memory", "thing", "site"): gone}))

    assert (one.what, one.cause, one.remote_id) == (What.DELETED, Cause.OUTSIDE, gone)


def test_what_another_object_still_refers_to_was_deleted_and_that_one_is_as_it_was_left() -> None:
    page = thing("page", {"uses": [Ref("thing", "site")]})
    target = applied(SITE, page)
    gone = id_of(target, "site")
    del target.world.objects[gone]

    result = found(target, SITE, page)

    assert [(one.key, one.what, one.remote_id) for one in result.deviations] == [("site", What.DELETED, gone)]
    assert (result.unchanged, result.spec) == (1, 0)


def test_what_is_not_there_and_nobody_knows_of_is_said_so() -> None:
    target = applied(API)

    one = only(target, SITE, API)

    assert (one.what, one.cause, one.reason) == (What.MISSING, Cause.UNKNOWN, "deleted outside, or never applied")


def test_what_a_journal_knows_was_never_made_is_no_drift() -> None:
    result = found(applied(API), SITE, API, memory=Memory(covered=frozenset({"memory"})))

    assert (result.deviations, result.pending) == ((), 1)


def test_a_target_with_nothing_of_ours_was_emptied_or_never_applied_and_is_not_passed_over() -> None:
    result = found(applied(), SITE, API)

    assert [(one.key, one.what, one.cause) for one in result.deviations] == [
        ("api", What.MISSING, Cause.UNKNOWN),
        ("site", What.MISSING, Cause.UNKNOWN),
    ]
    assert result.pending == 0


def test_an_object_that_lost_its_mark_is_known_by_its_id() -> None:
    target = applied(SITE, API)
    edit(target, "site", note="", limit=7)
    known = id_of(target, "site")

    one = only(target, SITE, API, memory=Memory({("memory", "thing", "site"): known}))

    assert (one.what, one.remote_id) == (What.UNMARKED, known)
    assert f"--adopt memory/thing/site={known}" in one.help


def test_an_object_that_lost_its_mark_is_known_by_all_else() -> None:
    target = applied(Resource("memory", "thing", "site", "site", {"name": "site"}, "monitor.site"), API)
    edit(target, "site", note="")

    one = only(target, Resource("memory", "thing", "site", "site", {"name": "site"}, "monitor.site"), API)

    assert (one.what, one.reason) == (What.UNMARKED, "it has no mark, and is what the specs say")


def test_an_object_with_another_ones_mark_is_not_offered_for_adoption() -> None:
    target = applied(SITE, API)
    edit(target, "site", note="[monctl:others/prod/site#0123456789]")

    one = only(target, SITE, API, memory=Memory({("memory", "thing", "site"): id_of(target, "site")}))

    assert (one.what, one.reason) == (What.UNMARKED, "it bears the mark of others/prod now")
    assert "--adopt" not in one.help


def test_a_clone_with_our_mark_is_drift_and_the_original_is_not() -> None:
    target = applied(SITE)
    copy = target.world.put("thing", dict(body_of(target, "site")))

    result = found(target, SITE)

    assert [(one.what, one.remote_id) for one in result.deviations] == [(What.COPIED, copy)]
    assert result.unchanged == 1


def test_what_the_specs_no_longer_name_is_drift_only_when_it_was_changed() -> None:
    target = applied(SITE, API)

    assert (found(target, API).deviations, found(target, API).spec) == ((), 1)

    edit(target, "site", limit=1)
    one = only(target, API)

    assert (one.cause, one.fields, one.reason) == (Cause.BOTH, (), "the specs no longer name it")


def test_other_secrets_in_the_specs_are_no_drift_and_an_edit_behind_them_is_said_to_be_unknown() -> None:
    target = applied(thing("site", {"secret": SecretRef("env:A")}))

    assert found(target, thing("site", {"secret": SecretRef("env:B")})).deviations == ()

    edit(target, "site", limit=3)
    result = found(target, thing("site", {"secret": SecretRef("env:B")}))

    assert (result.deviations, result.spec) == ((), 1)
    assert [note.address for note in result.notes] == ["monitor.site"]


def test_secrets_are_in_no_field() -> None:
    target = applied(thing("site", {"http_password": "x"}))
    edit(target, "site", http_password="hunter2", webhook="https://hooks.slack.com/services/T0/B0/xyz")

    shown = repr(only(target, thing("site", {"http_password": "x"})))

    assert "hunter2" not in shown
    assert "xyz" not in shown


def test_a_person_who_is_no_longer_found_does_not_make_an_object_drift() -> None:
    ana = lookup("user", email="ana@example.com")
    site = thing("site", {"who": ana})
    target = Provider()
    target.world.known[ana] = "U1"
    plan, state = plan_for(target, target.connect(), [site])
    assert [one.outcome for one in apply(plan, [Side(target, target.connect(), [site], state)], secrets=str)] == [Outcome.DONE]
    target.world.known.clear()

    result = found(target, site)

    assert (result.deviations, result.unchanged) == ((), 1)


def test_a_selection_judges_what_it_means_and_nothing_else() -> None:
    target = applied(SITE, API)
    edit(target, "site", limit=9)
    edit(target, "api", limit=9)

    assert [one.key for one in found(target, SITE, API, selection=Selection(frozenset({"monitor.api"}))).deviations] == ["api"]


def test_a_renamed_object_is_judged_under_its_new_name() -> None:
    target = applied(SITE)
    edit(target, "site", limit=9)
    renamed = Resource("memory", "thing", "shop", "Site", SITE.body, "monitor.shop")

    one = only(target, renamed, moved={"monitor.site": "monitor.shop"})

    assert (one.address, one.what) == ("monitor.shop", What.CHANGED)


NAMES = st.sampled_from(["site", "api", "db", "queue"])


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, unique=True, min_size=1), st.data())
def test_one_edit_among_many_objects_is_one_deviation_with_that_field(names: list[str], data: st.DataObject) -> None:
    resources: list[Resource] = []
    for name in names:
        body: dict[str, Any] = {"limit": data.draw(st.integers(0, 5))}
        if data.draw(st.booleans()) and resources:
            body["uses"] = [Ref("thing", data.draw(st.sampled_from(resources)).key)]
        if data.draw(st.booleans()):
            body["secret"] = SecretRef("env:A")
        resources.append(thing(name, body))
    target = applied(*resources)

    assert found(target, *resources).deviations == ()

    name = data.draw(st.sampled_from(names))
    edit(target, name, limit=77)
    one = only(target, *resources)

    assert (one.key, one.cause, [field.path for field in one.fields]) == (name, Cause.OUTSIDE, ["limit"])


def planned_cause(target: Provider, key: str, *resources: Resource) -> Cause | None:
    """What a plan says of who changed an object."""
    plan, _ = plan_for(target, target.connect(), resources)
    return next(change.cause for change in plan.changes if change.key == key)


@pytest.mark.parametrize(
    ("edited", "respecified", "cause"),
    [(True, False, Cause.OUTSIDE), (True, True, Cause.BOTH), (False, True, Cause.SPEC), (False, False, Cause.UNKNOWN)],
    ids=["outside", "both", "spec", "neither"],
)
def test_a_plan_names_the_same_cause_also_where_what_an_object_refers_to_was_deleted(edited: bool, respecified: bool, cause: Cause) -> None:
    page = thing("page", {"limit": 1, "uses": [Ref("thing", "site")]})
    target = applied(SITE, page)
    del target.world.objects[id_of(target, "site")]
    if edited:
        edit(target, "page", limit=7)
    now = thing("page", {"limit": 3, "uses": [Ref("thing", "site")]}) if respecified else page

    assert planned_cause(target, "page", SITE, now) is cause
    told = {one.key: one.cause for one in found(target, SITE, now).deviations}
    assert told.get("page") == (cause if edited else None)


def test_a_plan_blames_nobody_outside_for_another_reference_to_a_secret() -> None:
    target = applied(thing("site", {"secret": SecretRef("env:A"), "limit": 5}))
    now = thing("site", {"secret": SecretRef("env:B"), "limit": 6})

    assert planned_cause(target, "site", now) is Cause.SPEC
    edit(target, "site", limit=7)
    assert planned_cause(target, "site", now) is Cause.SPEC, "whether somebody did cannot be told, and drift says so"
    (note,) = found(target, now).notes
    assert "cannot be told" in note.message
