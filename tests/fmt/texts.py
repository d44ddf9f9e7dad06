"""YAML texts as untidy as people and programs write them: any indentation, spaces, empty lines, comments, quotes, blocks, brackets."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = st.sampled_from(
    ["a", "monitors", "every", "5m", "x-y", "ünï", "中", "1", "true", "~", "https://example.com/a", "a.b_c", "SELECT 1"]
)
QUOTED = st.sampled_from(["> 10", "it''s", "#no", "a: b", "", " x ", "{y}", "12:30", "on", "ä", "$${x}"])
SPACES = st.sampled_from([" ", " ", " ", "  ", "     "])
REMARKS = st.sampled_from(["", "", "", "", " # why", "   # monctl: ignore[SQL001]: a", "\t#x", "                    # far"])
BETWEEN = st.sampled_from(["", "", "", "", "\n", "\n\n\n", "# own\n", "      # deep\n", "  # two\n\n# twice\n", "   \n"])


@st.composite
def scalars(draw: st.DrawFn, *, in_brackets: bool = False) -> str:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return "'" + draw(QUOTED) + "'"
    if kind == 1:
        return '"' + draw(QUOTED).replace("''", "'") + '"'
    word = draw(WORDS)
    return word if not in_brackets or ":" not in word else "w"


@st.composite
def brackets(draw: st.DrawFn, depth: int = 2) -> str:
    gap = st.sampled_from(["", " ", "  ", "\n          ", " # in\n            "])
    items = []
    for at in range(draw(st.integers(0, 3))):
        below = draw(brackets(depth - 1)) if depth and draw(st.integers(0, 3)) == 0 else draw(scalars(in_brackets=True))
        items.append(f"k{at}: {below}")
    is_map = draw(st.booleans())
    if not is_map:
        items = [item.partition(": ")[2] for item in items]
    inside = ",".join(draw(gap) + item + draw(st.sampled_from(["", " "])) for item in items)
    return ("{" if is_map else "[") + inside + draw(st.sampled_from(["", " ", "\n          "])) + ("}" if is_map else "]")


@st.composite
def texts_of_blocks(draw: st.DrawFn, indent: int) -> str:
    """A block scalar whose content is deeper than `indent`; without the line break at its end."""
    deeper = indent + draw(st.integers(1, 6))
    header = draw(st.sampled_from(["|", ">", "|-", ">-", "|+", ">+", "| # sql", "|-  "]))
    pad = " " * deeper
    more = st.sampled_from(["", pad, f"{pad}   in", f"{pad}x  ", f"{pad}# not a remark", f"{pad}  "])
    lines = [f"{pad}first", *draw(st.lists(more, max_size=4))]
    return header + "\n" + "\n".join(lines)


@st.composite
def nodes(draw: st.DrawFn, indent: int, depth: int) -> str:
    """What stands behind `key:` or `-` of a block at a column: begins with a space or a line break, has no line break at its end."""
    kind = draw(st.integers(0, 9)) if depth else draw(st.integers(0, 5))
    lead = draw(SPACES)
    if kind <= 2:
        return lead + draw(scalars()) + draw(REMARKS)
    if kind == 3:
        return lead + draw(brackets()) + draw(REMARKS)
    if kind == 4:
        return lead + draw(texts_of_blocks(indent))
    if kind == 5:
        more = "\n" + " " * (indent + draw(st.integers(1, 5)))
        return (
            lead
            + draw(st.sampled_from([f"plain{more}more", f'"quoted{more}\\"more"', f"'one{more}{more}two'", f'"a \\{more}b"']))
            + draw(REMARKS)
        )
    if kind == 6:
        return draw(REMARKS) + "\n" + draw(lists(indent + draw(st.integers(0, 3)), depth - 1))
    return draw(REMARKS) + "\n" + draw(maps(indent + draw(st.integers(1, 4)), depth - 1))


@st.composite
def maps(draw: st.DrawFn, indent: int, depth: int) -> str:
    lines = []
    for at in range(draw(st.integers(1, 4))):
        key = draw(st.sampled_from([f"k{at}", f"'k{at}'", f'"k{at}"', f"key {at}"])) + draw(st.sampled_from(["", "", "", " "]))
        lines.append(draw(BETWEEN) + " " * indent + key + ":" + draw(nodes(indent, depth)))
    return "\n".join(lines)


@st.composite
def lists(draw: st.DrawFn, indent: int, depth: int) -> str:
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.integers(0, 2)) == 0:
            gap = draw(st.integers(1, 4))
            item = " " * gap + draw(maps(indent + 1 + gap, depth - 1)).lstrip(" \n#")
            item = item if ":" in item.partition("\n")[0] else " w"
        else:
            item = draw(nodes(indent, 0))
        lines.append(draw(BETWEEN) + " " * indent + "-" + item)
    return "\n".join(lines)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A text that most often is YAML."""
    text = draw(st.sampled_from(["", "\n\n", "# head\n", "\ufeff", "# head\n# yaml-language-server: $schema=x\n"])) + draw(maps(0, 4))
    text += draw(st.sampled_from(["", "", "\nz1:   &z  {a: 1}\nz2: *z\nz3:\n     <<:  *z\n     *z :  [*z , *z]"]))
    text += draw(st.sampled_from(["", "\n", "\n\n\n", "\n# tail", "\n   # tail\n"]))
    ending = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return text.replace("\n", ending)
