"""`monctl status`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monctl.cli import options, running
from monctl.number import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monctl.bundle import Bundle
    from monctl.runner.board import Board
    from monctl.status_report import Shown, ToldTo


@click.command("status")
@running.meant
@click.option("--heartbeats", is_flag=True, help="Print where the jobs call that monitors wait for: their addresses are secrets.")
@options.output("text", "json")
def command(folder: Path | None, environment: str | None, bundle: Path | None, store: str | None, heartbeats: bool, output: str) -> int:
    """What is firing, since when, who was really told, who has it. Reads what the runner has written; asks nobody.

    Exit 0 when nothing fires, 1 when something does, 3 when nothing is known because no runner is at work.
    """
    import asyncio
    import time

    from monctl.runner.board import board

    meant = running.found(None, folder, environment, bundle, store)
    if heartbeats:
        return _heartbeats(meant, output)

    async def work() -> Board:
        held, _ = meant.store()
        try:
            return await board(meant.bundle, held, time.time())
        finally:
            await held.close()

    found = asyncio.run(work())
    click.echo(json.dumps(found.record(), indent=2, ensure_ascii=False) if output == "json" else "\n".join(_text(found, meant.bundle)))
    if found.firing:
        return 1
    return 3 if found.standings and found.unknown == len(found.standings) and not found.working else 0


def _heartbeats(meant: running.Meant, output: str) -> int:
    """Monitor and address of each job."""
    import asyncio

    from monctl.runner.options import options as read
    from monctl.runner.options import page_base
    from monctl.runner.page.keys import beat_urls, key_of

    async def work() -> dict[str, str]:
        held, _ = meant.store()
        try:
            return beat_urls(meant.bundle, await key_of(held), page_base(read(meant.bundle.options)))
        finally:
            await held.close()

    found = asyncio.run(work())
    if output == "json":
        click.echo(json.dumps({"format_version": 1, "heartbeats": found}, indent=2, ensure_ascii=False))
        return 0
    for name, url in found.items():
        click.echo(f"{name}  {url}")
    if not found:
        options.note("no monitor waits to be called")
    return 0


def _text(found: Board, bundle: Bundle) -> Iterator[str]:
    yield f"{bundle.title}: {len(found.firing)} firing, {found.well} well, {found.unknown} unknown"
    if not found.working:
        seen = f"the last sign of life is of {_when(found.runners[0].at)}" if found.runners else "none has ever been"
        yield f"no runner is at work: {seen}"
    for runner in found.runners:
        if runner.working:
            yield from (f"runner {runner.id} is not well: {what}" for what in runner.wrong.values())
    for one in found.incidents:
        yield ""
        yield from _incident(one)
    if unknown := [name for name, one in found.standings.items() if one.state == "unknown"]:
        yield "\nunknown:"
        yield from (f"  {name}  {found.monitor(name).note}".rstrip() for name in sorted(unknown)[:_LISTED])
        if len(unknown) > _LISTED:
            yield f"  and {len(unknown) - _LISTED} more"
    if found.silences:
        yield "\nsilences:"
        yield from (
            f"  {one.id}  {one.what}  until {_when(one.end)}  by {one.by}{'  as maintenance' if one.maintenance else ''}  {one.comment}".rstrip()
            for one in found.silences
        )
    if found.letters:
        yield "\nundelivered:"
        yield from (
            f"  {one.title}  {one.kind}  {_STATES[one.state]}  {counted(one.attempts, 'try', 'tries')}  {one.why}".rstrip()
            for one in found.letters
        )


_LISTED = 20
_STATES = {"failed": "given up", "retrying": "is tried again", "waiting": "waits"}


def _incident(one: Shown) -> Iterator[str]:
    yield "  ".join(part for part in (one.severity, one.title, one.value, f"({one.text})" if one.text else "") if part)
    ended = f", over since {_when(one.over)}" if one.over is not None else ""
    yield f"  since {_when(one.since)}{ended}, {one.key}"
    if one.reason:
        yield f"  {one.reason}"
    if one.held:
        yield f"  held: {one.held}"
    yield f"  told: {', '.join(each.title for each in one.told if each.state == 'told') or 'nobody yet'}"
    yield from (f"  {_not_told(each)}" for each in one.told if each.state != "told")
    if one.acked_by:
        until = f" until {_when(one.acked_until)}" if one.acked_until is not None else ""
        yield f"  acknowledged by {one.acked_by}{until}"
    elif one.next_at is not None:
        yield f"  next: {', '.join(one.next_who)} at {_when(one.next_at)}"


def _not_told(one: ToldTo) -> str:
    why = f": {one.why}" if one.why else ""
    match one.state:
        case "failed":
            return f"NOT told: {one.title}{why}"
        case "retrying":
            return f"not told yet: {one.title}, {counted(one.attempts, 'try', 'tries')}{why}"
        case _:
            return f"about to be told: {one.title}{why}"


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
