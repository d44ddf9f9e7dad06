"""How often each rule spoke, as a table and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from monctl.finding import Finding
from monctl.lint import all_rules

FORMAT_VERSION = 1


def as_text(findings: Sequence[Finding]) -> str:
    """A line for each rule that spoke: count, code, level, name; empty for none."""
    names = {rule.code: rule.name for rule in all_rules()}
    rows = _rows(findings)
    width = max((len(str(count)) for _, _, count in rows), default=0)
    return "".join(f"{count:>{width}}  {code:<14} {level:<8} {names.get(code, '')}".rstrip() + "\n" for code, level, count in rows)


def as_json(findings: Sequence[Finding]) -> str:
    """The same as a document, with a final newline."""
    names = {rule.code: rule.name for rule in all_rules()}
    rules = [{"code": code, "level": level, "name": names.get(code), "count": count} for code, level, count in _rows(findings)]
    return json.dumps({"format_version": FORMAT_VERSION, "rules": rules}, indent=2, ensure_ascii=False) + "\n"


def _rows(findings: Sequence[Finding]) -> list[tuple[str, str, int]]:
    """Code, level and count; most frequent first, then by code."""
    counts = Counter((found.code, found.level.value) for found in findings)
    return sorted(((code, level, count) for (code, level), count in counts.items()), key=lambda row: (-row[2], row[0], row[1]))
