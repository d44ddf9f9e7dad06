"""[I/O] Findings as an editor shows them, with the page of their rule in a file it can open."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path

from monctl import __version__, atomic
from monctl.errors import MonctlError
from monctl.finding import Finding, Level
from monctl.lsp.positions import Positions
from monctl.source import Span

SOURCE = "monctl"
_LEVELS = {
    Level.ERROR: types.DiagnosticSeverity.Error,
    Level.WARNING: types.DiagnosticSeverity.Warning,
    Level.INFO: types.DiagnosticSeverity.Information,
}
_PLACE = re.compile(r"(?<![\w/.-])([\w./-]+\.(?:ya?ml|py)):(\d+)")
"""A place that a message names: `people.yaml:12`."""


def diagnostic(found: Finding, positions: Positions) -> types.Diagnostic:
    """One located finding."""
    span = found.span or Span(found.origin.file)
    page = rule_page(found.code)
    return types.Diagnostic(
        range=positions.of_span(span),
        message=found.message + (f"\n{found.help}" if found.help else ""),
        severity=_LEVELS[found.level],
        code=found.code,
        code_description=types.CodeDescription(href=page) if page is not None else None,
        source=SOURCE,
        related_information=_related(found.message) or None,
    )


def _related(message: str) -> list[types.DiagnosticRelatedInformation]:
    found = []
    for place in _PLACE.finditer(message):
        uri = from_fs_path(os.path.realpath(place[1]))
        line = max(int(place[2]) - 1, 0)
        if uri is not None and Path(place[1]).is_file():
            where = types.Location(uri, types.Range(types.Position(line, 0), types.Position(line + 1, 0)))
            found.append(types.DiagnosticRelatedInformation(where, "named in the message"))
    return found


@cache
def rule_page(code: str) -> str | None:
    """URI of the page of a rule, written to the user's cache; None for findings that no rule makes, and where nothing can be written."""
    from monctl.lint import all_rules

    try:
        rule = next((one for one in all_rules() if one.code == code), None)
    except MonctlError:  # a package of rules that cannot be loaded: the check of the estate says so
        return None
    if rule is None:
        return None
    given = os.environ.get("XDG_CACHE_HOME")
    body = f"# {rule.code} {rule.name} ({rule.level.value})\n\n{rule.page}\n"
    try:
        path = (Path(given) if given else Path("~/.cache").expanduser()) / "monctl" / "rules" / __version__ / f"{code}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != body:
            atomic.write(path, body.encode(), mode=0o644)
    except (OSError, RuntimeError):  # expanduser, where there is no home
        return None
    uri: str | None = from_fs_path(str(path))
    return uri
