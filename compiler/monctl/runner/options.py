"""The options of a bundle, and what becomes of them at run time: secrets read, templates loaded, addresses chosen."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from monctl.bundle_options import Options, Page, Smtp, faults, read
from monctl.errors import UsageError
from monctl.resource import Json, SecretRef
from monctl.runner.notifiers.notifier import Tools
from monctl.runner.notifiers.registry import Notifiers

__all__ = ["Options", "Page", "Smtp", "endpoints", "notifiers", "options", "page_base", "page_url", "templates", "told"]


def options(given: Mapping[str, Json]) -> Options:
    """The options of a bundle. Raises UsageError with every fault."""
    if found := [f"{message} ({help})" for _, message, help in faults(given)]:
        raise UsageError(f"targets.runner of monctl.yaml cannot be read: {'; '.join(found)}", hint="docs/operating.md lists the options")
    return read(given)


def told(value: str | SecretRef | None, secrets: Callable[[SecretRef], str]) -> str | None:
    """A text option, read where it is a secret. Raises UsageError."""
    return secrets(value) if isinstance(value, SecretRef) else value


def notifiers(said: Options, secrets: Callable[[SecretRef], str], root: Path) -> Notifiers:
    """All ways of telling, as the options have them. `root`: what the folder of templates is relative to. Raises UsageError."""
    smtp = said.smtp.model_dump(exclude_none=True) if said.smtp is not None else {}
    return Notifiers(Tools(secrets, smtp, templates(said.templates, root), endpoints(said)), apprise=said.apprise)


def page_url(said: Options) -> str:
    """How people reach the page, for links in messages; empty where nobody said."""
    return (said.page.url or "").rstrip("/")


def page_base(said: Options) -> str:
    """Where the page is: how people reach it, else its own address."""
    return page_url(said) or f"http://{said.page.listen}"


def endpoints(said: Options, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Base URLs of what messages go to: the environment wins over the file, so that a runner can be pointed anywhere."""
    found: dict[str, str] = dict(said.endpoints.items())
    for name in ("slack", "pagerduty-events", "twilio"):
        word = name.upper().replace("-", "_")
        for variable in (f"{word}_URL", f"MONCTL_{word}_URL"):
            if environ.get(variable):
                found[name] = environ[variable]
    return found


def templates(folder: str | None, root: Path) -> dict[str, str]:
    """A user's own templates by name: `sms`, `email.html`, `CHANNEL/sms`; a suffix `.j2` is left away. Raises UsageError when one cannot be read."""
    if folder is None:
        return {}
    place = root / folder
    if not place.is_dir():
        raise UsageError(f"the folder of templates '{folder}' is not there", hint="make it, or remove targets.runner.templates")
    try:
        found = sorted(path for path in place.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {path.relative_to(place).as_posix().removesuffix(".j2"): path.read_text(encoding="utf-8") for path in found}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the template folder '{folder}' cannot be read: {error}", hint="templates are UTF-8 text") from None
