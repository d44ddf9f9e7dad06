"""What a lint rule is: a code, a name, a level, a page, and one function that finds faults."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from monctl.errors import UsageError
from monctl.finding import Finding, Fix, Level
from monctl.lint.levels import is_locked
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

    Raises ValueError for a code, name, level or page that is none.
    """
    _checked(code, name, level)
    return lambda function: Rule(code, name, level, _page(function, code), check=function, fixes=fixes, last=last)


def query_rule(code: str, name: str, *, level: Level, nodes: tuple[str, ...], fixes: bool = False) -> Callable[[NodeCheck], Rule]:
    """Makes a rule of a function over nodes of SQL trees. All such rules share one walk over each query.

    Raises ValueError for a code, name, level or page that is none.
    """
    _checked(code, name, level)
    return lambda function: Rule(code, name, level, _page(function, code), node_check=function, nodes=nodes, fixes=fixes)


def found(
    message: str,
    origin: Origin,
    *,
    help: str | None = None,
    address: str | None = None,
    within: tuple[int, int] | None = None,
    on_key: bool = False,
    fix: Fix | None = None,
    same: str | None = None,
    same_at: str | None = None,
    elsewhere: tuple[tuple[str, ...], ...] = (),
) -> Finding:
    """A finding of the rule that yields it: code and level are filled in when the rule is run.

    A message that names or counts other objects changes with them; then `same` says what it is known by, `same_at` where, and `elsewhere` where else.
    """
    return Finding(
        "",
        message,
        origin,
        help=help,
        address=address,
        within=within,
        on_key=on_key,
        fix=fix,
        same=same,
        same_at=same_at,
        elsewhere=elsewhere,
    )


def failed(rule: Rule, error: Exception | SystemExit) -> Exception | SystemExit:
    """What is raised when a rule fails: of a rule that a package brings, a sentence about it; of one of ours, the error itself: a bug."""
    module = str(getattr(rule.check or rule.node_check, "__module__", ""))
    if module.partition(".")[0] == "monctl" or isinstance(error, UsageError):
        return error
    frames = traceback.extract_tb(error.__traceback__)
    ours = str(Path(__file__).parent)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames and not frames[-1].filename.startswith(ours) else ""
    return UsageError(
        f"the rule {rule.code} {rule.name} of {module} failed: {fault(error)}{where}",
        hint=f"mend it, or switch it off in monctl.yaml: `rules: {{{rule.code}: off}}`",
    )


def fault(error: BaseException) -> str:
    """`KeyError: 'name'`, of an error in the code of others."""
    return f"{type(error).__name__}: {error}".rstrip(": ").replace("\n", " ")


def _checked(code: str, name: str, level: Level) -> None:
    if not _CODE.fullmatch(code):
        raise ValueError(f"'{code}' is no code: letters for the area and three digits, such as SQL007")
    if is_locked(code):
        raise ValueError(f"'{code}' is a code of what is not valid, which no rule can have")
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no name of a rule: lower case words and dashes")
    if not isinstance(level, Level):  # types are not checked in code that packages bring
        raise ValueError(f"the level of {code} is {level!r}, and has to be one of {', '.join(map(str, Level))}")


def _page(function: Callable[..., object], code: str) -> str:
    page = inspect.cleandoc(function.__doc__ or "")
    if not page.strip():
        raise ValueError(f"{code} has no page: the docstring of its function says what it finds, and why")
    return page
