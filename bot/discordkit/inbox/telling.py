"""Telling people under a card: authors of replies that were cut short, and who is to answer a fan."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import discord
import structlog
from discord.abc import Snowflake

from bot.discordkit.look import Colour
from bot.discordkit.owing import Owed
from bot.discordkit.responses.failures import again_view, embed_of, failure_for
from bot.discordkit.sending.direct import DirectMessages
from bot.discordkit.sending.nonces import LENGTH, nonce
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.sending.refusing import is_passing
from bot.domain import text
from bot.domain.accounts import ChannelId, DiscordUserId, MessageId
from bot.domain.alerts import Sent
from bot.domain.drafts import CutShort
from bot.domain.errors import DiscordDownError, OutcomeUnknownError
from bot.domain.waiting import Overdue

log = structlog.get_logger(__name__)

ARRIVED = discord.Embed(title="The fan has it ✓", description="There is nothing to do.", colour=Colour.BRAND)


class ReplyTeller:
    """Answers on the card, naming the author alone; by direct message where the bot may not speak."""

    def __init__(self, client: discord.Client, direct: DirectMessages, pacer: Pacer) -> None:
        self._client = client
        self._direct = direct
        self._pacer = pacer

    async def tell(self, reply: CutShort) -> None:
        """Say that the fan has it, or that nobody knows, with a button to send it again.

        DiscordDownError when it cannot be said now; told again then, it is there once.
        """
        async with _later():
            try:
                await self._tell(reply, reply.channel, reply.card)
            except (discord.Forbidden, discord.NotFound):
                await self._direct.reach(reply.author, lambda channel: self._tell(reply, channel, None))

    async def _tell(self, reply: CutShort, place: ChannelId, card: MessageId | None) -> None:
        channel = self._client.get_partial_messageable(place)
        reference = None
        if card is not None:
            reference = channel.get_partial_message(card).to_reference(fail_if_not_exists=False)
        error = OutcomeUnknownError()
        error.again = reply.key
        await self._pacer.slot()
        await channel.send(
            content=f"<@{reply.author}>, your answer was cut short.",
            embed=ARRIVED if reply.has_arrived else embed_of(failure_for(error)),
            view=None if reply.has_arrived else again_view(error),  # type: ignore[arg-type]
            reference=reference,  # type: ignore[arg-type]
            allowed_mentions=_naming(users=[discord.Object(reply.author)]),
            nonce=nonce("cut short", reply.key),
        )


class HandOverTeller:
    """Mentions whoever has a fan now, and nobody else."""

    def __init__(self, client: discord.Client, pacer: Pacer, owed: Owed) -> None:
        self._client = client
        self._pacer = pacer
        self._owed = owed

    async def tell(self, card: Sent, to: DiscordUserId, by: str) -> bool:
        """Under the fan's card, once Discord is back where it is away; false when it does not take it."""
        channel, once = self._client.get_partial_messageable(card.channel), secrets.token_hex(LENGTH // 2)

        async def say() -> None:
            await self._pacer.slot()
            await channel.send(
                content=f"<@{to}>, {text.name(by)} handed this fan over to you.",
                reference=channel.get_partial_message(card.message).to_reference(fail_if_not_exists=False),
                allowed_mentions=_naming(users=[discord.Object(to)]),
                nonce=once,
            )

        try:
            await self._owed.say(once, say)
        except discord.HTTPException:
            return False
        return True


class WaitCaller:
    """Mentions the role on duty, or the lead, and nobody else."""

    def __init__(self, client: discord.Client, pacer: Pacer) -> None:
        self._client = client
        self._pacer = pacer

    async def call(self, overdue: Overdue, *, role: int | None, lead: DiscordUserId | None) -> None:
        """Under the fan's card, mentioning the role or the lead.

        DiscordDownError when it cannot be said now; said again then, it is there once.
        """
        channel = self._client.get_partial_messageable(overdue.card.channel)
        card = channel.get_partial_message(overdue.card.message).to_reference(fail_if_not_exists=False)
        who = f"<@&{role}>" if role is not None else f"<@{lead}>"
        since = discord.utils.format_dt(overdue.since, "R")
        await self._pacer.slot()
        async with _later():
            await channel.send(
                content=f"{who}, this fan wrote {since} and still waits. Press **Claim** or **Reply** on the card.",
                reference=card,
                allowed_mentions=_naming(
                    roles=[discord.Object(role)] if role is not None else (),
                    users=[discord.Object(lead)] if lead is not None else (),
                ),
                nonce=nonce("waits", overdue.creator, overdue.fan, overdue.since.isoformat(), who),
            )


@asynccontextmanager
async def _later() -> AsyncIterator[None]:
    """DiscordDownError for what can be said another time; what Discord refuses for good is not said."""
    try:
        yield
    except discord.HTTPException as error:
        if is_passing(error):
            raise DiscordDownError from None
        log.warning("not_told", error=type(error).__name__)


def _naming(*, roles: Sequence[Snowflake] = (), users: Sequence[Snowflake] = ()) -> discord.AllowedMentions:
    return discord.AllowedMentions(everyone=False, replied_user=False, roles=roles or False, users=users or False)
