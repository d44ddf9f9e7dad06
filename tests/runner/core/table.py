"""Reads a table of cases: an estate as users write it, and for each case what is measured, what happens, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from monctl.bundle import Bundle, bundle
from monctl.decode import from_json
from monctl.link import link
from monctl.load import load
from monctl.quantity import Duration
from monctl.runner.core.event import Acked, Removed, Unacked
from monctl.runner.core.watch import watch
from monctl.runner.core.world import Matcher, Silence, Standing
from monctl.runner.play import Action, Played, Said, Stands, Unsilenced, play
from monctl.runner.series import samples
from monctl.target import discover

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
"""When a case begins unless it says otherwise."""
STANDINGS = {
    "ok": Standing("ok", 1_000_000, "", None),
    "pending": Standing("pending", 0, "pending", None),
    "down": Standing("firing", 0, "firing", None),
    "unknown": Standing("unknown", 1_000_000, "", None),
    "stale": Standing("ok", 1_000_000, "", 0.0),
}


@dataclass(frozen=True)
class Case:
    file: Path
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.said["case"])


def cases(folder: Path) -> Iterator[Case]:
    """Every case of every file."""
    for file in sorted(folder.glob("*.yaml")):
        estate, *found = yaml.safe_load_all(file.read_text(encoding="utf-8"))
        assert "monitors" in estate, file
        for said in found:
            yield Case(file, said)


@cache
def estate(text: str, folder: Path) -> Bundle:
    """The bundle of an estate written as one YAML text, through everything a user's goes through."""
    folder.mkdir(exist_ok=True)
    (folder / "monctl.yaml").write_text("estate: test\ntargets: {runner: {}}\n", encoding="utf-8")
    (folder / "specs.yaml").write_text(text, encoding="utf-8")
    loaded = load(folder)
    linked = link(loaded, {name: target.capabilities for name, target in discover().items()})
    errors = [found.message for found in (*loaded.findings, *linked.findings) if found.level.value == "error"]
    assert not errors, errors
    return from_json(Bundle, json.loads(json.dumps(bundle(linked.program))))


def played(case: Case, folder: Path) -> tuple[Played, float]:
    """(what came of a case, when it began)."""
    text = case.file.read_text(encoding="utf-8").split("\n---\n", 1)[0]
    found = estate(text, folder)
    said = case.said
    monitor = said.get("monitor", "m")
    start = said.get("start", MONDAY)
    start_at = (start if start.tzinfo else start.replace(tzinfo=UTC)).timestamp()
    actions = [
        Action(start_at + seconds(one["at"]), action)
        for one in said.get("actions", ())
        for action in _what(one, monitor, start_at, text, folder)
    ]
    read = samples(said["series"], rows=watch(found, found.monitors[monitor]).rows)
    until = start_at + seconds(said["until"]) if "until" in said else None
    return play(found, monitor, read, start=start_at, actions=actions, until=until), start_at


def _what(one: Mapping[str, Any], monitor: str, start: float, text: str, folder: Path) -> Iterator[Any]:
    for kind, body in one.items():
        match kind:
            case "ack":
                until = start + seconds(body["until"]) if isinstance(body, dict) else None
                yield Acked(body["by"] if isinstance(body, dict) else body, until=until)
            case "unack":
                yield Unacked(body)
            case "remove":
                yield Removed()
            case "silence" | "maintenance":
                matchers = tuple(Matcher(*match) for match in body.get("match", [["monitor", "=", monitor]]))
                at, end = start + seconds(one["at"]), start + seconds(body["until"])
                yield Silence(str(body.get("id", "1")), matchers, at, end, "ana", "", kind == "maintenance")
            case "unsilence":
                yield Unsilenced(str(body))
            case "parent":
                yield from (Stands(name, STANDINGS[word]) for name, word in body.items())
            case "spec":
                changed = text
                for old, new in body.items():
                    assert old in changed, old
                    changed = changed.replace(old, new)
                yield estate(changed, folder)


def told(found: Played, start: float) -> list[str]:
    """`5m page firing critical`: one line for each message."""
    return [f"{shown(said.at - start)} {_line(said)}" for said in found.said]


def moved(found: Played, start: float) -> list[str]:
    """`5m ok>critical`: one line for each transition; with the instance, where there are several."""
    return [
        " ".join(part for part in (shown(one.at - start), f"{one.before}>{one.after}", one.instance and f"{{{one.instance}}}") if part)
        for one in found.transitions
    ]


def _line(said: Said) -> str:
    message = said.letter.message
    level = f" {message.level}" if message.level else ""
    items = []
    for item in message.items:
        labels = ",".join(f"{name}={value}" for name, value in item.labels.items() if name in {"pod", "id", "disk"})
        health = " health" if item.labels.get("kind") == "health" else ""
        over = " over" if item.state == "resolved" and message.kind != "resolved" else ""
        items.append(f"{item.severity}{health}{f' {{{labels}}}' if labels else ''}{over}")
    return f"{said.letter.receiver} {message.kind}{level} {', '.join(items)}"


def seconds(text: Any) -> float:
    """`90s`, `5m`, `1h30m`; 0 is the start."""
    return 0.0 if text in {0, "0", "0m", "0s"} else Duration.parse(str(text)).seconds


def shown(at: float) -> str:
    """The other way round."""
    whole = int(at)
    assert whole == at, at
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return "".join(f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if number) or "0m"
