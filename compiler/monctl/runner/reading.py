"""[I/O] The bundle a runner is given: a file, a folder with one, or an estate, compiled in memory."""

from __future__ import annotations

import json
from pathlib import Path

from monctl.bundle import FORMAT_VERSION, Bundle, bundle, fingerprint
from monctl.decode import Undecodable, from_json
from monctl.errors import EstateError, UsageError
from monctl.program import Program
from monctl.resource import Json

_LARGEST = 256 * 1024 * 1024


def read(path: Path) -> Bundle:
    """The bundle of a file, whose fingerprint fits. Raises UsageError."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"'{path}' is too large to be a bundle")
        body = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"the bundle '{path}' cannot be read: {error.strerror}", hint="compile it: monctl compile --target runner --out DIR"
        ) from None
    except ValueError as error:
        raise UsageError(f"'{path}' is not a bundle: {error}", hint="give a file that monctl compile or monctl apply wrote") from None
    return decoded(body, str(path))


def decoded(body: Json, name: str) -> Bundle:
    """A bundle from its JSON. Raises UsageError when it is of another version, was changed by hand, or has another shape."""
    if not isinstance(body, dict) or "format_version" not in body:
        raise UsageError(f"'{name}' is not a bundle", hint="give a file that monctl compile or monctl apply wrote")
    if body["format_version"] != FORMAT_VERSION:
        raise UsageError(
            f"'{name}' has format {body['format_version']}, and this runner reads {FORMAT_VERSION}",
            hint="compile it with this version of monctl",
        )
    if fingerprint({part: value for part, value in body.items() if part != "mark"}) != body.get("fingerprint"):
        raise UsageError(f"'{name}' was changed after it was compiled: its fingerprint does not fit", hint="compile it again")
    try:
        return from_json(Bundle, body)
    except Undecodable as fault:
        raise UsageError(f"'{name}' is not a bundle this runner understands: {fault}", hint="compile it again") from None


def compiled(root: Path, environment: str | None) -> Bundle:
    """The bundle of an estate, compiled now. Raises EstateError with the first fault when it has errors."""
    from monctl.finding import Level
    from monctl.project import check

    checked = check(root, environment)
    if not checked.valid:
        first = next(found for found in checked.findings if found.level is Level.ERROR)
        place = f"{first.span.file}:{first.span.line}: " if first.span is not None else ""
        raise EstateError(f"{place}{first.message}", hint="monctl validate shows all faults")
    return of_program(checked.program)


def of_program(program: Program) -> Bundle:
    """The bundle of a linked program, as a file of it would be read."""
    return from_json(Bundle, bundle(program))
