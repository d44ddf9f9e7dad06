"""A YAML document to raw objects: its kinds, templates and `moved`, multiplied and filled. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from monctl.document import Document
from monctl.expand import Expander, Raw
from monctl.finding import Finding
from monctl.loaded import Move
from monctl.source import Origin
from monctl.spec.file import KINDS, PLURAL, TOP_LEVEL
from monctl.suggest import did_you_mean

_ESCAPE = re.compile(r"\\[xuU]")
_WORDS = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}


@dataclass(slots=True)
class Raws:
    """Raw objects as files declare them, and what was wrong on the way."""

    expander: Expander
    objects: list[Raw] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add_document(self, document: Document) -> None:
        """Everything a YAML document declares."""
        origin = Origin(document.file)
        plain = not _may_refer(document.text)
        for kind, objects in document.value.items():
            if kind.startswith("x-"):
                continue  # a place of the user's own, for anchors
            if kind not in TOP_LEVEL:
                help = _indent(kind, document.value) or _kind_meant(kind)
                self.findings.append(Finding("SPEC037", f"unknown kind '{kind}'", origin.at(kind), help=help, on_key=True))
            elif isinstance(objects, dict):
                for name, value in self._objects(kind, objects, origin.at(kind)).items():
                    self.add(Raw(kind, name, value, Origin(document.file, (kind, name)), plain))
            elif objects is not None:
                help = f"write `{kind}:` and below it, indented, `NAME:`"
                self.findings.append(Finding("SPEC032", f"'{kind}' is a map of names, not {_word(objects)}", origin.at(kind), help=help))

    def _objects(self, kind: str, objects: dict[str, Any], origin: Origin) -> dict[str, Any]:
        """The objects of a kind, less those whose fields line up with their name instead of standing below it: each is told once."""
        fields = KINDS[kind].model_fields if kind in KINDS else {}
        flat = {name: after for name, after in pairwise(objects) if objects[name] is None and name not in fields and after in fields}
        for name, after in flat.items():
            message = f"'{name}' is empty, and '{after}' is one of its fields, not another name"
            help = f"indent what belongs to '{name}' deeper than '{name}:'"
            self.findings.append(Finding("SPEC032", message, origin.at(after), help=help, on_key=True))
        return {name: value for name, value in objects.items() if name not in flat and name not in fields} if flat else objects

    def add(self, raw: Raw) -> None:
        """One entry of a kind, as written."""
        if raw.kind == "moved":
            self._add_move(raw)
        elif raw.kind == "templates":
            self.objects.extend(self._template(raw))
        else:
            self.objects.extend(self.expander.objects(raw))

    def _add_move(self, raw: Raw) -> None:
        if isinstance(raw.value, str) and raw.value:
            self.moved.append(Move(raw.name, raw.value, raw.origin))
        else:
            help = "write old address: new address, such as monitor.old: monitor.new"
            self.findings.append(Finding("SPEC049", f"'{raw.name}' moved to no address", raw.origin, help=help, on_key=True))

    def _template(self, raw: Raw) -> Iterator[Raw]:
        value, origin = raw.value, raw.origin
        if not isinstance(value, dict):
            help = "give it `for_each:` and kinds such as `monitors:`"
            self.findings.append(Finding("SPEC032", f"template '{raw.name}' is {_word(value)}, not a map", origin, help=help))
            return
        if "for_each" not in value:
            message = f"template '{raw.name}' has no `for_each`"
            self.findings.append(Finding("SPEC031", message, origin, help="add `for_each:` with a map or list", on_key=True))
            return
        for kind, objects in value.items():
            if kind != "for_each" and kind not in KINDS:
                message = f"unknown kind '{kind}' in a template"
                self.findings.append(Finding("SPEC037", message, origin.at(kind), help=_kind_meant(kind), on_key=True))
            elif kind in KINDS and not isinstance(objects, dict):
                message = f"'{kind}' is a map of names, not {_word(objects)}"
                self.findings.append(Finding("SPEC032", message, origin.at(kind), help=f"write `{kind}:` and below it, indented, `NAME:`"))
        yield from self.expander.template({kind: value[kind] for kind in value if kind == "for_each" or kind in KINDS}, origin)


def _may_refer(text: str) -> bool:
    """Whether there is a reference in a text, or an escape that may hide one."""
    return "${" in text or ("\\" in text and _ESCAPE.search(text) is not None)


def _indent(kind: str, found: dict[str, Any]) -> str | None:
    """The way out where the kind above has nothing below it: what looks like a kind is a name that is not indented."""
    before = list(found)[: list(found).index(kind)]
    known = [one for one in before if one in TOP_LEVEL]
    return f"indent it below '{known[-1]}:' if it belongs there" if known and found[known[-1]] is None else None


def _kind_meant(kind: str) -> str:
    return f"did you mean '{PLURAL[kind]}'?" if kind in PLURAL else did_you_mean(kind, TOP_LEVEL, noun="kinds") or ""


def _word(value: Any) -> str:
    return "nothing" if value is None else _WORDS.get(type(value), "something else")
