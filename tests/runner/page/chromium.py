"""A real browser, driven over the DevTools protocol (chromedevtools.github.io/devtools-protocol): pages as people get them, scripts and policies included."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

PROGRAM = next((found for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (found := shutil.which(name))), None)
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0",
)  # fmt: skip
_PATIENCE_S = 60.0


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: str) -> None:
        self._socket, self._session = socket, session
        self._count = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._loaded = asyncio.Event()
        self.complaints: list[str] = []
        """Errors of scripts and of the content security policy."""
        self._reading = asyncio.create_task(self._read())

    async def call(self, method: str, **params: Any) -> Any:
        self._count += 1
        answer = self._waiting[self._count] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._count, "method": method, "params": params, "sessionId": self._session})
        return await asyncio.wait_for(answer, _PATIENCE_S)

    async def go(self, url: str) -> None:
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), _PATIENCE_S)

    async def look(self, script: str) -> Any:
        """The value of an expression; a promise is awaited."""
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, script: str) -> None:
        """An expression is true, at once or after a change of the page."""
        watched = f"""new Promise((done) => {{
          const see = () => {{ if ({script}) {{ watcher.disconnect(); done(true); }} }};
          const watcher = new MutationObserver(see);
          watcher.observe(document, {{subtree: true, childList: true, attributes: true, characterData: true}});
          see();
        }})"""
        assert await self.look(watched)

    async def leave(self, script: str) -> None:
        """Do something that loads another page, and wait for it."""
        self._loaded.clear()
        await self.look(script)
        await asyncio.wait_for(self._loaded.wait(), _PATIENCE_S)

    async def screen(self, width: int, height: int, *, dark: bool, phone: bool = False) -> None:
        await self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def picture(self) -> bytes:
        """The whole page as a PNG: for looking at it."""
        found = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(found["data"])

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        async for said in self._socket:
            found = said.json()
            if (number := found.get("id")) in self._waiting:
                answer = self._waiting.pop(number)
                if "error" in found:
                    answer.set_exception(AssertionError(str(found["error"])))
                else:
                    answer.set_result(found.get("result"))
            elif found.get("method") == "Page.loadEventFired":
                self._loaded.set()
            elif found.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(str(found["params"]["exceptionDetails"].get("exception", {}).get("description")))
            elif found.get("method") == "Log.entryAdded" and found["params"]["entry"]["level"] == "error":
                self.complaints.append(found["params"]["entry"]["text"])


@contextlib.asynccontextmanager
async def browsing() -> AsyncIterator[Page]:
    """A tab of a browser that ends with it, and its profile too."""
    assert PROGRAM is not None
    folder = tempfile.mkdtemp(prefix="monctl-chromium-")
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *_FLAGS, f"--user-data-dir={folder}", "about:blank", stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        address = await asyncio.wait_for(_address(process), _PATIENCE_S)
        async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
            page = await _tab(socket)
            try:
                yield page
            finally:
                await page.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # else its pipe is closed by the collector, with a warning
        shutil.rmtree(folder, ignore_errors=True)


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        if found := re.search(r"DevTools listening on (ws://\S+)", line.decode("utf-8", "replace")):
            return found[1]
    raise AssertionError("the browser ended before it listened")


async def _tab(socket: aiohttp.ClientWebSocketResponse) -> Page:
    async def first(number: int, method: str, **params: Any) -> Any:
        await socket.send_json({"id": number, "method": method, "params": params})
        async for said in socket:
            found = said.json()
            if found.get("id") == number:
                return found["result"]
        raise AssertionError("the browser went away")

    target = await first(-1, "Target.createTarget", url="about:blank")
    session = await first(-2, "Target.attachToTarget", targetId=target["targetId"], flatten=True)
    page = Page(socket, session["sessionId"])
    for domain in ("Page", "Runtime", "Log", "Network"):
        await page.call(f"{domain}.enable")
    return page
