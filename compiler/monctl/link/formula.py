"""Checks the formula of an `expr` source: arithmetic over its inputs, nothing else. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from monctl.misread import Misread
from monctl.suggest import did_you_mean

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?|[-+*/()]|\s+")
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_HOW = "write one such as 'failed / total * 100'"


def check_formula(formula: str, inputs: Collection[str]) -> None:
    """Raises Misread where a formula is not + - * / over numbers, brackets and its inputs. All that Python might run is refused."""
    at = 0
    while at < len(formula):
        found = _WORD.match(formula, at)
        if found is None:
            raise Misread(f"'{formula[at]}' means nothing in a formula", at, at + 1, "use names, numbers, + - * / and brackets")
        word = found[0]
        if (word[0].isalpha() or word[0] == "_") and word not in inputs:
            raise Misread(f"the formula names '{word}', which is no input", *found.span(), did_you_mean(word, inputs, noun="inputs"))
        at = found.end()
    try:
        tree = ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, RecursionError, MemoryError):
        raise Misread(f"'{formula}' is not a formula", 0, len(formula), _HOW) from None
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=op) if not isinstance(op, _OPERATORS):
                raise Misread(f"'{formula}' is not a formula", 0, len(formula), "the operators are + - * and /")
            case ast.BinOp(op=ast.Div(), right=ast.Constant(value=0)):
                raise Misread("the formula divides by zero", 0, len(formula), _HOW)
            case ast.Call() | ast.Tuple():
                raise Misread(f"'{formula}' is not a formula", 0, len(formula), "write * between the factors")
            case _:
                pass
