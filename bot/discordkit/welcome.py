"""The first words in a server, said where they may be said."""

from datetime import timedelta

import discord
import structlog

from bot.discordkit.connecting import connect_view
from bot.discordkit.look import Colour
from bot.discordkit.sending.nonces import nonce

log = structlog.get_logger(__name__)

NEW_FOR = timedelta(days=7)
"""How long a server that added the bot unnoticed is still greeted."""
SEEN_AT_ONCE = 100

LINES = (
    "A creator connects Fanvue once; earnings, cards for messages and sales, and answers to fans are then here.",
    "Whoever presses **Connect** gets a private link. Nothing is shown to the server unless the creator picks a place.",
    "`/help` says what you can do here, `/status` whether all is well.",
)

BACK = (
    "Nothing is lost: rights and defaults of this server work again. Alerts rest until somebody presses **Resume** in "
    "`/alerts panel`; `/status` says whether all is well."
)


def may_write(channel: discord.abc.GuildChannel) -> bool:
    """Whether the bot may see the channel and write embeds there."""
    return not missing_rights(channel)


def missing_rights(channel: discord.abc.GuildChannel) -> tuple[str, ...]:
    """What the bot lacks to send a card there, as Discord names it."""
    held = channel.permissions_for(channel.guild.me)
    wanted = {
        "View Channel": held.view_channel,
        "Send Messages": held.send_messages,
        "Embed Links": held.embed_links,
    }
    return tuple(name for name, is_held in wanted.items() if not is_held)


def welcome_channel(guild: discord.Guild) -> discord.TextChannel | None:
    """The system channel, else the first text channel the bot may write in."""
    system = [guild.system_channel] if guild.system_channel else []
    return next((channel for channel in [*system, *guild.text_channels] if may_write(channel)), None)


async def welcome(guild: discord.Guild) -> bool:
    """Say what this is, once; false where the bot may write nowhere."""
    embed = discord.Embed(title="Fanvue for your team", description="\n".join(LINES), colour=Colour.BRAND)
    return await _say(guild, embed, connect_view((), "Connect"))


async def welcome_late(guild: discord.Guild) -> None:
    """Greet a server that added the bot lately, where it can see that it has said nothing since.

    Not where more was said than it sees: its own greeting may be behind that.
    """
    joined_at = guild.me.joined_at if guild.me else None
    channel = welcome_channel(guild)
    if joined_at is None or joined_at < discord.utils.utcnow() - NEW_FOR or channel is None:
        return
    if not channel.permissions_for(guild.me).read_message_history:
        return
    try:
        said = [one.author == guild.me async for one in channel.history(after=joined_at, limit=SEEN_AT_ONCE)]
    except discord.HTTPException as error:
        log.info("welcome_refused", status=error.status)
        return
    if len(said) < SEEN_AT_ONCE and not any(said):
        await welcome(guild)


async def welcome_back(guild: discord.Guild) -> bool:
    """Say that nothing was lost; false where the bot may write nowhere."""
    embed = discord.Embed(title="Back again", description=BACK, colour=Colour.BRAND)
    return await _say(guild, embed)


async def _say(guild: discord.Guild, embed: discord.Embed, view: discord.ui.View | None = None) -> bool:
    channel = welcome_channel(guild)
    if channel is None:
        return False
    try:
        await channel.send(
            embed=embed,
            view=view or discord.utils.MISSING,
            nonce=nonce("welcome", guild.id, guild.me.joined_at),
            allowed_mentions=discord.AllowedMentions.none(),
        )
    except discord.HTTPException as error:
        log.info("welcome_refused", status=error.status)
        return False
    return True
