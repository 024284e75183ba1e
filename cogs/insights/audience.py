"""/insights subscribers, top-fans, fan: who comes, who goes, who pays."""

import asyncio

import discord
from discord import app_commands

from bot.discordkit.alerts.cards import UUID
from bot.discordkit.controls.components import form
from bot.discordkit.controls.forms import open_form
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.insights.audience import (
    FAN_VERB,
    NICKNAME_VERB,
    RANKING_VERB,
    SUBSCRIBERS_VERB,
    WORDS_VERB,
    fan_embed,
    fan_view,
    movement_embed,
    ranking_embed,
    ranking_view,
    several_embed,
    several_view,
    subscribers_view,
)
from bot.discordkit.insights.earnings import Shown, shown
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.pictures import drawn
from bot.discordkit.responses.under_way import patiently
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId, FanId
from bot.domain.audience import FanCard, Movement, Ranking
from bot.domain.errors import BadInputError, DomainError
from bot.domain.events import Fan
from bot.domain.periods import asked
from bot.services import Services
from cogs.insights.zones import Zones

NAME_LIMIT = 30


class Audience:
    """Answers about people; every press asks for the right again."""

    def __init__(self, services: Services, kit: Kit, zones: Zones) -> None:
        self._zones = zones
        self._access = services.access
        self._audience = services.audience
        self._conversations = services.conversations
        self._preferences = services.preferences
        kit.actions.on_pick(SUBSCRIBERS_VERB, self._pick_movement)
        kit.actions.on_pick(RANKING_VERB, self._pick_ranking)
        kit.actions.on_pick(FAN_VERB, self._pick_fan)
        kit.actions.on_press(WORDS_VERB, self._words)
        kit.actions.on_press(NICKNAME_VERB, self._ask_nickname)
        kit.actions.on_form(NICKNAME_VERB, self._nickname, self._ask_nickname)

    async def show_subscribers(self, interaction: discord.Interaction, state: Shown) -> None:
        """Answer with who came and who left."""
        grant, movement = await deferred(interaction, self._movement(interaction, state), state.asked.label)
        await self._show_movement(interaction, grant, movement)

    async def show_top_fans(self, interaction: discord.Interaction, state: Shown) -> None:
        """Answer with who spent most."""
        grant, ranking = await deferred(interaction, self._ranking(interaction, state), state.asked.label)
        await self._show_ranking(interaction, grant, ranking)

    async def show_fan(self, interaction: discord.Interaction, fan: str, creator: str | None) -> None:
        """Answer with one fan, named by id or by words only one of them has in their name."""
        grant, card = await deferred(interaction, self._named(interaction, fan, creator), "What is known of this fan")
        if isinstance(card, list):
            view = several_view(card, grant.creator)
            await interaction.edit_original_response(embed=several_embed(card, fan), view=view)
            return
        await interaction.edit_original_response(
            embed=fan_embed(card, grant.handle), view=await self._fan_view(grant, card)
        )

    async def fan_choices(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        """People whose names fit; nobody when they may not be asked for."""
        named = getattr(interaction.namespace, "creator", None)
        try:
            grant = await self._access.choose(actor_of(interaction), named, Capability.INSIGHTS)
            found = await self._audience.find(grant, current)
        except DomainError:
            return []
        return [app_commands.Choice(name=text.plain_name(one.name, 90), value=one.id) for one in found]

    async def _pick_movement(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        state = Shown(shown(key).creator, asked(values[0]))
        grant, movement = await patiently(interaction, self._movement(interaction, state), state.asked.label)
        await self._show_movement(interaction, grant, movement)

    async def _pick_ranking(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        state = Shown(shown(key).creator, asked(values[0]))
        grant, ranking = await patiently(interaction, self._ranking(interaction, state), state.asked.label)
        await self._show_ranking(interaction, grant, ranking)

    async def _pick_fan(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant, card = await self._card(interaction, creator, values[0])
        await interaction.followup.send(
            embed=fan_embed(card, grant.handle), view=await self._fan_view(grant, card), ephemeral=True
        )

    async def _words(self, interaction: discord.Interaction, key: str) -> None:
        """Behind a press and for one reader alone, as platforms ask for what fans write."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, _, fan = key.partition("|")
        grant, card = await self._card(interaction, creator, fan, shows_words=True)
        embed = fan_embed(card, grant.handle)
        if not card.last_words:
            embed.add_field(name="Last words", value="none among the latest messages", inline=False)
        await interaction.followup.send(embed=embed, ephemeral=True)

    async def _ask_nickname(self, interaction: discord.Interaction, key: str) -> None:
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id="nickname", max_length=NAME_LIMIT, required=True
        )
        await open_form(interaction, form("What you call this fan", NICKNAME_VERB, key, {"Nickname": field}))

    async def _nickname(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer()
        creator, _, fan = key.partition("|")
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.REPLY)
        await self._conversations.rename(grant, FanId(fan), values.get("nickname", ""))
        grant, card = await self._card(interaction, creator, fan)
        await interaction.edit_original_response(
            embed=fan_embed(card, grant.handle), view=await self._fan_view(grant, card)
        )

    async def _fan_view(self, grant: Grant, card: FanCard) -> discord.ui.View:
        may_answer = await self._access.may(grant.actor.user, grant.creator, Capability.REPLY)
        return fan_view(card, grant.creator, may_answer=may_answer)

    async def _named(
        self, interaction: discord.Interaction, words: str, creator: str | None
    ) -> tuple[Grant, FanCard | list[Fan]]:
        """The fan picked from the list or the only one whose name holds what was typed; else all that do."""
        grant = await self._access.choose(actor_of(interaction), creator, Capability.INSIGHTS)
        if UUID.fullmatch(words):
            return grant, await self._audience.fan(grant, FanId(words))
        found = await self._audience.find(grant, words)
        if not found:
            raise BadInputError(
                "Nobody of that name among the chats, subscribers, followers and spenders I can look through. "
                "Type the handle, or pick somebody from the list while typing."
            )
        return grant, await self._audience.fan(grant, found[0].id) if len(found) == 1 else found

    async def _card(
        self, interaction: discord.Interaction, creator: str, fan: str, *, shows_words: bool = False
    ) -> tuple[Grant, FanCard]:
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.INSIGHTS)
        return grant, await self._audience.fan(grant, FanId(fan), shows_words=shows_words)

    async def _movement(self, interaction: discord.Interaction, state: Shown) -> tuple[Grant, Movement]:
        grant = await self._access.choose(actor_of(interaction), state.creator or None, Capability.INSIGHTS)
        zone = await self._preferences.zone_for(grant, locale=locale_of(interaction))
        return grant, await self._audience.movement(grant, state.asked, zone)

    async def _ranking(self, interaction: discord.Interaction, state: Shown) -> tuple[Grant, Ranking]:
        grant = await self._access.choose(actor_of(interaction), state.creator or None, Capability.INSIGHTS)
        zone = await self._preferences.zone_for(grant, locale=locale_of(interaction))
        return grant, await self._audience.ranking(grant, state.asked, zone)

    async def _show_movement(self, interaction: discord.Interaction, grant: Grant, movement: Movement) -> None:
        """The numbers at once; who is leaving and the picture as soon as they are there."""
        view = subscribers_view(Shown(grant.creator, movement.asked))
        await interaction.edit_original_response(embed=movement_embed(movement, None), view=view, attachments=[])
        leaving, picture, (content, view) = await asyncio.gather(
            self._audience.leaving(grant),
            drawn(self._audience.chart(movement)),
            self._zones.asked(grant, movement.period.zone, view),
        )
        await interaction.edit_original_response(
            content=content,
            embed=movement_embed(movement, leaving, picture.filename if picture else None),
            attachments=[picture] if picture else [],
            view=view,
        )

    async def _show_ranking(self, interaction: discord.Interaction, grant: Grant, ranking: Ranking) -> None:
        view = ranking_view(Shown(grant.creator, ranking.asked), ranking)
        content, view = await self._zones.asked(grant, ranking.period.zone, view)
        await interaction.edit_original_response(content=content, embed=ranking_embed(ranking), view=view)
