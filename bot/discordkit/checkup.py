"""Asking Discord whether it knows the token."""

from enum import StrEnum

import discord


class TokenState(StrEnum):
    """What Discord says."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


async def token_state(token: str) -> TokenState:
    """Log in for REST alone, and out again."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        await client.login(token)
    except discord.LoginFailure:
        return TokenState.REFUSED
    except (discord.HTTPException, OSError):
        return TokenState.UNREACHABLE
    finally:
        await client.close()
    return TokenState.ACCEPTED
