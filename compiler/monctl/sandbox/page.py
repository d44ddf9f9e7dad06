"""The page of a sandbox: what all its emulators hold, for a person to look at. Everything on it is escaped: it is data from outside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monctl.resource import Mark
from monctl.sandbox.emulator import Held


@dataclass(frozen=True, slots=True)
class _Item:
    id: str
    name: str
    mark: str
    json: str


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    items: tuple[_Item, ...]


@dataclass(frozen=True, slots=True)
class _Provider:
    name: str
    count: int
    kinds: tuple[_Kind, ...]


def page(held: Mapping[str, Iterable[Held]], *, provider: str | None = None) -> str:
    """HTML of everything held, by provider and kind; of one provider when it is named."""
    from jinja2 import Environment, PackageLoader

    templates = Environment(loader=PackageLoader("monctl.sandbox"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    providers = [_provider(name, objects) for name, objects in sorted(held.items()) if provider in {None, name}]
    total = sum(one.count for one in providers)
    return templates.get_template("page.html.j2").render(providers=providers, names=sorted(held), chosen=provider, total=total)


def _provider(name: str, objects: Iterable[Held]) -> _Provider:
    kinds: dict[str, list[_Item]] = {}
    for one in objects:
        text = json.dumps(one.body, indent=2, ensure_ascii=False, default=str)
        mark = Mark.find(text)
        kinds.setdefault(one.kind, []).append(_Item(one.id, Mark.strip(one.name) or one.id, mark.text() if mark else "", text))
    return _Provider(
        name, sum(map(len, kinds.values())), tuple(_Kind(kind.replace("_", " "), tuple(items)) for kind, items in sorted(kinds.items()))
    )
