"""Desired against live, one target: what changes, why, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from monctl.adoption import unmatched
from monctl.diff import destruction, diff
from monctl.live import LiveState, read_all
from monctl.plan import Action, Cause, Change, Difference, Place
from monctl.resolve import applied_digest
from monctl.resource import Live, Lookup, Mark, Ref, Resource, SecretRef, lookup
from monctl.selection import Selection
from monctl.source import Origin
from monctl.testing import Memory, MemoryClient

TARGET = Memory()


def thing(key: str, body: dict[str, Any] | None = None, **more: Any) -> Resource:
    return Resource(
        "memory", more.pop("kind", "thing"), key, more.pop("name", key.title()), {"name": key, **(body or {})}, f"monitor.{key}", **more
    )


def live(resource: Resource, body: dict[str, Any] | None = None, *, id: str = "", applied: bool = True, estate: str = "e") -> Live:
    """A live object as an apply of the resource would have left it, or with another body."""
    digest = applied_digest(TARGET.normalize(resource.kind, resource.body), resource.body) if applied else ""
    shown = {name: value for name, value in (resource.body if body is None else body).items() if name != "secret"}
    return Live(resource.kind, id or f"id-{resource.key}", resource.name, shown, Mark(estate, "", resource.key, digest))


def found(resources: list[Resource], lives: list[Live], **more: Any) -> Difference:
    lookups = more.pop("lookups", {})
    missing = more.pop("missing", {})
    return diff(TARGET, resources, LiveState("memory", tuple(lives), lookups, missing), estate="e", **more)


def only(difference: Difference) -> Change:
    (change,) = difference.changes
    return change


def shown(change: Change) -> list[tuple[str, Any, Any]]:
    return [(one.path, one.before, one.after) for one in change.fields]


def test_what_is_there_as_declared_is_counted_and_no_change() -> None:
    site = thing("site", {"tags": ["a", "b"]})

    difference = found([site], [live(site, {**site.body, "tags": ["b", "a"], "created": 7})])

    assert (difference.changes, difference.unchanged, difference.owned) == ((), 1, 1)


def test_what_is_not_there_is_created_with_its_place() -> None:
    change = only(found([thing("site", {"limit": 5}, origin=Origin("site.py", (), 12))], []))

    assert (change.id, change.action, change.remote_id) == ("memory/thing/site", Action.CREATE, None)
    assert shown(change) == [("enabled", None, True), ("name", None, "site"), ("limit", None, 5)]
    assert change.source == Place("site.py", 12)


def test_what_no_spec_names_is_deleted() -> None:
    change = only(found([], [live(thing("old"))]))

    assert (change.action, change.address, change.remote_id, change.name) == (Action.DELETE, "thing.old", "id-old", "Old")


@pytest.mark.parametrize(
    ("applied", "now", "wanted", "cause"),
    [(5, 5, 6, Cause.SPEC), (5, 7, 5, Cause.OUTSIDE), (5, 7, 6, Cause.BOTH)],
)
def test_the_digest_in_the_mark_tells_who_changed_it(applied: int, now: int, wanted: int, cause: Cause) -> None:
    left = live(thing("site", {"limit": applied}), {"name": "site", "limit": now})

    change = only(found([thing("site", {"limit": wanted})], [left]))

    assert (change.cause, shown(change)) == (cause, [("limit", now, wanted)])


def test_without_a_digest_nobody_knows_who_changed_it() -> None:
    left = live(thing("site"), {"name": "site", "limit": 1}, applied=False)

    assert only(found([thing("site", {"limit": 2})], [left])).cause is Cause.UNKNOWN


def test_a_field_that_cannot_be_changed_makes_a_replacement_and_moves_what_refers_to_it() -> None:
    site, page = thing("site", {"type": "tcp"}), thing("page", {"uses": [Ref("thing", "site")]})
    lives = [live(thing("site", {"type": "http"})), live(page, {"name": "page", "uses": ["id-site"]})]

    first, second = found([site, page], lives).changes

    assert (first.action, first.reason) == (Action.REPLACE, "type cannot be changed in place")
    assert (second.action, second.depends_on) == (Action.UPDATE, ("memory/thing/site",))
    assert shown(second) == [("uses", ["id-site"], [{"$ref": "thing/site"}])]


def test_a_replacement_carries_on_through_a_chain() -> None:
    target = Memory(immutable=frozenset({"type", "uses"}))
    a, b, c = thing("a", {"type": "tcp"}), thing("b", {"uses": [Ref("thing", "a")]}), thing("c", {"uses": [Ref("thing", "b")]})
    lives = (live(thing("a", {"type": "http"})), live(b, {"name": "b", "uses": ["id-a"]}), live(c, {"name": "c", "uses": ["id-b"]}))

    difference = diff(target, [c, b, a], LiveState("memory", lives), estate="e")

    assert {change.key: change.action for change in difference.changes} == dict.fromkeys("abc", Action.REPLACE)


def test_references_to_what_is_there_are_compared_by_id() -> None:
    site, page = thing("site"), thing("page", {"uses": [Ref("thing", "site"), Ref("thing", "site", "code")]})
    lives = [live(site, {"name": "site", "code": "c0de"}), live(page, {"name": "page", "uses": ["id-site", "c0de"]})]

    assert shown(only(found([site, page], lives))) == [("code", "c0de", None)]


def test_lookups_are_compared_by_what_was_found_and_missing_ones_stand_in_the_way() -> None:
    ana, bo = lookup("user", email="ana@example.com"), lookup("user", email="bo@example.com")
    site = thing("site", {"who": ana, "then": bo})
    left = live(site, {"name": "site", "who": "U1", "then": "U2"})

    assert found([site], [left], lookups={ana: "U1", bo: "U2"}).changes == ()

    difference = found([site], [left], lookups={ana: "U1"}, missing={bo: "memory has no user with email 'bo@example.com'"})

    assert [(error.change, error.message) for error in difference.errors] == [
        ("memory/thing/site", "memory has no user with email 'bo@example.com'")
    ]


def test_a_reference_to_nothing_stands_in_the_way() -> None:
    (error,) = found([thing("page", {"uses": [Ref("thing", "gone")]})], []).errors

    assert error.message == "it refers to thing/gone, which nothing makes"


def test_a_circle_of_new_objects_stands_in_the_way() -> None:
    difference = found([thing("a", {"uses": [Ref("thing", "b")]}), thing("b", {"uses": [Ref("thing", "a")]})], [])

    assert {error.change for error in difference.errors} == {"memory/thing/a", "memory/thing/b"}
    assert "wait for each other" in difference.errors[0].message


def test_a_circle_of_objects_that_are_there_is_none() -> None:
    a, b = thing("a", {"uses": [Ref("thing", "b")], "limit": 2}), thing("b", {"uses": [Ref("thing", "a")], "limit": 2})
    lives = [live(a, {"name": "a", "uses": ["id-b"]}), live(b, {"name": "b", "uses": ["id-a"]})]

    difference = found([a, b], lives)

    assert (len(difference.changes), difference.errors) == (2, ())


def test_foreign_objects_are_only_read() -> None:
    others = [
        Live("thing", "x1", "Site", {"name": "site"}),
        live(thing("site"), id="x2", estate="other"),
        Live("thing", "x3", "Site", {}, Mark("e", "staging", "site")),
    ]

    difference = found([thing("site")], others)

    assert only(difference).action is Action.CREATE
    assert [note.message for note in difference.notes] == [
        "memory has a thing named 'Site' already (x1), which is not managed by monctl",
        "memory has a thing named 'Site' already (x2), which belongs to other/-",
        "memory has a thing named 'Site' already (x3), which belongs to e/staging",
    ]
    assert difference.notes[0].help == "take it over with --adopt memory/thing/site=x1, or a second one is made"


def test_a_named_object_is_adopted_and_nothing_else() -> None:
    others = [Live("thing", "x1", "Site", {"name": "site", "limit": 1}), Live("thing", "x2", "Api", {"name": "api"})]

    site, api = found([thing("site", {"limit": 2}), thing("api")], others, adopt=["monitor.site"]).changes

    assert (site.action, site.remote_id, shown(site), site.cause) == (Action.ADOPT, "x1", [("limit", 1, 2)], None)
    assert api.action is Action.CREATE


def test_of_several_with_one_name_the_one_with_the_id_is_adopted() -> None:
    others = [Live("thing", "x1", "Site", {"name": "site"}), Live("thing", "x2", "Site", {"name": "site"})]

    change = only(found([thing("site")], others, adopt=["memory/thing/site=x2"]))
    (error,) = found([thing("site")], others, adopt=["monitor.site"]).errors

    assert (change.action, change.remote_id) == (Action.ADOPT, "x2")
    assert error.message == "'monitor.site' may mean 2 objects: memory has several things named 'Site' (x1, x2)"
    assert error.help == "name one: --adopt memory/thing/site=ID"


def test_an_object_of_another_owner_is_adopted_only_to_be_refused() -> None:
    change = only(found([thing("site")], [live(thing("site"), estate="other")], adopt=["monitor.site"]))

    assert (change.action, change.owner) == (Action.ADOPT, "other/-")


def test_what_is_not_there_cannot_be_adopted() -> None:
    (error,) = found([thing("site")], [], adopt=["monitor.site=x9"]).errors

    assert error.message == "nothing to adopt for 'monitor.site=x9': memory has no thing of that id that is not ours"


def test_a_request_that_names_nothing_is_found_out() -> None:
    assert unmatched(["monitor.site", "monitor.sight=x"], [thing("site")]) == ["monitor.sight=x"]


def test_a_renamed_object_stays() -> None:
    new = Resource("memory", "thing", "shop.critical", "Shop", {"name": "shop"}, "monitor.shop")
    old = live(Resource("memory", "thing", "site.critical", "Site", {"name": "site"}, "monitor.site"))

    change = only(found([new], [old], moved={"monitor.site": "monitor.shop"}))

    assert (change.action, change.remote_id, change.was, change.reason) == (
        Action.UPDATE,
        "id-site.critical",
        "site.critical",
        "renamed from site.critical",
    )
    assert shown(change) == [("name", "site", "shop")]


def test_a_rename_does_not_take_what_is_still_wanted() -> None:
    site, shop = thing("site"), thing("shop")

    changes = found([site, shop], [live(site)], moved={"monitor.site": "monitor.shop"}).changes

    assert [(change.key, change.action) for change in changes] == [("shop", Action.CREATE)]


def test_a_selection_keeps_to_itself() -> None:
    base, site, api = thing("base"), thing("site", {"uses": [Ref("thing", "base")]}), thing("api")
    selection = Selection(frozenset({"monitor.site"}), ("old-*",))

    difference = found([base, site, api], [live(thing("old-one")), live(thing("older"))], selection=selection)

    assert {(change.key, change.action) for change in difference.changes} == {
        ("base", Action.CREATE),
        ("site", Action.CREATE),
        ("old-one", Action.DELETE),
    }


def test_a_selection_adopts_nothing_outside_itself() -> None:
    others = [Live("thing", "x1", "Api", {"name": "api"})]

    assert found([thing("api")], others, adopt=["monitor.api"], selection=Selection(frozenset())).changes == ()


def test_a_clone_made_by_hand_is_left_alone_and_told_of() -> None:
    site = thing("site")
    clone = Live("thing", "id-site2", "Copy of Site", {"name": "copy"}, live(site).mark)

    difference = found([site], [clone, live(site)])

    assert difference.changes == ()
    assert [note.message for note in difference.notes] == [
        "the thing 'Copy of Site' (id-site2) bears the mark of another object, 'site'; it is left alone"
    ]


def test_what_a_broken_replacement_left_behind_goes() -> None:
    old, new = thing("site", {"type": "http"}), thing("site", {"type": "tcp"})

    change = only(found([new], [live(old, id="id-1"), live(new, id="id-2")]))

    assert (change.action, change.remote_id, change.reason) == (Action.DELETE, "id-1", "left behind by a replacement that broke off")


def test_what_the_journal_calls_a_leftover_goes() -> None:
    site = thing("site")
    copy = live(site, {"name": "else"}, id="id-9")

    change = only(found([site], [live(site), copy], leftovers=frozenset({("thing", "id-9")})))

    assert (change.action, change.remote_id) == (Action.DELETE, "id-9")


def test_a_secret_is_never_compared_by_value() -> None:
    site = thing("site", {"secret": SecretRef("env:A")})

    assert found([site], [live(site)]).changes == ()


def test_another_reference_to_a_secret_shows_as_a_change_of_a_secret() -> None:
    left = live(thing("site", {"secret": SecretRef("env:A")}))

    change = only(found([thing("site", {"secret": SecretRef("env:B")})], [left]))

    assert [(one.path, one.before, one.after, one.sensitive) for one in change.fields] == [("secret", None, {"$secret": "env:B"}, True)]
    assert change.cause is Cause.SPEC


def test_secrets_are_sent_again_on_demand() -> None:
    site = thing("site", {"secret": SecretRef("env:A")})

    assert [one.path for one in only(found([site], [live(site)], resend_secrets=True)).fields] == ["secret"]


def test_a_secret_the_vendor_shows_is_not_a_difference() -> None:
    site = thing("site", {"token": SecretRef("env:A"), "list": [SecretRef("env:A")]})

    assert found([site], [live(site, {"name": "site", "token": "hunter2", "list": ["[REDACTED]"]})]).changes == ()


def test_secrets_in_live_bodies_do_not_get_into_a_plan() -> None:
    body = {"name": "site", "http_password": "hunter2", "hook": "https://hooks.slack.com/services/T0/B0/xyz", "auth": {"token": "hunter2"}}

    difference = found([thing("site"), thing("page", {"key": Ref("thing", "hub", "integration_key")}), thing("hub")], [
        live(thing("site"), body),
        live(thing("gone"), body),
        live(thing("page"), {"name": "page", "key": "old"}),
        live(thing("hub"), {"name": "hub", "integration_key": "R0UT1NG"}),
    ])  # fmt: skip

    assert "hunter2" not in repr(difference)
    assert "xyz" not in repr(difference)
    assert "R0UT1NG" not in repr(difference)


def test_ids_in_fields_have_names() -> None:
    site, page = thing("site", name="The Site"), thing("page", {"uses": [Ref("thing", "site")]})

    assert found([site, page], [live(site), live(page, {"name": "page", "uses": []})]).names == {"id-site": "The Site"}
    assert found([site, page], []).names == {"thing/site": "The Site"}


def test_destruction_spares_what_is_protected_and_what_is_not_ours() -> None:
    site, vault = thing("site"), thing("vault", protect=True)
    state = LiveState("memory", (live(site), live(vault), live(thing("else"), estate="other")))

    difference = destruction(TARGET, [site, vault], state, estate="e")

    assert [change.key for change in difference.changes] == ["site"]
    assert [note.message for note in difference.notes] == ["'Vault' is protected and stays"]


def test_reading_looks_everything_up_once() -> None:
    target = Memory()
    ana, ghost = lookup("user", email="ana@example.com"), lookup("user", email="ghost@example.com")
    target.world.known[ana] = "U1"
    asked: list[Lookup] = []

    class Counting(MemoryClient):
        def lookup(self, wanted: Lookup) -> str | None:
            asked.append(wanted)
            return super().lookup(wanted)

    client = Counting(target.world)

    state = read_all(client, "memory", [thing("a", {"who": ana}), thing("b", {"who": [ana, ghost]})])

    assert sorted(asked) == sorted([ana, ghost])
    assert (state.lookups, state.missing) == ({ana: "U1"}, {ghost: "memory has no user with email 'ghost@example.com'"})
