"""[I/O] A stand-in of Redis: PING, INFO, LLEN and what comes before them, in RESP2 on loopback."""

from __future__ import annotations

import asyncio


class RedisStandin:
    """`await start()`, set `info` and `lengths`, `await stop()`. Started again it has the same port."""

    def __init__(self) -> None:
        self.host, self.port = "127.0.0.1", 0
        self.info: dict[str, str | int] = {"uptime_in_seconds": 86_400, "keyspace_hits": 9_500, "keyspace_misses": 500}
        self.lengths: dict[str, int] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Serve. Raises OSError when the port is taken."""
        if self._server is None:
            self._server = await asyncio.start_server(self._talk, self.host, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await reader.readline()).startswith(b"*"):
                words = []
                for _ in range(int(head[1:])):
                    size = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(size + 2))[:-2].decode())
                writer.write(self._answer(words))
                await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError):
            return  # the other side went away, or talks something else
        finally:
            writer.close()

    def _answer(self, words: list[str]) -> bytes:
        match words:
            case ["PING"]:
                return b"+PONG\r\n"
            case ["INFO", *_]:
                text = "# Everything\r\n" + "".join(f"{name}:{value}\r\n" for name, value in self.info.items())
                return b"$%d\r\n%s\r\n" % (len(text.encode()), text.encode())
            case ["LLEN", key]:
                return b":%d\r\n" % self.lengths.get(key, 0)
            case ["AUTH" | "SELECT", *_]:
                return b"+OK\r\n"
            case _:
                return b"-ERR unknown command\r\n"
