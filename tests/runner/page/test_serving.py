"""The page on a real port, inside the runner's loop."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from monctl.errors import UsageError
from monctl.runner.page.serving import bound, serve_page
from tests.runner.page.shop import USERS, World, in_shop


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def test_it_answers_until_it_is_cancelled_and_leaves_the_port(tmp_path: Path) -> None:
    port = free_port()

    async def work(world: World) -> tuple[int, str]:
        serving = asyncio.create_task(serve_page(world.runner))
        found: tuple[int, str] | None = None
        async with aiohttp.ClientSession() as http, asyncio.timeout(60):
            while found is None:
                try:
                    async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                        found = answer.status, answer.headers.get("server", "")
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        bound(f"127.0.0.1:{port}").close()
        return found

    assert in_shop(tmp_path, work, page=USERS.replace("{users", f"{{listen: '127.0.0.1:{port}', users")) == (200, "")


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UsageError, match=rf"^the page cannot listen on {listen}: Address already in use$") as caught:
            bound(listen)

    assert caught.value.hint == "set targets.runner.page.listen in monctl.yaml to a free address, such as 127.0.0.1:9181"


@pytest.mark.parametrize("listen", ["192.0.2.1:9180", "no.such.host.invalid:9180"])
def test_an_address_that_is_not_ours_is_a_sentence(listen: str) -> None:
    with pytest.raises(UsageError, match=f"^the page cannot listen on {listen}: "):
        bound(listen)


def test_an_ipv6_address_is_taken_in_brackets() -> None:
    made = bound("[::1]:0")
    try:
        assert made.getsockname()[0] == "::1"
    finally:
        made.close()
