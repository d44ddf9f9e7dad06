"""Health, metrics and heartbeats: what programs ask of the page."""

from __future__ import annotations

from pathlib import Path

from monctl.runner.page.keys import beat_urls, beats, key_of
from monctl.runner.page.machines import LARGEST_BEAT
from tests.runner.page.shop import World, in_shop


def test_health_says_what_is_wrong(tmp_path: Path) -> None:
    async def work(world: World) -> list[object]:
        well = await world.browser().ask("GET", "/healthz")
        world.clock.move(world.clock.wall() + 30)
        stuck = await world.browser().ask("GET", "/healthz")
        return [well.status, well.json, stuck.status, stuck.json]

    assert in_shop(tmp_path, work) == [
        200,
        {"well": True, "wrong": {}, "strained": {}},
        503,
        {"well": False, "wrong": {"scheduler": "the loop has not gone round for 30 s"}, "strained": {}},
    ]


def test_metrics_are_prometheus_text(tmp_path: Path) -> None:
    async def work(world: World) -> str:
        await world.trouble()
        return (await world.browser(peer="127.0.0.1", host="localhost:9180").ask("GET", "/metrics")).text

    text = in_shop(tmp_path, work)

    assert 'monctl_checks_total{outcome="measured"}' in text
    assert 'monctl_incidents{severity="critical"} 1.0' in text
    assert 'monctl_incidents{severity="warning"} 1.0' in text
    assert "# TYPE monctl_start_lag_seconds histogram" in text


async def _token(world: World) -> str:
    (token,) = beats(world.site.bundle, await key_of(world.site.store))
    return token


def test_a_job_calls_in(tmp_path: Path) -> None:
    async def work(world: World) -> list[object]:
        token, browser = await _token(world), world.browser()
        await world.runner.minutes(1)
        before = (await world.site.board()).standings["nightly-backup"].state
        called = await browser.ask("GET", f"/beat/{token}")
        await world.runner.minutes(1)
        after = (await world.site.board()).standings["nightly-backup"].state
        failed = await browser.ask("POST", f"/beat/{token}/fail", b"disk\nfull")
        await world.runner.minutes(1)
        board = await world.site.board()
        return [
            len(token),
            before,
            called.status,
            called.text,
            after,
            failed.status,
            board.standings["nightly-backup"].state,
            board.incidents[0].reason,
        ]

    assert in_shop(tmp_path, work) == [24, "unknown", 200, "ok\n", "ok", 200, "firing", "it reported a failure: disk full"]


def test_a_token_cannot_be_guessed_nor_a_body_fill_the_memory(tmp_path: Path) -> None:
    async def work(world: World) -> list[int]:
        token, browser = await _token(world), world.browser()
        return [
            (await browser.ask("GET", "/beat/nightly-backup")).status,
            (await browser.ask("GET", f"/beat/{token[:-1]}")).status,
            (await browser.ask("GET", f"/beat/{token}/other")).status,
            (await browser.ask("POST", f"/beat/{token}", b"x" * (LARGEST_BEAT + 1))).status,
            (await browser.ask("DELETE", f"/beat/{token}")).status,
        ]

    assert in_shop(tmp_path, work) == [404, 404, 404, 413, 405]


def test_calls_are_limited_for_each_job_and_for_strangers_together(tmp_path: Path) -> None:
    async def work(world: World) -> tuple[list[int], int, list[int], int]:
        token, browser = await _token(world), world.browser()
        own = [(await browser.ask("GET", f"/beat/{token}")).status for _ in range(22)]
        strangers = [(await browser.ask("GET", f"/beat/{number}")).status for number in range(62)]
        world.clock.move(world.clock.wall() + 3)
        return own, strangers.count(404), strangers[-2:], (await browser.ask("GET", f"/beat/{token}")).status

    own, guesses, last, later = in_shop(tmp_path, work)

    assert own == [200] * 20 + [429] * 2
    assert (guesses, last, later) == (60, [429, 429], 200)


def test_addresses_stay_the_same_and_are_the_store_s_own(tmp_path: Path) -> None:
    async def work(world: World) -> dict[str, str]:
        key = await key_of(world.site.store)
        assert await key_of(world.site.store) == key
        return beat_urls(world.site.bundle, key, "https://mon.shop.example/")

    first, second = in_shop(tmp_path, work), in_shop(tmp_path, work)

    assert list(first) == ["nightly-backup"]
    assert first["nightly-backup"].startswith("https://mon.shop.example/beat/")
    assert first != second
