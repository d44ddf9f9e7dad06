"""The layout of YAML: case by case, over all specs and cases of the repository, and over whatever people may write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monctl.formatting import formatted
from monctl.yaml_reader import read_yaml
from monctl.yaml_tokens import meaning, tokens
from tests.fmt.texts import documents

ROOT = Path(__file__).resolve().parents[2]
CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
SPECS = sorted((ROOT / "monitors").rglob("*.yaml"))
OTHERS = sorted([*(ROOT / "tests").rglob("*.yaml"), *(ROOT / ".github").rglob("*.yml")])


def lines_ended_by_lf(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def comments(text: str) -> list[str]:
    return sorted(remark.text for token in tokens(lines_ended_by_lf(text)) for remark in token.remarks)


@pytest.mark.parametrize("why", CASES)
def test_a_text_is_laid_out(why: str) -> None:
    case = CASES[why]
    result = formatted("a.yaml", case["before"])

    assert (result.fault, result.reason) == (None, "")
    assert result.text == (case["before"] if case.get("same") else case["after"])
    assert formatted("a.yaml", result.text).text == result.text


@pytest.mark.parametrize("path", SPECS, ids=lambda path: "/".join(path.parts[-2:]))
def test_the_estates_are_in_the_style(path: Path) -> None:
    text = path.read_bytes().decode()

    assert formatted(path.name, text).text == text


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: "/".join(path.parts[-3:]))
def test_any_other_file_keeps_what_it_says(path: Path) -> None:
    text = path.read_bytes().decode()
    result = formatted(path.name, text)

    assert result.reason == ""
    if result.fault is None:
        assert meaning(lines_ended_by_lf(result.text)) == meaning(lines_ended_by_lf(text))
        assert comments(result.text) == comments(text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents())
def test_whatever_is_written_keeps_its_meaning_and_its_comments(text: str) -> None:
    result = formatted("a.yaml", text)

    assert result.reason == ""
    if result.fault is not None:
        assert result.text == text
        return
    assert read_yaml(result.text)[0] == read_yaml(text.removeprefix("\ufeff"))[0]
    assert comments(result.text) == comments(text)
    assert formatted("a.yaml", result.text).text == result.text


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab:-?,[]{}#&*!|>'\"%@` \t\n\r\ufeff\x85ä0~"), max_size=60))
def test_any_characters_at_all_are_formatted_or_left(text: str) -> None:
    result = formatted("a.yaml", text)

    if result.fault is not None or result.reason:
        assert result.text == text
    else:
        assert formatted("a.yaml", result.text).text == result.text
        assert meaning(lines_ended_by_lf(result.text)) == meaning(lines_ended_by_lf(text))


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: [1\nb: 2\n", (1, 4), "the list opened here lacks a ',' or its ']'"),
        ("a:\n\tb: 1\n", (2, 1), "a tab is used for indentation"),
        ('a: "x\n', (1, 4), "the quote opened here is never closed"),
        ("\ufeffx: 1\r\na: [1\r\nb: 2\r\n", (2, 4), "the list opened here lacks a ',' or its ']'"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place_and_left(text: str, place: tuple[int, int], message: str) -> None:
    result = formatted("a.yaml", text)

    assert result.text == text
    assert result.fault is not None
    assert result.fault.span is not None
    assert (result.fault.span.line, result.fault.span.column) == place
    assert result.fault.message == message


def test_a_line_separator_of_unicode_is_left_with_its_reason() -> None:
    text = "a:  x\u2028y\n"
    result = formatted("a.yaml", text)

    assert result.text == text
    assert result.reason == "the character U+2028 ends a line for some readers of YAML and not for others"


def test_a_very_long_file_is_laid_out_as_a_short_one() -> None:
    text = "monitors:\n" + "".join(f"    m{at}:\n        every:  {at}m # x\n" for at in range(5_000))
    result = formatted("a.yaml", text)

    assert result.text == "monitors:\n" + "".join(f"  m{at}:\n    every: {at}m  # x\n" for at in range(5_000))


def test_deep_nesting_is_no_trouble() -> None:
    text = "".join(f"{'   ' * at}k{at}:\n" for at in range(150)) + "   " * 150 + "v: 1\n"

    assert formatted("a.yaml", text).text.endswith("  " * 150 + "v: 1\n")
