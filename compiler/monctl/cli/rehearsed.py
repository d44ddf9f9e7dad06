"""The last part of `monctl demo`: each estate's runner among stand-ins, something breaks, and who is told in which minute."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli.rehearsing import rehearsal, scene_of
from monctl.errors import UsageError
from monctl.project import check
from monctl.render.style import Style
from monctl.target import Target

if TYPE_CHECKING:
    from monctl.bundle import Bundle
    from monctl.runner.rehearsal import Line, Rehearsal, Scene
    from monctl.runner.standins.postgres import PostgresStandin

_LEAD_MINUTES = 10
_AFTER_MINUTES = 12


def rehearse(roots: Sequence[Path], targets: dict[str, Target], style: Style) -> bool:
    """Every estate that has a story, told; True when all was told as it must be."""
    try:
        from monctl.runner.standins.postgres import PostgresStandin
    except ModuleNotFoundError as error:
        click.echo(f"  The runner's packages are not here ({error.name}): pip install 'monctl-compiler[runner]'")
        return True
    stories = [(root, scene) for root in roots if (scene := scene_of(check(root).program.estate)) is not None and scene.story]
    if not stories:
        click.echo("  Nobody has written down what to break here.")
        return True
    server = PostgresStandin()
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends this ends PostgreSQL too
    try:
        try:
            server.start()
        except UsageError as error:
            click.echo(f"  {error}, and these estates ask one: {error.hint}")
            return True
        with tempfile.TemporaryDirectory(prefix="monctl-rehearsal-") as folder:
            right = [_estate(root, targets, scene, Path(folder), server, style) for root, scene in stories]
        return all(right)
    finally:
        server.stop()
        signal.signal(signal.SIGTERM, before)


def _estate(root: Path, targets: dict[str, Target], scene: Scene, folder: Path, server: PostgresStandin, style: Style) -> bool:
    began = time.perf_counter()
    with _in_phase(root, scene.story.get("phase")):
        checked = check(root)
    with rehearsal(checked, targets, scene, folder / checked.program.estate, server=server) as one:
        told = asyncio.run(_played(one, scene))
        bundle = one.runner.bundle
    took_s = time.perf_counter() - began
    phase = f", in the phase {scene.story['phase']}" if scene.story.get("phase") else ""
    hours = f"{(one.now - told.begin) / 3600:.1f} hours of it in {took_s:.1f} s"
    click.echo(f"  {style.bold(checked.program.estate)}: {scene.story['title']}{phase} {style.dim(f'({hours})')}\n")
    for minute, word, said in told.lines(bundle):
        click.echo(f"  {style.dim(f'{minute:>7}')}  {word:8} {said}".rstrip())
    click.echo()
    for sentence in (wrong := list(told.wrong())):
        click.echo(f"  {style.paint('wrong', 'red')}: {sentence}")
    return not wrong


class _in_phase:  # noqa: N801  # reads as a word of `with`
    """The estate's file says another phase for a moment."""

    def __init__(self, root: Path, phase: str | None) -> None:
        self._path, self._phase = root / "monctl.yaml", phase
        self._text = self._path.read_text(encoding="utf-8") if phase else ""

    def __enter__(self) -> None:
        if self._phase:
            self._path.write_text(re.sub(r"(?m)^phase: \S+$", f"phase: {self._phase}", self._text), encoding="utf-8")

    def __exit__(self, *_: object) -> None:
        if self._phase:
            self._path.write_text(self._text, encoding="utf-8")


class _Told:
    """What became of a story."""

    def __init__(self, one: Rehearsal, begin: float, broken: float, acked: tuple[float, str] | None, mended: float) -> None:
        self.begin, self._broken, self._acked, self._mended = begin, broken, acked, mended
        self.failed = one.runner.failed
        self._lines = one.timeline()
        self._quiet = {name for name, channel in one.runner.bundle.channels.items() if not channel.resolved}

    def wrong(self) -> Iterator[str]:
        """What must not be: nobody told, told before it broke or not that it is over, or a message that was not taken."""
        yield from (f"a message was not taken: {why}" for why in self.failed)
        if not self._lines:
            yield "nobody was told"
        elif self._lines[0].at < self._broken:
            yield f"{self._lines[0].titles[0]} was told before anything broke"
        told, over = (
            {
                (line.receiver, title)
                for line in self._lines
                if line.kind in kinds and line.receiver not in self._quiet
                for title in line.titles
            }
            for kinds in ({"firing", "update", "escalate"}, {"resolved"})
        )
        yield from (f"{receiver} was not told that it is over: {title}" for receiver, title in sorted(told - over))
        yield from (f"{receiver} was told that it is over, and never that it began: {title}" for receiver, title in sorted(over - told))

    def lines(self, bundle: Bundle) -> Iterator[tuple[str, str, str]]:
        """(minute after it broke, a word, the rest). Only of what was seen first; what follows from it is counted."""
        if not self._lines:
            return
        first = self._lines[0]
        main = first.titles[0]
        about = [line for line in self._lines if any(main in title for title in line.titles)]
        rows: dict[tuple[float, int, str], list[str]] = {(self._broken, 0, "broken"): [], (self._mended, 0, "mended"): []}
        if self._acked is not None:
            rows[self._acked[0], 0, "taken"] = [f"by {self._acked[1]}: nobody else is called"]
        rows[first.at, 1, "seen"] = [f"{main} ({first.finding})" if first.finding else main]
        for line in about:
            place, word = _KINDS.get(line.kind, (4, line.kind))
            minute = line.at // 60 * 60  # what goes out within a minute is one line
            at = max(first.at, minute)
            rows.setdefault((at, place, f"{word} {line.level}" if line.level else word), []).append(_who(line, bundle))
        for (at, _, word), said in sorted(rows.items()):
            yield f"{int((at - self._broken) // 60)} min", word, " · ".join(sorted(set(said)))
        others = [line for line in self._lines if line not in about]
        if others:
            titles = list(dict.fromkeys(title for line in others for title in line.titles))
            more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
            yield "", "besides", f"{len(others)} message{'s' * (len(others) > 1)} about what follows from it: {titles[0]}{more}"


_KINDS = {"firing": (2, "told"), "escalate": (3, "level"), "called": (3, "level"), "acknowledged": (4, "told"), "resolved": (5, "over")}
"""Kind of message → place among those of a minute, word."""


async def _played(one: Rehearsal, scene: Scene) -> _Told:
    story = scene.story
    async with one:
        begin = one.now
        await one.minutes(story.get("lead", _LEAD_MINUTES))
        broken = one.now
        for action in story["break"]:
            await one.do(action)
        acked = None
        if (ack := story.get("ack")) is not None:
            await one.until(broken + ack["after"] * 60)
            acked = (one.now, str(ack["by"]))
            await one.do({"ack": ack["monitor"], "by": ack["by"]})
        await one.until(broken + story["minutes"] * 60)
        mended = one.now
        for action in story["mend"]:
            await one.do(action)
        await one.minutes(story.get("after", _AFTER_MINUTES))
        return _Told(one, begin, broken, acked, mended)


def _who(line: Line, bundle: Bundle) -> str:
    kind, _, name = line.receiver.partition(":")
    if kind == "pagerduty" and name:
        return f"{name} by PagerDuty"
    if kind == "person":
        person, _, way = name.partition("/")
        return f"{bundle.people[person].title} by {way}"
    return bundle.channels[line.receiver].title
