"""The load generator, a process of its own: so many connections, each with one request at a time.

``python -m benchmarks.load PORT CONNECTIONS SECONDS [CREATOR]`` prints {"rate", "p50", "p99", "bad"}; milliseconds.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from benchmarks.bodies import CREATOR, bodies, http_request
from benchmarks.figures import percentile

PREPARED_PER_SECOND = 22_000


class Client(asyncio.Protocol):
    """One connection: writes the next request as soon as the last one is answered."""

    def __init__(self, requests: Iterator[bytes], latencies: list[float], statuses: list[bytes]) -> None:
        self._requests = requests
        self._latencies = latencies
        self._statuses = statuses
        self._transport: asyncio.Transport | None = None
        self._sent_at = 0.0
        self._buffer = b""
        self.finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def begin(self) -> None:
        """Send the first request."""
        self._next()

    def data_received(self, data: bytes) -> None:
        """Answers have no body."""
        self._buffer += data
        if b"\r\n\r\n" not in self._buffer:
            return
        self._latencies.append((time.perf_counter() - self._sent_at) * 1000)
        if not self._buffer.startswith(b"HTTP/1.1 204"):
            self._statuses.append(self._buffer[:12])
        self._buffer = b""
        self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        """Closed by either side."""
        if not self.finished.done():
            self.finished.set_result(None)

    def _next(self) -> None:
        request = next(self._requests, None)
        if self._transport is None:
            return
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


async def run(port: int, connections: int, seconds: float, creator: str = CREATOR) -> dict[str, float]:
    """Load the server and tell how it went."""
    supply = bodies(creator)
    prepared = [http_request(supply.next()) for _ in range(int(PREPARED_PER_SECOND * seconds))]
    latencies: list[float] = []
    bad: list[bytes] = []
    end = float("inf")

    def requests() -> Iterator[bytes]:
        for request in prepared:
            if time.perf_counter() >= end:
                return
            yield request

    source = requests()
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: Client(source, latencies, bad), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    started = time.perf_counter()
    end = started + seconds
    for client in clients:
        client.begin()
    await asyncio.gather(*(client.finished for client in clients))
    took = time.perf_counter() - started
    return {
        "rate": len(latencies) / took,
        "p50": percentile(latencies, 0.5),
        "p99": percentile(latencies, 0.99),
        "bad": len(bad),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:]))))
