"""Secrets: written only by reference, printed as `***`, read from the environment or a file at the last moment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from monctl.errors import UsageError
from monctl.misread import Misread
from monctl.text_field import TextField

_REFERENCE = re.compile(r"\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}\0]+)\}")
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


def resolve(reference: str, environ: Mapping[str, str], root: Path) -> str:
    """The secret itself. Files are relative to `root`; a line break at their end is not part of the secret.

    Raises UsageError naming the variable or file, never what it holds.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        if value := environ.get(name, ""):
            return value
        state = "is empty" if name in environ else "is not set"
        raise UsageError(f"the environment variable {name} {state}", hint=f"set {name}, a spec refers to it as ${{env:{name}}}")
    if kind != "file":
        raise UsageError("a secret's reference begins with env: or file:", hint=_HOW)
    hint = f"a spec refers to it as ${{file:{name}}}"
    try:
        with (root / name).open("rb") as file:
            data = file.read(_LONGEST_FILE + 1)
    except (OSError, ValueError) as fault:
        reason = fault.strerror.lower() if isinstance(fault, OSError) and fault.strerror else "not a path"
        raise UsageError(f"the secret file {name} cannot be read: {reason}", hint=hint) from None
    try:
        value = data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError(f"the secret file {name} is not UTF-8 text", hint=hint) from None
    if not value or len(data) > _LONGEST_FILE:
        raise UsageError(f"the secret file {name} is {'longer than 64 KiB' if value else 'empty'}", hint=hint)
    return value


def _refused(text: str) -> BadSecret:
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


SecretField = Annotated[
    Secret,
    TextField(
        _read,
        {
            "type": "string",
            "description": "A secret by reference: an environment variable or a file, never the value.",
            "pattern": r"^\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+)\}$",
            "examples": ["${env:SLACK_WEBHOOK_CRITICAL}", "${file:/run/secrets/pagerduty}"],
        },
        _write,
    ),
]
