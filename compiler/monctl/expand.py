"""Fills `${var.x}` and `${each.y}`, multiplies `for_each` and templates. Pure: raw specs in, raw specs out.

`${env:NAME}` and `${file:PATH}` are secrets and stay as they are; `$${` is a literal `${`.
A string that is nothing but one `${…}` takes the type of the value; inside a longer text the value is written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monctl.finding import Finding
from monctl.source import Origin
from monctl.suggest import did_you_mean

_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_NAMED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*")
_SECRET = ("env:", "file:")


@dataclass(frozen=True, slots=True)
class Raw:
    """One object as it was written, before it is checked against its model."""

    kind: str
    """Top-level key: `monitors`."""
    name: str
    value: Any
    origin: Origin


@dataclass(slots=True)
class Expander:
    """Fills references from a scope. Faults go to `findings`; what cannot be filled stays as it is."""

    variables: Mapping[str, Any]
    builtin: Mapping[str, str]
    """`estate`, `environment`."""
    findings: list[Finding] = field(default_factory=list)

    def objects(self, raw: Raw) -> Iterator[Raw]:
        """One object, or one per entry of its `for_each`."""
        if not isinstance(raw.value, dict) or "for_each" not in raw.value:
            yield Raw(raw.kind, raw.name, self.fill(raw.value, {}, raw.origin), raw.origin)
            return
        rest = {key: value for key, value in raw.value.items() if key != "for_each"}
        for each in self._entries(raw.value["for_each"], raw.origin.at("for_each")):
            yield Raw(raw.kind, f"{raw.name}-{each['key']}", self.fill(rest, {"each": each}, raw.origin), raw.origin)

    def template(self, value: Mapping[str, Any], origin: Origin) -> Iterator[Raw]:
        """Every object of a template, per entry of its inventory."""
        for each in self._entries(value.get("for_each"), origin.at("for_each")):
            for kind, objects in value.items():
                if kind == "for_each" or not isinstance(objects, dict):
                    continue
                for name, body in objects.items():
                    where = origin.at(kind, str(name))
                    filled = self.fill(str(name), {"each": each}, where)
                    yield Raw(kind, str(filled), self.fill(body, {"each": each}, where), where)

    def fill(self, value: Any, scope: Mapping[str, Any], origin: Origin) -> Any:
        """The value with every reference filled, at any depth."""
        if isinstance(value, str):
            return self._text(value, scope, origin) if "${" in value else value
        if isinstance(value, dict):
            return {key: self.fill(item, scope, origin.at(key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, scope, origin.at(index)) for index, item in enumerate(value)]
        return value

    def _entries(self, inventory: Any, origin: Origin) -> Iterator[Mapping[str, Any]]:
        if isinstance(inventory, str):
            inventory = self.fill(inventory, {}, origin)
        if isinstance(inventory, dict):
            for key, value in inventory.items():
                yield {"key": key, "value": self.fill(value, {}, origin.at(key))}
        elif isinstance(inventory, list):
            for index, value in enumerate(inventory):
                filled = self.fill(value, {}, origin.at(index))
                if isinstance(filled, dict | list):
                    self._fault(origin.at(index), "SPEC023", "a list of for_each holds plain values", "use a map: each entry needs a name")
                    continue
                yield {"key": str(filled), "value": filled}
        elif not (isinstance(inventory, str) and "${" in inventory):
            said = "nothing" if inventory is None else f"'{inventory}'" if isinstance(inventory, str) else type(inventory).__name__
            self._fault(origin, "SPEC023", f"for_each takes a map or a list, not {said}", "write a map, a list, or ${var.name}")

    def _text(self, text: str, scope: Mapping[str, Any], origin: Origin) -> Any:
        whole = _REFERENCE.fullmatch(text)
        if whole is not None and whole[1] is not None:
            return self._value(whole, scope, origin)

        def put(found: re.Match[str]) -> str:
            if found[1] is None:
                return "${"
            value = self._value(found, scope, origin)
            if isinstance(value, dict | list):
                self._fault(origin, "SPEC022", f"'{found[0]}' is a map or list and cannot stand inside a text", "name one of its entries", found)
                return found[0]
            return _written(value)

        return _REFERENCE.sub(put, text)

    def _value(self, found: re.Match[str], scope: Mapping[str, Any], origin: Origin) -> Any:
        name = found[1].strip()
        if name.startswith(_SECRET):
            return found[0]
        if not _NAMED.fullmatch(name):
            self._fault(origin, "SPEC022", f"'{found[0]}' is not a reference", "write ${var.name}, ${each.key}, ${each.value} or ${env:NAME}", found)
            return found[0]
        head, *rest = name.split(".")
        known: Mapping[str, Any] = {"var": self.variables, **self.builtin, **scope}
        if head not in known:
            way = "`each` is there only under for_each" if head == "each" else did_you_mean(head, known)
            self._fault(origin, "SPEC021", f"nothing is called '{head}' in '{found[0]}'", way, found)
            return found[0]
        value: Any = known[head]
        for done, part in enumerate(rest):
            if isinstance(value, Mapping) and part in value:
                value = value[part]
            elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                path = ".".join([head, *rest[:done]])
                way = did_you_mean(part, value, noun="variables" if path == "var" else "") if isinstance(value, Mapping) else f"'{path}' has no parts"
                self._fault(origin, "SPEC021", f"'{path}' has no '{part}'", way, found)
                return found[0]
        return value

    def _fault(self, origin: Origin, code: str, message: str, help: str | None, found: re.Match[str] | None = None) -> None:
        within = found.span() if found is not None else None
        self.findings.append(Finding(code, message, origin, help=help, within=within))


def _written(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
