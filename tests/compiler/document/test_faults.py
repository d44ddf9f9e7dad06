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
        (
            "a: b: c",
            "SPEC001",
            "1:5-1:6",
            "a value holds a ':' followed by a space",
            "put the value into quotes; or 'b:' on the next line, indented, if it is a key",
        ),
        ("a: b c: d", "SPEC001", "1:7-1:8", "a value holds a ':' followed by a space", "put the value into quotes"),
        ("a：\n  b: 1", "SPEC001", "2:3-2:4", "line 1 ends with '：', which is not the ':' of a key", "write ':'"),
        (
            "a:\n\u00a0\u00a0b: 1",
            "SPEC007",
            "2:1-2:2",
            "the character U+00A0 looks like a space and is none",
            "remove it, or write a space",
        ),
        ("a:\u00a0b\nc: 1", "SPEC007", "1:3-1:4", "the character U+00A0 looks like a space and is none", "remove it, or write a space"),
        ("a: b\u200b", "SPEC007", "1:5-1:6", "the character U+200B cannot be seen", "remove it, or write a space"),
        (
            'a: "b\nc: "d"',
            "SPEC001",
            "1:4-1:5",
            "the quote opened here is closed by the next one, on line 2",
            "close it where its value ends",
        ),
        (
            "a: b # c\n  d",
            "SPEC001",
            "2:3-2:4",
            "the value that goes on here is ended by the comment on line 1",
            "remove the comment, or write the text below a '|', indented",
        ),
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
            "this '-' lines up with no list above",
            "line it up with the other '-' of its list, or indent the list below its key",
        ),
        (
            "a:\n    b: 1\n  c: 2",
            "SPEC001",
            "3:3-3:7",
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
        (
            "a: *x",
            "SPEC001",
            "1:4-1:6",
            "'*x' refers to no anchor",
            "write '&x' above, where the value stands; or put '*x' into quotes if it is a text",
        ),
        ("a: &x 1\nb: &x 2", "SPEC001", "2:4-2:6", "the anchor '&x' is given twice, first on line 1", "rename one of them"),
        ("a: @x", "SPEC001", "1:4-1:5", "a value cannot begin with '@'", "put the value into quotes"),
        ('a: "\\q"', "SPEC001", "1:5-1:7", "'\\q' is not an escape", "use single quotes, where a backslash is only a backslash"),
        ("- a\nb: 1", "SPEC001", "2:1-2:5", "a line of the list opened on line 1 does not begin with '-'", "check the indentation"),
        ("key: - a", "SPEC001", "1:6-1:7", "a list cannot begin on the line of its key", "put '- ' on the next line, or write [a, b]"),
        ("a: 1\n? x\nb", "SPEC001", "3:1-3:2", "a ':' is missing after the key", "write 'key: value'"),
        ("a: ]", "SPEC001", "1:4-1:5", "a value cannot begin with ']'", "put the value into quotes"),
        ("a:\n  critical: > 5", "SPEC001", "2:13-2:14", "a value cannot begin with '>'", 'write "> 5", in quotes'),
        ("a: > 5 for 10m  # slow", "SPEC001", "1:4-1:5", "a value cannot begin with '>'", 'write "> 5 for 10m", in quotes'),
        ("a:\n  critical: >5\n  b: 1", "SPEC001", "2:13-2:14", "a value cannot begin with '>'", 'write ">5", in quotes'),
        ("a: >0.5", "SPEC001", "1:4-1:5", "a value cannot begin with '>'", 'write ">0.5", in quotes'),
        ("a: >-5", "SPEC001", "1:4-1:5", "a value cannot begin with '>'", 'write ">-5", in quotes'),
        ("a: >= 5", "SPEC001", "1:4-1:6", "a value cannot begin with '>='", 'write ">= 5", in quotes'),
        ("a:\n  - > 5", "SPEC001", "2:5-2:6", "a value cannot begin with '>'", 'write "> 5", in quotes'),
        ("a:\n  - >5\n  - b", "SPEC001", "2:5-2:6", "a value cannot begin with '>'", 'write ">5", in quotes'),
        ("a: {b: > 5 or down, c: 1}", "SPEC001", "1:8-1:9", "a value cannot begin with '>'", 'write "> 5 or down", in quotes'),
        ("a: != 3", "SPEC001", "1:4-1:6", "a value cannot begin with '!='", 'write "!= 3", in quotes'),
        ("a: {b: !=3, c: 1}", "SPEC001", "1:8-1:10", "a value cannot begin with '!='", 'write "!=3", in quotes'),
        (
            'a: "> 5" or down',
            "SPEC001",
            "1:10-1:17",
            "text follows the closing quote of a value",
            'write "> 5 or down", all of it in quotes',
        ),
        (
            'a: {b: "> 5" or down}',
            "SPEC001",
            "1:14-1:22",
            "text follows the closing quote of a value",
            'write "> 5 or down", all of it in quotes',
        ),
        (
            "a: > error rate",
            "SPEC001",
            "1:6-1:16",
            "a text stands on the line of its '>'",
            "begin it on the next line, indented; or put the value into quotes",
        ),
        (
            "a: | text",
            "SPEC001",
            "1:6-1:10",
            "a text stands on the line of its '|'",
            "begin it on the next line, indented; or leave the '|' out",
        ),
        ("a: % 5", "SPEC001", "1:4-1:5", "a value cannot begin with '%'", "put the value into quotes"),
        ("a: `x`", "SPEC001", "1:4-1:5", "a value cannot begin with '`'", "put the value into quotes"),
        ("a: */5 * * * *", "SPEC001", "1:4-1:5", "a value cannot begin with '*'", "put the value into quotes"),
        ("a: & b", "SPEC001", "1:4-1:5", "a value cannot begin with '&'", "put the value into quotes"),
        ("a: ? b", "SPEC001", "1:4-1:5", "a value cannot begin with '?'", "put the value into quotes"),
        (
            "a: #ops\nb: 1",
            "SPEC001",
            "1:4-1:8",
            "'#ops' is read as a comment, and the value is missing",
            "write \"#ops\", in quotes; a comment has a space behind its '#'",
        ),
        (
            "a: {b: #ops, c: 1}",
            "SPEC001",
            "1:8-1:13",
            "the map opened on this line is not closed before the '#', which begins a comment",
            "put a value with '#' into quotes",
        ),
        *(
            (
                text,
                "SPEC001",
                where,
                "a merge conflict is left in the file",
                "keep one of the two sides, and remove the lines of '<<<<<<<', '=======' and '>>>>>>>'",
            )
            for text, where in (
                ("a:\n  b: 1\n<<<<<<< HEAD\n  c: 1\n=======\n  c: 2\n>>>>>>> branch", "3:1-3:13"),
                ("a: 1\n=======\nb: 2", "2:1-2:8"),
                ("a: 1\n>>>>>>> a commit", "2:1-2:17"),
            )
        ),
        ("a: [", "SPEC001", "1:4-1:5", "the list opened here lacks a ',' or its ']'", "add the ',' or the ']'"),
        ("a: {b: [1,\n", "SPEC001", "1:8-1:9", "the list opened here lacks a ',' or its ']'", "add the ',' or the ']'"),
        ("a: [1, # one\n2", "SPEC001", "1:4-1:5", "the list opened here lacks a ',' or its ']'", "add the ',' or the ']'"),
        ("a: {b: c:{}}", "SPEC001", "1:9-1:10", "a value in brackets holds a ':'", "put the value into quotes"),
        ("a: {x,, y}", "SPEC001", "1:7-1:8", "a value is missing before the ','", "remove the ',' that is too much"),
        ("a: {b: [}", "SPEC001", "1:9-1:10", "a value is missing before the '}'", "write it before the '}'"),
        ("a: [1, 2]]", "SPEC001", "1:10-1:11", "this ']' closes nothing", "remove it"),
        (
            "a: {b: 1} c",
            "SPEC001",
            "1:11-1:12",
            "text follows the closing '}' of a value",
            "put all of it into quotes, or the text on a line of its own",
        ),
        (
            "a: {b: ${each.value}}",
            "SPEC001",
            "1:8-1:21",
            "within a map or list in brackets, '{' begins another map",
            'write "${each.value}", in quotes',
        ),
        (
            "a: {b: 1, c: d: 2}",
            "SPEC001",
            "1:15-1:16",
            "a ',' is missing before this ':', or the value holds it",
            "add the ',', or put the value into quotes",
        ),
        (
            "a:\n  query: |\n  SELECT 1\n  b: 2",
            "SPEC001",
            "3:3-3:11",
            "the text of the '|' on line 2 is not indented",
            "indent it deeper than line 2",
        ),
        (
            "a:\n  query: |\n    SELECT 1\n   FROM x",
            "SPEC001",
            "4:4-4:10",
            "this line is indented less than the text of the '|' on line 2 begins",
            "line it up with the first line of the text, or with the keys when it is one",
        ),
        (
            "  a: 1\nb: 2",
            "SPEC001",
            "2:1-2:5",
            "this line is indented less than the first line of the file",
            "line the two up",
        ),
        ("a: 1\n% of all: 2", "SPEC001", "2:1-2:12", "a line cannot begin with '%'", "remove it, or put it into quotes"),
        ("a: 'b\n---\nc: 1", "SPEC001", "1:4-1:5", "the quote opened here is never closed", "close it with the same quote"),
        ("%YAML 1.2\na: 1", "SPEC001", "1:1-1:10", "a line cannot begin with '%'", "remove it, or put it into quotes"),
        ("--- \na: 1\n...\nb: 2", "SPEC005", "4:1-4:3", "the file holds several documents", "put each into a file of its own"),
        ("a:b", "SPEC004", "1:1-1:4", "a spec file is a map at its top, not a single value", "put a space behind the ':' of 'a:'"),
        (
            "a: b\n- c",
            "SPEC001",
            "2:1-2:4",
            "this '-' lines up with no list above",
            "line it up with the other '-' of its list, or indent the list below its key",
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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: >5\nb: 1", {"a": ">5", "b": 1}),
        ("a: != 3", {"a": "!= 3"}),
        ("a: [!= 3, 4]", {"a": ["!= 3", 4]}),
        ("a: #ops", {"a": "#ops"}),
    ],
)
def test_what_was_meant_is_kept_so_that_nothing_more_is_said_of_it(text: str, value: object) -> None:
    assert load_text("a.yaml", text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: >\n  b\n  c", "b c"),
        ("a: >-\n  b", "b"),
        ("a: |2\n   b", " b"),
        ("a: # nothing yet", None),
        ("a: >", ""),
        ('a: ""', ""),
        ("a: #b\n  c: 1", {"c": 1}),
        ("a: b#c", "b#c"),
        ("a: «\u00a0b\u00a0»  # c:\u00a0d\u200b", "«\u00a0b\u00a0»"),
        ("a: |\n  b\n  \u00a0c\u200b", "b\n\u00a0c\u200b"),
        ("a: 'b\u200b'", "b\u200b"),
        ("a: ไทย\u200bไทย", "ไทย\u200bไทย"),
    ],
)
def test_what_is_no_slip_is_read(text: str, value: object) -> None:
    document = load_text("a.yaml", text)

    assert (document.findings, document.value) == ((), {"a": value})


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
    "!= ",
    "$",
    "=======\n",
    "\u00a0",
    "\u200b",
    "...\n",
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
