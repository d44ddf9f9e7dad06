from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monctl.document import SourceMap, load_text
from monctl.source import Origin, Span

TEXT = """\
monitors:
  site: &site
    sql: |
      SELECT *
        FROM posts

      WHERE x = 1
    alert: {critical: "> 10 or\\tfoo", warning: 'it''s'}
    long: >-  # folded
      folded text
      goes on

      and on
    plain: several words
      over lines
    tagged: !!str &t increasing for 5m
    empty:
    # a comment
  other:
    <<: *site
    list: [a, b]
    copy: *t
  # the end

"""
SITE = ("monitors", "site")
OTHER = ("monitors", "other")


@pytest.fixture
def sources() -> SourceMap:
    return SourceMap({"a.yaml": TEXT})


def marked(span: Span) -> str:
    """What a span covers in TEXT."""
    lines = TEXT.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    between = lines[span.line : span.end_line - 1]
    return "\n".join([lines[span.line - 1][span.column - 1 :], *between, lines[span.end_line - 1][: span.end_column - 1]])


@pytest.mark.parametrize(
    ("path", "key", "line", "text"),
    [
        (SITE, True, 2, "site"),
        ((*SITE, "alert", "critical"), False, 8, '"> 10 or\\tfoo"'),
        ((*SITE, "alert", "critical"), True, 8, "critical"),
        ((*SITE, "alert"), False, 8, "{critical: \"> 10 or\\tfoo\", warning: 'it''s'}"),
        ((*SITE, "plain"), False, 14, "several words\n      over lines"),
        ((*SITE, "tagged"), False, 16, "increasing for 5m"),
        ((*SITE, "empty"), False, 17, "empty"),
        ((*OTHER, "list"), False, 21, "[a, b]"),
        ((*OTHER, "list", 1), False, 21, "b"),
        ((*OTHER, "list", 1), True, 21, "b"),
        (OTHER, False, 20, "<<: *site\n    list: [a, b]\n    copy: *t"),
    ],
)
def test_values_and_keys_are_found_where_they_are_written(
    sources: SourceMap, path: tuple[str | int, ...], key: bool, line: int, text: str
) -> None:
    span = sources.span(Origin("a.yaml", path), key=key)

    assert (span.line, marked(span)) == (line, text)


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        ((*OTHER, "sql"), 3, "sql"),
        ((*OTHER, "alert", "warning"), 8, "warning"),
        ((*OTHER, "copy"), 22, "copy"),
    ],
)
def test_merged_and_aliased_parts_are_where_they_were_written(sources: SourceMap, path: tuple[str, ...], line: int, text: str) -> None:
    span = sources.span(Origin("a.yaml", path), key=True)

    assert (span.line, marked(span)) == (line, text)


def test_an_alias_leads_to_the_value_behind_its_anchor(sources: SourceMap) -> None:
    assert marked(sources.span(Origin("a.yaml", (*OTHER, "copy")), within=(11, 14))) == "for"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((*SITE, "nope"), "site"),
        ((*SITE, "nope", "deeper", 3), "site"),
        ((*OTHER, "list", 7), "list"),
        ((*SITE, "tagged", "url"), "increasing for 5m"),
        (("nope",), "monitors:"),
    ],
)
def test_what_is_not_in_the_file_is_shown_at_the_nearest_node_around_it(sources: SourceMap, path: tuple[str | int, ...], text: str) -> None:
    assert marked(sources.span(Origin("a.yaml", path))) == text


@pytest.mark.parametrize(
    ("path", "word", "line", "column"),
    [
        ((*SITE, "sql"), "SELECT", 4, 7),
        ((*SITE, "sql"), "posts", 5, 14),
        ((*SITE, "sql"), "  FROM", 5, 7),
        ((*SITE, "sql"), "x = 1", 7, 13),
        ((*OTHER, "sql"), "WHERE", 7, 7),
        ((*SITE, "long"), "goes", 11, 7),
        ((*SITE, "long"), "and on", 13, 7),
        ((*SITE, "plain"), "words", 14, 20),
        ((*SITE, "plain"), "over lines", 15, 7),
        ((*SITE, "tagged"), "for 5m", 16, 33),
        ((*SITE, "alert", "critical"), "foo", 8, 33),
        ((*SITE, "alert", "warning"), "s", 8, 53),
    ],
)
def test_characters_inside_a_scalar_are_found_in_the_file(
    sources: SourceMap, path: tuple[str, ...], word: str, line: int, column: int
) -> None:
    value: Any = load_text("a.yaml", TEXT).value
    for part in path:
        value = value[part]
    at = value.index(word)
    span = sources.span(Origin("a.yaml", path), within=(at, at + len(word)))

    assert (span.line, span.column, marked(span)) == (line, column, word)


