"""The bare loop: a heap of due times, one GET each, decoded, a bucket a creator; nothing stored, nothing checked.

``python -m benchmarks.prototype_polling PORT CREATORS BEAT_SECONDS SECONDS``
"""

import asyncio
import heapq
import json
import sys
import time
from dataclasses import dataclass

import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

TOKEN = "ory_at_" + "x" * 1400
LIMIT = 200


class Person(msgspec.Struct, rename="camel"):
    """Who caused a row."""

    uuid: str
    handle: str
    display_name: str
    is_creator: bool


class Row(msgspec.Struct, rename="camel"):
    """One row."""

    uuid: str
    created_at: str
    event_type: int
    is_read: bool
    originator: Person | None


class Page(msgspec.Struct):
    """One answer."""

    data: list[Row]


@dataclass(slots=True)
class Bucket:
    """What a creator may still ask in this window."""

    left: int = LIMIT
    resets_at: float = 0.0


async def poll(client: httpx.AsyncClient, url: str, bucket: Bucket, decoder: msgspec.json.Decoder[Page]) -> None:
    """One poll."""
    now = time.monotonic()
    if now >= bucket.resets_at:
        bucket.left, bucket.resets_at = LIMIT, now + 60
    bucket.left -= 1
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Fanvue-API-Version": "2025-06-26"}
    answer = await client.get(url, headers=headers)
    decoder.decode(answer.content)


async def main(port: int, creators: int, beat_seconds: float, seconds: float) -> None:
    """Poll for so long, then say what it cost."""
    url, decoder = f"http://127.0.0.1:{port}/notifications?size=50", msgspec.json.Decoder(Page)
    buckets = [Bucket() for _ in range(creators)]
    started = time.monotonic()
    heap = [(started + beat_seconds * number / creators, number) for number in range(creators)]
    under_way: set[asyncio.Task[None]] = set()
    polls, spent = 0, time.process_time()
    async with httpx.AsyncClient(transport=AiohttpTransport(), timeout=20) as client:
        while (now := time.monotonic()) < started + seconds:
            while heap[0][0] <= now:
                due, number = heapq.heappop(heap)
                heapq.heappush(heap, (due + beat_seconds, number))
                task = asyncio.create_task(poll(client, url, buckets[number], decoder))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                polls += 1
            await asyncio.sleep(max(0.0, min(heap[0][0] - time.monotonic(), 1.0)))
        await asyncio.gather(*under_way)
    cpu = (time.process_time() - spent) * 1000 / polls
    sys.stdout.write(json.dumps({"polls": polls, "cpu_ms": cpu}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
