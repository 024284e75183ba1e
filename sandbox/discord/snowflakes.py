"""Ids as Discord makes them: growing, and carrying the time they were made."""

import time
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000
_TIMESTAMP_SHIFT = 22


class Snowflakes:
    """Mints ids; each is larger than the one before."""

    def __init__(self) -> None:
        self._last = 0

    def mint(self) -> int:
        now = (int(time.time() * 1000) - DISCORD_EPOCH_MS) << _TIMESTAMP_SHIFT
        self._last = max(now, self._last + 1)
        return self._last


def made_at(snowflake: int) -> datetime:
    """The instant an id was minted, to the millisecond."""
    return datetime.fromtimestamp(((snowflake >> _TIMESTAMP_SHIFT) + DISCORD_EPOCH_MS) / 1000, tz=UTC)


def shard_of(guild_id: int | None, shard_count: int) -> int:
    """The shard that hears of a guild; direct messages belong to shard 0."""
    return 0 if guild_id is None else (guild_id >> _TIMESTAMP_SHIFT) % shard_count
