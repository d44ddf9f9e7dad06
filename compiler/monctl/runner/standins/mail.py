"""[I/O] A stand-in of a mail server: plain SMTP on loopback (RFC 5321), which takes all mail and delivers none."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

_LONGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mailed:
    """One mail."""

    sender: str
    to: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail as it reads."""
        return message_from_bytes(self.content, policy=default)


class MailStandin:
    """`await start()`, look at `received`, `await stop()`."""

    def __init__(self, port: int = 0) -> None:
        """Port 0 takes a free one."""
        self.host = "127.0.0.1"
        self.port = port
        self.received: list[Mailed] = []
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Serve. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._talk, self.host, self.port, limit=_LONGEST)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.close()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        try:
            await self._converse(reader, writer)
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # the other side went away, or talks something else
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        sender, to = "", list[str]()
        await say("220 stand-in ready")
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            match line.split(" ", 1)[0].upper():
                case "EHLO":
                    await say("250-stand-in\r\n250 8BITMIME")
                case "MAIL":
                    sender, to = _path(line), []
                    await say("250 ok")
                case "RCPT":
                    to.append(_path(line))
                    await say("250 ok")
                case "DATA" if to:
                    await say("354 end with a dot")
                    content = await reader.readuntil(b"\r\n.\r\n")
                    self.received.append(Mailed(sender, tuple(to), content[:-3].replace(b"\r\n..", b"\r\n.")))
                    await say("250 kept")
                case "RSET" | "NOOP" | "HELO":
                    await say("250 ok")
                case "QUIT":
                    await say("221 bye")
                    return
                case _:
                    await say("503 not now")


def _path(line: str) -> str:
    found = re.search(r"<([^>]*)>", line)
    return found[1] if found else ""
