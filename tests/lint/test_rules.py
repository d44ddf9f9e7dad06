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
from monctl.cli import run as command_line
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
    places = [one.page.find(f"\n{section}") for section in SECTIONS]

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


def test_a_package_may_not_take_a_name_that_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    offered(monkeypatch, twin=Rule("ACME002", "window-shorter-than-schedule", Level.INFO, "A page."))

    with pytest.raises(UsageError, match="two lint rules have the name window-shorter-than-schedule: SQL007 and ACME002"):
        all_rules()


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("raise RuntimeError('out of order')", "RuntimeError: out of order"),
        ("def", "SyntaxError: invalid syntax (acme_rules.py, line 1)"),
        ("import not_there", "ModuleNotFoundError: No module named 'not_there'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        (
            "from monctl.lint import rule\nfrom monctl.finding import Level\n@rule('acme', 'x', level=Level.INFO)\ndef x(program, context): ...",
            "ValueError: 'acme' is no code: letters for the area and three digits, such as SQL007",
        ),
    ],
)
def test_a_package_that_cannot_be_loaded_is_told(
    module: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "acme_rules.py").write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    points = [EntryPoint("acme", "acme_rules", catalog.GROUP)]
    monkeypatch.setattr(catalog, "entry_points", lambda group: points if group == catalog.GROUP else [])
    catalog.all_rules.cache_clear()

    assert command_line(["lint", "--rules"]) == 64
    assert capsys.readouterr().err == (
        f"monctl: the lint rules of entry point 'acme' cannot be loaded: {told}\n  help: mend or uninstall the package\n"
    )


def test_a_rule_has_a_page_a_level_and_a_code_of_its_own() -> None:
    def pageless(program: Program, context: Context) -> Iterator[Finding]:
        return iter(())

    with pytest.raises(ValueError, match="ACME002 has no page"):
        rule("ACME002", "pageless", level=Level.INFO)(pageless)
    with pytest.raises(ValueError, match="the level of ACME002 is 'loud', and has to be one of error, warning, info"):
        rule("ACME002", "pageless", level="loud")  # type: ignore[arg-type]  # as a package without types would
    with pytest.raises(ValueError, match="'SPEC900' is a code of what is not valid"):
        rule("SPEC900", "pageless", level=Level.INFO)


def _raises(program: Program, context: Context) -> Iterator[Finding]:
    """Fails."""
    yield from ()
    raise KeyError("shop")


def _leaves(program: Program, context: Context) -> Iterator[Finding]:
    """Would end the program, with success."""
    yield from ()
    raise SystemExit(0)


def _gives_words(program: Program, context: Context) -> Any:
    """Gives what is no finding."""
    return ["wrong"]


def _gives_nothing(program: Program, context: Context) -> Any:
    """Gives nothing to walk over."""


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (_raises, "KeyError: 'shop' (test_rules.py:"),
        (_leaves, "SystemExit: 0 (test_rules.py:"),
        (_gives_words, "TypeError: it gave 'wrong', which is no finding: make one with monctl.lint.found"),
        (_gives_nothing, "TypeError: 'NoneType' object is not iterable"),
    ],
)
def test_a_rule_that_fails_is_named(check: Any, told: str, monkeypatch: pytest.MonkeyPatch, linted: Any) -> None:
    offered(monkeypatch, broken=rule("ACME002", "broken", level=Level.INFO)(check))

    with pytest.raises(UsageError) as raised:
        linted("monitors: {}")
    assert str(raised.value).startswith(f"the rule ACME002 broken of {__name__} failed: {told}")
    assert raised.value.hint == "mend it, or switch it off in monctl.yaml: `rules: {ACME002: off}`"


def test_a_rule_about_queries_that_fails_is_named_until_it_is_switched_off(monkeypatch: pytest.MonkeyPatch, linted: Any) -> None:
    def broken(node: object, query: object, context: Context) -> Iterator[Finding]:
        """Fails."""
        yield from ()
        raise ZeroDivisionError

    offered(monkeypatch, broken=query_rule("ACME002", "broken", level=Level.INFO, nodes=("Select",))(broken))
    spec = "metrics: {m: {team: platform, sql: {datasource: shop, query: SELECT COUNT(*) AS n FROM t}}}"

    with pytest.raises(UsageError, match=r"the rule ACME002 broken of .* failed: ZeroDivisionError \(test_rules.py:"):
        linted(spec)
    linted({"case.yaml": spec, "monctl.yaml": "estate: shop\ntargets: {runner: {}}\nrules: {ACME002: off}\n"})


def test_the_rule_that_the_page_shows_is_one(monkeypatch: pytest.MonkeyPatch, linted: Any) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- file: acme_rules.py -->\n```python\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    module = ModuleType("acme_rules")
    exec(compile(shown[1], "acme_rules.py", "exec"), vars(module))  # noqa: S102  # a page of this repository
    offered(monkeypatch, acme=module)

    spec = "monitors: {site: {http: https://example.com, alert: {warning: down}}}"
    assert [one.message for one in linted(spec).findings if one.code == "ACME001"] == ["'site' has no label `customer`"]
    assert [one for one in linted(spec.replace("alert", "labels: {customer: acme}, alert")).findings if one.code == "ACME001"] == []
