"""Silent connections and encoded bombs at the webhook address: valid deliveries are answered in time, memory stays."""

import asyncio
import gzip
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import aiohttp

from sandbox.playground import Playground, playground
from sandbox.soak.alerting import NOWHERE, Desk, desks_of
from sandbox.soak.deliveries import Courier, Happening
from sandbox.soak.promises import Outcome, Size

VALID = 60
PAUSE_SECONDS = 0.1
ANSWERED_SECONDS = 2.0
"""What a valid delivery may wait; Fanvue gives up after ten."""
GROWTH_MEGABYTES = 60
BOMB = gzip.compress(b"\0" * 30_000_000)
BEGINNINGS = (
    b"",
    b"POST /webhooks/fanvue HTTP/1.1\r\nHost: x\r\n",
    b"POST /webhooks/fanvue HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n{",
)


async def valid_deliveries_get_through(size: Size) -> Outcome:
    """Hold many connections open in silence, send bombs; meanwhile deliver, and look at the process."""
    draw = Random(20265)
    async with playground(api_url=NOWHERE) as ground, aiohttp.ClientSession(connector=_anew()) as session:
        (desk,) = await desks_of(ground, 1)
        await ground.bot.start()
        courier = Courier(session, ground.webhook_url)
        await _deliver(courier, desk, draw, "Fan 9", 5)
        before = _resident_megabytes(ground)
        crowd = asyncio.create_task(_silent_crowd(ground, size.silent_connections, draw))
        bombs = asyncio.create_task(_bomb(ground))
        waits = await _deliver(courier, desk, draw, "Fan 0", VALID)
        grown = _resident_megabytes(ground) - before
        for task in (crowd, bombs):
            task.cancel()
        await asyncio.gather(crowd, bombs, return_exceptions=True)
    slowest = max(waits)
    detail = (
        f"{size.silent_connections} silent connections and bombs of {len(BOMB)} bytes all along: {len(waits)} valid "
        f"deliveries, slowest {slowest * 1000:.0f} ms, {grown:.0f} MB grown, {courier.tries - 5 - VALID} tried again"
    )
    return Outcome(slowest <= ANSWERED_SECONDS and grown <= GROWTH_MEGABYTES, detail)


def _anew() -> aiohttp.TCPConnector:
    """Each delivery comes by a connection of its own, as from a service with many machines."""
    return aiohttp.TCPConnector(force_close=True)


async def _deliver(courier: Courier, desk: Desk, draw: Random, name: str, count: int) -> list[float]:
    """One after the other; how long each took until it was acknowledged."""
    waits = []
    for number in range(count):
        happening = Happening.made_up(f"{name}{number:05}", desk.creator, draw)
        happening.message.sent_at = datetime.now(UTC)
        started = time.monotonic()
        status = await courier.deliver(happening.report(draw.choice(("flat", "creator"))))
        waits.append(time.monotonic() - started if status == 204 else float("inf"))
        await asyncio.sleep(PAUSE_SECONDS)
    return waits


async def _silent_crowd(ground: Playground, count: int, draw: Random) -> None:
    """That many connections that begin something and say no more; those that are closed are opened again."""
    port = int(ground.bot.origin.rpartition(":")[2])

    async def one() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(draw.choice(BEGINNINGS))
                    await reader.read()
                finally:
                    writer.close()
            await asyncio.sleep(draw.uniform(3, 9))

    await asyncio.gather(*(one() for _ in range(count)))


async def _bomb(ground: Playground) -> None:
    """Small bodies that would become large."""
    async with aiohttp.ClientSession() as session:
        while True:
            headers = {"Content-Encoding": "gzip"}
            with suppress(aiohttp.ClientError):
                async with session.post(ground.webhook_url, data=BOMB, headers=headers) as answer:
                    await answer.read()
            await asyncio.sleep(0.05)


def _resident_megabytes(ground: Playground) -> float:
    lines = Path(f"/proc/{ground.bot.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
