"""The first reply: the answer itself when it is there in a moment, else word that it is being worked on."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeVar

import discord

from bot.discordkit.responses.under_way import PATIENCE_SECONDS, patiently

T = TypeVar("T")

MOMENT_SECONDS = 0.3
"""Most answers take one round trip to Fanvue; Discord waits three seconds."""
CROWD = 100
"""So many are worked for at once. Others are told first, so that no first reply comes late, and wait for their turn."""

FEW = 5
CALM_SECONDS = 5
HEAD_START_SECONDS = 0.01
"""What a first answer takes to leave; what comes second would be in its way."""


class Patience:
    """Knows how many wait, and so how long a first reply may be put off. A reply saved is a round trip to Discord."""

    def __init__(
        self,
        moment_seconds: float = MOMENT_SECONDS,
        crowd: int = CROWD,
        few: int = FEW,
        long_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._moment_seconds = moment_seconds
        self._long_seconds = long_seconds
        self._crowd = crowd
        self._few = few
        self._waiting = 0
        self._turns = asyncio.Semaphore(crowd)
        self._door = asyncio.Lock()
        self._calm = asyncio.Event()
        self._calm.set()

    async def first(self, interaction: discord.Interaction, work: Coroutine[Any, Any, T], what: str = "") -> T:
        """What the work brings; Discord is told, privately, that it takes longer when it does. ``show`` comes next.

        With a name for ``what`` is read, the person is told when it takes seconds.
        """
        task: asyncio.Future[T] | None = None
        try:
            with self.waiting():
                if self._waiting > self._crowd:
                    await _deferred(interaction)
                task = asyncio.ensure_future(self._in_turn(work))
                if not interaction.response.is_done():
                    await asyncio.wait({task}, timeout=self._moment_seconds)
                    if not task.done():
                        await _deferred(interaction)
                if not what or task.done():
                    return await task
                return await patiently(interaction, task, what, self._long_seconds)
        finally:
            if task is not None:
                task.cancel()
            if inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
                work.close()

    async def calm(self) -> None:
        """Return when the first answer has left and hardly anybody waits for theirs, or after a while."""
        await asyncio.sleep(HEAD_START_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(CALM_SECONDS):
                await self._calm.wait()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Somebody waits for a first answer meanwhile."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of the crowd that is worked for; they enter one by one, so that who is inside gets done first."""
        async with self._turns:
            if self._waiting > self._few:
                async with self._door:
                    await asyncio.sleep(0)
            yield

    async def _in_turn(self, work: Coroutine[Any, Any, T]) -> T:
        async with self.turn():
            return await work

    def _count(self, change: int) -> None:
        self._waiting += change
        (self._calm.set if self._waiting <= self._few else self._calm.clear)()


async def show(interaction: discord.Interaction, embed: discord.Embed, view: discord.ui.View) -> None:
    """A first answer: a private reply to a command, the message itself for its components; without a picture."""
    if interaction.response.is_done():
        await interaction.edit_original_response(embed=embed, view=view, attachments=[])
    elif interaction.type is discord.InteractionType.application_command:
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)
    else:
        await interaction.response.edit_message(embed=embed, view=view, attachments=[])


async def show_whole(
    interaction: discord.Interaction,
    content: str | None,
    embed: discord.Embed,
    view: discord.ui.View,
    picture: discord.File | None,
) -> None:
    """All of an answer, in place of the first one, or of the message itself where nothing was said yet."""
    attachments = [picture] if picture else []
    if interaction.response.is_done():
        await interaction.edit_original_response(content=content, embed=embed, view=view, attachments=attachments)
    else:
        await interaction.response.edit_message(content=content, embed=embed, view=view, attachments=attachments)


async def _deferred(interaction: discord.Interaction) -> None:
    is_command = interaction.type is discord.InteractionType.application_command
    await interaction.response.defer(ephemeral=True, thinking=is_command)
