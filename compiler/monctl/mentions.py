"""Which objects of an import name which: what goes along with an object, and what nobody names any more. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from monctl.resource import Json
from monctl.saying import SaidObject
from monctl.spec.file import SINGULAR


def mentioned(spec: Json) -> frozenset[str]:
    """Every text and key in a spec, as it is and up to its first dot: each may be a name."""
    return frozenset(part for text in _texts(spec) for part in (text, text.partition(".")[0]))


def needed(meant: Iterable[SaidObject], every: Sequence[SaidObject]) -> list[SaidObject]:
    """The objects that are meant and all that they name, directly or not, in their order."""
    found: dict[tuple[str, str], SaidObject] = {}
    queue = list(meant)
    while queue:
        one = queue.pop()
        if (one.kind, one.name) not in found:
            found[one.kind, one.name] = one
            words = mentioned(one.spec)
            queue += [other for other in every if _named(other, words)]
    return [one for one in every if (one.kind, one.name) in found]


def unmentioned(objects: Sequence[SaidObject]) -> list[SaidObject]:
    """The objects without those that are only there for others, where no other names them any more."""
    left = list(objects)
    while True:
        words = [(one, mentioned(one.spec)) for one in left]
        kept = [one for one in left if not one.support or any(_named(one, said) for other, said in words if other is not one)]
        if len(kept) == len(left):
            return left
        left = kept


def _named(one: SaidObject, words: frozenset[str]) -> bool:
    return one.name in words or f"{SINGULAR[one.kind]}.{one.name}" in words


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
