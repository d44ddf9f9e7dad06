"""Several runners on one PostgreSQL, killed and frozen while they work: `python -m bench.chaos`. What was decided must have been told, once and in order.

Three real runners measure what a file says and tell a receiver that answers 503 to some messages and loses some of its replies after it has kept
the message. One after another they are killed (-9) and started again, or frozen for longer than their leases last. It ends by itself: all monitors
get well, everything is sent, and then the store's history is held against what arrived. Exit status 1 when something is missing, out of order, or
came twice for any other reason than a reply that its sender never saw.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from aiohttp import web

from bench.chaos_runner import RUNNER_HEADER, Said
from monctl.bundle import bundle
from monctl.project import check
from monctl.runner.standins.postgres import PostgresStandin
from monctl.runner.store.connections import schema_of

STORE = "chaos"
_ESTATE = "estate: chaos\ndescription: Monitors that fail when a file says so.\ntargets:\n  runner: {}\n"
_SPEC = """
severities:
  critical: {{description: Bad., notify: [hook]}}
channels:
  hook: {{webhook: {{url: "http://127.0.0.1:{port}/hook"}}}}
people:
  ana: {{title: Ana, email: ana@example.com}}
teams:
  ops: {{title: Ops, members: [ana]}}
services:
  all: {{title: All, description: Everything., team: ops}}
monitors:
"""
_MONITOR = (
    '  {name}: {{title: {name}, service: all, every: 30s, http: "http://127.0.0.1:9/{name}", alert: {{critical: down}}, action: Look.}}\n'
)
_SEEN_S = 2.0
"""A runner that was struck within this time after a message arrived may not have written that down."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that the receiver kept. Times are `time.monotonic`."""

    at: float
    key: str
    incident: str
    kind: str
    runner: int
    """The process that sent it."""
    lost: bool
    """Its reply was never seen."""


@dataclass(frozen=True, slots=True)
class Strike:
    """What was done to a runner."""

    runner: int
    at: float
    until: float
    """When it went on; the same as `at` for a kill."""
    killed: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A transition of the store's history: an incident began, or was over."""

    monitor: str
    incident: str
    began: bool


@dataclass(slots=True)
class Judgement:
    """What became of everything."""

    faults: list[str] = field(default_factory=list)
    duplicates: Counter[str] = field(default_factory=Counter)
    """Why → how many."""


def judge(
    decided: Sequence[Decided], arrivals: Sequence[Arrival], strikes: Sequence[Strike], *, superseded: Iterable[str] = (), unsent: int = 0
) -> Judgement:
    """Hold what was decided against what arrived. `superseded`: incidents that began and ended untold; `unsent`: messages left over."""
    found = Judgement()
    if unsent:
        found.faults.append(f"{unsent} messages were never sent")
    _alternate(decided, found)
    first: dict[tuple[str, str], float] = {}
    by_key: dict[str, list[Arrival]] = {}
    for one in arrivals:
        # a monitor that changes too often is told of as flapping: its alert begins with that
        kind = "firing" if one.kind == "flapping" else one.kind
        first.setdefault((one.incident, kind), one.at)
        by_key.setdefault(one.key, []).append(one)
    untold = set(superseded)
    heard = {incident for incident, _ in first}
    for turn in decided:
        kind = "firing" if turn.began else "resolved"
        if (turn.incident, kind) not in first and (turn.incident in heard or turn.incident not in untold):
            found.faults.append(f"{turn.incident}: '{kind}' never arrived")
    for (incident, kind), at in first.items():
        if kind == "resolved" and at < first.get((incident, "firing"), at):
            found.faults.append(f"{incident}: its end arrived before its start")
    keys = Counter((same[0].incident, same[0].kind) for same in by_key.values() if same[0].kind in {"firing", "resolved"})
    found.faults += [f"{incident}: '{kind}' went out under {count} keys" for (incident, kind), count in keys.items() if count > 1]
    for again in (one for same in by_key.values() for one in same[:-1]):
        why = _why_again(again, strikes)
        found.duplicates[why or "unexplained"] += 1
        if not why:
            found.faults.append(f"{again.incident}: '{again.kind}' came twice, and its sender saw the reply")
    return found


