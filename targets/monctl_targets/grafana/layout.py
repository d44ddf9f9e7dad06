"""Tiles on Grafana's grid of 24 columns: small figures side by side on top, graphs two to a line, tables and logs across."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from monctl.resource import Json

WIDTH = 24
_BAND = {"stat": 0, "gauge": 0, "bargauge": 1, "text": 4, "table": 4, "logs": 4}
"""0 small, 1 and 2 a graph (bar gauges first), 3 a card of a few short lines, 4 across; everything else is 2."""
_HEIGHT = {"stat": 4, "gauge": 6, "bargauge": 6, "table": 9, "logs": 10, "text": 6}
_MOST = {0: 6, 1: 2, 2: 2, 3: 3}
"""Tiles on a line, by kind."""
_CARD_LINES = 12
_CARD_ROOM = 400


@dataclass(frozen=True, slots=True)
class Tile:
    """A panel without its place. `width` and `height` are what the user asked for."""

    panel: Json
    width: int | None = None
    height: int | None = None

    @property
    def band(self) -> int:
        """Which kind of line it belongs on."""
        if self.panel["type"] == "text":
            content = str(self.panel["options"]["content"])
            return 3 if "|" not in content and content.count("\n") < _CARD_LINES and len(content) < _CARD_ROOM else 4
        return _BAND.get(str(self.panel["type"]), 2)


def place(tiles: Sequence[Tile], y: int) -> tuple[list[Json], int]:
    """The panels with `gridPos`, from line `y` on, and the next free line.

    A tile whose width the user gave stays where it is; between those, small tiles come first and wide ones last, in order among themselves.
    """
    ordered: list[Tile] = []
    for given, group in groupby(tiles, key=lambda tile: tile.width is not None):
        run = list(group)
        ordered += run if given else sorted(run, key=lambda tile: tile.band)
    placed: list[Json] = []
    for line in _lines(ordered):
        x = 0
        height = max(_height(tile) for tile, _ in line)
        for tile, width in line:
            placed.append({**tile.panel, "gridPos": {"h": tile.height or height, "w": width, "x": x, "y": y}})
            x += width
        y += max(height, *(tile.height or 0 for tile, _ in line))
    return placed, y


def _height(tile: Tile) -> int:
    if tile.height is not None:
        return tile.height
    if tile.panel["type"] == "text":
        lines = str(tile.panel["options"]["content"]).count("\n") + 1
        return min(16, max(4, 2 + lines))
    return _HEIGHT.get(str(tile.panel["type"]), 8)


def _lines(tiles: Sequence[Tile]) -> Iterable[list[tuple[Tile, int]]]:
    for band, group in groupby(tiles, key=lambda tile: None if tile.width is not None else tile.band):
        run = list(group)
        if band is None:
            yield from _packed(run)
        elif band in _MOST:
            yield from _shared(run, _MOST[band])
        else:
            yield from ([(tile, WIDTH)] for tile in run)


def _packed(tiles: Sequence[Tile]) -> Iterable[list[tuple[Tile, int]]]:
    """Lines as the user's widths fill them."""
    line: list[tuple[Tile, int]] = []
    for tile in tiles:
        width = tile.width or WIDTH
        if sum(used for _, used in line) + width > WIDTH:
            yield line
            line = []
        line.append((tile, width))
    if line:
        yield line


def _shared(tiles: Sequence[Tile], most: int) -> Iterable[list[tuple[Tile, int]]]:
    """Lines of at most so many tiles, as even as they can be, each line filled: seven small ones are four and three."""
    count = -(-len(tiles) // most)
    start = 0
    for number in range(count):
        size = -(-(len(tiles) - start) // (count - number))
        widths = [WIDTH // size + (1 if place < WIDTH % size else 0) for place in range(size)]
        yield list(zip(tiles[start : start + size], widths, strict=True))
        start += size
