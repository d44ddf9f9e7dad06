"""The pages in a real browser: scripts run, the policy stops nothing of ours, what one does is done. Without a browser the same pages are read as documents."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn

from monctl.runner.page.serving import _Server, bound
from monctl.runner.page.site import HERE
from monctl.runner.store.store import Measurement
from tests.runner.page.chromium import PROGRAM, Page, browsing
from tests.runner.page.shop import World, in_shop

INCIDENT = f"/incidents/{quote('shop/api-latency/#1', safe='')}"
EVERY = ["/", INCIDENT, "/monitors", "/monitors/api-latency?range=1h", "/monitors/site", "/services", "/silences", "/outbox", "/reports"]


@contextlib.asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    """The shop's page on a port; its address."""
    listening = bound("127.0.0.1:0")
    server = _Server(uvicorn.Config(world.app, log_config=None, lifespan="off", http="h11", ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()


def in_browser(folder: Path, work: Callable[[World, Page, str], Awaitable[None]]) -> None:
    """Something done in a browser in which Ana has signed in, while the shop has trouble."""

    async def whole(world: World) -> None:
        await world.trouble()
        async with served(world) as base, browsing() as page:
            await page.screen(1200, 800, dark=False)
            await page.go(f"{base}/login?next=%2F")
            await page.look(
                "document.querySelector('[name=name]').value = 'ana'; document.querySelector('[name=password]').value = 'right'"
            )
            await page.leave("document.querySelector('.login form').requestSubmit()")
            assert await page.look("location.pathname") == "/"
            await work(world, page, base)
            assert page.complaints == []

    in_shop(folder, whole)


if PROGRAM is not None:

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_every_page_fits_a_phone_and_a_desk_and_can_be_read(dark: bool, tmp_path: Path) -> None:
        async def work(world: World, page: Page, base: str) -> None:
            for path in EVERY:
                for width, height in ((390, 844), (1200, 800)):
                    await page.screen(width, height, dark=dark, phone=width < 500)
                    await page.go(base + path)

                    assert await page.look("document.documentElement.scrollWidth <= innerWidth"), (path, width)
                    assert await page.look(_CONTRAST) == [], (path, dark)

        in_browser(tmp_path, work)

    def test_what_is_read_again_keeps_focus_and_what_was_written(tmp_path: Path) -> None:
        async def work(world: World, page: Page, base: str) -> None:
            await page.go(f"{base}{INCIDENT}")
            await page.look(
                "document.getElementById('runbook').open = true; document.querySelector('.act button').focus(); window.scrollTo(0, 40); 1"
            )
            await page.look("document.querySelector('[name=comment]').value = 'half a sentence'; 1")
            before = await page.look("document.activeElement.textContent + ' ' + scrollY")
            world.runner.answers = {}
            await world.runner.minutes(2)
            await page.look("htmx.trigger(document.getElementById('live'), 'every'); 1")
            await page.until("[...document.querySelectorAll('.told li.told')].some((one) => one.textContent.includes('Mail to the shop'))")

            assert await page.look("document.activeElement.textContent + ' ' + scrollY") == before
            assert await page.look("document.querySelector('[name=comment]').value") == "half a sentence"
            assert await page.look("document.getElementById('runbook').open") is True

        in_browser(tmp_path, work)

    def test_an_incident_is_taken_with_a_click(tmp_path: Path) -> None:
        async def work(world: World, page: Page, base: str) -> None:
            await page.go(f"{base}/")
            await page.leave("document.querySelector('.incident .act button').click()")
            assert (
                await page.look("document.querySelector('.notice.good').textContent")
                == "Taken. The runner carries it out within a second or two."
            )
            await world.runner.minutes(1)
            await page.go(f"{base}/")

            assert "by ana" in await page.look("document.querySelector('.incident').textContent")
            assert await page.look("document.querySelector('.incident .act button').textContent") == "Give back"

        in_browser(tmp_path, work)

    def test_the_plot_takes_the_place_of_the_drawing(tmp_path: Path) -> None:
        async def work(world: World, page: Page, base: str) -> None:
            await page.go(f"{base}/monitors/api-latency?range=1h")
            await page.until("document.querySelector('#plot .uplot canvas')")

            assert await page.look("document.querySelector('#plot .drawn')") is None
            assert await page.look("[...document.querySelectorAll('.u-legend tr:not(.hidden)')].length") == 2

        in_browser(tmp_path, work)

    @pytest.mark.parametrize("span", ["6h", "30d"])
    def test_the_plot_of_a_long_time_has_highest_and_lowest(span: str, tmp_path: Path) -> None:
        async def work(world: World, page: Page, base: str) -> None:
            found = [
                Measurement("api-latency", "", world.clock.wall() - 600 + place, "measured", {"value": 100.0 + place % 7, "up": 1.0})
                for place in range(0, 590, 10)
            ]
            await world.runner.given.store.record(found)
            await page.go(f"{base}/monitors/api-latency?range={span}")
            await page.until("document.querySelector('#plot .uplot canvas')")

            assert await page.look("document.querySelectorAll('.u-legend tr').length") == 4

        in_browser(tmp_path, work)

    def test_a_search_shows_what_fits_while_one_writes(tmp_path: Path) -> None:
        async def work(world: World, page: Page, base: str) -> None:
            await page.go(f"{base}/monitors")
            await page.look(
                "const q = document.querySelector('[name=q]'); q.focus(); q.value = 'latency'; q.dispatchEvent(new Event('input', {bubbles: true})); 1"
            )
            await page.until("document.querySelectorAll('.list tbody tr').length === 1")

            assert await page.look("document.activeElement.name") == "q"
            assert await page.look("document.getElementById('live').dataset.hxGet") == "/monitors?q=latency&state=&service="

        in_browser(tmp_path, work)

    def test_a_runner_that_does_not_answer_is_said(tmp_path: Path) -> None:
        async def work(world: World, page: Page, base: str) -> None:
            await page.go(f"{base}/")
            await page.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
            await page.look("htmx.trigger(document.getElementById('live'), 'every'); 1")
            await page.until("!document.getElementById('offline').hidden")
            assert "The runner does not answer." in await page.look("document.getElementById('offline').textContent")
            await page.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
            await page.look("htmx.trigger(document.getElementById('live'), 'every'); 1")
            await page.until("document.getElementById('offline').hidden")
            page.complaints.clear()  # that it was offline

        in_browser(tmp_path, work)


def test_what_scripts_reach_for_is_in_the_documents(tmp_path: Path) -> None:
    """Everything a script names by id, class or attribute is there; every file a page names is served. Holds with or without a browser."""

    async def work(world: World) -> tuple[str, set[str], list[int]]:
        await world.trouble()
        ana = await world.signed_in()
        texts = [(await ana.get(path)).text for path in EVERY]
        files = {name for text in texts for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', text)}
        return "".join(texts), files, [(await world.browser().get(name)).status for name in sorted(files)]

    text, files, statuses = in_shop(tmp_path, work)
    scripts = "".join((HERE / "static" / name).read_text(encoding="utf-8") for name in ("site.js", "plot.js"))
    seen = _Seen()
    seen.feed(text)

    assert set(re.findall(r'getElementById\("([^"]+)"\)', scripts)) - seen.ids == set()
    assert {f"data-{name}" for name in re.findall(r"time\[data-(\w+)\]", scripts)} - seen.attributes == set()
    assert {"data-read", "data-series", "data-hx-get", "data-hx-trigger", "data-hx-swap"} - seen.attributes == set()
    assert statuses == [200] * len(files)
    assert {name.partition("?")[0] for name in files} >= {
        "/static/site.css",
        "/static/site.js",
        "/static/plot.js",
        "/static/vendor/htmx.min.js",
    }


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        self.ids |= {value for name, value in attrs if name == "id" and value}


_CONTRAST = """(() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || one.closest("svg, .skip, .hidden, [hidden], noscript, option, .uplot") || !one.getClientRects().length) continue;
    const a = light(rgb(getComputedStyle(one).color)), b = light(ground(one));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${one.tagName} ${one.className}: ${ratio.toFixed(2)} ${one.textContent.trim().slice(0, 30)}`);
  }
  return [...new Set(found)];
})()"""
"""Texts whose contrast is below 4.5:1 (WCAG 2.2, 1.4.3)."""
