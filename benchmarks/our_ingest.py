"""The bot's own intake in the web role: the real application, on a SQLite file of its own.

``python -m benchmarks.our_ingest [MILLISECONDS]``: as if each commit took so much longer.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.util import await_only

from bot import logs
from bot.app import Role, open_app
from bot.discordkit.client import DiscordClient
from bot.settings import load
from sandbox.world import free_port, settings_for


async def _no_gateway(_client: DiscordClient, _token: str) -> None:
    await asyncio.Event().wait()


def _slow_down(seconds: float) -> None:
    """Each commit waits, as it does for a slow disk; the event loop does not."""

    @event.listens_for(Engine, "commit")
    def wait(_connection: object) -> None:
        await_only(asyncio.sleep(seconds))


async def main(slow_milliseconds: float) -> None:
    """Listen until killed."""
    if slow_milliseconds:
        _slow_down(slow_milliseconds / 1000)
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="fanvue-bench-") as folder:
        port = free_port()
        values = settings_for(Path(folder), web_port=port, metrics_port=free_port(), fanvue_origin="http://127.0.0.1:9")
        async with open_app(load(**values)) as app, asyncio.TaskGroup() as group:
            group.create_task(app.serve(Role.WEB, _no_gateway))
            await asyncio.sleep(0.5)
            sys.stdout.write(f"{port}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))
