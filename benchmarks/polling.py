"""Asking Fanvue for creators where nothing happens: memory, lateness, and CPU over a bare loop at the same rate."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import PAIRS, Figure, paired
from benchmarks.processes import report, server
from bot.domain.accounts import CreatorId
from bot.fanvue.oauth import TokenPair
from bot.storage.database import Database
from bot.storage.database.migrate import migrate
from bot.storage.schema import connections, creators, cursors, pollings
from bot.vault.keyring import Keyring, new_key
from bot.vault.pairs import seal_pair

MANY = 100_000
SOME = 60_000
BEAT_SECONDS = 60
LONG_SECONDS = 12.0
SHORT_SECONDS = 5.0
PIECE = 1000


async def polling() -> list[Figure]:
    """Creators without webhooks and with one list each, so that a look is one poll."""
    with tempfile.TemporaryDirectory() as folder:
        async with server("feed_server") as port:
            many, key = await _filled(Path(folder) / "many.db", MANY)
            some, other_key = await _filled(Path(folder) / "some.db", SOME)
            full = await report("our_polling", str(port), many, key, str(LONG_SECONDS))
            ours, theirs = [], []
            for _ in range(PAIRS):
                mine = await report("our_polling", str(port), some, other_key, str(SHORT_SECONDS))
                bare = await report("prototype_polling", str(port), str(SOME), str(BEAT_SECONDS), str(SHORT_SECONDS))
                ours.append(mine["cpu_ms"])
                theirs.append(bare["cpu_ms"])
    rate = full["polls"] / LONG_SECONDS
    note = f"{rate:.0f} polls/s of {MANY / BEAT_SECONDS:.0f}, p50 {full['late_p50_ms']:.0f} ms, {full['failed']} failed"
    return [
        Figure(f"Idle creators in memory, {MANY}", full["held_mib"], 50, is_at_most=True, unit=" MiB"),
        Figure(f"Polls late, p99, {MANY} a minute", full["late_p99_ms"], 50, is_at_most=True, unit=" ms", note=note),
        paired(f"CPU a poll over the bare loop, {SOME} a minute", ours, theirs, 1.3, is_at_most=True, unit=" ms"),
    ]


async def _filled(path: Path, count: int) -> tuple[str, str]:
    """A database of so many creators who were looked at before; its path and key."""
    await migrate(f"sqlite+aiosqlite:///{path}")
    key, now = new_key(), datetime.now(UTC)
    keyring = Keyring([key])
    async with Database.open(f"sqlite+aiosqlite:///{path}") as database:
        for first in range(0, count, PIECE):
            rows = [_rows(keyring, number, now) for number in range(first, min(first + PIECE, count))]
            async with database.write() as connection:
                for table, name in ((connections, "held"), (creators, "self"), (cursors, "cursor"), (pollings, "note")):
                    await connection.execute(table.insert(), [row[name] for row in rows])
            await asyncio.sleep(0)
    return str(path), key


def _rows(keyring: Keyring, number: int, now: datetime) -> dict[str, dict[str, Any]]:
    creator = CreatorId(f"{number:08x}-2222-4333-8444-555555555555")
    pair = TokenPair("ory_at_" + "x" * 1400, "ory_rt_" + "y" * 60, 86_400, None, now)
    long_ago = now - timedelta(days=1)
    return {
        "held": {
            "id": f"c{number}",
            "owner": 2**60 + number,
            "creator_id": creator,
            "handle": f"creator{number}",
            "display_name": f"Creator {number}",
            "is_creator": True,
            "features": "alerts",
            "scopes": "read:self",
            "sealed_tokens": seal_pair(keyring, creator, pair),
            "status": "active",
            "access_expires_at": now + timedelta(days=1),
            "refreshed_at": now,
            "connected_at": long_ago,
        },
        "self": {
            "creator_id": creator,
            "account_id": creator,
            "handle": f"creator{number}",
            "display_name": f"Creator {number}",
        },
        "cursor": {"creator_id": creator, "source": "notifications", "since": long_ago, "read_to": long_ago},
        "note": {"creator_id": creator, "polled_at": long_ago, "beat_seconds": BEAT_SECONDS},
    }
