"""An environment for templates that others wrote: they read values and write text, within limits of steps and size, and nothing else."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, TemplateRuntimeError, nodes
from jinja2.filters import do_join
from jinja2.runtime import markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

LONGEST = 64 * 1024
"""Characters a template may write, and hold in any one value."""
STEPS = 20_000
"""Rounds of loops and calls in one rendering; the default messages take a few hundred."""
_FILTERS = frozenset(
    [
        "abs",
        "capitalize",
        "count",
        "d",
        "default",
        "dictsort",
        "e",
        "escape",
        "first",
        "float",
        "int",
        "items",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "round",
        "safe",
        "select",
        "selectattr",
        "sort",
        "string",
        "striptags",
        "sum",
        "title",
        "trim",
        "truncate",
        "unique",
        "upper",
        "urlencode",
        "urlize",
        "wordcount",
    ]
)
"""Filters whose result is not much larger than what they are given. `center`, `indent`, `format` and their like can fill the memory."""
_METHODS = frozenset(
    {"endswith", "get", "items", "keys", "lower", "lstrip", "rstrip", "split", "startswith", "strip", "title", "upper", "values"}
)


class TooMuch(TemplateRuntimeError):
    """A template that runs too long or writes too much."""


class Confined(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, closed further: allow-lists of filters, methods and operators, a budget of steps. Not for several threads at once."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, loader: BaseLoader, *, autoescape: Callable[[str | None], bool], helpers: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(
            loader=loader,
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # folding constants would compute before anything is counted
        )
        self._left = 0
        self.filters = {name: _bounded(made) for name, made in self.filters.items() if name in _FILTERS}
        self.globals = dict(helpers)

    def render(self, name: str, values: Mapping[str, Any], *, steps: int = STEPS, longest: int = LONGEST) -> str:
        """The text of a template, in so many steps and characters. Raises TemplateError (TooMuch among them), or what a wrong expression raises: TypeError and the like."""
        self._left = steps
        written: list[str] = []
        size = 0
        for chunk in self.get_template(name).generate(**values):
            size += len(chunk)
            if size > longest:
                raise TooMuch(f"it writes more than {longest} characters")
            written.append(chunk)
        return "".join(written)

    def step(self) -> str:
        """Counts one round. Raises TooMuch when there were too many."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch(f"it takes too many steps (usually {STEPS} at most)")
        return ""

    def joined(self, *parts: Any) -> Any:
        """What `~` gives, of a bounded length."""
        return bounded(markup_join(parts))

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.step()
        return bounded(super().call(context, obj, *args, **kwargs))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return super().is_safe_attribute(obj, attr, value) and (not callable(value) or attr in _METHODS)

    def wrap_str_format(self, value: Any) -> None:
        """Nothing: `str.format` makes texts of any length, and is refused like other methods."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or not (numbers or operator == "+"):
            raise TooMuch(f"templates have no '{operator}' for what stands here")
        return bounded(super().call_binop(context, operator, left, right))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Every loop counts its rounds, every `~` its length."""
        if len(source) > LONGEST:
            raise TooMuch(f"it is longer than {LONGEST} characters")
        parsed: nodes.Template = _Counting().visit(super()._parse(source, name, filename))
        parsed.set_environment(self)
        return parsed


class _Counting(NodeTransformer):
    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - the name jinja2's visitor looks for
        self.generic_visit(node)
        node.body.insert(0, nodes.ExprStmt(_own("step", [], node.lineno), lineno=node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - the name jinja2's visitor looks for
        self.generic_visit(node)
        return _own("joined", node.nodes, node.lineno)


def _own(name: str, arguments: list[nodes.Expr], line: int) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name, lineno=line), arguments, [], None, None, lineno=line)


def bounded(value: Any) -> Any:
    """The value. Raises TooMuch for a text or list that is too long."""
    if isinstance(value, str | bytes | list | tuple) and len(value) > LONGEST:
        raise TooMuch(f"it makes a value longer than {LONGEST} characters")
    return value


def _bounded(made: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(made)  # copies jinja2's mark of what is passed first as well
    def checked(*args: Any, **kwargs: Any) -> Any:
        for each in args:
            bounded(each)
        if made is do_join:
            _, value, *rest = args
            separator, _ = (*rest, kwargs.get("d", ""), None)[:2]
            args = (args[0], value := list(value), *rest)
            if sum(len(str(each)) + len(str(separator)) for each in value) > LONGEST:
                raise TooMuch(f"it joins to more than {LONGEST} characters")
        return bounded(made(*args, **kwargs))

    return checked
