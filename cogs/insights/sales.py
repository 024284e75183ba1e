"""/insights transactions, posts, links: what sold, and what brought people."""

from zoneinfo import ZoneInfo

import discord

from bot.discordkit.controls.components import Field, form
from bot.discordkit.controls.forms import open_form
from bot.discordkit.controls.menus import option
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.insights.earnings import Shown, shown
from bot.discordkit.insights.sales import (
    NEW_LINK_VERB,
    PAYMENTS_MORE_VERB,
    PAYMENTS_PERIOD_VERB,
    PAYMENTS_SOURCE_VERB,
    PLATFORMS,
    POSTS_PERIOD_VERB,
    after_of,
    links_embed,
    links_view,
    new_link,
    payments_embed,
    payments_view,
    posts_embed,
    posts_view,
)
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.responses.under_way import patiently
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.periods import asked
from bot.domain.reports import Source
from bot.domain.sales import After, LinkNumbers, Payments, PostNumbers
from bot.services import Services
from cogs.insights.zones import Zones


class Sales:
    """Lists of what sold; every press asks for the right again."""

    def __init__(self, services: Services, kit: Kit, zones: Zones) -> None:
        self._zones = zones
        self._access = services.access
        self._sales = services.sales
        self._preferences = services.preferences
        kit.actions.on_pick(PAYMENTS_PERIOD_VERB, self._pick_period)
        kit.actions.on_pick(PAYMENTS_SOURCE_VERB, self._pick_source)
        kit.actions.on_pick(POSTS_PERIOD_VERB, self._pick_posts)
        kit.actions.on_press(PAYMENTS_MORE_VERB, self._more)
        kit.actions.on_press(NEW_LINK_VERB, self._ask_link)
        kit.actions.on_form(NEW_LINK_VERB, self._new_link, self._ask_link)

    async def show_payments(self, interaction: discord.Interaction, state: Shown) -> None:
        """Answer with the newest payments of a period."""
        grant, page = await deferred(interaction, self._page(interaction, state), state.asked.label)
        await self._show(interaction, grant, page)

    async def show_posts(self, interaction: discord.Interaction, state: Shown) -> None:
        """Answer with the posts that earned most."""
        found = await deferred(interaction, self._posts(interaction, state), state.asked.label)
        await self._show_posts(interaction, state, *found)

    async def show_links(self, interaction: discord.Interaction, creator: str | None) -> None:
        """Answer with the tracking links."""
        grant, rows = await deferred(interaction, self._links(interaction, creator), "What your links brought")
        await interaction.edit_original_response(embed=links_embed(rows, grant.handle), view=links_view(grant.creator))

    async def _pick_period(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        state = shown(key)
        await self._again(interaction, Shown(state.creator, asked(values[0]), state.source))

    async def _pick_source(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        state = shown(key)
        source = Source(values[0]) if values[0] in set(Source) else Source.ALL
        await self._again(interaction, Shown(state.creator, state.asked, source))

    async def _pick_posts(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        state = Shown(shown(key).creator, asked(values[0]))
        found = await patiently(interaction, self._posts(interaction, state), state.asked.label)
        await self._show_posts(interaction, state, *found)

    async def _more(self, interaction: discord.Interaction, key: str) -> None:
        await self._again(interaction, shown(key), after_of(key.rpartition("|")[2]))

    async def _again(self, interaction: discord.Interaction, state: Shown, after: After | None = None) -> None:
        await interaction.response.defer()
        grant, page = await patiently(interaction, self._page(interaction, state, after), state.asked.label)
        await self._show(interaction, grant, page)

    async def _ask_link(self, interaction: discord.Interaction, creator: str) -> None:
        name: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id="name", max_length=100, placeholder="Bio on Instagram"
        )
        platform: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
            custom_id="platform", options=[option(name, value) for value, name in PLATFORMS.items()]
        )
        fields: dict[str, Field] = {"Name": name, "Where you will post it": platform}
        await open_form(interaction, form("A new tracking link", NEW_LINK_VERB, creator, fields))

    async def _new_link(self, interaction: discord.Interaction, creator: str, values: dict[str, str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.INSIGHTS)
        platform = values.get("platform", "").strip().lower()
        made = await self._sales.create_link(grant, values.get("name", ""), platform)
        await interaction.edit_original_response(content=new_link(made))

    async def _page(
        self, interaction: discord.Interaction, state: Shown, after: After | None = None
    ) -> tuple[Grant, Payments]:
        grant = await self._access.choose(actor_of(interaction), state.creator or None, Capability.INSIGHTS)
        zone = await self._preferences.zone_for(grant, locale=locale_of(interaction))
        return grant, await self._sales.payments(grant, state.asked, zone, state.source, after)

    async def _posts(self, interaction: discord.Interaction, state: Shown) -> tuple[Grant, ZoneInfo, list[PostNumbers]]:
        grant = await self._access.choose(actor_of(interaction), state.creator or None, Capability.INSIGHTS)
        zone = await self._preferences.zone_for(grant, locale=locale_of(interaction))
        return grant, zone, await self._sales.posts(grant, state.asked, zone)

    async def _links(self, interaction: discord.Interaction, creator: str | None) -> tuple[Grant, list[LinkNumbers]]:
        grant = await self._access.choose(actor_of(interaction), creator, Capability.INSIGHTS)
        return grant, await self._sales.links(grant)

    async def _show(self, interaction: discord.Interaction, grant: Grant, page: Payments) -> None:
        content, view = await self._zones.asked(grant, page.period.zone, payments_view(page, grant.creator))
        await interaction.edit_original_response(content=content, embed=payments_embed(page), view=view)

    async def _show_posts(
        self, interaction: discord.Interaction, state: Shown, grant: Grant, zone: ZoneInfo, rows: list[PostNumbers]
    ) -> None:
        embed = posts_embed(rows, grant.handle, f"{state.asked.label}, days in {zone.key}")
        content, view = await self._zones.asked(grant, zone, posts_view(Shown(grant.creator, state.asked)))
        await interaction.edit_original_response(content=content, embed=embed, view=view)
