"""Findings as JSON (`schemas/findings.schema.json`) and as annotations of GitHub Actions."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from monctl.finding import Edit, Finding
from monctl.source import Span

FORMAT_VERSION = 1


class EditRecord(BaseModel):
    """One stretch of a file, and what shall stand there instead."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[str, Field(description="Path relative to the current folder, with forward slashes.")]
    line: Annotated[int, Field(ge=1, description="1-based.")]
    column: Annotated[int, Field(ge=1, description="1-based.")]
    end_line: Annotated[int, Field(ge=1, description="1-based.")]
    end_column: Annotated[int, Field(ge=1, description="1-based, exclusive.")]
    text: Annotated[str, Field(description="The replacement; empty to delete.")]


class FixRecord(BaseModel):
    """A way out that a program can take: certain to mend what was found and to change nothing else."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(description="What it does, as an instruction.", examples=["write IS NULL"])]
    edits: Annotated[list[EditRecord], Field(description="All or none of them; they do not overlap, and are in order.")]


class FindingRecord(BaseModel):
    """One finding."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(description="The rule: letters for the area, three digits.", examples=["SPEC040", "SQL007"])]
    level: Annotated[Literal["error", "warning", "info"], Field(description="How bad it is.")]
    message: Annotated[str, Field(description="What is wrong, one sentence.")]
    address: Annotated[str | None, Field(description="The object it is about.", examples=["monitor.orphaned-posts"])]
    file: Annotated[str, Field(description="Path relative to the current folder, with forward slashes.")]
    line: Annotated[int, Field(ge=1, description="1-based.")]
    column: Annotated[int, Field(ge=1, description="1-based.")]
    end_line: Annotated[int, Field(ge=1, description="1-based.")]
    end_column: Annotated[int, Field(ge=1, description="1-based, exclusive.")]
    help: Annotated[str | None, Field(description="The way out, as an instruction.")]
    fix: Annotated[FixRecord | None, Field(description="What `monctl lint --fix` would do; absent where nothing is certain.")] = None


class FindingsDocument(BaseModel):
    """What `monctl validate -o json` and `monctl lint -o json` print."""

    model_config = ConfigDict(extra="forbid")

    format_version: Annotated[Literal[1], Field(description="Grows when this document changes in a way that breaks readers.")]
    findings: Annotated[list[FindingRecord], Field(description="In order of file, line, column and code.")]


def record(found: Finding) -> dict[str, object]:
    """One located finding as plain JSON."""
    span = found.span or Span(found.origin.file)
    fix = {} if found.fix is None else {"fix": {"title": found.fix.title, "edits": [_edit(edit) for edit in found.fix.edits]}}
    return {
        "code": found.code,
        "level": found.level.value,
        "message": found.message,
        "address": found.address,
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "help": found.help,
        **fix,
    }


def _edit(edit: Edit) -> dict[str, object]:
    span = edit.span or Span("")
    place = {"line": span.line, "column": span.column, "end_line": span.end_line, "end_column": span.end_column}
    return {"file": span.file, **place, "text": edit.text}


def document(findings: Sequence[Finding]) -> str:
    """All of them, with a final newline."""
    return (
        json.dumps({"format_version": FORMAT_VERSION, "findings": [record(found) for found in findings]}, indent=2, ensure_ascii=False)
        + "\n"
    )


def github(findings: Sequence[Finding], path_of: Callable[[str], str] = str) -> str:
    """Workflow commands, one line each, which GitHub shows on the lines of a pull request.

    `path_of` makes paths relative to the top of the repository, by which GitHub finds a file.
    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions (read 2026-11-20)
    """
    lines = []
    for found in findings:
        span = found.span or Span(found.origin.file)
        level = {"error": "error", "warning": "warning", "info": "notice"}[found.level.value]
        where = {"file": path_of(span.file), "line": span.line, "endLine": span.end_line, "col": span.column}
        if span.end_line == span.line:
            where["endColumn"] = max(span.column, span.end_column - 1)
        parameters = ",".join(f"{name}={_parameter(str(value))}" for name, value in {**where, "title": found.code}.items())
        body = found.message + (f"\n{found.help}" if found.help else "")
        lines.append(f"::{level} {parameters}::{_data(body)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _parameter(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
