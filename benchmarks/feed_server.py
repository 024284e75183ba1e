"""A Fanvue where nothing happens: every list is the same page of old rows. ``python -m benchmarks.feed_server``."""

import asyncio
import json
import sys

from benchmarks.caching_fanvue import ROOMY

ROWS = 7
"""About 2 KB."""
PAGE = {
    "data": [
        {
            "uuid": f"11111111-2222-4333-8444-00000000000{number}",
            "createdAt": f"2026-01-01T00:00:0{number}.000Z",
            "eventType": 12,
            "isRead": True,
            "data": {},
            "originator": {
                "uuid": "99999999-2222-4333-8444-555555555555",
                "handle": "somebody",
                "displayName": "Somebody",
                "isCreator": False,
                "avatarUrl": None,
            },
            "receiverUuid": "11111111-2222-4333-8444-555555555555",
        }
        for number in range(ROWS)
    ],
    "pagination": {"page": 1, "size": ROWS, "hasMore": True},
}


class Answering(asyncio.Protocol):
    """Answers each request of a connection; reads no more of it than where it ends."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """One answer for each whole head."""
        *heads, self._rest = (self._rest + data).split(b"\r\n\r\n")
        if heads and self._transport is not None:
            self._transport.write(self._answer * len(heads))


async def main() -> None:
    """Listen until killed."""
    body = json.dumps(PAGE).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **ROOMY}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    answer = f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body
    server = await asyncio.get_running_loop().create_server(lambda: Answering(answer), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
