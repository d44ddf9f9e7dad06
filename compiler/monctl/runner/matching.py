"""What somebody wants to silence, from the words they wrote: `service=database`, `severity!=critical`, or a monitor's name. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from monctl.bundle import Bundle
from monctl.errors import UsageError
from monctl.runner.core.watch import watch
from monctl.runner.core.world import Matcher
from monctl.suggest import did_you_mean

_MATCHER = re.compile(r"([A-Za-z_][\w.-]*)(=~|!~|!=|=)(.*)", re.DOTALL)
_LONGEST = 500


def matchers(texts: Sequence[str], monitors: Collection[str]) -> tuple[Matcher, ...]:
    """One matcher for each text; all of them must hold. Raises UsageError."""
    return tuple(_matcher(text.strip(), monitors) for text in texts)


def _matcher(text: str, monitors: Collection[str]) -> Matcher:
    if len(text) > _LONGEST:
        raise UsageError(f"a matcher has {_LONGEST} characters at most", hint="write LABEL=VALUE, or a monitor's name")
    if found := _MATCHER.fullmatch(text):
        label, op, value = found.groups()
        if op == "=~" or op == "!~":
            try:
                re.compile(value)
            except re.error as error:
                raise UsageError(f"'{value}' is not a regular expression: {error}", hint="write LABEL=VALUE for one value") from None
        if label == "monitor" and op == "=":
            value = _known(value, monitors)
        return Matcher(label, op, value)  # type: ignore[arg-type]  # the pattern takes these four only
    return Matcher("monitor", "=", _known(text, monitors))


def _known(text: str, monitors: Collection[str]) -> str:
    name = text.removeprefix("monitor.")
    if name not in monitors:
        raise UsageError(f"no monitor is called '{name}'", hint=did_you_mean(name, monitors) or "write LABEL=VALUE, or a monitor's name")
    return name


def doubts(found: Sequence[Matcher], bundle: Bundle) -> list[str]:
    """What is odd about matchers, one sentence each: a label or value that no monitor has. Rows and series may still have them."""
    held: dict[str, set[str]] = {"severity": set(bundle.severities), "kind": {"health"}, "monitor": set(), "service": set(), "team": set()}
    for monitor in bundle.monitors.values():
        for name, value in watch(bundle, monitor).labels.items():
            held.setdefault(name, set()).add(value)
    said = []
    for one in found:
        if one.label not in held:
            near = did_you_mean(one.label, held)
            said.append(f"no monitor has a label '{one.label}'; only rows or series could" + (f" ({near})" if near else ""))
        elif one.op in {"=", "=~"} and not any(one.matches({one.label: value}) for value in held[one.label]):
            near = did_you_mean(one.value, held[one.label]) if one.op == "=" else None
            said.append(f"no monitor has {one.label}{one.op}{one.value} now" + (f" ({near})" if near else ""))
    return said
