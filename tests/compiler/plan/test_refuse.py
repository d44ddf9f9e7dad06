"""The safety rules: what a plan may not do, and what of it may still go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monctl.live import LiveState, fingerprint
from monctl.plan import Action, Change, Difference, Plan, Problem, assemble
from monctl.refuse import Limits, Rule, Waivers, permitted, refuse, stale
from monctl.resource import Live, Mark
from monctl.target import Fidelity, Fit
from monctl.testing import Memory


def change(key: str, action: Action = Action.DELETE, *needs: str, target: str = "t", **more: object) -> Change:
    made = Change(f"monitor.{key}", target, "k", key, key.title(), action, None if action is Action.CREATE else f"id-{key}")
    return replace(made, depends_on=tuple(f"{target}/k/{need}" for need in needs), **more)  # type: ignore[arg-type]  # fields of Change


def plan(
    *changes: Change, owned: int = 0, target: str = "t", errors: tuple[Problem, ...] = (), fidelity: tuple[Fidelity, ...] = ()
) -> Plan:
    return assemble([Difference(target, changes, owned=owned, errors=errors)], estate="e", environment="production", fidelity=fidelity)


@pytest.mark.parametrize(
    ("deleted", "owned", "limits", "refused"),
    [
        (3, 3, Limits(), False),
        (4, 4, Limits(), True),
        (4, 39, Limits(), True),
        (4, 40, Limits(), False),
        (10, 100, Limits(), False),
        (11, 100, Limits(), True),
        (11, 100, Limits(allow_delete=True), False),
        (1, 100, Limits(0, 0), True),
        (20, 100, Limits(3, 25), False),
        (20, 100, Limits(25, 0), False),
    ],
)
def test_deletions_are_limited_by_count_and_share(deleted: int, owned: int, limits: Limits, refused: bool) -> None:
    made = plan(*(change(f"m{number}") for number in range(deleted)), owned=owned)

    assert bool(refuse(made, limits)) == refused


def test_the_limit_is_per_target() -> None:
    sides = [Difference(name, tuple(change(f"m{n}", target=name) for n in range(3)), owned=3) for name in ("a", "b")]

    assert refuse(assemble(sides, estate="e"), Limits()) == []


def test_too_many_deletions_refuse_the_whole_plan_and_say_how_many() -> None:
    made = plan(change("new", Action.CREATE), *(change(f"m{number}") for number in range(4)), owned=8)

    (refusal,) = refuse(made, Limits())

    assert refusal.message == "t, production: 4 of the 8 objects we own would be deleted; without leave at most 3 may go"
    assert "--allow-delete" in refusal.help
    assert permitted(made, [refusal]).changes == ()


@pytest.mark.parametrize("action", [Action.DELETE, Action.REPLACE])
def test_what_is_protected_stays_and_the_rest_goes_on(action: Action) -> None:
    made = plan(change("vault", action, protect=True, reason="type cannot be changed in place"), change("other"), owned=9)

    (refusal,) = refuse(made, Limits())

    assert refusal.rule is Rule.PROTECT
    assert [one.key for one in permitted(made, [refusal]).changes] == ["other"]


def test_another_owners_object_is_not_taken() -> None:
    (refusal,) = refuse(plan(change("site", Action.ADOPT, owner="other/production")), Limits())

    assert (refusal.rule, refusal.message) == (Rule.OWNER, "t: the k 'Site' (id-site) bears the mark of other/production")


def test_what_needs_something_refused_is_refused_with_it() -> None:
    error = Problem("t", "monitor.a", "t has no user with email 'x'", "", "t/k/a")
    made = plan(
        change("a", Action.CREATE),
        change("b", Action.CREATE, "a"),
        change("c", Action.CREATE, "b"),
        change("d", Action.CREATE),
        errors=(error,),
    )

    (refusal,) = refuse(made, Limits())

    assert (refusal.rule, refusal.message) == (Rule.IMPOSSIBLE, "monitor.a: t has no user with email 'x'")
    assert [one.key for one in permitted(made, [refusal]).changes] == ["d"]
    assert permitted(made, [refusal]).errors == ()


LOSS = Fidelity("monitor.site", "t", "alert.critical.for", Fit.DROPPED, "it has no such thing", "critical")


@pytest.mark.parametrize(
    ("loss", "waivers", "refused"),
    [
        (LOSS, {}, True),
        (replace(LOSS, severity="warning"), {}, False),
        (replace(LOSS, fit=Fit.APPROXIMATED), {}, False),
        (LOSS, {"monitor.site": {"t.alert.critical.for": "known"}}, False),
        (LOSS, {"monitor.site": {"t.*": "known"}}, False),
        (LOSS, {"monitor.site": {"*": "known"}}, False),
        (LOSS, {"monitor.api": {"*": "known"}}, True),
        (LOSS, {"monitor.site": {"u.*": "known"}}, True),
    ],
)
def test_nothing_is_dropped_on_the_most_severe_level_unless_waived(loss: Fidelity, waivers: Waivers, refused: bool) -> None:
    assert bool(refuse(plan(fidelity=(loss,)), Limits(), severe={"critical"}, waivers=waivers)) == refused


def test_a_saved_plan_refuses_what_moved_and_nothing_else() -> None:
    target = Memory("t")
    before = {key: Live("k", f"id-{key}", key, {"name": key}) for key in ("same", "moved", "gone", "left")}
    prints = {key: fingerprint(live, target.normalize("k", live.body)) for key, live in before.items()}
    made = plan(
        *(change(key, Action.UPDATE, live=prints[key]) for key in ("same", "moved", "gone")),
        change("left", Action.DELETE, live=prints["left"]),
        change("new", Action.CREATE),
        change("there", Action.CREATE),
    )
    now = (before["same"], replace(before["moved"], body={"name": "x"}), Live("k", "z", "There", {}, Mark("e", "production", "there")))

    refusals = stale(made, target, LiveState("t", now))

    assert [refusal.message for refusal in refusals] == [
        "t: the k 'Gone' is gone since the plan was saved",
        "t: the k 'Moved' was changed since the plan was saved",
        "t: the k 'There' was made since the plan was saved",
    ]
    assert {one.key for one in permitted(made, refusals).changes} == {"same", "left", "new"}
    assert stale(made, target, LiveState("t", now), done=frozenset(one.id for one in made.changes)) == []
