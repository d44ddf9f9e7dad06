"""A series as an SVG that fits any width, for browsers that run no scripts and until the scripts have come. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from monctl.runner.core.hours import local
from monctl.runner.core.say import show
from monctl.runner.page.series import Band, Point, Series

HEIGHT = 200
_WIDE = 1000
_STRIP = 34
_LINES = 4


def drawing(found: Series, time_zone: str) -> Markup:
    """The picture: a line with the lowest and highest around it and the bands of the alerts, or a strip of up and down."""
    return _strip(found, time_zone) if found.is_up else _line(found, time_zone)


def bounds(found: Series) -> tuple[float, float]:
    """(lowest, highest) of the axis: all that was measured, zero where that is near, and the limit that is nearest."""
    low = min((point.low for point in found.points), default=0.0)
    high = max((point.high for point in found.points), default=0.0)
    edges = [edge for band in found.bands for edge in (band.low, band.high) if edge is not None]
    if edges:
        middle = (low + high) / 2 if found.points else edges[0]
        near = min(edges, key=lambda edge: abs(edge - middle))
        low, high = min(low, near), max(high, near)
    if low > 0 and low < 0.5 * high:
        low = 0.0
    if high < 0 and high > 0.5 * low:
        high = 0.0
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    return (low if low == 0 else low - room), high + room


def ticks(low: float, high: float, wanted: int = _LINES) -> list[float]:
    """Round numbers between two, about so many."""
    step = (high - low) / wanted
    size = 10.0 ** math.floor(math.log10(step))
    step = next(size * nice for nice in (1, 2, 2.5, 5, 10) if size * nice >= step)
    first = math.ceil(low / step)
    return [round(number * step, 12) for number in range(first, int(high // step) + 1)]


def _line(found: Series, time_zone: str) -> Markup:
    low, high = bounds(found)

    def x(at: float) -> float:
        return round((at - found.since) / (found.until - found.since) * _WIDE, 1)

    def y(value: float) -> float:
        return round(HEIGHT - (min(max(value, low), high) - low) / (high - low) * HEIGHT, 1)

    shapes = [*_bands(found.bands, y)]
    for piece in found.pieces():
        shapes.append(_area(piece, x, y))
        line = " ".join(f"{x(one.at)},{y(one.mean)}" for one in (*piece, *(piece if len(piece) == 1 else ())))
        shapes.append(Markup('<polyline class="line" points="{}"/>').format(line))
    grid = [Markup('<line class="grid" x1="0" x2="{}" y1="{}" y2="{}"/>').format(_WIDE, y(tick), y(tick)) for tick in ticks(low, high)]
    labels = [Markup('<text class="tick" x="4" y="{}">{}</text>').format(y(tick) - 3, show(tick, found.unit)) for tick in ticks(low, high)]
    return _framed(found, HEIGHT, [*grid, *shapes], labels, time_zone)


def _bands(bands: Sequence[Band], y: object) -> Iterator[Markup]:
    assert callable(y)
    for band in sorted(bands, key=lambda one: -one.rank):
        top, bottom = (0 if band.high is None else y(band.high)), (HEIGHT if band.low is None else y(band.low))
        if bottom - top > 0.5:
            yield Markup('<rect class="band" x="0" width="{}" y="{}" height="{}" fill="{}"/>').format(
                _WIDE, top, round(bottom - top, 1), band.color
            )
        for edge in {band.low, band.high} - {None}:
            yield Markup('<line class="limit" x1="0" x2="{}" y1="{}" y2="{}" stroke="{}"/>').format(_WIDE, y(edge), y(edge), band.color)


def _area(piece: Sequence[Point], x: object, y: object) -> Markup:
    assert callable(x)
    assert callable(y)
    edge = [f"{x(one.at)},{y(one.high)}" for one in piece] + [f"{x(one.at)},{y(one.low)}" for one in reversed(piece)]
    return Markup('<polygon class="range" points="{}"/>').format(" ".join(edge))


def _strip(found: Series, time_zone: str) -> Markup:
    """Green where it was there all the time, red where it was not, nothing where nobody looked."""
    span = found.until - found.since
    shapes = []
    width = found.gap_s / 2.5
    for point in found.points:
        left = (point.at - found.since) / span * _WIDE
        word = "up" if point.low > 0 else "down" if point.high <= 0 else "partly"
        shapes.append(
            Markup('<rect class="{}" x="{}" width="{}" y="0" height="{}"/>').format(
                word, round(left, 1), round(width / span * _WIDE + 0.4, 1), _STRIP
            )
        )
    return _framed(found, _STRIP, shapes, [], time_zone)


def _framed(found: Series, height: int, shapes: Sequence[Markup], labels: Sequence[Markup], time_zone: str) -> Markup:
    """The shapes stretch with the width; texts do not."""
    times = Markup("").join(
        Markup('<text class="tick" x="{}%" y="{}" text-anchor="{}">{}</text>').format(
            share, height + 16, anchor, _time(found, share / 100, time_zone)
        )
        for share, anchor in ((0, "start"), (50, "middle"), (100, "end"))
    )
    return Markup(
        '<svg class="drawn" width="100%" height="{}" role="img" aria-label="{}">'
        '<svg class="ground" width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>{}{}</svg>'
    ).format(height + 22, summary(found), height, _WIDE, height, Markup("").join(shapes), Markup("").join(labels), times)


def summary(found: Series) -> str:
    """The picture in a sentence, for whoever does not see it."""
    if not found.points:
        return f"{found.value}: nothing was measured in this time."
    if found.is_up:
        down = sum(point.low <= 0 for point in found.points)
        return f"It was there in {len(found.points) - down} of {len(found.points)} stretches of this time."
    low, high = min(point.low for point in found.points), max(point.high for point in found.points)
    limits = "; ".join(dict.fromkeys(f"{band.severity} {band.text}" for band in found.bands))
    said = f"{found.value} between {show(low, found.unit)} and {show(high, found.unit)}, last {show(found.points[-1].mean, found.unit)}."
    return f"{said} Limits: {limits}." if limits else said


def _time(found: Series, share: float, time_zone: str) -> str:
    at = local(found.since + (found.until - found.since) * share, time_zone)
    return f"{at:%H:%M}" if found.until - found.since <= 86_400 else f"{at:%d %b %H:%M}"
