"""A server on loopback that says byte for byte what a test tells it to, and a clock set by hand."""

import asyncio
import struct
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from socket import SO_LINGER, SOL_SOCKET

TOKEN = "ory_at_aVerySecretAccessToken"


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Reply:
    """Bytes to answer with, and what to do to the connection then: keep, close, reset or hang."""

    data: bytes = b""
    then: str = "keep"


@dataclass
class ScriptedServer:
    """Answers requests in the order of its script; the last reply is given again and again."""

    script: deque[Reply] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def say(
        self, status: int = 200, body: bytes = b"{}", headers: dict[str, str] | None = None, then: str = "keep"
    ) -> None:
        """One more whole answer."""
        lines = {"Content-Length": str(len(body)), "Content-Type": "application/json", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.script.append(Reply(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body, then))

    def do(self, then: str, data: bytes = b"") -> None:
        """One more answer that is none, or not whole."""
        self.script.append(Reply(data, then))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while await self._one(reader, writer, number):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        self.seen.append(Seen(method, target, headers, body, number))
        self.arrived.set()
        reply = self.script.popleft() if len(self.script) > 1 else self.script[0]
        writer.write(reply.data)
        await writer.drain()
        if reply.then == "hang":
            await self.released.wait()
        elif reply.then == "reset":
            socket = writer.get_extra_info("socket")
            socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return reply.then == "keep"
