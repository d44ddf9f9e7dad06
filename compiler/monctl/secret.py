"""Secrets: written only by reference, printed as `***`, read from the environment or a file at the last moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from monctl.clear_text import looks_secret
from monctl.errors import UsageError
from monctl.misread import Misread
from monctl.resource import SecretRef
from monctl.text_field import TextField

__all__ = ["SECRET_SHOWN", "BadSecret", "Secret", "SecretField", "looks_secret", "reader", "reference_fault", "resolve"]

_NAMED = r"(env:[A-Za-z_][A-Za-z0-9_]*|file:(?=[^}]*[^}\s])[^}\0]+)"  # POSIX XBD 8.1: names of environment variables (read 2026-11-21)
_REFERENCE = re.compile(rf"\$\{{{_NAMED}\}}")
_LONGEST_FILE = 65_536
_HOW = "put it into an environment variable and write ${env:NAME}, or into a file and write ${file:PATH}"


class BadSecret(Misread):
    """A secret that is not a reference. The message never holds what was written."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference to a secret. `str()` and `repr()` are `***`."""

    reference: str
    """`env:NAME` or `file:PATH`."""

    @classmethod
    def parse(cls, text: str) -> Secret:
        """From `${env:NAME}` or `${file:PATH}`. Raises BadSecret."""
        if found := _REFERENCE.fullmatch(text.strip()):
            return cls(found[1])
        raise _refused(text)

    @property
    def written(self) -> str:
        """As it stands in a spec: `${env:NAME}`."""
        return f"${{{self.reference}}}"

    def __str__(self) -> str:
        return "***"

    __repr__ = __str__


def reference_fault(text: str) -> BadSecret | None:
    """What is wrong with a text of the form `${env:…}` or `${file:…}`, at the name; None where the reference is in order, or is none."""
    found = re.fullmatch(r"\$\{\s*(env|file):([^{}]*)\}", text)
    if found is None or _REFERENCE.fullmatch(text):
        return None
    where = found.span(2) if found[2] else (0, len(text))
    if found[2].strip() and _REFERENCE.fullmatch(right := f"${{{found[1]}:{found[2].strip()}}}"):
        return BadSecret("the reference to the secret has a space in it", 0, len(text), f"write {right}")
    if found[1] == "file":
        return BadSecret("the reference to the secret names no file", *where, "write ${file:PATH}")
    message = "the reference to the secret does not name an environment variable"
    return BadSecret(message, *where, "write ${env:NAME}; a name is letters, digits and _, and does not begin with a digit")


def reader(environ: Mapping[str, str], root: Path) -> Callable[[SecretRef], str]:
    """A function that gives the value of a secret of the program, as `resolve` does."""
    return lambda secret: resolve(secret.reference, environ, root)


def resolve(reference: str, environ: Mapping[str, str], root: Path) -> str:
    """The secret itself. Files are relative to `root`, the estate's folder; a line break at their end is not part of the secret.

    Raises UsageError naming the reference, never what it holds.
    """
    scheme, _, name = reference.partition(":")
    if scheme == "env":
        if value := environ.get(name, ""):
            return value
        state = "is empty" if name in environ else "is not set"
        raise UsageError(f"the secret env:{name} {state}", hint=f"export {name}, or name another secret in the spec")
    if scheme == "file":
        return _file(name, root)
    raise UsageError(f"a secret of the form '{scheme}:' is not known", hint="write ${env:NAME} or ${file:PATH}")


def _file(name: str, root: Path) -> str:
    try:
        with (root / name).open("rb") as file:
            data = file.read(_LONGEST_FILE + 1)
        value = data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError(f"the secret file:{name} cannot be read: it is not UTF-8 text", hint="write it as UTF-8") from None
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not a path"
        raise UsageError(f"the secret file:{name} cannot be read: {why}", hint="check the path and its permissions") from None
    if not value or len(data) > _LONGEST_FILE:
        raise UsageError(f"the secret file:{name} is {'longer than 64 KiB' if value else 'empty'}", hint="write the secret alone into it")
    return value


def _refused(text: str) -> BadSecret:
    if fault := reference_fault(text):
        return fault
    if found := re.fullmatch(r"\$?\{?\{?\s*(env|file)[:.](.*?)\s*\}*", text.strip()):
        # the name of a variable or file is no secret, and showing it right is the shortest way out
        return BadSecret(
            "the reference to the secret is not well formed", 0, len(text), f"write ${{{found[1]}:NAME}}" if not found[2] else _HOW
        )
    if re.fullmatch(r"\$\{?[A-Za-z_][A-Za-z0-9_]*\}?", text.strip()):
        return BadSecret(
            "the reference to the secret does not say where it is", 0, len(text), "write ${env:NAME} for an environment variable"
        )
    return BadSecret("a secret is never written in clear", 0, len(text), _HOW)


def _read(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, str):
        return Secret.parse(value)
    raise BadSecret("a secret is never written in clear" if value is not None else "the secret is empty", help=_HOW)


def _write(secret: Secret) -> str:
    return secret.written


SECRET_SHOWN = {
    "type": "string",
    "description": "A secret by reference: an environment variable or a file, never the value.",
    "pattern": r"^\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+)\}$",
    "examples": ["${env:SLACK_WEBHOOK_CRITICAL}", "${file:/run/secrets/pagerduty}"],
}
"""JSON Schema of a secret as it is written."""
SecretField = Annotated[Secret, TextField(_read, SECRET_SHOWN, _write)]