def test_parts_outside_the_value_are_cut_to_it(sources: SourceMap) -> None:
    span = sources.span(Origin("a.yaml", (*SITE, "tagged")), within=(15, 99))

    assert marked(span) == "5m"
    assert marked(sources.span(Origin("a.yaml", (*SITE, "sql")), within=(500, 600))) == ""


def test_python_origins_give_their_line() -> None:
    sources = SourceMap({"m.py": "import x\n\n    Monitor('a')  \n"})

    assert sources.span(Origin("m.py", ("monitors", "a"), line=3)) == Span("m.py", 3, 5, 3, 17)
    assert sources.span(Origin("m.py", line=99)) == Span("m.py", 4, 1, 4, 1)


def test_files_that_are_not_held_give_their_beginning() -> None:
    assert SourceMap().span(Origin("x.yaml", ("a",))) == Span("x.yaml")
    assert SourceMap().span(Origin("x.py", line=7)) == Span("x.py", 7, 1, 7, 1)
    assert SourceMap().text("x.yaml") is None


def test_broken_files_give_their_beginning() -> None:
    assert SourceMap({"x.yaml": "a: ["}).span(Origin("x.yaml", ("a",))) == Span("x.yaml")


def test_texts_are_asked_for_once() -> None:
    asked = []

    def read(file: str) -> str | None:
        asked.append(file)
        return "a: 1"

    sources = SourceMap(read=read)

    assert sources.span(Origin("x.yaml", ("a",))) == Span("x.yaml", 1, 4, 1, 5)
    assert sources.text("x.yaml") == "a: 1"
    assert asked == ["x.yaml"]


def test_the_map_of_documents_holds_their_texts() -> None:
    assert SourceMap.of([load_text("x.yaml", b"a: 1")]).text("x.yaml") == "a: 1"


texts = st.text(
    st.one_of(
        st.sampled_from("ab '\"\\\n\t:#-"),
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029"),
    ),
    max_size=60,
)


@given(texts, st.sampled_from([None, '"', "'", "|", ">"]), st.integers(0, 4), st.integers(10, 40))
def test_every_letter_of_any_scalar_is_found_in_the_file(value: str, style: str | None, depth: int, width: int) -> None:
    tree: Any = value
    for _ in range(depth):
        tree = {"k": tree}

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(
        str, lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style if data == value else None)
    )
    text = yaml.dump({"k": tree}, Dumper=Dumper, allow_unicode=True, width=width, default_flow_style=False)
    sources = SourceMap({"a.yaml": text})
    lines = text.split("\n")

    for at, char in enumerate(value):
        span = sources.span(Origin("a.yaml", ("k",) * (depth + 1)), within=(at, at + 1))
        found = lines[span.line - 1][span.column - 1 : span.column]
        assert span.line <= len(lines)
        if not char.isspace() and found != "\\":  # an escape in double quotes stands for its character
            assert found == char


PIECES = [
    "a",
    "b",
    ": ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    '"',
    "|\n",
    "&x ",
    "*x",
    "<<: *x",
    "#",
    "\\n",
    "\\x41",
    "''",
    "é",
    "\r\n",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.lists(st.one_of(st.sampled_from(["a", "b"]), st.integers(0, 2)), max_size=4),
    st.booleans(),
    st.one_of(st.none(), st.tuples(st.integers(0, 9), st.integers(0, 9))),
)
def test_spans_are_always_inside_the_text(text: str, path: list[str | int], key: bool, within: tuple[int, int] | None) -> None:
    span = SourceMap({"a.yaml": text}).span(Origin("a.yaml", tuple(path)), key=key, within=within)
    lines = text.split("\n")

    assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
    assert span.end_line <= len(lines)
    assert span.end_column <= len(lines[span.end_line - 1]) + 1
