"""Media that are at Fanvue already, added to a draft."""

from dataclasses import replace

import discord

from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.discordkit.posts import vault_cards as cards
from bot.discordkit.posts.draft_cards import VAULT_VERB, with_thumbnails
from bot.discordkit.posts.draft_desk import DraftDesk
from bot.services import Services
from bot.services.posts.published import page_of

PICTURES = 4


class Vault:
    """In place of the draft's card, which comes back with what was picked."""

    def __init__(self, services: Services, kit: Kit, desk: DraftDesk) -> None:
        self._drafts = services.drafts
        self._media = services.media
        self._desk = desk
        kit.actions.on_press(VAULT_VERB, self._show)
        kit.actions.on_press(cards.BACK_VERB, self._back)
        kit.actions.on_pick(cards.MEDIA_VERB, self._pick)

    async def _show(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        rows = await self._media.newest(opened.grant)
        pictures = await self._media.thumbnails(opened.grant, [one.uuid for one in rows[:PICTURES]])
        embeds, files = with_thumbnails(cards.picker_embed(rows), pictures, page_of(opened.grant.handle))
        view = cards.picker_view(opened.draft, rows)
        await interaction.edit_original_response(embeds=embeds, attachments=files, view=view)

    async def _back(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        await self._desk.show(interaction, await self._drafts.open(actor_of(interaction), key))

    async def _pick(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        content = opened.draft.content
        there = {one.uuid for one in content.media}
        picked = [await self._media.one(opened.grant, uuid) for uuid in values if uuid not in there]
        changed = replace(content, media=(*content.media, *picked))
        await self._desk.show(interaction, await self._drafts.change(opened, changed))