def _alternate(decided: Sequence[Decided], found: Judgement) -> None:
    """Each monitor's incidents are numbered from 1 without a gap, and begin and end in turn: nobody decided twice, or from an old state."""
    of: dict[str, list[Decided]] = {}
    for one in decided:
        of.setdefault(one.monitor, []).append(one)
    for monitor, all_of in of.items():
        for place, one in enumerate(all_of):
            number = int(one.incident.rpartition("#")[2])
            if one.began is not (place % 2 == 0) or number != place // 2 + 1:
                found.faults.append(f"{monitor}: decision {place + 1} is '{'began' if one.began else 'over'}' of #{number}")
                break


def _why_again(one: Arrival, strikes: Sequence[Strike]) -> str:
    if one.lost:
        return "the reply was lost"
    for strike in strikes:
        if strike.runner == one.runner and strike.at - _SEEN_S <= one.at <= strike.until + _SEEN_S:
            return "its sender was killed before it wrote that down" if strike.killed else "its sender was frozen before it wrote that down"
    return ""


class Receiver:
    """A webhook on loopback that keeps what arrives, refuses some of it, and loses some of its own replies."""

    def __init__(self, chance: random.Random, *, refuses: float = 0.05, loses: float = 0.05) -> None:
        self.arrivals: list[Arrival] = []
        self.refused = 0
        self.port = 0
        self._chance, self._refuses, self._loses = chance, refuses, loses

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_post("/hook", self._take)
        self._server = web.AppRunner(application, access_log=None)
        await self._server.setup()
        site = web.TCPSite(self._server, "127.0.0.1", 0)
        await site.start()
        self.port = self._server.addresses[0][1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._server.cleanup()

    def kinds(self, kind: str) -> int:
        """How many incidents this was told of."""
        return len({one.incident for one in self.arrivals if one.kind == kind})

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.json()
        drawn = self._chance.random()
        if drawn < self._refuses:
            self.refused += 1
            return web.Response(status=503)
        lost = drawn < self._refuses + self._loses
        self.arrivals.append(
            Arrival(time.monotonic(), body["id"], body["alerts"][0]["incident"], body["kind"], int(request.headers[RUNNER_HEADER]), lost)
        )
        if lost and request.transport is not None:
            request.transport.abort()
        return web.Response(status=204)


class Company:
    """Runners as processes, a store, and the file that says what is down."""

    def __init__(self, folder: Path, dsn: str, port: int, *, monitors: int, every_s: float, ttl_s: float) -> None:
        self.names = [f"m{number}" for number in range(monitors)]
        self.strikes: list[Strike] = []
        self.dsn = dsn
        self._folder = folder
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._logs = (folder / "log").open("ab")
        (folder / "monctl.yaml").write_text(_ESTATE)
        (folder / "spec.yaml").write_text(_SPEC.format(port=port) + "".join(_MONITOR.format(name=name) for name in self.names))
        (folder / "bundle").write_text(json.dumps(bundle(check(folder, None).program)))
        down = folder / "down"
        self._said = Said(str(folder / "bundle"), dsn, STORE, str(down), every_s, ttl_s, lease_s=3 * ttl_s, attempt_s=ttl_s / 2)
        self.down(())

    @property
    def log(self) -> str:
        """What the runners said."""
        return (self._folder / "log").read_text()

    def down(self, names: Iterable[str]) -> None:
        """These are down from now on, and no others."""
        (self._folder / "next").write_text("\n".join(names))
        (self._folder / "next").replace(self._folder / "down")

    def start(self) -> int:
        """One more runner; gives its process."""
        words = [sys.executable, "-m", "bench.chaos_runner", json.dumps(asdict(self._said))]
        root = Path(__file__).resolve().parent.parent
        made = subprocess.Popen(words, cwd=root, stdin=subprocess.DEVNULL, stdout=self._logs, stderr=self._logs)
        self._processes[made.pid] = made
        return made.pid

    def kill(self, runner: int) -> None:
        """As a power cut does."""
        self._signal(runner, signal.SIGKILL)
        self._processes.pop(runner).wait()
        self.strikes.append(Strike(runner, time.monotonic(), time.monotonic(), killed=True))

    @contextlib.asynccontextmanager
    async def frozen(self, runner: int) -> AsyncIterator[None]:
        """Stopped in the middle of whatever it does, and then going on as if nothing had been."""
        at = time.monotonic()
        self._signal(runner, signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(runner, signal.SIGCONT)
            self.strikes.append(Strike(runner, at, time.monotonic(), killed=False))

    def stop(self) -> list[int]:
        """All of them, gracefully; gives their exit statuses. One that does not end is killed."""
        for runner in self._processes:
            self._signal(runner, signal.SIGTERM)
        found = []
        for process in self._processes.values():
            try:
                found.append(process.wait(30))
            except subprocess.TimeoutExpired:
                process.kill()
                found.append(process.wait())
        self._processes.clear()
        self._logs.close()
        return found

    def alive(self) -> bool:
        """Whether none ended by itself."""
        return all(process.poll() is None for process in self._processes.values())

    def owners(self) -> Counter[str]:
        """Runner → how many shards it holds now."""
        asked = "SELECT owner, count(*) FROM shard WHERE until > clock_timestamp() AND owner <> '' GROUP BY owner"
        return Counter({str(owner): int(str(count)) for owner, count in self.read(asked)})

    def read(self, asked: str) -> list[tuple[object, ...]]:
        """Rows of the store; none while it has no tables yet."""
        with psycopg.connect(self.dsn, autocommit=True, options=f"-c search_path={schema_of(STORE)}") as db:
            try:
                return db.execute(asked).fetchall()
            except psycopg.errors.UndefinedTable:
                return []

    def judge(self, arrivals: Sequence[Arrival]) -> Judgement:
        """What the store decided against what arrived."""
        bodies = [json.loads(str(body)) for (body,) in self.read("SELECT body FROM transition ORDER BY id")]
        flapped = {str(thread) for (thread,) in self.read("SELECT thread FROM outbox WHERE kind = 'flapping'")}
        monitors = {one["monitor"] for one in bodies if one["incident"] in flapped}  # theirs come and go within one alert
        decided = [
            Decided(one["monitor"], one["incident"], one["after"] == "critical")
            for one in bodies
            if one["incident"] and one["monitor"] not in monitors
        ]
        superseded = [str(thread) for (thread,) in self.read("SELECT thread FROM outbox WHERE state = 'superseded'")]
        return judge(decided, arrivals, self.strikes, superseded=superseded, unsent=self.unsent())

    def unsent(self) -> int:
        """Messages that are not at their end, or dead."""
        return int(str(self.read("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'superseded')")[0][0]))

    def open(self) -> int:
        """Incidents that are on."""
        return int(str(self.read("SELECT count(*) FROM chronicle WHERE ended IS NULL")[0][0]))

    def _signal(self, runner: int, number: int) -> None:
        os.kill(runner, number)


async def until(true: Callable[[], bool], *, within_s: float) -> bool:
    """Wait for something to hold; False when it does not come to that."""
    end = time.monotonic() + within_s
    while not await asyncio.to_thread(true):
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.1)
    return True


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how many, how often. Times are seconds."""

    seconds: float = 60.0
    runners: int = 3
    monitors: int = 100
    every_s: float = 0.5
    ttl_s: float = 3.0
    seed: int = 1


async def chaos(plan: Plan, dsn: str, folder: Path) -> tuple[Judgement, Mapping[str, float]]:
    """Run it; gives the judgement and the figures."""
    chance = random.Random(plan.seed)
    async with Receiver(random.Random(plan.seed)) as receiver:
        company = Company(folder, dsn, receiver.port, monitors=plan.monitors, every_s=plan.every_s, ttl_s=plan.ttl_s)
        try:
            runners = [company.start() for _ in range(plan.runners)]
            ready = await until(lambda: len(company.owners()) == plan.runners, within_s=60)
            begin = time.monotonic()
            waves = asyncio.create_task(_waves(company, plan, begin))
            await _strike(company, runners, plan, chance, begin)
            await waves
            company.down(())
            calm = await until(lambda: not company.open() and not company.unsent(), within_s=90)
            alive = company.alive()
        finally:
            statuses = company.stop()
        judgement = company.judge(receiver.arrivals)
        judgement.faults += [said for true, said in (
            (ready, f"the runners never shared the work: {company.log[-2000:]}"), (calm, "it never came to rest"), (alive, "a runner ended by itself"),
            (not any(statuses), f"exit statuses {statuses}"),
        ) if not true]  # fmt: skip
        decided = company.read("SELECT count(*) FROM transition")[0][0]
        return judgement, {
            "transitions": float(str(decided)),
            "deliveries": len(receiver.arrivals),
            "refused with 503": receiver.refused,
            "replies lost": sum(one.lost for one in receiver.arrivals),
            "kills": sum(one.killed for one in company.strikes),
            "freezes": sum(not one.killed for one in company.strikes),
        }


async def _waves(company: Company, plan: Plan, begin: float) -> None:
    """Each monitor goes down and up again in turns of 5 to 9 s, none in step with another."""
    chance = random.Random(plan.seed)
    turns = {name: (chance.uniform(5, 9), chance.uniform(0, 18)) for name in company.names}
    while (now := time.monotonic() - begin) < plan.seconds:
        company.down(name for name, (half_s, ahead_s) in turns.items() if int((now + ahead_s) / half_s) % 2)
        await asyncio.sleep(0.1)


async def _strike(company: Company, runners: list[int], plan: Plan, chance: random.Random, begin: float) -> None:
    """Kill one and start another in its place, or freeze one for longer than its leases last."""
    while time.monotonic() - begin < plan.seconds - 3 * plan.ttl_s:
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        place = chance.randrange(len(runners))
        if chance.random() < 0.6:
            company.kill(runners[place])
            await asyncio.sleep(chance.uniform(0.0, plan.ttl_s))
            runners[place] = company.start()
        else:
            async with company.frozen(runners[place]):
                await asyncio.sleep(chance.uniform(1.2, 2.0) * plan.ttl_s)


def main() -> int:
    """0 when nothing was lost, out of order, or twice without a reason."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, kind in (("seconds", float), ("runners", int), ("monitors", int), ("ttl-s", float), ("seed", int)):
        parser.add_argument(f"--{name}", type=kind, default=getattr(Plan(), name.replace("-", "_")))
    plan = Plan(**vars(parser.parse_args()))
    server = PostgresStandin()
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            judgement, figures = asyncio.run(chaos(plan, server.dsn("postgres", "postgres"), Path(folder)))
    finally:
        server.stop()
    for name, figure in figures.items():
        sys.stdout.write(f"{name:>20} {figure:,.0f}\n")
    for why, count in judgement.duplicates.items():
        sys.stdout.write(f"{'came twice':>20} {count}: {why}\n")
    for fault in judgement.faults:
        sys.stdout.write(f"FAULT {fault}\n")
    sys.stdout.write("nothing was lost\n" if not judgement.faults else f"{len(judgement.faults)} faults\n")
    return int(bool(judgement.faults))


if __name__ == "__main__":
    sys.exit(main())
