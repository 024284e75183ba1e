"""Asking Discord about the bot: its token, its settings in the developer portal, the commands it is known for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import discord
from discord.ext import commands

from bot.discordkit.client import Cog, intents
from bot.discordkit.client.sync import are_known
from bot.domain.health import Finding

PORTAL = "the developer portal"


class TokenState(StrEnum):
    """What Discord says of the token."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class BotState:
    """The bot as Discord knows it; what was not told is ``None``."""

    token: TokenState
    are_commands_known: bool | None = None
    is_endpoint_set: bool | None = None
    missing_intents: tuple[str, ...] | None = None

    def findings(self) -> Iterator[Finding]:
        """A line each."""
        yield self._token()
        if self.token is not TokenState.ACCEPTED:
            return
        yield self._intents()
        yield self._commands()

    def _token(self) -> Finding:
        if self.token is TokenState.REFUSED:
            advice = f"refuses DISCORD_TOKEN: copy it anew from the Bot page of {PORTAL}, and restart"
            return Finding.bad("discord", advice)
        if self.token is TokenState.UNREACHABLE:
            return Finding.bad("discord", "cannot be reached: check this machine's network and Discord's status page")
        return Finding.fine("discord", "accepts the token")

    def _intents(self) -> Finding:
        if self.missing_intents:
            names = ", ".join(self.missing_intents)
            return Finding.bad("intents", f"not allowed: {names}. Switch them on at the Bot page of {PORTAL}")
        if self.is_endpoint_set:
            advice = (
                f"Discord sends commands to an address instead of here: clear the Interactions Endpoint URL in {PORTAL}"
            )
            return Finding.bad("intents", advice)
        return Finding.fine("intents", "none that needs Discord's leave is used; commands come over the gateway")

    def _commands(self) -> Finding:
        if self.are_commands_known is None:
            return Finding.look("commands", "Discord did not list them: try again in a minute")
        if not self.are_commands_known:
            return Finding.bad(
                "commands", "Discord does not have those of this version: start or restart the bot, which uploads them"
            )
        return Finding.fine("commands", "Discord has exactly these")


async def bot_state(token: str, cogs: Sequence[Cog]) -> BotState:
    """Log in for REST alone, compare, and out again; nothing is changed at Discord."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    client = commands.Bot(command_prefix=commands.when_mentioned, help_command=None, intents=intents())
    try:
        await client.login(token)
        application = await client.application_info()
        for cog in cogs:
            await client.add_cog(cog)
        return BotState(
            TokenState.ACCEPTED,
            are_commands_known=await _are_known(client),
            is_endpoint_set=bool(application.interactions_endpoint_url),
            missing_intents=tuple(_missing(application.flags)),
        )
    except discord.LoginFailure:
        return BotState(TokenState.REFUSED)
    except (discord.HTTPException, OSError):
        return BotState(TokenState.UNREACHABLE)
    finally:
        await client.close()


async def _are_known(client: commands.Bot) -> bool | None:
    try:
        return await are_known(client.tree)
    except discord.HTTPException:
        return None


def _missing(flags: discord.ApplicationFlags) -> Iterator[str]:
    """The privileged intents this version asks for and the application lacks."""
    wanted = intents()
    if wanted.members and not (flags.gateway_guild_members or flags.gateway_guild_members_limited):
        yield "Server Members Intent"
    if wanted.message_content and not (flags.gateway_message_content or flags.gateway_message_content_limited):
        yield "Message Content Intent"
    if wanted.presences and not (flags.gateway_presence or flags.gateway_presence_limited):
        yield "Presence Intent"
