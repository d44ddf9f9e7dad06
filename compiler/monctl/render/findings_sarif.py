"""Findings as SARIF 2.1.0, which code scanning of GitHub, GitLab, Azure DevOps and editors read.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html (from memory, 2026-11-21); what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning (from memory, 2026-11-21);
on its "Specifying the root for source files": relative paths are taken as relative to the root of the repository, so no base is told
(https://github.com/github/docs/commit/e335f7aa45cb085de9ddf65165fa78d27c2adcd6, read 2026-11-21).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from urllib.parse import quote

from monctl import __version__
from monctl.baseline import digest, known
from monctl.finding import Finding, Fix, Level
from monctl.lint import Rule, all_rules
from monctl.resource import Json
from monctl.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def document(findings: Sequence[Finding], path_of: Callable[[str], str] = str) -> str:
    """One run with the rules that spoke, and a result for each finding; with a final newline.

    URIs are relative to what `path_of` makes paths relative to: the top of the repository, for code scanning.
    """
    codes = list(dict.fromkeys(found.code for found in findings))
    run = {
        "tool": {"driver": {"name": "monctl", "semanticVersion": __version__, "rules": list(_descriptors(codes, findings))}},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(codes, findings, path_of)),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _descriptors(codes: Iterable[str], findings: Sequence[Finding]) -> Iterable[Json]:
    pages = {rule.code: rule for rule in all_rules()}
    levels: dict[str, Level] = {}
    for found in findings:
        levels.setdefault(found.code, found.level)
    for code in codes:
        rule = pages.get(code)
        yield _of_rule(rule) if rule is not None else _without_page(code, levels[code])


def _of_rule(rule: Rule) -> dict[str, Json]:
    full = rule.page.partition("**Why.**")[0].strip()
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.summary}."},
        "fullDescription": {"text": full},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVEL[rule.level]},
        "properties": {"tags": [rule.area.lower()]},
    }


def _without_page(code: str, level: Level) -> dict[str, Json]:
    """Of what says that a spec is not valid, and of the limits of targets: their messages and ways out say all there is."""
    area = code.rstrip("0123456789")
    what = "A spec is not valid" if area in {"SPEC", "SQL"} else f"A limit of the target {area.lower()}"
    return {
        "id": code,
        "shortDescription": {"text": f"{what}."},
        "fullDescription": {"text": f"{what}. The message of the result says which part, and the way out."},
        "help": {"text": f"{what}: see the message of the result."},
        "defaultConfiguration": {"level": _LEVEL[level]},
        "properties": {"tags": [area.lower()]},
    }


def _results(codes: Sequence[str], findings: Sequence[Finding], path_of: Callable[[str], str]) -> Iterable[Json]:
    index = {code: at for at, code in enumerate(codes)}
    told: Counter[str] = Counter()
    for found in findings:
        span = found.span or Span(found.origin.file)
        file = path_of(span.file)
        same = "\0".join((found.code, known("", found).address or file, digest(found)))
        told[same] += 1
        result: dict[str, Json] = {
            "ruleId": found.code,
            "ruleIndex": index[found.code],
            "level": _LEVEL[found.level],
            "message": {"text": f"{found.message}.\n{found.help}" if found.help else f"{found.message}."},
            "locations": [_location(found, span, file)],
            "partialFingerprints": {"monctlFinding/v1": sha256(f"{same}\0{told[same]}".encode()).hexdigest()},
        }
        if found.fix is not None:
            result["fixes"] = [_fix(found.fix, path_of)]
        yield result


def _fix(fix: Fix, path_of: Callable[[str], str]) -> dict[str, Json]:
    by_file: dict[str, list[Json]] = {}
    for edit in fix.edits:
        span = edit.span or Span("")
        by_file.setdefault(path_of(span.file), []).append({"deletedRegion": _region(span), "insertedContent": {"text": edit.text}})
    changes: list[Json] = [
        {"artifactLocation": {"uri": quote(file, safe="/")}, "replacements": replacements} for file, replacements in by_file.items()
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _region(span: Span) -> dict[str, Json]:
    return {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}


def _location(found: Finding, span: Span, file: str) -> dict[str, Json]:
    region = _region(span)
    location: dict[str, Json] = {"physicalLocation": {"artifactLocation": {"uri": quote(file, safe="/")}, "region": region}}
    if found.address is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": found.address, "kind": "object"}]
    return location
