"""Keeps the gateway client running: discord.py leaves for good when its first connection breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import structlog

from bot.discordkit.client import DiscordClient
from bot.domain.faults import where

log = structlog.get_logger(__name__)

FIRST_SECONDS = 1
LONGEST_SECONDS = 60


class TokenRefusedError(Exception):
    """Discord does not accept DISCORD_TOKEN."""


async def keep_running(client: discord.Client, token: str) -> None:
    """Run the client until cancelled; TokenRefusedError when Discord refuses the token, all else is tried again."""
    try:
        await _run_again_and_again(client, token)
    finally:
        await client.close()


async def complete(client: DiscordClient) -> None:
    """Give a running client the cogs it was started without; if Discord does not let it, it connects anew with them."""
    try:
        await client.complete()
    except Exception as error:  # noqa: BLE001 - as below: whatever broke it, it is made anew
        log.warning("gateway_lost", error=where(error))
        await client.close()


async def _run_again_and_again(client: discord.Client, token: str) -> None:
    wait = FIRST_SECONDS
    while True:
        try:
            await client.start(token)
        except discord.LoginFailure:
            raise TokenRefusedError from None
        except Exception as error:  # noqa: BLE001 - whatever broke the connection, it is made anew
            log.warning("gateway_lost", error=where(error), seconds=wait)
        else:
            wait = FIRST_SECONDS
        if not client.is_closed():
            await client.close()
        await asyncio.sleep(wait)
        wait = min(LONGEST_SECONDS, wait * 2)
        client.clear()


@asynccontextmanager
async def logged_in(client: discord.Client, token: str) -> AsyncIterator[None]:
    """Logged in for REST alone, for processes that only send; no gateway, no commands."""
    try:
        await discord.Client.login(client, token)
        yield
    except discord.LoginFailure:
        raise TokenRefusedError from None
    finally:
        await client.close()
