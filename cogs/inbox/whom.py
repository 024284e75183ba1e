"""Whom a component is about that stands under a conversation."""

import discord

from bot.discordkit.people import actor_of
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId, FanId
from bot.services.access import AccessService


async def whom(access: AccessService, interaction: discord.Interaction, key: str) -> tuple[Grant, FanId]:
    """The right to answer, asked for anew, and the fan; ``key`` begins with the ids of creator and fan."""
    creator, fan = [*key.split("|"), ""][:2]
    return await access.require(actor_of(interaction), CreatorId(creator), Capability.REPLY), FanId(fan)
