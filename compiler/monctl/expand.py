"""Fills `${var.x}` and `${each.y}`, multiplies `for_each` and templates. Pure: raw objects in, raw objects out.

`${env:NAME}` and `${file:PATH}` are secrets and stay as they are; `$${` is a literal `${`.
A text that is nothing but one `${…}` takes the type of the value; inside a longer text the value is written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from monctl.finding import Finding
from monctl.secret import reference_fault
from monctl.source import Origin
from monctl.suggest import did_you_mean

_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAMED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*")
_SECRET = ("env:", "file:")
_FORMS = "write ${var.name}, ${each.key}, ${each.value} or, for a secret, ${env:NAME}; $${ is a literal ${"

Path = tuple[str | int, ...]
Scope = Mapping[str, Any]


class Unfilled:
    """Stands where a reference could not be filled: it was reported, and nothing more is to be said about its place."""

    def __repr__(self) -> str:
        return "unfilled"

    def __copy__(self) -> Unfilled:
        return self

    def __deepcopy__(self, memo: object) -> Unfilled:
        return self


UNFILLED: Final = Unfilled()


@dataclass(frozen=True, slots=True)
class Raw:
    """One object as it was written, before it is checked against its model."""

    kind: str
    """Top-level key: `monitors`."""
    name: str
    value: Any
    origin: Origin
    plain: bool = False
    """It is known to hold no `${`: nothing is to be filled, and no secret is named."""


@dataclass(slots=True)
class Expander:
    """Fills references. Faults go to `findings`; a value with one becomes UNFILLED."""

    variables: Mapping[str, tuple[Any, Origin]] | None
    """Name → value as written, and where; None when nobody can know them: then no reference to one is a fault."""
    builtin: Mapping[str, str]
    """`estate`, `environment`."""
    findings: list[Finding] = field(default_factory=list)
    _filled: dict[str, Any] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def objects(self, raw: Raw) -> Iterator[Raw]:
        """One object, or one per entry of its `for_each`."""
        if not isinstance(raw.value, dict) or "for_each" not in raw.value:
            plain = raw.plain or not refers(raw.value)
            yield Raw(raw.kind, raw.name, raw.value if plain else self._fill(raw.value, {}, raw.origin, ()), raw.origin, plain)
            return
        rest = {key: value for key, value in raw.value.items() if key != "for_each"}
        for each in self._entries(raw.value["for_each"], raw.origin.at("for_each")):
            yield Raw(raw.kind, f"{raw.name}-{each['key']}", self.fill(rest, {"each": each}, raw.origin), raw.origin)

    def template(self, value: Mapping[str, Any], origin: Origin) -> Iterator[Raw]:
        """Every object of a template, per entry of its inventory."""
        bodies = list(self._bodies(value, origin))
        for each in self._entries(value.get("for_each"), origin.at("for_each")):
            scope = {"each": each}
            for raw in bodies:
                name = self.fill(raw.name, scope, raw.origin)
                if name is not UNFILLED:
                    yield Raw(raw.kind, str(name), self.fill(raw.value, scope, raw.origin), raw.origin)

    def fill(self, value: Any, scope: Scope, origin: Origin) -> Any:
        """The value with every reference filled, at any depth."""
        return self._fill(value, scope, origin, ()) if refers(value) else value

    def _fill(self, value: Any, scope: Scope, origin: Origin, path: Path) -> Any:
        if isinstance(value, str):
            return _Text(self, value, scope, origin, path).filled() if "${" in value else value
        if isinstance(value, dict):
            return {key: self._fill(item, scope, origin, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._fill(item, scope, origin, (*path, index)) for index, item in enumerate(value)]
        return value

    def variable(self, name: str) -> Any:
        """The value of a variable of the estate, its own references filled."""
        assert self.variables is not None
        if name not in self._filled:
            value, origin = self.variables[name]
            if name in self._open:
                circle = " → ".join([*self._open[self._open.index(name) :], name])
                self.fault(
                    origin, "SPEC042", f"variables are made from each other in a circle: {circle}", "give one of them a value of its own"
                )
                return UNFILLED
            self._open.append(name)
            self._filled[name] = self.fill(value, {}, origin)
            self._open.pop()
        return self._filled[name]

    def fault(
        self, origin: Origin, code: str, message: str, help: str | None, within: tuple[int, int] | None = None, *, on_key: bool = False
    ) -> None:
        """Collect a finding."""
        self.findings.append(Finding(code, message, origin, help=help, within=within, on_key=on_key))

    def _bodies(self, value: Mapping[str, Any], origin: Origin) -> Iterator[Raw]:
        for kind, objects in value.items():
            if kind == "for_each" or not isinstance(objects, dict):
                continue
            for name, body in objects.items():
                where = origin.at(kind, name)
                if not isinstance(body, dict) or "for_each" not in body:
                    yield Raw(kind, name, body, where)
                    continue
                message = "an object of a template has no `for_each` of its own"
                help = "the template's makes one per entry; move the object out of it"
                self.fault(where.at("for_each"), "SPEC023", message, help, on_key=True)
                yield Raw(kind, name, {key: item for key, item in body.items() if key != "for_each"}, where)

    def _entries(self, inventory: Any, origin: Origin) -> Iterator[Mapping[str, Any]]:
        """`{key, value}` of each entry of a map or list."""
        filled = self.fill(inventory, {}, origin)
        if filled is UNFILLED:
            return
        if isinstance(filled, dict):
            yield from ({"key": key, "value": value} for key, value in filled.items() if value is not UNFILLED)
        elif isinstance(filled, list):
            yield from self._listed(filled, origin)
        else:
            said = "nothing" if filled is None else f"'{filled}'" if isinstance(filled, str) else _written(filled)
            self.fault(
                origin,
                "SPEC023",
                f"for_each takes a map or a list, not {said}",
                "write a map, a list, or ${var.name}",
                on_key=filled is None,
            )

    def _listed(self, inventory: list[Any], origin: Origin) -> Iterator[Mapping[str, Any]]:
        seen = set()
        for index, value in enumerate(inventory):
            if value is UNFILLED:
                continue
            if isinstance(value, dict | list) or value is None:
                self.fault(origin.at(index), "SPEC023", "a list of for_each holds plain values", "use a map: each entry needs a name")
                continue
            key = _written(value)
            if key in seen:
                self.fault(origin.at(index), "SPEC023", f"'{key}' is listed twice", "remove one of them")
                continue
            seen.add(key)
            yield {"key": key, "value": value}


@dataclass(frozen=True, slots=True)
class _Text:
    """One text with references."""

    expander: Expander
    text: str
    scope: Scope
    origin: Origin
    path: Path

    def filled(self) -> Any:
        whole = _REFERENCE.fullmatch(self.text)
        if whole is not None and whole[1] is not None:
            return self._value(whole)
        faulty = False

        def put(found: re.Match[str]) -> str:
            nonlocal faulty
            if found[0] == "$${":
                return "${"
            value = self._value(found)
            if value is not UNFILLED and found[1] is not None and found[1].strip().startswith(_SECRET):
                self._fault(
                    "SPEC034",
                    f"the secret '{found[0]}' stands inside a longer text",
                    "a secret is a whole value: hold all of this text in it",
                    found,
                )
                value = UNFILLED
            elif isinstance(value, dict | list):
                self._fault("SPEC022", f"'{found[0]}' is a map or list and cannot stand inside a text", "name one of its entries", found)
                value = UNFILLED
            faulty = faulty or value is UNFILLED
            return _written(value)

        written = _REFERENCE.sub(put, self.text)
        return UNFILLED if faulty else written

    def _value(self, found: re.Match[str]) -> Any:
        name = (found[1] or "").strip()
        if name.startswith(_SECRET):
            if (bad := reference_fault(found[0])) is not None:
                at = found.start()
                self.expander.fault(self.origin.at(*self.path), "SPEC034", bad.message, bad.help, (at + bad.start, at + bad.end))
                return UNFILLED
            return found[0]
        if found[1] is None:
            self._fault("SPEC022", "'${' is not closed", _FORMS, found)
            return UNFILLED
        if not _NAMED.fullmatch(name):
            self._fault("SPEC022", f"'{found[0]}' is not a reference", _FORMS, found)
            return UNFILLED
        head, *rest = name.split(".")
        if head == "var":
            return self._variable(rest, found)
        known = {**self.expander.builtin, **self.scope}
        if head not in known:
            self._fault("SPEC021", f"nothing is called '{head}' in '{found[0]}'", self._way_out(head, rest), found)
            return UNFILLED
        return self._part(known[head], head, rest, found)

    def _variable(self, rest: list[str], found: re.Match[str]) -> Any:
        variables = self.expander.variables
        if variables is None:
            return UNFILLED
        if not rest:
            self._fault("SPEC022", "'${var}' names no variable", did_you_mean("", variables, noun="variables"), found)
            return UNFILLED
        if rest[0] not in variables:
            way = did_you_mean(rest[0], variables, noun="variables") if variables else "declare it under `variables` in monctl.yaml"
            self._fault("SPEC021", f"no variable is called '{rest[0]}'", way, found)
            return UNFILLED
        return self._part(self.expander.variable(rest[0]), f"var.{rest[0]}", rest[1:], found)

    def _part(self, value: Any, name: str, rest: list[str], found: re.Match[str]) -> Any:
        """What a dotted path leads to below a value."""
        for part in rest:
            if value is UNFILLED:
                return UNFILLED
            if isinstance(value, Mapping) and part in value:
                value = value[part]
            elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            else:
                way = (
                    did_you_mean(part, value, noun=f"parts of '{name}'")
                    if isinstance(value, Mapping)
                    else f"'{name}' is {_kind(value)}; write ${{{name}}}"
                )
                self._fault("SPEC021", f"'{name}' has no '{part}'", way, found)
                return UNFILLED
            name = f"{name}.{part}"
        return value

    def _way_out(self, head: str, rest: list[str]) -> str | None:
        if head in {"env", "file"}:
            return f"write ${{{head}:{'.'.join(rest) or 'NAME'}}}"
        if head == "each":
            return "`each` is there only under for_each"
        variables = self.expander.variables or {}
        if not rest and head in variables:
            return f"write ${{var.{head}}}"
        if not rest and head.isupper():
            return f"write ${{env:{head}}} for an environment variable that holds a secret"
        return did_you_mean(head, ["var", "each", *self.expander.builtin])

    def _fault(self, code: str, message: str, help: str | None, found: re.Match[str]) -> None:
        self.expander.fault(self.origin.at(*self.path), code, message, help, found.span())


def refers(value: Any) -> bool:
    """Whether a `${` is anywhere in a value: most values have none and are taken as they are."""
    kind = type(value)
    if kind is str:
        return "${" in value
    if kind is dict:
        return any(map(refers, value.values()))
    return kind is list and any(map(refers, value))


def _written(value: Any) -> str:
    if value is None or value is UNFILLED:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a single value"
