"""What writes decisions, as it ends."""

from __future__ import annotations

import asyncio

from monctl.runner.company import Company
from monctl.runner.figures import Figures
from monctl.runner.writer import Writer
from tests.runner.engine.stage import Stage
from tests.runner.virtual import run

_SITE = """
severities: {page: {}}
monitors:
  site: {tcp: {host: site.example, port: 1}, every: 1m, alert: {page: down}, on: runner}
"""


def test_one_that_is_closed_as_it_wakes_writes_the_rest_and_ends() -> None:
    async def main() -> None:
        stage = Stage(_SITE)
        engine = stage.engine
        writer = Writer(stage.store, engine.post, Figures(), engine.gauges, stage.clock, Company(engine, 10.0), 10.0)
        writer.start()
        await asyncio.sleep(1)  # it waits for something to write
        engine.post.value("something", 1)
        writer.wake()
        async with asyncio.timeout(60):
            await writer.close()
        assert await stage.store.values("something") == {"something": 1}
        await stage.store.close()

    run(main())
