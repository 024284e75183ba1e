"""The baseline of the delivery: a handler that checks the HMAC, commits one row, answers, and then POSTs one message.

``python -m benchmarks.prototype_delivery REST CHANNEL``
"""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import sys
import tempfile
from typing import Any

import aiohttp
from aiohttp import web  # noqa: TID251 - the baseline is a bare handler

from benchmarks.bodies import PATH, SIGNATURE_HEADER
from benchmarks.listening import listen
from sandbox.world import WEBHOOK_SECRET


class Prototype:
    """Handler plus one row plus one POST."""

    def __init__(self, session: aiohttp.ClientSession, address: str, database: sqlite3.Connection) -> None:
        self._session = session
        self._address = address
        self._database = database
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, request: web.Request) -> web.Response:
        """204 after the commit."""
        body = await request.read()
        at, _, given = request.headers[SIGNATURE_HEADER].removeprefix("t=").partition(",v0=")
        expected = hmac.new(WEBHOOK_SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, given):
            return web.Response(status=401)
        event = json.loads(body)
        self._database.execute("INSERT OR IGNORE INTO events VALUES (?, ?)", (event["id"], body))
        self._database.commit()
        task = asyncio.create_task(self._send(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response(status=204)

    async def _send(self, event: dict[str, Any]) -> None:
        embed = {"title": "New message", "description": f"**{event['data']['fan']['display_name']}** wrote"}
        async with self._session.post(self._address, json={"embeds": [embed]}) as answer:
            await answer.read()


async def main(rest: str, channel: str) -> None:
    """Listen until killed."""
    with tempfile.TemporaryDirectory(prefix="fanvue-bench-") as folder:
        database = sqlite3.connect(f"{folder}/prototype.db")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE events (id TEXT PRIMARY KEY, body BLOB)")
        async with aiohttp.ClientSession(headers={"Authorization": "Bot bare"}) as session:
            app = web.Application()
            app.router.add_post(PATH, Prototype(session, f"{rest}/channels/{channel}/messages", database).receive)
            await listen(app)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
