"""Finds the rules: every module of `monctl.lint.rules`, and what installed packages offer under `monctl.rules`."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from monctl.errors import UsageError
from monctl.lint.rule import Rule, fault

GROUP = "monctl.rules"
"""Entry points of this group name a Rule, or a module or package that holds some."""
_WAY_OUT = "uninstall the package that brings one of them"


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code. Raises UsageError when two share a code or a name, and for an entry point that brings none."""
    by_code: dict[str, Rule] = {}
    by_name: dict[str, Rule] = {}
    for rule in [*_inside(import_module("monctl.lint.rules")), *_installed()]:
        other = by_code.setdefault(rule.code, rule)
        if other != rule:
            raise UsageError(f"two lint rules have the code {rule.code}: {other.name} and {rule.name}", hint=_WAY_OUT)
        other = by_name.setdefault(rule.name, rule)
        if other != rule:
            raise UsageError(f"two lint rules have the name {rule.name}: {other.code} and {rule.code}", hint=_WAY_OUT)
    return tuple(sorted(by_code.values(), key=lambda rule: (rule.area, rule.code)))


def _installed() -> Iterator[Rule]:
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            offered = point.load()
            rules = list(_inside(offered)) if isinstance(offered, ModuleType) else [offered]
        except (Exception, SystemExit) as error:
            raise UsageError(
                f"the lint rules of {_brought_by(point)} cannot be loaded: {fault(error)}", hint="mend or uninstall the package"
            ) from error
        if not rules or not all(isinstance(one, Rule) for one in rules):
            raise UsageError(
                f"entry point '{point.name}' of {GROUP} is neither a rule nor a module that holds some",
                hint="make rules with monctl.lint.rule",
            )
        yield from rules


def _brought_by(point: EntryPoint) -> str:
    package = f" of the package {point.dist.name}" if point.dist is not None else ""
    return f"entry point '{point.name}'{package}"


def _inside(module: ModuleType) -> Iterator[Rule]:
    yield from (value for value in vars(module).values() if isinstance(value, Rule))
    for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
        yield from _inside(import_module(f"{module.__name__}.{found.name}"))
