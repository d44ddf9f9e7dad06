"""Several runners on one PostgreSQL: each page shows all of them, and who signed in at one is signed in at the other."""

from __future__ import annotations

import asyncio
from pathlib import Path

from monctl.runner.page.app import application
from monctl.runner.page.keys import beats, key_of
from monctl.runner.page.site import Site
from monctl.runner.reading import compiled
from monctl.runner.serve import Given
from monctl.runner.stores import opened
from tests.runner.page.shop import ESTATE, SPECS, USERS, Browser, Played, World


def test_two_runners_show_one_estate(postgres: str, tmp_path: Path) -> None:
    async def work() -> list[object]:
        world = World(tmp_path, USERS, SPECS)
        await world.runner.given.store.close()
        runners = []
        for _ in range(2):
            store, leases = opened(postgres, compiled(tmp_path, None), tmp_path, runner=True)
            runners.append(Played(Given(lambda: compiled(tmp_path, None), world.secret, tmp_path, store, leases, world.clock), world.clock))
        try:
            for runner in (*runners, runners[0]):  # the first gives back what is too much, the second takes it
                assert runner.given.leases is not None
                await runner.given.leases.renew()
            for runner in runners:
                assert runner.given.leases is not None
                await runner.given.leases.renew()
                await runner.engine.load()
                runner.gives("metric:latency", value=950.0)
                runner.gives("metric:orders", value=17.0)
            for _ in range(6):
                await asyncio.gather(*(runner.minutes(1) for runner in runners))
            sites = [Site(runner) for runner in runners]
            boards = [await site.board() for site in sites]
            first, second = (Browser(application(site)) for site in sites)
            await first.sign_in("ana", "right")
            second.cookies = dict(first.cookies)
            keys = [await key_of(site.store) for site in sites]
            shares = [len(runner.given.leases.held()) for runner in runners if runner.given.leases is not None]
            return [
                [[one.key for one in board.incidents] for board in boards],
                [{name: one.state for name, one in board.standings.items()} for board in boards],
                (await second.get("/")).status,
                beats(sites[0].bundle, keys[0]) == beats(sites[1].bundle, keys[1]),
                sum(shares),
            ]
        finally:
            for runner in runners:
                await runner.engine.close()
                await runner._close()

    (tmp_path / "monctl.yaml").write_text(ESTATE, encoding="utf-8")
    incidents, standings, status, same, shares = asyncio.run(work())

    assert incidents == [["shop/api-latency/#1"]] * 2
    assert isinstance(standings, list)
    assert standings[0] == standings[1]
    assert [name for name, word in standings[0].items() if word != "ok"] == ["api-latency", "nightly-backup"]
    assert (status, same, shares) == (200, True, 64)
