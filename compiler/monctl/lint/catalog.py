"""Finds the rules: every module of `monctl.lint.rules`, and what installed packages offer under `monctl.rules`."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType

from monctl.errors import UsageError
from monctl.lint.rule import Rule

GROUP = "monctl.rules"
"""Entry points of this group name a Rule, or a module or package that holds some."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code. Raises UsageError when two share a code."""
    by_code: dict[str, Rule] = {}
    for rule in [*_inside(import_module("monctl.lint.rules")), *_installed()]:
        other = by_code.setdefault(rule.code, rule)
        if other != rule:
            raise UsageError(
                f"two lint rules have the code {rule.code}: {other.name} and {rule.name}",
                hint="uninstall the package that brings one of them",
            )
    return tuple(sorted(by_code.values(), key=lambda rule: (rule.area, rule.code)))


def _installed() -> Iterator[Rule]:
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        offered = point.load()
        if isinstance(offered, Rule):
            yield offered
        elif isinstance(offered, ModuleType):
            yield from _inside(offered)
        else:
            raise UsageError(
                f"entry point '{point.name}' of {GROUP} is neither a rule nor a module", hint="make rules with monctl.lint.rule"
            )


def _inside(module: ModuleType) -> Iterator[Rule]:
    yield from (value for value in vars(module).values() if isinstance(value, Rule))
    for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
        yield from _inside(import_module(f"{module.__name__}.{found.name}"))
