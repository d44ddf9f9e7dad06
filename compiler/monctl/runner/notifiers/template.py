"""Renders messages: the user's templates by name, ours where they have none or theirs is broken. A broken template never loses a message."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Literal

from jinja2 import FunctionLoader, TemplateError, TemplateSyntaxError

from monctl.runner.message import Message
from monctl.runner.notifiers import say
from monctl.runner.notifiers.confined import Confined

Name = Literal["title", "sms", "slack", "email.txt", "email.html"]
"""What can be replaced. `<channel>/<name>` replaces it for one channel alone; `default/<name>` is ours, to extend or include."""
_log = logging.getLogger(__name__)
_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text, and what to add to it."""

    text: str
    note: str = ""
    """Says that the user's template is broken and ours was used; empty when all is well. Not escaped for any format."""


def escaped_for_slack(text: str) -> str:
    """The text as mrkdwn shows it literally. https://docs.slack.dev/messaging/formatting-message-text (read 2026-11-21)."""
    return say.plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_CLEAN: Mapping[Name, Callable[[str], str]] = {
    "title": partial(say.plain, lines=False),
    "sms": partial(say.plain, lines=False),
    "slack": escaped_for_slack,
    "email.txt": say.plain,
    "email.html": say.plain,
}


class Templates:
    """The templates of one estate. Renders synchronously; not for several threads at once."""

    def __init__(self, own: Mapping[str, str]) -> None:
        """`own`: the user's templates by name."""
        self._own = own
        self._broken: set[tuple[str, str]] = set()
        self._environment = Confined(
            FunctionLoader(self._source),
            autoescape=lambda name: bool(name and name.endswith(".html")),
            helpers={"lasted": say.lasted, "measured": say.measured, "name": say.name, "web": say.web},
        )

    def render(self, name: Name, message: Message) -> Rendered:
        """The message in one format, stripped of blanks around it."""
        values = _values(_CLEAN[name], message)
        for chosen in (f"{message.channel}/{name}", name):
            if chosen not in self._own:
                continue
            try:
                if text := self._environment.render(chosen, values).strip():
                    return Rendered(text)
                fault = "it writes nothing"
            except _FAULTS as error:
                fault = _sentence(error)
            if (chosen, fault) not in self._broken:
                self._broken.add((chosen, fault))
                _log.warning("the template '%s' is broken, the built-in one is used: %s", chosen, fault)
            note = f"The template '{chosen}' is broken ({fault}), so this is the built-in message."
            return Rendered(self._ours(name, values), say.plain(note, lines=False))
        return Rendered(self._ours(name, values))

    def _ours(self, name: Name, values: Mapping[str, object]) -> str:
        """Trusted, and of a message whose texts are cut: no limit may lose it."""
        return self._environment.render(f"default/{name}", values, steps=1_000_000, longest=16_000_000).strip()

    def _source(self, name: str) -> str | None:
        if name in self._own:
            return self._own[name]
        short = name.removeprefix("default/")
        known = name != short and short in _CLEAN
        return files(__package__).joinpath("templates", f"{short}.j2").read_text(encoding="utf-8") if known else None


def _values(clean: Callable[[str], str], message: Message) -> dict[str, object]:
    """What a template may use."""
    cleaned = say.mapped(message, clean)
    return {
        "message": cleaned,
        "items": say.shown(cleaned),
        "first": cleaned.items[0] if cleaned.items else None,
        "single": len(cleaned.items) == 1,
        "over": say.over(cleaned),
        "headline": say.headline(cleaned),
        "folded": say.folded(cleaned),
        "links": say.links(cleaned),
        "when": partial(say.when, time_zone=message.time_zone),
        "lately": partial(say.lately, now=message.now, time_zone=message.time_zone),
    }


def _sentence(error: Exception) -> str:
    line = f"line {error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
    if isinstance(error, RecursionError):
        return "it calls itself without end"
    return line + say.cut(say.plain(str(error), lines=False) or type(error).__name__, 200)
