"""Keeps the gateway client running: discord.py leaves for good when its first connection breaks."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import discord
import structlog

from bot.discordkit.client import DiscordClient
from bot.domain.faults import where

log = structlog.get_logger(__name__)

FIRST_SECONDS = 1
LONGEST_SECONDS = 60
GOODBYE_SECONDS = 4
ACTS = ("discord.py: ", "CommandTree-invoker")
"""How the tasks are called in which discord.py (2.7.1) handles an event or a command."""


class TokenRefusedError(Exception):
    """Discord does not accept DISCORD_TOKEN."""


async def keep_running(client: discord.Client, token: str, goodbye_seconds: float = GOODBYE_SECONDS) -> None:
    """Run the client until cancelled; TokenRefusedError when Discord refuses the token, all else is tried again.

    What people asked for is answered before it leaves, as far as that is done in time.
    """
    try:
        while True:
            await _patiently(client, client.start, token)
            await _reopen(client, FIRST_SECONDS)
    finally:
        await _finish(goodbye_seconds)
        await client.close()


async def stay_logged_in(client: DiscordClient, token: str) -> None:
    """For processes that only send: logged in, with no gateway and no commands, until cancelled; errors as above.

    No gateway tells them that the token is not valid any more, so they ask when a request was refused for it: ten
    thousand such requests, and Discord shuts out the whole address.
    """
    try:
        while True:
            client.refused.clear()
            await _patiently(client, client.login, token)
            await client.refused.wait()
            await _reopen(client, 0)
    finally:
        await client.close()


async def complete(client: DiscordClient) -> None:
    """Give a running client the cogs it was started without; if Discord does not let it, it connects anew with them."""
    try:
        await client.complete()
    except Exception as error:  # noqa: BLE001 - as below: whatever broke it, it is made anew
        log.warning("gateway_lost", error=where(error))
        await client.close()


async def _finish(seconds: float) -> None:
    """Let what people asked for come to its end; what takes longer is ended, and says nothing more."""
    acts = {task for task in asyncio.all_tasks() if task.get_name().startswith(ACTS)}
    if acts:
        await asyncio.wait(acts, timeout=seconds)
    for act in acts:
        act.cancel()
    await asyncio.gather(*acts, return_exceptions=True)


async def _patiently(client: discord.Client, begin: Callable[[str], Awaitable[None]], token: str) -> None:
    """Begin again, with a fresh client each time, until it ends without an error."""
    wait = FIRST_SECONDS
    while True:
        begun = time.monotonic()
        try:
            return await begin(token)
        except discord.LoginFailure:
            raise TokenRefusedError from None
        except Exception as error:  # noqa: BLE001 - whatever broke the connection, it is made anew
            log.warning("gateway_lost", error=where(error))
        if time.monotonic() - begun > LONGEST_SECONDS:
            wait = FIRST_SECONDS
        await _reopen(client, wait)
        wait = min(LONGEST_SECONDS, wait * 2)


async def _reopen(client: discord.Client, after_seconds: float) -> None:
    if not client.is_closed():
        await client.close()
    await asyncio.sleep(after_seconds)
    client.clear()
