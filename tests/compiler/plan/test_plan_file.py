"""Saved plans: whole, sealed, without secrets; and the JSON of a plan as its schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monctl.errors import PlanRefused, UsageError
from monctl.plan import Plan, plan_schema
from monctl.plan_file import _decoded, _encoded, read_plan, read_plans, write_plan, write_plans
from monctl.render.plan_json import document, render
from monctl.resource import Ref, Resource, SecretRef, lookup
from monctl.source import Origin
from monctl.target import Fidelity, Fit
from monctl.testing import Memory, plan_for

SITE = Resource(
    "memory",
    "thing",
    "site",
    "Site",
    {"name": "site", "uses": [Ref("thing", "hub", "name")], "who": lookup("user", email="a@b"), "secret": SecretRef("env:TOKEN")},
    "monitor.site",
    Origin("site.yaml", ("monitors", "site")),
    True,
    ("monitor.site", "monitor.other"),
)
HUB = Resource("memory", "thing", "hub", "Hub", {"name": "hub"}, "monitor.hub")


def planned() -> tuple[Plan, list[Resource]]:
    target = Memory()
    target.world.put("thing", {"name": "old", "note": "[monctl:estate/-/old#0123456789]", "password": "hunter2"})
    return plan_for(target, target.connect(), [SITE, HUB])[0], [SITE, HUB]


def test_a_saved_plan_reads_back_as_it_was(tmp_path: Path) -> None:
    plan, resources = planned()
    write_plan(tmp_path / "out" / "plan", plan, resources)

    saved = read_plan(tmp_path / "out" / "plan")

    assert saved.plan == plan
    assert saved.of("memory") == (HUB, SITE)
    assert saved.of("else") == ()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["plan"]


def test_no_secret_is_in_a_saved_plan(tmp_path: Path) -> None:
    plan, resources = planned()
    write_plan(tmp_path / "plan", plan, resources)

    text = (tmp_path / "plan").read_text(encoding="utf-8")

    assert "hunter2" not in text
    assert '"$secret": "env:TOKEN"' in text


def test_a_file_may_hold_the_plans_of_several_estates(tmp_path: Path) -> None:
    plan, resources = planned()
    write_plans(tmp_path / "plan", [(plan, resources), (plan.only(()), ())])

    assert [one.plan for one in read_plans(tmp_path / "plan")] == [plan, plan.only(())]
    with pytest.raises(UsageError, match="holds 2 plans, not one"):
        read_plan(tmp_path / "plan")


@pytest.mark.parametrize("edit", [("hub", "hub2"), ("obj-0001", "obj-0002"), ('"create"', '"delete"')])
def test_a_plan_that_was_edited_is_refused(tmp_path: Path, edit: tuple[str, str]) -> None:
    write_plan(tmp_path / "plan", *planned())
    text = (tmp_path / "plan").read_text(encoding="utf-8")
    (tmp_path / "plan").write_text(text.replace(*edit), encoding="utf-8")

    assert edit[0] in text
    with pytest.raises(PlanRefused, match="was changed after it was written"):
        read_plan(tmp_path / "plan")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "is not a saved plan: it is not JSON"),
        ("[]", "is not a saved plan"),
        ('{"format_version": 1}', "is not a saved plan"),
        ('{"kind": "monctl plan", "format_version": 9}', "is a plan of format 9; this monctl reads format 1"),
    ],
)
def test_what_is_no_plan_is_told_apart(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "plan").write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        read_plan(tmp_path / "plan")

    assert str(caught.value) == f"{tmp_path / 'plan'} {message}"
    assert caught.value.hint


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(UsageError, match="cannot read the plan"):
        read_plan(tmp_path / "none")
    with pytest.raises(UsageError, match="cannot write the plan to"):
        write_plan(tmp_path / "file" / "plan", *planned())


LEAVES = (
    st.none()
    | st.integers()
    | st.text(max_size=4)
    | st.builds(Ref, st.text(max_size=3), st.text(max_size=3))
    | st.builds(SecretRef, st.text(max_size=3))
)
BODIES = st.recursive(
    LEAVES | st.just(lookup("user", email="x")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "$ref", "$lookup", "$secret", "$literal"]), inner, max_size=2)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(BODIES)
def test_every_body_survives_the_file(body: Any) -> None:
    assert _decoded(json.loads(json.dumps(_encoded(body)))) == body


def test_the_json_of_a_plan_is_as_its_schema_says() -> None:
    plan, _ = planned()
    schema = plan_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document(plan))
    assert "Dotted" in schema["$defs"]["FieldChange"]["properties"]["path"]["description"]


def test_the_json_has_the_shape_others_build_on() -> None:
    shape = json.loads(render(planned()[0]))

    assert {"format_version", "fingerprint", "summary", "changes", "fidelity", "errors"} <= set(shape)
    assert shape["summary"] == {"create": 2, "update": 0, "replace": 0, "delete": 1, "adopt": 0, "unchanged": 0}
    needed = {"address", "target", "kind", "action", "remote_id", "fields", "source", "classes", "depends_on"}
    assert all(needed <= set(change) for change in shape["changes"])
    assert set(shape["changes"][0]["fields"][0]) == {"path", "before", "after", "sensitive"}
    assert shape["changes"][-1]["source"] == {"file": "site.yaml", "line": 0}


def test_the_fingerprint_is_of_what_would_be_done() -> None:
    plan, _ = planned()

    assert plan.fingerprint == planned()[0].fingerprint
    assert len(plan.fingerprint) == 16
    assert plan.only(change.id for change in plan.changes).fingerprint == plan.fingerprint
    assert plan.only([plan.changes[0].id]).fingerprint != plan.fingerprint


def test_exact_entries_are_no_loss() -> None:
    from monctl.plan import assemble

    exact = Fidelity("monitor.a", "t", "x", Fit.EXACT)
    lost = Fidelity("monitor.a", "t", "y", Fit.DROPPED, "no such thing")

    assert assemble([], estate="e", fidelity=[exact, lost]).fidelity == (lost,)
