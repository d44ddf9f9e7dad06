"""Every rule, on the specs of its case file: quiet where it should be, and in these very words where it should not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from monctl.lint import Rule, all_rules
from monctl.lint.mending import compatible, mended

CASES = Path(__file__).parent / "cases"
RULES = {rule.code: rule for rule in all_rules()}


def read(code: str) -> dict[str, Any]:
    """The case file of a rule."""
    path = CASES / f"{code}.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def specs(kind: str) -> list[Any]:
    """(code, files) of every passing or failing spec, named by its sentence."""
    return [pytest.param(code, files, id=f"{code}: {why}") for code in RULES for why, files in (read(code).get(kind) or {}).items()]


def concerned(code: str) -> list[Rule]:
    """The rule; for those about ignores all of them, since an ignore needs something to hide."""
    return list(RULES.values()) if code.startswith("LINT") else [RULES[code]]


@pytest.mark.parametrize(("code", "files"), specs("pass"))
def test_a_rule_is_quiet(code: str, files: Any, linted: Any) -> None:
    found = linted(files, only=concerned(code)).findings

    assert [one.message for one in found if one.code == code] == []


@pytest.mark.parametrize(("code", "files"), specs("fail"))
def test_a_rule_speaks(code: str, files: Any, linted: Any) -> None:
    found = linted(files, only=concerned(code)).findings

    assert {one.code for one in found} >= {code}


@pytest.mark.parametrize(("code", "why"), [(code, why) for code in RULES if RULES[code].fixes for why in read(code)["fail"]])
def test_a_rule_mends_what_it_can_mend_for_certain(code: str, why: str, linted: Any) -> None:
    case = read(code)
    files = case["fail"][why]
    result = linted(files, only=concerned(code))
    taken = compatible([one for one in result.findings if one.code == code])
    named = {"case.yaml": files} if isinstance(files, str) else files
    new = {**named, **mended(named, taken)}
    wanted = case["fixed"].get(why, files)

    assert new == ({"case.yaml": wanted} if isinstance(wanted, str) else wanted)
    if why in case["fixed"]:
        assert [one.message for one in linted(new, only=concerned(code)).findings if one.code == code] == []


@pytest.mark.parametrize(("code", "files"), specs("fail"))
def test_only_a_rule_that_says_so_has_fixes(code: str, files: Any, linted: Any) -> None:
    found = linted(files, only=concerned(code)).findings

    assert RULES[code].fixes or [one.fix for one in found if one.code == code and one.fix is not None] == []


@pytest.mark.parametrize("code", RULES)
def test_a_user_sees_exactly_this(code: str, linted: Any) -> None:
    case = read(code)
    result = linted(next(iter(case["fail"].values())), only=concerned(code))
    result.findings[:] = [one for one in result.findings if one.code == code]

    assert result.shown == case["shows"]


@pytest.mark.parametrize("code", RULES)
def test_a_rule_has_its_cases(code: str) -> None:
    case = read(code)

    assert set(case) - {"fixed"} == {"pass", "fail", "shows"}, f"tests/lint/cases/{code}.yaml holds pass, fail and shows"
    assert ("fixed" in case) == RULES[code].fixes, (
        f"tests/lint/cases/{code}.yaml holds what becomes of a failing spec when the rule has fixes"
    )
    assert set(case.get("fixed", {})) <= set(case["fail"])
    assert case["pass"]
    assert case["fail"]
    assert case["shows"].strip()


def test_every_case_file_belongs_to_a_rule() -> None:
    assert {path.stem for path in CASES.iterdir()} - set(RULES) == set()
