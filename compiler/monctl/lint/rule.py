"""What a lint rule is: a code, a name, a level, a page, and one function that finds faults."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monctl.finding import Finding, Fix, Level
from monctl.source import Origin

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

    from monctl.lint.context import Context
    from monctl.lint.queries import Query
    from monctl.program import Program

Check = Callable[["Program", "Context"], Iterator[Finding]]
NodeCheck = Callable[["Expr", "Query", "Context"], Iterator[Finding]]
SECTIONS = ("**Why.**", "**Example**", "**Instead**", "**Source.**")
"""What every page holds, in this order, after its first paragraph."""
ROOT = "root"
"""Instead of a node type: the rule is called once per query, with its whole tree."""

_CODE = re.compile(r"[A-Z]{2,12}\d{3}")
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Either `check` (the whole program) or `node_check` (nodes of SQL trees) is set."""

    code: str
    """`SQL007`."""
    name: str
    """`window-shorter-than-schedule`."""
    level: Level
    """Unless `rules:` of monctl.yaml says otherwise."""
    page: str = field(repr=False)
    check: Check | None = field(default=None, repr=False)
    node_check: NodeCheck | None = field(default=None, repr=False)
    nodes: tuple[str, ...] = ()
    """Names of sqlglot's node types (their subclasses too), or `ROOT`."""
    fixes: bool = False
    """Some of its findings carry a fix: `monctl lint --fix` mends them."""
    last: bool = False
    """Runs when all others are done and ignores are applied: it is about the ignores."""

    @property
    def summary(self) -> str:
        """The first line of the page, without the full stop."""
        return self.page.partition("\n")[0].rstrip(".")

    @property
    def area(self) -> str:
        """`SQL` of `SQL007`."""
        return self.code.rstrip("0123456789")


def rule(code: str, name: str, *, level: Level, fixes: bool = False, last: bool = False) -> Callable[[Check], Rule]:
    """Makes a rule of a function over the whole program; its docstring is the page.

    Raises ValueError for a code or name that is none.
    """
    _checked(code, name)
    return lambda function: Rule(code, name, level, _page(function), check=function, fixes=fixes, last=last)


def query_rule(code: str, name: str, *, level: Level, nodes: tuple[str, ...], fixes: bool = False) -> Callable[[NodeCheck], Rule]:
    """Makes a rule of a function over nodes of SQL trees. All such rules share one walk over each query.

    Raises ValueError for a code or name that is none.
    """
    _checked(code, name)
    return lambda function: Rule(code, name, level, _page(function), node_check=function, nodes=nodes, fixes=fixes)


def found(
    message: str,
    origin: Origin,
    *,
    help: str | None = None,
    address: str | None = None,
    within: tuple[int, int] | None = None,
    on_key: bool = False,
    fix: Fix | None = None,
) -> Finding:
    """A finding of the rule that yields it: code and level are filled in when the rule is run."""
    return Finding("", message, origin, help=help, address=address, within=within, on_key=on_key, fix=fix)


def _checked(code: str, name: str) -> None:
    if not _CODE.fullmatch(code):
        raise ValueError(f"'{code}' is no code: letters for the area and three digits, such as SQL007")
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no name of a rule: lower case words and dashes")


def _page(function: Callable[..., object]) -> str:
    return inspect.cleandoc(function.__doc__ or "")
