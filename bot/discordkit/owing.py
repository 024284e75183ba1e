"""What could not be said while Discord was away, and is said when it is back."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

import aiohttp
import discord
import structlog

from bot.domain.errors import DiscordDownError
from bot.domain.faults import where

log = structlog.get_logger(__name__)

BEAT_SECONDS = 60
TRIES = 1440
"""A day of beats: who was not told by then wants to hear it no more."""
AT_MOST = 1000

AWAY = (discord.DiscordServerError, DiscordDownError, aiohttp.ClientError, OSError)

Saying = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class _Words:
    say: Saying
    tries: int = 0


class Owed:
    """Each thing is said once, as soon as Discord takes it.

    It is kept in memory, and an end of the process ends it.
    """

    def __init__(self) -> None:
        self._words: dict[Hashable, _Words] = {}

    @property
    def count(self) -> int:
        """How much waits to be said."""
        return len(self._words)

    def owe(self, key: Hashable, say: Saying) -> None:
        """Say it later; of several with one key the newest."""
        if len(self._words) >= AT_MOST and key not in self._words:
            del self._words[next(iter(self._words))]
            log.warning("owed_given_up")
        self._words[key] = _Words(say)

    async def say(self, key: Hashable, say: Saying) -> None:
        """Say it now, or once Discord is back; raises what else keeps it from being said."""
        try:
            await say()
        except AWAY:
            self.owe(key, say)

    async def run(self) -> None:
        """Say what is owed until cancelled."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self.tell()

    async def tell(self) -> None:
        """Say all that is owed; what Discord does not take goes behind the rest, which waits for the next time."""
        for key in list(self._words):
            words = self._words.pop(key, None)
            if words is None:  # given up meanwhile, for others that came
                continue
            try:
                await words.say()
            except AWAY:
                words.tries += 1
                if words.tries < TRIES:
                    self._words.setdefault(key, words)
                    return
                log.warning("owed_given_up")
            except Exception as error:  # noqa: BLE001 - what cannot be said to one keeps nothing from the others
                log.warning("owed_given_up", error=where(error))
