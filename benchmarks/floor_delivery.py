"""The delivery with the libraries the bot is fixed to, and nothing of ours.

HMAC, aiosqlite's thread for one sealed row, discord.py for a card with buttons; no rules, leases, pacing or words.

``python -m benchmarks.floor_delivery REST CHANNEL``
"""

import asyncio
import hashlib
import hmac
import sys
import tempfile
from typing import Any

import aiosqlite
import discord
import msgspec
from aiohttp import web  # noqa: TID251 - the baseline is a bare handler
from cryptography.fernet import Fernet
from discord.http import Route, handle_message_parameters

from benchmarks.bodies import PATH, SIGNATURE_HEADER
from benchmarks.listening import listen
from sandbox.world import WEBHOOK_SECRET

BUTTONS = ("Reply", "Show", "Mark read", "Claim", "Mute")


class Floor:
    """Handler plus one row plus one message."""

    def __init__(self, client: discord.Client, channel: int, database: aiosqlite.Connection) -> None:
        self._client = client
        self._channel = channel
        self._database = database
        self._fernet = Fernet(Fernet.generate_key())
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, request: web.Request) -> web.Response:
        """204 after the commit."""
        body = await request.read()
        at, _, given = request.headers[SIGNATURE_HEADER].removeprefix("t=").partition(",v0=")
        expected = hmac.new(WEBHOOK_SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, given):
            return web.Response(status=401)
        event = msgspec.json.decode(body)
        row = (event["id"], self._fernet.encrypt(body))
        await self._database.execute_insert("INSERT OR IGNORE INTO events VALUES (?, ?)", row)
        task = asyncio.create_task(self._send(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response(status=204)

    async def _send(self, event: dict[str, Any]) -> None:
        embed = discord.Embed(title="New message", description=f"**{event['data']['fan']['display_name']}** wrote")
        view = discord.ui.View(timeout=None)
        for label in BUTTONS:
            view.add_item(discord.ui.Button(label=label, custom_id=f"{label}:{event['id']}"))
        view.stop()
        message = handle_message_parameters(
            embed=embed, view=view, nonce=event["id"][:24], allowed_mentions=discord.AllowedMentions.none()
        )
        await self._client.http.send_message(self._channel, params=message)


async def main(rest: str, channel: str) -> None:
    """Listen until killed."""
    Route.BASE = rest
    with tempfile.TemporaryDirectory(prefix="fanvue-bench-") as folder:
        async with (
            aiosqlite.connect(f"{folder}/floor.db", isolation_level=None) as database,
            discord.Client(intents=discord.Intents.none()) as client,
        ):
            await database.execute("PRAGMA journal_mode=WAL")
            await database.execute("PRAGMA synchronous=FULL")
            await database.execute("CREATE TABLE events (id TEXT PRIMARY KEY, body BLOB)")
            await client.login("bare")
            app = web.Application()
            app.router.add_post(PATH, Floor(client, int(channel), database).receive)
            await listen(app)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
