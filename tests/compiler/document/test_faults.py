from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.document import load_file, load_text
from monctl.finding import Finding

BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{n}: &{n} [{','.join(['*' + p] * 10)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
)


def only(data: bytes) -> Finding:
    (finding,) = load_text("a.yaml", data).findings
    return finding


def place(finding: Finding) -> str:
    span = finding.span
    assert span is not None
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


@pytest.mark.parametrize(
    ("text", "code", "where", "message", "way_out"),
    [
        ("a: b: c", "SPEC001", "1:5-1:6", "a value holds a ':' followed by a space", "put the value into quotes"),
        ("a\nb: 1", "SPEC001", "2:1-2:2", "line 1 has no ':'", "write 'a:' if it is a key"),
        ("key:value\nb: 1", "SPEC001", "2:1-2:2", "line 1 has no space after its ':'", "write 'key: …'"),
        (
            "a: 1\n  b: 2",
            "SPEC001",
            "2:3-2:4",
            "this line is indented deeper than line 1, which already has a value",
            "line it up with line 1",
        ),
        (
            "a:\n  - b\n - c",
            "SPEC001",
            "3:2-3:5",
            "the indentation of this line fits none of the lines above",
            "line it up with the other keys of its map",
        ),
        (
            "a: 'it's'",
            "SPEC001",
            "1:8-1:10",
            "text follows the closing quote of a value",
            "put all of it into one pair of quotes; inside single quotes write '' for one",
        ),
        ("a: [1,\n2", "SPEC001", "1:4-1:5", "the list opened here lacks a ',' or its ']'", "add the ',' or the ']'"),
        ("a: {b: 1", "SPEC001", "1:4-1:5", "the map opened here lacks a ',' or its '}'", "add the ',' or the '}'"),
        ("a: 'x\nb: 1\n", "SPEC001", "1:4-1:5", "the quote opened here is never closed", "close it with the same quote"),
        ("a: *x", "SPEC001", "1:4-1:6", "'*x' refers to no anchor", "write '&x' where the value stands, above this line"),
        ("a: &x 1\nb: &x 2", "SPEC001", "2:4-2:6", "the anchor '&x' is given twice, first on line 1", "rename one of them"),
        ("a: @x", "SPEC001", "1:4-1:5", "a value cannot begin with '@'", "put the value into quotes"),
        ('a: "\\q"', "SPEC001", "1:5-1:7", "'\\q' is not an escape", "use single quotes, where a backslash is only a backslash"),
        ("- a\nb: 1", "SPEC001", "2:1-2:5", "a line of the list opened on line 1 does not begin with '-'", "check the indentation"),
        ("key: - a", "SPEC001", "1:6-1:7", "a list cannot begin on the line of its key", "put '- ' on the next line, or write [a, b]"),
        ("a: 1\n? x\nb", "SPEC001", "3:1-3:2", "a ':' is missing after the key", "write 'key: value'"),
        (
            "a: ]",
            "SPEC001",
            "1:4-1:5",
            "the YAML cannot be read while parsing a block node: did not find expected node content",
            "check quotes, brackets and indentation here",
        ),
        ("a:\n\tb: 1", "SPEC002", "2:1-2:2", "a tab is used for indentation", "use spaces"),
        ("a:\n  \tb: 1\n  c: 2", "SPEC002", "2:3-2:4", "a tab is used for indentation", "use spaces"),
        ("a: 1\nb: 2\na: 3", "SPEC003", "3:1-3:2", "the key 'a' is given twice, first on line 1", "keep one of them"),
        ("a: {b: 1, b: 2}", "SPEC003", "1:11-1:12", "the key 'b' is given twice, first on line 1", "keep one of them"),
        ("- a\n- b", "SPEC004", "1:1-1:4", "a spec file is a map at its top, not a list", "begin with a kind, such as 'monitors:'"),
        (
            "\n\nhello",
            "SPEC004",
            "3:1-3:6",
            "a spec file is a map at its top, not a single value",
            "begin with a kind, such as 'monitors:'",
        ),
        ("a: 1\n---\nb: 2", "SPEC005", "2:1-2:4", "the file holds several documents", "put each into a file of its own"),
        ("a: \0", "SPEC007", "1:4-1:5", "the file holds a NUL character", "remove it; in double quotes it can be written as an escape"),
        (
            "a: 1\nb: \x1b[1m",
            "SPEC007",
            "2:4-2:5",
            "the file holds the control character U+001B",
            "remove it; in double quotes it can be written as an escape",
        ),
        ("a: !Ref x", "SPEC008", "1:4-1:8", "the tag '!Ref' is not known", "remove the tag"),
        ("a: !!timestamp 2026-01-01", "SPEC008", "1:4-1:15", "the tag '!!timestamp' is not known", "remove the tag"),
        ("a: !!python/object:os.system {}", "SPEC008", "1:4-1:29", "the tag '!!python/object:os.system' is not known", "remove the tag"),
        ("a: !e!f x", "SPEC008", "1:4-1:8", "the tag '!e!f' is not known", "remove the tag"),
        ("!Ref a: 1", "SPEC008", "1:1-1:5", "the tag '!Ref' is not known", "remove the tag"),
        ("a: !!int x", "SPEC008", "1:4-1:11", "the value is not what its tag '!!int' says", "remove the tag"),
        ("a: &x [*x]", "SPEC009", "1:4-1:5", "an alias stands inside the value it names", "remove the alias"),
        ("a: &x {<<: *x}", "SPEC009", "1:4-1:5", "an alias stands inside the value it names", "remove the alias"),
        (
            BOMB,
            "SPEC009",
            "4:4-4:5",
            "the aliases of the file unfold to more than 100 000 values",
            "write the values without so many aliases",
        ),
        ("a: " + "[" * 101 + "]" * 101, "SPEC011", "1:104-1:105", "the values are nested deeper than 100 levels", "split them up"),
        ("[" * 50_000, "SPEC011", "1:101-1:102", "the values are nested deeper than 100 levels", "split them up"),
        ("{a: " * 50_000, "SPEC011", "1:401-1:402", "the values are nested deeper than 100 levels", "split them up"),
        ("- " * 50_000, "SPEC011", "1:201-1:202", "the values are nested deeper than 100 levels", "split them up"),
        ("? [a]\n: 1", "SPEC012", "1:3-1:4", "a key is a map or a list", "write the key as a text"),
        ("a: {<<: 5}", "SPEC013", "1:9-1:10", "'<<' takes a map, or a list of maps", "write '<<: *anchor'"),
    ],
)
def test_a_fault_is_told_with_its_place_and_the_way_out(text: str, code: str, where: str, message: str, way_out: str) -> None:
    finding = only(text.encode())

    assert (finding.code, place(finding), finding.message, finding.help) == (code, where, message, way_out)


def test_all_faults_of_a_readable_file_are_told_at_once_and_the_rest_is_read() -> None:
    document = load_text("a.yaml", b"a: 1\na: 2\nb: !X 3\nc: {d: 1, d: 2}\n")

    assert [finding.code for finding in document.findings] == ["SPEC003", "SPEC008", "SPEC003"]
    assert document.value == {"a": 1, "b": "3", "c": {"d": 1}}


def test_a_byte_that_is_not_utf8_is_told_with_its_line() -> None:
    finding = only(b"a: \xc3\xa9\nb: caf\xe9 noir\n")

    assert (finding.code, place(finding)) == ("SPEC006", "2:7-2:8")
    assert finding.message == "the byte 0xe9 at offset 12 is not UTF-8"


def test_utf16_is_named() -> None:
    assert only("a: 1".encode("utf-16")).message == "the file is UTF-16, not UTF-8"


def test_lines_end_where_editors_end_them() -> None:
    finding = only("a: 'x\u2028 y\x85 z'\r\nb: 1\rb: 2".encode())

    assert (place(finding), finding.message) == ("3:1-3:2", "the key 'b' is given twice, first on line 2")


def test_a_file_of_five_megabytes_is_refused_politely(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * 5 * 1_048_576)

    from_file, from_bytes = load_file(path, "big.yaml"), load_text("big.yaml", path.read_bytes())

    assert from_file == from_bytes
    assert (from_file.text, from_file.value) == ("", {})
    (finding,) = from_file.findings
    assert (finding.code, finding.message) == ("SPEC010", "the file has 5.0 MiB; a spec file has 1 MiB at most")


def test_a_file_is_read_under_the_name_the_user_knows(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a: 1")

    assert load_file(tmp_path / "x.yaml", "specs/x.yaml") == load_text("specs/x.yaml", b"a: 1")


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")

    for name, reason in (
        ("none.yaml", "no such file or directory"),
        (".", "is a directory"),
        ("loop.yaml", "too many levels of symbolic links"),
    ):
        (finding,) = load_file(tmp_path / name, name).findings
        assert (finding.code, finding.message) == ("SPEC014", f"the file cannot be read: {reason}")


PIECES = [
    "a",
    ": ",
    ":",
    "\n",
    "  ",
    "\t",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "|",
    ">",
    "&x ",
    "*x",
    "<<: ",
    "!t ",
    "#",
    "? ",
    "---",
    "%",
    "\\",
    "\r",
    "é",
    "\0",
    "1",
]


@given(st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map(lambda parts: "".join(parts).encode())))
def test_no_bytes_make_the_loader_raise(data: bytes) -> None:
    document = load_text("a.yaml", data)

    assert isinstance(document.value, dict)
    for finding in document.findings:
        assert finding.message
        assert finding.help
        span = finding.span
        assert span is not None
        assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
        assert span.end_line <= max(len(document.lines), 1)
        assert span.end_column <= len(document.lines[span.end_line - 1]) + 2  # the end of a line may stand behind its CRLF
