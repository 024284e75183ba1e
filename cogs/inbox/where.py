"""Where Discord's own Reply sends: the creator's choice, place by place."""

from typing import Any

import discord

from bot.discordkit.controls.components import ALLOW_VERB, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.inbox.views import done
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of, is_age_restricted
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.errors import BadInputError
from bot.services import Services
from bot.services.inbox.reply_places import DIRECT, Standing

WHERE_VERB = "ib_where"
EMBED_LIMIT = 4096
RULE = (
    "In age-restricted places Discord's own Reply to a card always sends. Elsewhere it is your choice: where it is "
    "off, **Reply**'s box sends instead, and nobody else reads what is written."
)


class ReplyPlaces:
    """Only whoever connected the creator chooses."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._places = services.reply_places
        kit.actions.on_press(ALLOW_VERB, self._allow)
        kit.actions.on_pick(WHERE_VERB, self._switch)

    async def show(self, interaction: discord.Interaction, grant: Grant) -> None:
        """Answer with every place and its switch."""
        found = [(one, interaction.client.get_channel(one.place)) for one in await self._places.all(grant)]
        lines = [_line(one, channel) for one, channel in found]
        embed = discord.Embed(
            title=f"Where replies to fans of @{text.name(grant.handle)} are sent from",
            description=f"{RULE}\n\n{text.fitting(lines, EMBED_LIMIT - len(RULE) - 2)}",
            colour=Colour.BRAND,
        )
        entries = [
            option(f"{'Stop' if one.is_allowed else 'Allow'}: {_name(one, channel)}", str(one.place))
            for one, channel in found
            if not is_age_restricted(channel)
        ]
        view = view_of([menu("Allow or stop it in a place …", WHERE_VERB, grant.creator, entries)])
        await interaction.edit_original_response(embed=embed, view=view)

    async def _switch(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.OWN)
        known = {str(one.place): one for one in await self._places.all(grant)}
        if values[0] not in known:
            raise BadInputError("Cards no longer come to that place.")
        one = known[values[0]]
        await self._places.choose(grant, one.place, is_allowed=not one.is_allowed)
        await self.show(interaction, grant)

    async def _allow(self, interaction: discord.Interaction, argument: str) -> None:
        """From under a reply that was not sent."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, _, place = argument.partition("|")
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.OWN)
        if not place.isdecimal():
            raise BadInputError("Use `/inbox places` to choose.")
        await self._places.choose(grant, int(place), is_allowed=True)
        line = "Replies to cards are sent from here now. That one still waits: press **Open the box**, or reply again."
        await interaction.edit_original_response(embed=done("Allowed ✓", f"{line} `/inbox places` takes it back."))


def _line(one: Standing, channel: Any) -> str:
    name = "Direct messages" if one.place == DIRECT else f"<#{one.place}>"
    if is_age_restricted(channel):
        return f"🔞 {name}: always, it is age-restricted"
    return (
        f"✅ {name}: Discord's own Reply sends" if one.is_allowed else f"⛔ {name}: only the box under **Reply** sends"
    )


def _name(one: Standing, channel: Any) -> str:
    if one.place == DIRECT:
        return "direct messages"
    return f"#{text.plain_name(channel.name, 60)}" if channel else "a channel I cannot see"
