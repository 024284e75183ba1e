"""Telling owners of places that refuse cards, with the buttons that mend it."""

import discord

from bot.alerts.sending import Notice
from bot.discordkit.alerts.places import mention_of
from bot.discordkit.controls.components import button, view_of
from bot.discordkit.look import Colour
from bot.discordkit.sending.direct import DirectMessages
from bot.discordkit.sending.nonces import nonce
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.sending.refusing import is_passing
from bot.domain import text
from bot.domain.accounts import DiscordUserId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.errors import DiscordDownError

RETRY_VERB = "place_retry"
MOVE_VERB = "place_to_dm"


class PlaceHerald:
    """By DM; when that is the place that refuses, or fails too, in another place of theirs."""

    def __init__(self, client: discord.Client, direct: DirectMessages, pacer: Pacer) -> None:
        self._client = client
        self._direct = direct
        self._pacer = pacer

    async def tell(self, notice: Notice, owner: int, others: tuple[Place, ...]) -> bool:
        """Say it where it is seen first; false when no place works, DiscordDownError when one may later."""
        if notice.place.key != Place(PlaceKind.DM, owner).key and await self._told_directly(notice, owner):
            return True
        for place in others:
            if place.kind is PlaceKind.CHANNEL and await self._posted(notice, owner, place):
                return True
        return False

    async def _told_directly(self, notice: Notice, owner: int) -> bool:
        embed, view = notice_embed(notice, owner), notice_view(notice, is_in_dm=True)
        return await self._direct.tell(DiscordUserId(owner), embed, view, nonce=nonce(notice.seed, owner))

    async def _posted(self, notice: Notice, owner: int, place: Place) -> bool:
        await self._pacer.slot()
        try:
            await self._client.get_partial_messageable(place.target).send(
                embed=notice_embed(notice, owner),
                view=notice_view(notice, is_in_dm=False),
                nonce=nonce(notice.seed, owner),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as error:
            if is_passing(error):
                raise DiscordDownError from None
            return False
        return True


def notice_embed(notice: Notice, owner: int) -> discord.Embed:
    """Which cards stopped, why, and what to do."""
    names = ", ".join(f"@{text.name(handle)}" for _, handle in notice.creators[:5])
    where = mention_of(notice.place, owner)
    if not notice.is_paused:
        return discord.Embed(
            title="⚠️ A card did not come",
            description=f"{where}: {notice.reason}. It is about {names}, and what it was to tell is in Fanvue. Other "
            "cards go on; I say this once a week.",
            colour=Colour.TROUBLE,
        )
    return discord.Embed(
        title="⏸️ Alerts are paused in one place",
        description=f"{where}: {notice.reason}. Cards of {names} rest there until you mend it and press "
        "**Try again**; what comes meanwhile is not lost in Fanvue.",
        colour=Colour.TROUBLE,
    )


def notice_view(notice: Notice, *, is_in_dm: bool) -> discord.ui.View:
    """The fix buttons where something rests; every press authorises anew."""
    if not notice.is_paused:
        return view_of([])
    argument = notice.place.key
    buttons = [button("Try again", RETRY_VERB, argument, style=discord.ButtonStyle.primary, emoji="🔄")]
    if is_in_dm:
        buttons.append(button("Send to my DM instead", MOVE_VERB, argument, emoji="✉️"))
    return view_of(buttons)
