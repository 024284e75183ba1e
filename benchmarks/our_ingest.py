"""The bot's own intake: the real web application and its one writer, on a SQLite file; no router, no Discord.

``python -m benchmarks.our_ingest [MILLISECONDS]``: as if each commit took so much longer.
"""

import asyncio
import gc
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.bodies import CREATOR
from bot import logs
from bot.__main__ import SHORT_TURN_SECONDS, YOUNG_OBJECTS
from bot.app import open_app
from bot.domain.accounts import Connection, ConnectionId, ConnectionStatus, CreatorId, DiscordUserId, FanvueAccount
from bot.domain.clock import SystemClock
from bot.settings import load
from bot.storage import Stores, database
from bot.web.serving import serving
from sandbox.world import free_port, settings_for


def _slow_down(seconds: float) -> None:
    """Each commit of the hot path takes so much longer in the driver's thread, as on a slow disk."""
    insert = database.insert_rows

    def slowly(*values: Any) -> tuple[int, int]:
        done = insert(*values)
        time.sleep(seconds)
        return done

    database.insert_rows = slowly


async def connect(stores: Stores) -> None:
    """The creator of the bodies: events of others would not be kept."""
    now = SystemClock().now()
    account = FanvueAccount(CreatorId(CREATOR), "bench", "Bench", is_creator=True)
    connection = Connection(
        id=ConnectionId("bench"),
        owner=DiscordUserId(1),
        account=account,
        features=frozenset(),
        scopes=frozenset(),
        status=ConnectionStatus.ACTIVE,
        connected_at=now,
        access_expires_at=now,
        refreshed_at=now,
    )
    await stores.connections.replace(connection, "sealed")


async def main(slow_milliseconds: float) -> None:
    """Listen until killed, garbage and threads treated as ``python -m bot run`` does."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    sys.setswitchinterval(SHORT_TURN_SECONDS)
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="fanvue-bench-") as folder:
        port = free_port()
        values = settings_for(Path(folder), web_port=port, metrics_port=free_port(), fanvue_origin="http://127.0.0.1:9")
        async with (
            open_app(load(**values)) as app,
            serving(app.public, "127.0.0.1", port),
            asyncio.TaskGroup() as group,
        ):
            await connect(app.stores)
            if slow_milliseconds:
                _slow_down(slow_milliseconds / 1000)
            group.create_task(app.intake.run())
            sys.stdout.write(f"{port}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))
