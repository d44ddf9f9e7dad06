"""Findings as JUnit XML, which nearly every CI system shows as tests: a test for each finding, and one for each file with none.

Source: the fields that Jenkins and GitLab read, https://llg.cubic.org/docs/junit/ and https://docs.gitlab.com/ci/testing/unit_test_reports/
(from memory, 2026-11-21)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from monctl.finding import Finding, Level
from monctl.source import Span

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped: https://www.w3.org/TR/xml/#charsets (from memory, 2026-11-21)."""


def document(findings: Sequence[Finding], files: Sequence[str], *, fail_on: str) -> str:
    """A suite for each file, in order, with a final newline. What is below `fail_on` is a test that passes and says so in its output."""
    worst = Level(fail_on).rank
    by_file: dict[str, list[Finding]] = {file: [] for file in files}
    for found in findings:
        by_file.setdefault((found.span or Span(found.origin.file)).file, []).append(found)
    failing = sum(found.level.rank <= worst for found in findings)
    tests = sum(max(1, len(some)) for some in by_file.values())
    top = ET.Element("testsuites", {"name": "monctl", "tests": str(tests), "failures": str(failing), "errors": "0"})
    for file, some in sorted(by_file.items()):
        _suite(top, _clean(file), some, worst)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _suite(top: ET.Element, file: str, findings: Sequence[Finding], worst: int) -> None:
    failing = sum(found.level.rank <= worst for found in findings)
    counts = {"tests": str(max(1, len(findings))), "failures": str(failing), "errors": "0", "skipped": "0"}
    suite = ET.SubElement(top, "testsuite", {"name": file, **counts})
    if not findings:
        ET.SubElement(suite, "testcase", {"name": "no findings", "classname": file, "file": file, "time": "0"})
    for found in findings:
        span = found.span or Span(found.origin.file)
        name = _clean(" ".join(filter(None, (found.code, found.address, f"line {span.line}:{span.column}"))))
        case = ET.SubElement(suite, "testcase", {"name": name, "classname": file, "file": file, "line": str(span.line), "time": "0"})
        body = _clean(f"{file}:{span.line}:{span.column}: {found.level.value}[{found.code}] {found.message}")
        body += _clean(f"\nhelp: {found.help}") if found.help else ""
        if found.level.rank <= worst:
            ET.SubElement(case, "failure", {"type": found.code, "message": _clean(found.message)}).text = body
        else:
            ET.SubElement(case, "system-out").text = body


def _clean(text: str) -> str:
    """The text with `�` for every character that XML cannot hold; the rest is escaped when it is written."""
    return _NOT_XML.sub("\ufffd", text)
