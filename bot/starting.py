"""The first steps of ``run``: Discord is called while everything else is still being loaded.

Discord takes 1,000 logins a day, so a start only does this when the one before it came through: the mark beside the
SQLite file is taken away at the beginning and put back once everything is made and listens. A start that fails again
and again therefore logs in once.
"""

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from bot.discordkit.client import DiscordClient
from bot.discordkit.client.reconnect import complete, keep_running
from bot.settings import Settings

GATEWAY_ROLES = {"all", "gateway"}
MARK_ENDING = ".started"
FILE_MODE = 0o600


class StartMark:
    """Whether the last start on this SQLite file came through; on PostgreSQL nobody remembers."""

    def __init__(self, settings: Settings) -> None:
        file = settings.database_file
        self._path = file and file.with_name(file.name + MARK_ENDING)

    def take(self) -> bool:
        """Whether it was there; it is gone now."""
        if self._path is None:
            return False
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def put(self) -> None:
        """Say that the start came through. A mark that cannot be put costs the next start a moment, nothing else."""
        if self._path is not None:
            with suppress(OSError):
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))


@dataclass(frozen=True, slots=True)
class EarlyGateway:
    """A client on its way to Discord; what comes for its cogs waits until ``join`` has brought them."""

    client: DiscordClient
    task: asyncio.Task[None]

    @classmethod
    def begin(cls, settings: Settings) -> Self:
        """Call Discord."""
        client = DiscordClient()
        return cls(client, asyncio.create_task(keep_running(client, settings.discord_token.get_secret_value())))

    async def join(self) -> None:
        """Run it on, with its cogs, until cancelled; raises what ``keep_running`` does."""
        await complete(self.client)
        await self.task

    async def end(self) -> None:
        """Leave Discord, whatever became of the rest."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


def begin(settings: Settings, role: str) -> EarlyGateway | None:
    """Discord called already, where that is right; else it is called when everything is there."""
    if StartMark(settings).take() and role in GATEWAY_ROLES:
        return EarlyGateway.begin(settings)
    return None
