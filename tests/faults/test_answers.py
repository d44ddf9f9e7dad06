"""Every fault of an answer, at every provider: nothing lost, nothing made twice, the exit status right, and a second plan that is empty."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from monctl.cli import run
from monctl.journal import read_journal
from tests.faults.adapter import Rule
from tests.faults.cases import CASES, Case, table
from tests.faults.conftest import PROVIDERS, Shop, Spoil

Held = Counter[tuple[str, str]]


@pytest.mark.parametrize("target", PROVIDERS)
@pytest.mark.parametrize("case", [case for case in CASES if case.when in {"reading", "making"}], ids=lambda case: case.id)
def test_a_fault_while_reading_or_making(
    case: Case,
    target: str,
    shop: Callable[[str], Shop],
    spoil: Spoil,
    clean: Callable[..., Held],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, whole = shop(target), clean(target)
    waits = spoil(target, Rule(case.act, case.when, always=case.always))
    capsys.readouterr()

    assert place.apply() == case.exit
    said = capsys.readouterr().err
    assert case.says in said
    assert "429" not in case.fault or case.exit or set(waits) == {7.0 if "with Retry-After" in case.fault else 1.0}
    if case.exit == 3:
        assert not place.journal.exists()
    _recovered(place, case, said, whole, monkeypatch)


@pytest.mark.parametrize("target", PROVIDERS)
@pytest.mark.parametrize("case", [case for case in CASES if case.when == "changing"], ids=lambda case: case.id)
def test_a_fault_while_changing(
    case: Case,
    target: str,
    applied: Callable[[str], Shop],
    spoil: Spoil,
    clean: Callable[..., Held],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, whole = applied(target), clean(target, edited=True)
    place.edit()
    spoil(target, Rule(case.act, case.when))
    capsys.readouterr()

    assert place.apply() == case.exit
    said = capsys.readouterr().err
    assert case.says in said
    assert bool(read_journal(place.journal).open) == (case.exit == 4)
    _recovered(place, case, said, whole, monkeypatch)


@pytest.mark.parametrize("target", PROVIDERS)
@pytest.mark.parametrize("case", [case for case in CASES if case.when == "deleting"], ids=lambda case: case.id)
def test_a_fault_while_deleting(
    case: Case, target: str, applied: Callable[[str], Shop], spoil: Spoil, capsys: pytest.CaptureFixture[str]
) -> None:
    place = applied(target)
    spoil(target, Rule(case.act, case.when))
    destroy = ["destroy", *place.where, "--yes", "--confirm", "shop", "--allow-delete"]

    assert run(destroy) == case.exit
    capsys.readouterr()
    assert run(["diff", *place.where, "-o", "json"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert summary["create"] > 0
    assert {name: count for name, count in summary.items() if count} == {"create": summary["create"]}


def test_the_page_says_what_is_tested(root: Path) -> None:
    """When this fails after a change that is meant: put the new table into docs/faults.md."""
    page = (root / "docs" / "faults.md").read_text(encoding="utf-8")

    assert table() in page


def _recovered(place: Shop, case: Case, said: str, whole: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """What broke off is brought to its end, once; nothing is there twice."""
    monkeypatch.undo()
    if case.exit == 4:
        assert "--resume" in said
    if case.exit:
        assert place.apply("--resume") == 0

    assert place.held() == whole
    assert place.settled()
