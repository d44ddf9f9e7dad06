"""Circles of a directed graph. Pure; linear in its edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal


def circles(edges: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Every circle that a depth-first walk meets, each once, beginning with its smallest name."""
    found: dict[tuple[str, ...], None] = {}
    state: dict[str, Literal["open", "done"]] = {}
    for root in sorted(edges):
        if root in state:
            continue
        state[root] = "open"
        path = [root]
        walks = [iter(edges[root])]
        while walks:
            following = next(walks[-1], None)
            if following is None:
                walks.pop()
                state[path.pop()] = "done"
            elif following not in state:
                state[following] = "open"
                path.append(following)
                walks.append(iter(edges.get(following, ())))
            elif state[following] == "open":
                circle = path[path.index(following) :]
                turn = circle.index(min(circle))
                found[(*circle[turn:], *circle[:turn])] = None
    return list(found)
