"""The catalogue: every rule has its page, its place and its name, and others can add theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from monctl import lint
from monctl.errors import UsageError
from monctl.finding import Finding, Level
from monctl.lint import Context, Rule, all_rules, catalog, found, query_rule, rule
from monctl.lint.rule import SECTIONS
from monctl.program import Program
from monctl.source import Origin

RULES = all_rules()
FOLDER = Path(lint.__file__).parent / "rules"


def pages() -> list[Any]:
    return [pytest.param(one, id=one.code) for one in RULES]


@rule("ACME001", "no-mondays", level=Level.WARNING)
def no_mondays(program: Program, context: Context) -> Iterator[Finding]:
    """An estate of somebody's own rule."""
    yield found(f"'{program.estate}' works on Mondays", Origin("monctl.yaml", ("estate",)))


@pytest.mark.parametrize("one", pages())
def test_a_page_says_what_why_how_not_how_instead_and_where_from(one: Rule) -> None:
    places = [one.page.find(section) for section in SECTIONS]

    assert -1 not in places, f"{one.code} lacks {SECTIONS[places.index(-1)]}"
    assert places == sorted(places)
    assert one.page.split("\n\n")[0].endswith("."), "the first line is a sentence"


@pytest.mark.parametrize("one", pages())
def test_a_source_has_a_date(one: Rule) -> None:
    assert re.search(r"20\d\d-\d\d-\d\d", one.page[one.page.index("**Source.**") :]) or re.search(r"\(\d+\.\d+\)", one.page)


@pytest.mark.parametrize("one", pages())
def test_a_summary_fits_on_a_line_and_names_no_code(one: Rule) -> None:
    assert 20 < len(one.summary) < 120
    assert one.code not in one.page.partition("\n")[0]


def test_a_file_holds_one_rule_and_bears_its_name() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}

    assert {one.name.replace("-", "_") for one in RULES} == files
    assert len(RULES) == len(files)


def test_names_and_codes_are_given_once() -> None:
    assert len({one.name for one in RULES}) == len(RULES)
    assert len({one.code for one in RULES}) == len(RULES)


def test_a_code_is_letters_and_three_digits() -> None:
    with pytest.raises(ValueError, match="'sql7' is no code"):
        rule("sql7", "some-name", level=Level.INFO)


def test_a_name_is_words_and_dashes() -> None:
    with pytest.raises(ValueError, match="'Some Name' is no name of a rule"):
        query_rule("SQL999", "Some Name", level=Level.INFO, nodes=("Select",))


def offered(monkeypatch: pytest.MonkeyPatch, **points: object) -> None:
    """Installs entry points of the group, as a package would."""
    made = []
    for name, value in points.items():
        point = EntryPoint(name, f"acme:{name}", catalog.GROUP)
        monkeypatch.setitem(LOADED, name, value)
        made.append(point)
    monkeypatch.setattr(catalog, "entry_points", lambda group: made if group == catalog.GROUP else [])
    monkeypatch.setattr(EntryPoint, "load", lambda self: LOADED[self.name])
    catalog.all_rules.cache_clear()


LOADED: dict[str, object] = {}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    catalog.all_rules.cache_clear()


def test_a_package_brings_a_rule(monkeypatch: pytest.MonkeyPatch, linted: Any) -> None:
    offered(monkeypatch, mondays=no_mondays)

    assert no_mondays in all_rules()
    assert [(one.code, one.level, one.message) for one in linted("monitors: {}").findings if one.code == "ACME001"] == [
        ("ACME001", Level.WARNING, "'shop' works on Mondays")
    ]


def test_a_package_brings_a_module_of_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("acme")
    vars(module)["no_mondays"] = no_mondays
    offered(monkeypatch, acme=module)

    assert no_mondays in all_rules()


def test_a_package_may_not_take_a_code_that_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = Rule("SQL007", "another-window", Level.INFO, "A page.")
    offered(monkeypatch, twin=twin)

    with pytest.raises(UsageError, match="two lint rules have the code SQL007: window-shorter-than-schedule and another-window"):
        all_rules()


def test_an_entry_point_that_is_no_rule_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    offered(monkeypatch, odd=42)

    with pytest.raises(UsageError, match=r"entry point 'odd' of monctl.rules is neither a rule nor a module"):
        all_rules()
